"""The flow beyond the contract: a sampler with known answers, and one model for every task."""

import math
from dataclasses import replace
from itertools import pairwise

import pytest
import torch

from menura.models import Batch, _flow
from menura.models._context import draw_known
from menura.models._liveliness import movement
from menura.models._ode import integrate
from menura.models._transformer import Transformer, _mixed
from menura.models._windows import blended
from menura.models.contract import Sampling
from menura.models.latent_flow import LatentFlow, LatentFlowConfig
from menura.representations import Spec

SPEC = Spec(sample_rate=8000, n_channels=5, hop_length=128)


def build(**settings: object) -> LatentFlow:
    torch.manual_seed(0)
    return LatentFlow(replace(LatentFlow.tiny, **settings), SPEC).eval()  # type: ignore[arg-type]


def rngs(n: int, seed: int = 0) -> list[torch.Generator]:
    return [torch.Generator().manual_seed(seed + i) for i in range(n)]


def music(n_frames: int, n: int = 2) -> torch.Tensor:
    return torch.randn(n, 5, n_frames, generator=rngs(1)[0])


def test_the_same_place_is_reached_by_shifted_steps() -> None:
    made = integrate(lambda x, t: x, torch.ones(1, 1), 400, shift=3.0)
    assert float(made) == pytest.approx(math.e, rel=0.01)


def test_time_is_what_the_velocity_is_told() -> None:
    """dx/dt = 2t: x goes from 0.25 to 1 between t = 0.5 and 1."""
    made = integrate(
        lambda x, t: torch.full_like(x, 2 * t), torch.full((1, 1), 0.25), 200, start=0.5
    )
    assert float(made) == pytest.approx(1.0, abs=0.01)


def test_both_ways_to_attend_are_one() -> None:
    """bfloat16 on a CPU takes plain products, everything else the fused kernel."""
    q, k, v = (torch.randn(2, 3, 40, 16, generator=rng) for rng in rngs(3))
    plain = _mixed(q.bfloat16(), k.bfloat16(), v.bfloat16())
    torch.testing.assert_close(plain.float(), _mixed(q, k, v), atol=0.03, rtol=0.03)


def test_attention_sees_distances_not_places() -> None:
    """Rotary positions: what stands alike is treated alike, wherever it stands."""
    torch.manual_seed(0)
    network = Transformer(32, 2, 16).eval()
    pattern = torch.randn(1, 4, 32).repeat(1, 6, 1)  # a period of four
    with torch.no_grad():
        out = network(pattern, torch.tensor([0.3]))
    # A circle has no ends; the middle of a long repetition is as near as one gets.
    assert (out[:, 8:12] - out[:, 12:16]).abs().max() < 0.2 * out.abs().max()


def test_it_learns_to_make_what_it_was_shown() -> None:
    """Two chords and nothing between: clips must be near one or the other."""
    chords = torch.stack([torch.full((5,), 1.0), torch.full((5,), -1.0)])
    frames = chords[torch.arange(16) % 2][:, :, None].expand(16, 5, 16).contiguous()
    torch.manual_seed(0)
    config = LatentFlowConfig(width=64, depth=2, head_size=32, n_window=16, n_carried=6, n_steps=20)
    model = LatentFlow(config, SPEC)
    optimizer = torch.optim.Adam(model.parameters(), 2e-3)
    for step in range(500):
        # At a steady rate one chord or the other is likelier for some steps.
        optimizer.param_groups[0]["lr"] = 2e-3 * min(1.0, (1 - step / 500) / 0.4)
        optimizer.zero_grad()
        rng = torch.Generator().manual_seed(step)
        model.losses(Batch(frames), "model", rng)["total"].backward()
        optimizer.step()
    made = model.eval().generate(rngs(64), 16)
    assert (made.abs() - 1).abs().mean() < 0.25
    share = float((made.mean(dim=(1, 2)) > 0).float().mean())
    assert 0.15 < share < 0.85, "only one of the two is made"
    seed = torch.full((4, 5, 6), -1.0)
    went_on = model.continue_(seed, 10, rngs(4))
    assert (went_on + 1).abs().mean() < 0.25, "a continuation must stay with its seed"


@pytest.mark.parametrize("missing", [slice(0, 5), slice(20, 25), slice(10, 40), slice(45, 50)])
def test_inpainting_leaves_the_rest_as_it_is(missing: slice) -> None:
    frames = music(50)
    gap = torch.zeros(50, dtype=torch.bool)
    gap[missing] = True
    made = build().inpaint(frames, gap, rngs(2))
    assert torch.equal(made[:, :, ~gap], frames[:, :, ~gap])
    assert not torch.allclose(made[:, :, gap], frames[:, :, gap])
    assert made.isfinite().all()


@pytest.mark.parametrize(("n_window", "n_carried"), [(256, 96), (125, 93), (16, 12)])
@pytest.mark.parametrize("share", [0.1, 0.25, 0.5])
def test_a_gap_is_filled_with_what_follows_in_sight(
    monkeypatch: pytest.MonkeyPatch, n_window: int, n_carried: int, share: float
) -> None:
    """Also by windows of which most is known when music is gone on with."""
    model = LatentFlow(replace(LatentFlow.tiny, n_window=n_window, n_carried=n_carried), SPEC)
    n, n_gap = 2 * n_window, round(share * n_window)
    gap = torch.zeros(n, dtype=torch.bool)
    first = (n - n_gap) // 2
    gap[first : first + n_gap] = True
    seen: list[torch.Tensor] = []

    def watched(music: torch.Tensor, known: torch.Tensor, *_: object) -> torch.Tensor:
        seen.append(known)
        return music

    monkeypatch.setattr(model, "_fill", watched)
    model.inpaint(torch.zeros(1, SPEC.n_channels, n), gap, rngs(1))
    [known] = seen
    after = int(known.flip(0).long().argmin())
    assert after >= n_window // 8
    before = int(known.long().argmin())
    assert before >= min(n_carried, n_window // 4)


def test_what_is_missing_does_not_matter_to_what_is_made() -> None:
    gap = torch.zeros(30, dtype=torch.bool)
    gap[12:20] = True
    one, other = music(30), music(30)
    other[:, :, gap] += 100
    model = build()
    assert torch.equal(model.inpaint(one, gap, rngs(2)), model.inpaint(other, gap, rngs(2)))


def test_any_length_is_made_window_by_window() -> None:
    model = build()
    made = model.generate(rngs(2), 61)
    assert made.shape == (2, 5, 61)
    # A longer piece begins like a shorter one of whole windows.
    assert torch.equal(model.generate(rngs(2), 16), made[:, :, :16])


def test_windows_agree_with_a_velocity_that_needs_none() -> None:
    """What is said frame by frame is the same in windows, at every length."""
    for n_frames in (3, 16, 17, 24, 61, 600):
        x = music(n_frames)
        torch.testing.assert_close(blended(lambda x, t: t * x + 1, 16)(x, 0.3), 0.3 * x + 1)


def test_long_pieces_have_no_seams() -> None:
    """A velocity that turns within each window: at their borders frames change no more than
    between them. Windows laid end to end jump there."""

    def turning(x: torch.Tensor, t: float) -> torch.Tensor:
        return torch.linspace(-1, 1, x.shape[2]).expand(x.shape)

    changes = blended(turning, 16)(torch.zeros(1, 1, 200), 0.0).diff(dim=2).abs()
    assert changes.max() < 0.5, "laid end to end they jump by 2"


def test_stops_on_the_way_change_evenly() -> None:
    model = build()
    a, b = music(40, 1), music(80, 1)[:, :, 40:]
    with torch.no_grad():
        ends = model.to_latent(a), model.to_latent(b)
        stops = [
            model.from_latent(model.mixed(*ends, torch.full((40,), share)), 40)
            for share in torch.linspace(0, 1, 5).tolist()
        ]
    torch.testing.assert_close(stops[0], a, atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(stops[-1], b, atol=1e-4, rtol=1e-4)
    steps = [float((there - here).square().mean().sqrt()) for here, there in pairwise(stops)]
    assert max(steps) < 1.5 * min(steps)


def test_varying_by_nothing_changes_nothing() -> None:
    frames = music(40)
    assert torch.equal(build().vary(frames, 0.0, rngs(2)), frames)


def test_varying_more_goes_further() -> None:
    frames, model = music(40), build()
    away = [(model.vary(frames, s, rngs(2)) - frames).abs().mean() for s in (0.1, 0.5, 1.0)]
    assert away[0] < away[1] < away[2]


def test_training_rows_know_nothing_a_beginning_or_all_but_a_gap() -> None:
    model = build()
    frames = music(16, n=64)
    c = model.config
    known = draw_known(64, 16, c.unknown, c.prefix, torch.Generator().manual_seed(1))
    shares = known.float().mean(dim=1)
    assert 0.2 < float((shares == 0).float().mean()) < 0.6
    assert known.dtype == torch.bool
    loss = model.losses(Batch(frames), "model", torch.Generator().manual_seed(1))["total"]
    assert loss.isfinite()


@pytest.mark.parametrize(
    "wrong",
    [
        {"width": 30},
        {"n_carried": 256},
        {"unknown": 0.8, "prefix": 0.4},
        {"n_steps": 0},
        {"label_dropout": 2},
        {"known_noise": -1},
        {"noisiness": 0},
        {"outset": 1.1},
        {"guidance": -1},
    ],
)
def test_impossible_settings_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"must|at most"):
        LatentFlowConfig(**wrong)  # type: ignore[arg-type]


def test_the_velocity_of_a_gaussian_is_the_known_one() -> None:
    """Music from N(0, σ²): E[music − noise | x at t] = (tσ² − (1−t)) / (t²σ² + (1−t)²) · x."""
    sigma = 0.5
    torch.manual_seed(0)
    config = LatentFlowConfig(
        width=64, depth=2, head_size=32, n_window=4, n_carried=2, unknown=1.0, prefix=0.0
    )
    model = LatentFlow(config, Spec(sample_rate=8000, n_channels=2, hop_length=128))
    optimizer = torch.optim.Adam(model.parameters(), 2e-3)
    for step in range(600):
        rng = torch.Generator().manual_seed(step)
        optimizer.zero_grad()
        batch = Batch(sigma * torch.randn(256, 2, 4, generator=rng))
        model.losses(batch, "model", rng)["total"].backward()
        optimizer.step()
    model.eval()
    nothing = torch.zeros(512, 4, dtype=torch.bool)
    for t in (0.2, 0.5, 0.8):
        deviation = math.hypot(t * sigma, 1 - t)
        x = deviation * torch.randn(512, 2, 4, generator=rngs(1)[0])
        wanted = (t * sigma**2 - (1 - t)) / deviation**2 * x
        level = torch.full((512,), t)
        with torch.no_grad():
            error = model._velocity(x, level, x, nothing, None) - wanted
        assert error.square().mean() < 0.03 * wanted.square().mean() + 0.01, t


def test_at_the_music_the_velocity_is_known_without_learning() -> None:
    """The formula above at t = 1, and of any music: the noise that was there is 0 in the mean."""
    model, x = build(), music(16)
    nothing = torch.zeros(2, 16, dtype=torch.bool)
    assert torch.equal(model._at(x, 1.0, x, nothing, None), x)
    assert not torch.equal(model._at(x, 0.99, x, nothing, None), x)


def test_nothing_is_seen_of_what_is_not_known() -> None:
    """Perturbing a frame that is hidden changes nothing, one that is known changes all."""
    model, x = build(), music(16)
    known = torch.zeros(2, 16, dtype=torch.bool)
    known[:, :6] = True
    given = music(16).requires_grad_()
    made = model._velocity(x, torch.full((2,), 0.5), given, known, None)
    for frame in (0, 9):
        (slope,) = torch.autograd.grad(
            made[:, :, frame].sum(), given, retain_graph=True, materialize_grads=True
        )
        assert torch.equal(slope[:, :, 6:], torch.zeros_like(slope[:, :, 6:]))
        assert (slope[:, :, :6].abs().sum(dim=(0, 1)) > 0).all()


def test_known_frames_stay_where_they_were_in_training(monkeypatch: pytest.MonkeyPatch) -> None:
    """On the line from their noise to the music, at every step; guidance does not move them."""
    model, seed, seen = build(), music(6), []
    real = model._velocity

    def overheard(x: torch.Tensor, t: torch.Tensor, *told: object) -> torch.Tensor:
        seen.append((x[:, :, :6].clone(), float(t[0])))
        return real(x, t, *told)  # type: ignore[arg-type]

    monkeypatch.setattr(model, "_velocity", overheard)
    model.continue_(seed, 8, rngs(2))
    started = seen[0][0]
    assert len({t for _, t in seen}) == model.config.n_steps
    each = seed.repeat_interleave(model.config.n_ways, dim=0)
    for x, t in seen:
        torch.testing.assert_close(x, torch.lerp(started, each, t))


def test_guidance_by_what_is_known_follows_it_more() -> None:
    """1 is the model's own; more goes on in the same direction, away from nothing known."""
    model, seed = build(), music(6)

    def made(guidance: float) -> torch.Tensor:
        model.config = replace(LatentFlow.tiny, known_guidance=guidance)
        return model.continue_(seed, 8, rngs(2))

    free, own, more = made(0.0), made(1.0), made(2.0)
    torch.testing.assert_close(made(1.0 + 1e-5), own, atol=1e-3, rtol=1e-3)
    likeness = torch.nn.functional.cosine_similarity
    assert likeness((more - own).flatten(), (own - free).flatten(), dim=0) > 0.5


def test_features_are_learnt_as_far_as_they_count() -> None:
    """The loss is the mean of the features' own, each as often as it counts."""
    model, frames = build(), music(16)

    def loss(importance: torch.Tensor | None) -> float:
        batch = Batch(frames, importance=importance)
        return float(model.losses(batch, "model", rngs(1)[0])["total"].detach())

    own = [5 * loss(row) for row in torch.eye(5)]
    assert len({round(value, 4) for value in own}) == 5
    assert loss(torch.ones(5)) == pytest.approx(loss(None), rel=1e-5)
    told = torch.tensor([3.0, 0.5, 0.5, 0.5, 0.5])
    assert loss(told) == pytest.approx(float(torch.tensor(own) @ told) / 5, rel=1e-5)


def test_what_is_known_is_not_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """The loss has no slope with regard to what is said of known frames."""
    model = build()
    known = torch.zeros(2, 16, dtype=torch.bool)
    known[:, 4:9] = True
    monkeypatch.setattr(_flow, "draw_known", lambda *_: known)
    said: list[torch.Tensor] = []
    real = model._velocity

    def overheard(*told: object) -> torch.Tensor:
        said.append(real(*told).detach().requires_grad_())  # type: ignore[arg-type]
        return said[-1]

    monkeypatch.setattr(model, "_velocity", overheard)
    model.losses(Batch(music(16)), "model", rngs(1)[0])["total"].backward()
    slope = said[0].grad
    assert slope is not None
    assert torch.equal(slope[:, :, 4:9], torch.zeros_like(slope[:, :, 4:9]))
    assert (slope[:, :, ~known[0]] != 0).all()


def told(labels: tuple[str, ...], n_channels: int = 5) -> LatentFlow:
    torch.manual_seed(len(labels))
    spec = replace(SPEC, labels=labels, n_channels=n_channels)
    return LatentFlow(LatentFlow.tiny, spec).eval()


def test_labels_are_adopted_by_name() -> None:
    theirs, ours = told(("a", "b")), told(("b", "c", "a"))
    ours.load_state_dict(ours.adopted(theirs.state_dict(), theirs.spec))
    table, old = (one.state_dict()["labels.weight"] for one in (ours, theirs))
    assert torch.equal(table[:, [2, 0]], old)
    assert not table[:, 1].any()
    asked = [flags(one.spec.labels, "b") for one in (ours, theirs)]
    a, b = (
        one.generate(rngs(1), 10, Sampling(labels=flag, guidance=1.5))
        for one, flag in zip((ours, theirs), asked, strict=True)
    )
    torch.testing.assert_close(a, b)


def flags(names: tuple[str, ...], wanted: str) -> torch.Tensor:
    return torch.tensor([name == wanted for name in names])


def test_labels_come_and_go_altogether() -> None:
    none, some = told(()), told(("a",))
    none.load_state_dict(none.adopted(some.state_dict(), some.spec))
    some.load_state_dict(some.adopted(none.state_dict(), none.spec))
    assert not some.state_dict()["labels.weight"].any()


def test_channels_are_adopted_as_one_heard_and_said_by_each() -> None:
    """Of two equal channels, stereo says twice what mono says of one; and back."""
    mono, stereo, again = told((), 5), told((), 10), told((), 5)
    stereo.load_state_dict(stereo.adopted(mono.state_dict(), mono.spec))
    again.load_state_dict(again.adopted(stereo.state_dict(), stereo.spec))
    x, t = music(12), torch.full((2,), 0.4)
    known = torch.arange(12).expand(2, -1) < 4
    one = mono._velocity(x, t, x, known, None)
    both = stereo._velocity(*(x.repeat(1, 2, 1), t, x.repeat(1, 2, 1), known, None))
    torch.testing.assert_close(both, one.repeat(1, 2, 1))
    torch.testing.assert_close(again._velocity(x, t, x, known, None), one)


def test_of_several_ways_the_one_as_lively_as_the_seed_is_gone_on_with() -> None:
    seed = music(6)
    made = {n: build(n_ways=n).continue_(seed, 10, rngs(2)) for n in (1, 2, 16)}
    wanted = movement(seed).log()
    off = {n: (movement(one).log() - wanted).abs() for n, one in made.items()}
    # The first two of the sixteen, to the rounding of products of other sizes.
    assert (off[16] <= off[2] + 1e-4).all()
    assert (off[2] <= off[1] + 1e-4).all()
    assert (off[16] < off[1]).any()


def test_the_way_does_not_depend_on_how_much_is_asked_for() -> None:
    model, seed = build(), music(6)
    longer = model.continue_(seed, 25, rngs(2))
    assert torch.equal(model.continue_(seed, 13, rngs(2)), longer[:, :, :13])
