"""What every model owes, asked of all that are found in the room."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice

import pytest
import torch

from menura import models
from menura.foundation.config import from_dict, to_dict
from menura.foundation.devices import Compute
from menura.models import Batch, Model
from menura.models.contract import (
    Conditioned,
    Continues,
    Embeds,
    Generates,
    Interpolates,
    Reconstructs,
    Sampling,
    Streams,
    first_frames,
)
from menura.recipes import Training
from menura.training.carried import carried_state, put_back
from menura.training.evaluating import held_out_value
from menura.training.stepping import Stepper


@pytest.fixture(params=models.room.names())
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def model(name: str) -> Model:
    return build(name)


def build(name: str, seed: int = 0) -> Model:
    torch.manual_seed(seed)
    kind = models.load(name)
    return kind(kind.tiny, kind.tiny_spec)


def frames(model: Model, n: int = 4, seed: int = 1) -> torch.Tensor:
    """Something that can be learnt: waves of different speeds in the features, or an alphabet
    that is walked through in strides of three."""
    if n_classes := model.spec.n_classes:
        rng = torch.Generator().manual_seed(seed)
        start = torch.randint(n_classes, (n, 1, 1), generator=rng)
        walk = (start + 3 * torch.arange(model.tiny_frames)) % n_classes
        return walk.float().expand(-1, model.spec.n_channels, -1)
    t = torch.arange(model.tiny_frames)[None, None]
    speed = torch.linspace(0.1, 0.6, model.spec.n_channels)[None, :, None]
    start = 6.28 * torch.rand(n, 1, 1, generator=torch.Generator().manual_seed(seed))
    return torch.sin(speed * t + start)


def batch(model: Model, n: int = 4, seed: int = 1) -> Batch:
    return Batch(frames(model, n, seed), torch.zeros(n, dtype=torch.bool))


def rng(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def rngs(n: int) -> list[torch.Generator]:
    return [rng(seed) for seed in range(n)]


def train(model: Model, n_steps: int) -> Model:
    stepper = Stepper(model, Training(), Compute("cpu", "float32"), seed=0)
    for step in range(n_steps):
        stepper.step(batch(model, seed=step), step, rate=1.0)
    return model


def test_each_phase_moves_its_own_parameters_and_no_others(model: Model) -> None:
    for phase, plan in model.phases().items():
        mine = list(plan.parameters)
        before = {name: p.detach().clone() for name, p in model.named_parameters()}
        optimizer = torch.optim.SGD(mine, 0.1)
        optimizer.zero_grad()
        model.losses(batch(model), phase, rng())["total"].backward()
        assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in mine), phase
        optimizer.step()
        ids = {id(p) for p in mine}
        for name, parameter in model.named_parameters():
            moved = not torch.equal(parameter, before[name])
            assert moved == (id(parameter) in ids), (phase, name)


def test_every_parameter_belongs_to_a_phase(model: Model) -> None:
    owned = {id(p) for phase in model.phases().values() for p in phase.parameters}
    assert owned == {id(p) for p in model.parameters()}


def test_a_short_training_makes_progress(model: Model) -> None:
    before = held_out_value(model, held_out(model), 2)
    train(model, 60)
    assert held_out_value(model, held_out(model), 2) < 0.9 * before


def test_losses_are_named_scalars_with_a_total(model: Model) -> None:
    for phase in model.phases():
        losses = model.losses(batch(model), phase, rng())
        assert "total" in losses
        assert all(loss.ndim == 0 and loss.isfinite() for loss in losses.values())


def test_the_same_random_numbers_give_the_same_losses(model: Model) -> None:
    for phase in model.phases():
        carried = carried_state(model)
        first = model.losses(batch(model), phase, rng())["total"]
        put_back(model, carried)
        assert torch.equal(first, model.losses(batch(model), phase, rng())["total"])


def test_looking_at_held_out_data_leaves_no_trace(model: Model) -> None:
    model.losses(batch(model), next(iter(model.phases())), rng())  # something is carried now
    before = {name: b.clone() for name, b in model.named_buffers()}
    held_out_value(model, held_out(model), 2)
    assert model.training
    for name, buffer in model.named_buffers():
        assert torch.equal(buffer, before[name]), name


def test_its_config_survives_json(name: str) -> None:
    config = models.load(name).tiny
    assert from_dict(type(config), json.loads(json.dumps(to_dict(config)))) == config


def test_its_weights_survive_saving(name: str, model: Model) -> None:
    train(model, 3)
    again = build(name, seed=5)
    again.load_state_dict(model.state_dict())
    for make in makers(model):
        assert torch.equal(make(model.eval()), make(again.eval()))


def test_what_it_makes_has_the_shape_asked_for(model: Model) -> None:
    shape = (3, model.spec.n_channels)
    if isinstance(model, Generates):
        for n_frames in (1, 2, 40):
            made = model.generate(rngs(3), n_frames)
            assert made.shape == (*shape, n_frames)
            assert made.isfinite().all()
    if isinstance(model, Continues):
        for n_frames in (0, 1, 40):
            assert model.continue_(frames(model, 3), n_frames, rngs(3)).shape == (*shape, n_frames)
    if model.spec.n_classes and isinstance(model, Generates):
        made = model.generate(rngs(3), 40)
        assert torch.equal(made, made.round())
        assert 0 <= made.min() <= made.max() < model.spec.n_classes
    if isinstance(model, Streams):
        pieces = list(islice(model.stream(frames(model, 3), rngs(3)), 20))
        assert all(piece.shape[:2] == shape and piece.shape[2] > 0 for piece in pieces)
        streamed = torch.cat(pieces, dim=2)
        assert isinstance(model, Continues)
        whole = model.continue_(frames(model, 3), streamed.shape[2], rngs(3))
        torch.testing.assert_close(streamed, whole)
    if isinstance(model, Reconstructs):
        assert model.reconstruct(frames(model, 3)).shape == frames(model, 3).shape


def test_the_same_seed_gives_the_same_music_and_another_another(model: Model) -> None:
    for make in makers(model):
        assert torch.equal(make(model), make(model))
    if isinstance(model, Generates):
        assert not torch.equal(model.generate([rng(1)], 9), model.generate([rng(2)], 9))


def test_a_piece_does_not_depend_on_how_many_are_made_with_it(model: Model) -> None:
    if isinstance(model, Generates):
        together = model.generate(rngs(3), 9)
        torch.testing.assert_close(together[1:2], model.generate([rng(1)], 9))
    if isinstance(model, Continues):
        together = model.continue_(frames(model, 3), 9, rngs(3))
        torch.testing.assert_close(
            together[1:2], model.continue_(frames(model, 3)[1:2], 9, [rng(1)])
        )


def test_a_single_frame_is_enough(model: Model) -> None:
    one = frames(model, 1)[:, :, :1]
    if isinstance(model, Continues):
        assert model.continue_(one, 5, [rng()]).shape[2] == 5
    if isinstance(model, Reconstructs):
        assert model.reconstruct(one).shape == one.shape


def test_a_stream_begins_as_what_is_made_at_once(model: Model) -> None:
    if not isinstance(model, Streams):
        pytest.skip("does not stream")
    model.eval()
    known = frames(model, 2)
    if isinstance(model, Generates):
        streamed = torch.cat(list(first_frames(model.stream(None, rngs(2)), 40)), dim=2)
        torch.testing.assert_close(streamed, model.generate(rngs(2), 40))
    if isinstance(model, Continues):
        streamed = torch.cat(list(first_frames(model.stream(known, rngs(2)), 40)), dim=2)
        torch.testing.assert_close(streamed, model.continue_(known, 40, rngs(2)))


def test_streams_that_are_drawn_from_in_turn_do_not_meet(model: Model) -> None:
    if not isinstance(model, Streams):
        pytest.skip("does not stream")
    model.eval()
    alone = [next_ones(model.stream(None, [rng(seed)]), 5) for seed in (1, 2)]
    one, other = (model.stream(None, [rng(seed)]) for seed in (1, 2))
    in_turn = [(next(one), next(other)) for _ in range(5)]
    for together, by_itself in zip(zip(*in_turn, strict=True), alone, strict=True):
        assert torch.equal(torch.cat(together, dim=2), by_itself)


def test_no_temperature_means_the_likeliest(model: Model) -> None:
    if not isinstance(model, Continues):
        pytest.skip("does not continue")
    a, b = (
        model.continue_(frames(model, 1), 9, [rng(s)], Sampling(temperature=0.0)) for s in (1, 2)
    )
    assert torch.equal(a, b)


def test_a_continuation_depends_on_its_seed(model: Model) -> None:
    if not isinstance(model, Continues):
        pytest.skip("does not continue")
    if model.spec.n_classes:  # at first, one event is the likeliest after all
        train(model, 60)
    a, b = (
        model.continue_(frames(model, 1, seed), 9, [rng()], Sampling(temperature=0.0))
        for seed in (1, 2)
    )
    assert not torch.allclose(a, b)


def test_it_is_blind_to_the_future_if_it_continues(model: Model) -> None:
    """A prediction must not change when what comes after it does."""
    if not isinstance(model, Continues) or not isinstance(model, Reconstructs):
        pytest.skip("not causal, or cannot be asked")
    known = frames(model, 1)
    changed = known.clone()
    changed[:, :, 10:] += 1.0
    torch.testing.assert_close(
        model.reconstruct(known)[:, :, :11], model.reconstruct(changed)[:, :, :11]
    )
    later = (model.reconstruct(known) - model.reconstruct(changed))[:, :, 11:]
    assert later.abs().max() > 1e-6


def test_a_piece_of_any_length_is_said_in_one_vector(model: Model) -> None:
    if not isinstance(model, Embeds):
        pytest.skip("has no latents")
    model.eval()
    pieces = frames(model, 3)
    with torch.no_grad():
        said, alone = model.embed(pieces), model.embed(pieces[1:2])
        longer = model.embed(torch.cat([pieces, pieces], dim=2))
    assert said.isfinite().all()
    assert said.shape == longer.shape == (3, said.shape[1])
    torch.testing.assert_close(said[1:2], alone, atol=1e-4, rtol=1e-4)
    assert not torch.allclose(said[0], said[1])


def test_labels_are_learnt_where_they_are_followed(name: str) -> None:
    """The loss depends on them, their weights move, and nothing asked is something else."""
    model = conditioned(name)
    told = labelled(model)
    phase, plan = next(iter(model.phases().items()))
    mine = list(plan.parameters)
    model.losses(told, phase, rng())["total"].backward()
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in mine)
    train_on(model, told, 60)
    ask = {label: Sampling(labels=torch.eye(2, dtype=torch.bool)[label]) for label in (0, 1)}
    assert isinstance(model, Generates)
    low, high = (model.eval().generate(rngs(8), 9, ask[label]).mean() for label in (0, 1))
    assert high - low > 0.5, "what is made does not follow its label"


def test_labels_work_in_every_way_of_asking(name: str) -> None:
    model = conditioned(name)
    train_on(model, labelled(model), 20)
    assert isinstance(model, Generates)
    assert isinstance(model, Conditioned)
    assert model.usual_guidance() >= 0
    label = torch.tensor([True, False])

    def made(guidance: float, labels: torch.Tensor | None = label) -> torch.Tensor:
        return model.eval().generate(rngs(2), 9, Sampling(labels=labels, guidance=guidance))

    torch.testing.assert_close(made(0.0), made(1.0, None))  # not followed: as if not asked
    near, learnt, far = (made(1 - 1e-4), made(1.0), made(3.0))
    torch.testing.assert_close(near, learnt, atol=1e-2, rtol=0)
    assert not torch.allclose(learnt, far)
    nothing = torch.zeros(2, dtype=torch.bool)
    torch.testing.assert_close(made(1.0, nothing), made(1.0, None))


def test_a_latent_gives_its_piece_back_and_mixes_to_its_ends(model: Model) -> None:
    if not isinstance(model, Interpolates):
        pytest.skip("does not interpolate")
    a, b = (frames(model, 2, seed) for seed in (1, 2))
    n = a.shape[2]
    model.eval()
    with torch.no_grad():
        to_a, to_b = model.to_latent(a), model.to_latent(b)
        back = model.from_latent(to_a, n)
        assert back.shape == a.shape
        ends = [
            model.from_latent(model.mixed(to_a, to_b, torch.full((n,), s)), n) for s in (0.0, 1.0)
        ]
        torch.testing.assert_close(ends[0], back, atol=1e-3, rtol=1e-3)
        torch.testing.assert_close(ends[1], model.from_latent(to_b, n), atol=1e-3, rtol=1e-3)
        alone = model.from_latent(model.mixed(to_a, to_a, torch.full((n,), 0.5)), n)
        torch.testing.assert_close(alone, back, atol=1e-3, rtol=1e-3)
        shares = torch.linspace(0, 1, n)
        gliding = model.from_latent(model.mixed(to_a, to_b, shares), n)
        assert gliding.shape == a.shape
        assert gliding.isfinite().all()


def conditioned(name: str) -> Model:
    """A tiny model that knows two labels."""
    kind = models.load(name)
    if not issubclass(kind, Conditioned):
        pytest.skip("follows no labels")
    torch.manual_seed(0)
    return kind(kind.tiny, replace(kind.tiny_spec, labels=("high", "low")))


def labelled(model: Model) -> Batch:
    """High frames of one label, low ones of the other."""
    labels = torch.eye(2, dtype=torch.bool).repeat(8, 1)
    offset = torch.tensor([-1.0, 1.0]).repeat(8)[:, None, None]
    return Batch(0.1 * frames(model, 16) + offset, labels=labels)


def train_on(model: Model, told: Batch, n_steps: int) -> None:
    stepper = Stepper(model, Training(), Compute("cpu", "float32"), seed=0)
    for step in range(n_steps):
        stepper.step(told, step, rate=1.0)


def makers(model: Model) -> list[Callable[[Model], torch.Tensor]]:
    """Ways to make something of a model, according to its powers."""
    found: list[Callable[[Model], torch.Tensor]] = []
    if isinstance(model, Generates):
        found.append(lambda m: m.generate(rngs(2), 9))
    if isinstance(model, Continues):
        found.append(lambda m: m.continue_(frames(m, 2), 9, rngs(2)))
    if isinstance(model, Reconstructs):
        found.append(lambda m: m.reconstruct(frames(m, 2)))
    return found


def next_ones(pieces: Iterator[torch.Tensor], n: int) -> torch.Tensor:
    return torch.cat([next(pieces) for _ in range(n)], dim=2)


def held_out(model: Model) -> Callable[[int], Batch]:
    """Batches that no training step sees."""
    return lambda number: batch(model, seed=1000 + number)
