"""The two players: what each lowers, the slope of a critic, and when what is made is all alike."""

from dataclasses import replace
from math import log

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from menura.foundation.errors import UsageError
from menura.models._likeness import Likeness
from menura.models._players import Critic, Shape, penalty, shuffled
from menura.models.contract import Batch, Sampling
from menura.models.gan import Gan, GanConfig
from menura.recipes import load as load_recipe
from menura.representations import Spec

SOUND = Spec(sample_rate=8000, n_channels=1, hop_length=1)
SHAPE = Shape(n_features=3, n_frames=24, widths=(8, 4), strides=(2, 3), kernel=5, slope=0.2)


def rng(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def a_critic(**changed: object) -> Critic:
    torch.manual_seed(0)
    settings = {"dropout": 0.0, "shuffle": 0, "biased": True} | changed
    return Critic(SHAPE, **settings)  # type: ignore[arg-type]


def a_gan(**changed: object) -> Gan:
    torch.manual_seed(0)
    return Gan(replace(Gan.tiny, **changed), Gan.tiny_spec)  # type: ignore[arg-type]


def some_frames(n: int = 4, seed: int = 1) -> Tensor:
    return torch.randn(n, 3, 24, generator=rng(seed))


def test_slopes_and_what_is_learnt_from_them_are_those_of_autograd_twice_over() -> None:
    critic, frames = a_critic(), some_frames()
    asked = frames.clone().requires_grad_()
    [wanted] = torch.autograd.grad(critic(asked).sum(), asked, create_graph=True)
    found = critic.slopes(frames)
    torch.testing.assert_close(found, wanted)
    names, weights = zip(*critic.named_parameters(), strict=True)
    moved = torch.autograd.grad(penalty(found), weights, allow_unused=True)
    expected = torch.autograd.grad(penalty(wanted), weights, allow_unused=True)
    for name, ours, theirs in zip(names, moved, expected, strict=True):
        if theirs is None or not theirs.any():  # biases do not turn a slope
            assert ours is None or not ours.any(), name
        else:
            assert ours is not None, name
            torch.testing.assert_close(ours, theirs, atol=1e-6, rtol=1e-4, msg=name)


def test_the_penalty_of_a_linear_critic_is_its_length_less_one_squared() -> None:
    """A critic of one leaky layer that is always on its positive side is linear: w · x + b."""
    shape = Shape(n_features=1, n_frames=6, widths=(1,), strides=(3,), kernel=3, slope=0.2)
    critic = Critic(shape, dropout=0.0, shuffle=0, biased=True)
    step = critic.steps[0]
    assert isinstance(step, nn.Conv2d)
    with torch.no_grad():
        step.weight.copy_(torch.tensor([1.0, 2.0, 2.0]).reshape(1, 1, 1, 3))
        step.bias.fill_(100.0)  # type: ignore[union-attr]
        critic.verdict.weight.copy_(torch.tensor([[0.6, 0.8]]))
    slopes = critic.slopes(torch.randn(5, 1, 6, generator=rng())).detach()
    by_hand = torch.tensor([0.6, 1.2, 1.2, 0.8, 1.6, 1.6])  # its length is 3 · 1
    torch.testing.assert_close(slopes, by_hand.expand(5, 1, 6))
    assert float(penalty(slopes)) == pytest.approx((3 - 1) ** 2, rel=1e-5)


def test_the_penalty_is_taken_between_real_and_made_frames(monkeypatch: pytest.MonkeyPatch) -> None:
    gan = a_gan(loss="wasserstein", penalty=10.0)
    seen: list[Tensor] = []
    slopes = gan.critic.slopes
    monkeypatch.setattr(gan.critic, "slopes", lambda x: seen.append(x) or slopes(x))
    real = torch.full((64, 24, 16), 5.0)
    with torch.no_grad():
        losses = gan.losses(Batch(real), "critic", rng())
    shares = seen[0].mean(dim=(1, 2)) / 5  # made frames are near 0
    assert 0 <= shares.min() < 0.1
    assert 0.9 < shares.max() <= 1.01
    torch.testing.assert_close(losses["total"], losses["apart"] + losses["penalty"])
    assert float(losses["penalty"]) == pytest.approx(
        10 * float(penalty(slopes(seen[0]).detach())), rel=1e-5
    )


class Saying(nn.Module):
    """A critic that says the same of everything."""

    def __init__(self, real: float, made: float):
        super().__init__()
        self.said = real, made

    def forward(self, frames: Tensor, rng: object = None, *, frozen: bool = False) -> Tensor:
        n = len(frames)
        if frozen:
            return torch.full((n,), self.said[1])
        return torch.tensor(self.said).repeat_interleave(n // 2)


def entropy(label: float, said: float) -> float:
    p = 1 / (1 + np.exp(-said))
    return float(-label * np.log(p) - (1 - label) * np.log(1 - p))


def test_real_frames_are_told_as_nine_tenths_and_made_ones_as_nothing() -> None:
    gan = a_gan(label_noise=0.0, penalty=0.0)
    gan.critic = Saying(1.5, -0.7)  # type: ignore[assignment]
    batch = Batch(torch.zeros(6, 24, 16))
    losses = gan.losses(batch, "critic", rng())
    assert float(losses["real"]) == pytest.approx(entropy(0.9, 1.5), rel=1e-5)
    assert float(losses["made"]) == pytest.approx(entropy(0.0, -0.7), rel=1e-5)
    told = gan.losses(batch, "generator", rng())["total"]
    assert float(told) == pytest.approx(log(1 + np.exp(0.7)), rel=1e-5)  # made should be 1


def test_labels_are_noisy_and_no_more_than_asked() -> None:
    gan = a_gan(label_noise=0.05, penalty=0.0)
    gan.critic = Saying(1.0, 1.0)  # type: ignore[assignment]
    losses = gan.losses(Batch(torch.zeros(4000, 24, 16)), "critic", rng())
    for name, label in (("real", 0.9), ("made", 0.0)):
        ends = sorted((entropy(label, 1.0), entropy(label + 0.05, 1.0)))
        mean = float(losses[name])
        assert ends[0] < mean < ends[1], name
        assert mean == pytest.approx(sum(ends) / 2, rel=0.01)


def test_a_wasserstein_critic_sets_real_above_made_and_the_generator_pulls_made_up() -> None:
    gan = a_gan(loss="wasserstein", penalty=0.0)
    gan.critic = Saying(2.0, -1.0)  # type: ignore[assignment]
    batch = Batch(torch.zeros(6, 24, 16))
    assert float(gan.losses(batch, "critic", rng())["total"]) == -3.0
    assert float(gan.losses(batch, "generator", rng())["total"]) == 1.0


def test_the_generator_has_its_turn_after_so_many_of_the_critic() -> None:
    phases = a_gan(critic_turns=5).phases()
    assert list(phases) == ["critic", "generator"]
    turns = [[name for name, phase in phases.items() if phase.has_turn(step)] for step in range(6)]
    assert turns == [["critic", "generator"], *[["critic"]] * 4, ["critic", "generator"]]


def test_the_generators_turn_costs_no_gradient_of_the_critic() -> None:
    gan = a_gan()
    gan.losses(Batch(torch.zeros(4, 24, 16)), "generator", rng())["total"].backward()
    assert all(p.grad is None for p in gan.critic.parameters())


@pytest.mark.parametrize("most", [0, 2])
def test_phase_shuffle_moves_each_row_by_up_to_so_many_and_mirrors_its_ends(most: int) -> None:
    maps = torch.arange(10.0).expand(200, 1, 1, 10)
    moved = shuffled(maps, most, rng()) if most else maps
    by = (moved[:, 0, 0, 5] - 5).long()
    assert set(by.tolist()) == set(range(-most, most + 1))
    for row, shift in zip(moved[:, 0, 0], by, strict=True):
        expected = np.pad(np.arange(10), most, mode="reflect")[most + int(shift) :][:10]
        np.testing.assert_array_equal(row.numpy(), expected)


def test_shuffle_and_dropout_are_of_training_alone() -> None:
    critic, frames = a_critic(dropout=0.5, shuffle=2), some_frames()
    assert torch.equal(critic(frames), critic(frames))
    assert torch.equal(critic(frames, rng(1)), critic(frames, rng(1)))
    assert not torch.equal(critic(frames, rng(1)), critic(frames, rng(2)))
    only_shuffle = a_critic(shuffle=2)
    assert not torch.equal(only_shuffle(frames, rng(1)), only_shuffle(frames, rng(2)))


def test_a_planted_collapse_is_said_and_a_lively_generator_is_not() -> None:
    gan = a_gan()
    real = torch.randn(16, 24, 1, generator=rng(3)) + 0.1 * torch.randn(
        16, 24, 16, generator=rng(4)
    )
    with torch.no_grad():
        gan.generator.spread.weight.mul_(0)  # whatever the noise, one clip
    said = gan.eval().remark(Batch(real), rng())
    assert "mode collapse" in said
    assert "0.00 times" in said
    gan.generator = Echo(real)  # type: ignore[assignment]
    assert gan.remark(Batch(real), rng()) == ""


class Echo(nn.Module):
    """A generator that makes the real clips."""

    def __init__(self, frames: Tensor):
        super().__init__()
        self.frames = frames

    def forward(self, noise: Tensor) -> Tensor:
        return self.frames


@pytest.mark.parametrize("spec", [SOUND, Gan.tiny_spec])
def test_likeness_is_nothing_for_the_same_clips_and_grows_with_what_differs(spec: Spec) -> None:
    seen = Likeness(spec, 1024)
    t = torch.arange(1024) / 8000
    hz = torch.linspace(200, 2000, 8)[:, None, None]
    real = (0.5 * torch.sin(2 * torch.pi * hz * t)).expand(-1, spec.n_channels, -1)
    noise = 0.3 * torch.randn(real.shape, generator=rng())
    assert float(seen.distance(real, real)) == 0
    assert float(seen.distance(real.flip(0), real)) == pytest.approx(0, abs=1e-5)
    assert float(seen.distance(real + 0.1 * noise, real)) > 0
    assert float(seen.distance(real + 0.1 * noise, real)) < float(seen.distance(noise, real))
    assert seen.diversity(real, real) == pytest.approx(1)
    one = real[:1].expand_as(real)
    assert seen.diversity(one, real) < 0.01


def test_a_long_piece_is_windows_faded_into_each_other_without_a_click() -> None:
    """Made of constant windows: a join is a straight line, and of sound, even power."""
    for spec, is_sound in ((SOUND, True), (Gan.tiny_spec, False)):
        torch.manual_seed(0)
        gan = Gan(replace(Gan.tiny, overlap=0.25), spec).eval()
        alone = gan.generate([rng(5)], 16)
        long = gan.generate([rng(5)], 100)
        assert long.shape == (1, spec.n_channels, 100)
        torch.testing.assert_close(long[:, :, :12], alone[:, :, :12])  # up to the first fade
        ones = Gan(replace(Gan.tiny, overlap=0.25), spec).eval()
        with torch.no_grad():
            for step in ones.generator.steps:
                step.weight.zero_()  # type: ignore[operator, union-attr]
        ones.generator.begin(torch.full((spec.n_channels,), 0.5))
        flat = ones.generate([rng(5)], 100)
        assert float(flat.min()) == pytest.approx(0.5, abs=1e-5)
        assert float(flat.max()) == pytest.approx(0.5 * 2**0.5 if is_sound else 0.5, rel=0.02)


def test_at_no_temperature_every_piece_is_the_same() -> None:
    gan = a_gan()
    made = gan.generate([rng(1), rng(2)], 16, Sampling(temperature=0.0))
    assert torch.equal(made[0], made[1])


def test_it_sets_off_from_the_mean_frame() -> None:
    gan = a_gan()
    mean = torch.linspace(-0.8, 0.8, 24)
    gan.begin([Batch(mean[None, :, None] + 0.1 * torch.randn(8, 24, 16, generator=rng()))])
    made = gan.generate([rng(n) for n in range(8)], 16).mean(dim=(0, 2))
    assert (made - mean).abs().mean() < 0.1


def test_windows_of_another_length_are_refused() -> None:
    with pytest.raises(UsageError, match=r"batching\.n_frames must be as many, not 20"):
        a_gan().losses(Batch(torch.zeros(2, 24, 20)), "critic", rng())


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"n_frames": 63}, "multiple of 4"),
        ({"strides": (2,)}, "as many"),
        ({"kernel": 1}, "reach"),
        ({"overlap": 0.6}, "overlap"),
        ({"real_label": 0.0}, "real_label"),
        ({"critic_turns": 0}, "critic_turns"),
        ({"penalty": -1.0}, "penalty"),
    ],
)
def test_settings_that_cannot_be_are_refused(changed: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        replace(Gan.tiny, **changed)  # type: ignore[arg-type]


def test_the_paper_preset_is_as_the_report_has_it() -> None:
    preset = load_recipe("gan").preset("paper")
    config = preset.model.config
    assert isinstance(config, GanConfig)
    assert (config.real_label, config.penalty, config.loss) == (0.9, 10.0, "cross-entropy")
    assert (config.optimizer.name, config.optimizer.learning_rate) == ("adam", 2e-4)
    schedule = config.schedule
    assert (schedule.kind, schedule.decay_steps, schedule.decay_factor) == (
        *("exponential", 10_000, 0.9),
    )
    assert preset.sample_rate * 4 == config.n_frames == 64_000
    assert preset.batching.batch_size == 64
    assert preset.training.clip_value > 0
