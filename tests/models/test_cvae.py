"""Labels in encoder and decoder: what is told is heard, what is not is drawn or guessed."""

from dataclasses import replace

import pytest
import torch
from torch import Tensor

from menura.foundation.devices import Compute
from menura.models._bottleneck import BottleneckConfig
from menura.models.contract import Batch, Relabels, Sampling
from menura.models.cvae import Cvae, _Reversed
from menura.recipes import Training
from menura.recipes import load as load_recipe
from menura.representations import Spec
from menura.training.stepping import Stepper

LABELS = ("down", "up")


def rng(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def a_cvae(**changed: object) -> Cvae:
    torch.manual_seed(0)
    return Cvae(replace(Cvae.tiny, **changed), replace(Cvae.tiny_spec, labels=LABELS))  # type: ignore[arg-type]


def told(n: int = 16, seed: int = 1) -> Batch:
    """Low frames of one label and high ones of the other, with a wave of any phase: what the label
    does not say."""
    labels = torch.eye(2, dtype=torch.bool).repeat(n // 2, 1)
    level = torch.tensor([-0.5, 0.5]).repeat(n // 2)[:, None, None]
    t = torch.arange(16)[None, None] + 16 * torch.rand(n, 1, 1, generator=rng(seed))
    wave = 0.3 * torch.sin(0.4 * t).expand(-1, Cvae.tiny_spec.n_channels, -1)
    return Batch((level + wave).float(), labels=labels)


@pytest.fixture(scope="module")
def trained() -> Cvae:
    model = a_cvae(bottleneck=BottleneckConfig(n_latent=4, kl_weight=0.5))
    stepper = Stepper(model, Training(), Compute("cpu", "float32"), seed=0)
    for step in range(300):
        stepper.step(told(seed=step), step, rate=1.0)
    return model.eval()


def level(frames: Tensor) -> Tensor:
    return frames.mean(dim=(1, 2))


def test_another_label_changes_what_it_says_and_leaves_the_rest(trained: Cvae) -> None:
    assert isinstance(trained, Relabels)
    batch = told(seed=1000)
    own = trained.reconstruct(batch.frames)
    flags = torch.tensor([False, True])
    up = trained.relabelled(batch.frames, flags)
    assert level(up).min() > 0.2
    assert level(trained.relabelled(batch.frames, ~flags)).max() < -0.2
    # Of those that were up already, nothing changes: that is the label which is heard in them.
    torch.testing.assert_close(up[1::2], own[1::2])
    # The wave, which the label does not say, is still that of the piece.
    waves = [(one - level(one)[:, None, None]).mean(dim=1)[::2] for one in (up, batch.frames)]
    alike = torch.nn.functional.cosine_similarity(*waves, dim=1)
    others = torch.nn.functional.cosine_similarity(waves[0], waves[1].roll(1, 0), dim=1)
    assert alike.mean() > 0.8
    assert alike.mean() > others.mean() + 0.2  # phases are any: some are alike by chance


def test_what_is_heard_in_a_piece_is_its_label(trained: Cvae) -> None:
    batch = told(seed=1001)
    guessed = trained._guessed(batch.frames)
    assert batch.labels is not None
    assert torch.equal(guessed.bool(), batch.labels)


def test_labels_that_are_not_asked_for_are_drawn_as_often_as_they_were_heard() -> None:
    model = a_cvae()
    model.frequencies.copy_(torch.tensor([0.25, 0.75]))
    asked = model._asked([rng(n) for n in range(400)], Sampling())
    assert torch.equal(asked.sum(dim=1), torch.ones(400))
    assert asked[:, 1].mean() == pytest.approx(0.75, abs=0.07)


def test_guidance_goes_from_the_label_that_is_drawn_to_the_one_that_is_asked_and_beyond() -> None:
    model = a_cvae()
    model.frequencies.copy_(torch.tensor([1.0, 0.0]))
    wanted = torch.tensor([False, True])
    for guidance, expected in ((0.0, [1.0, 0.0]), (1.0, [0.0, 1.0]), (2.0, [-1.0, 2.0])):
        asked = model._asked([rng()], Sampling(labels=wanted, guidance=guidance))
        assert asked[0].tolist() == expected


def test_pieces_of_two_labels_mix_in_their_labels_too(trained: Cvae) -> None:
    low, high = told(2, seed=3).frames.split(1)
    a, b = trained.to_latent(low), trained.to_latent(high)
    assert a.shape[1] == trained.config.bottleneck.n_latent + 2
    half = trained.mixed(a, b, torch.full((16,), 0.5))
    assert half[0, -2:, 0, 0, 0].tolist() == [0.5, 0.5]
    glide = trained.mixed(a, b, torch.linspace(0, 1, 16))
    assert glide[0, -1, 0, 0, 0] == 0
    assert glide[0, -1, 0, 0, -1] == 1


def test_variations_keep_their_label(trained: Cvae) -> None:
    batch = told(seed=7)
    varied = trained.vary(batch.frames, 1.0, [rng(n) for n in range(16)])
    assert level(varied)[::2].max() < 0 < level(varied)[1::2].min()


def test_the_encoder_is_told_the_labels_of_half_of_the_clips(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    model = a_cvae(untold=0.5)
    heard: list[Tensor] = []
    said = model.encoder.said
    monkeypatch.setattr(model.encoder, "said", lambda h, t: heard.append(t) or said(h, t))
    model.losses(told(400), "model", rng())
    rows = heard[0].sum(dim=1)
    assert set(rows.tolist()) == {0.0, 1.0}
    assert rows.mean() == pytest.approx(0.5, abs=0.1)


def test_gradients_come_back_turned_round() -> None:
    x = torch.tensor([2.0], requires_grad=True)
    (3 * _Reversed.apply(x, 0.5)).sum().backward()  # type: ignore[no-untyped-call]
    assert x.grad is not None
    assert x.grad.item() == -1.5


def test_the_encoder_hides_labels_only_as_long_as_they_are_heard() -> None:
    """From a listener that knows more than how frequent labels are; not from one that knows less,
    from which latents would run away without end."""
    latents = torch.tensor([[1.0, 0, 0, 0], [-1.0, 0, 0, 0]]).repeat(8, 1)
    labels = torch.eye(2).repeat(8, 1)
    for sign, hides in ((1.0, True), (-1.0, False)):
        model = a_cvae(secrecy=2.0)
        model.frequencies.fill_(0.5)
        for layer in model.listener:
            for parameter in layer.parameters():
                torch.nn.init.zeros_(parameter)
        with torch.no_grad():
            model.listener[0].weight[0, 0] = 1.0  # type: ignore[index]
            model.listener[0].weight[1, 0] = -1.0  # type: ignore[index]
            model.listener[2].weight[0, :2] = sign * torch.tensor([3.0, -3.0])  # type: ignore[index]
            model.listener[2].weight[1, :2] = sign * torch.tensor([-3.0, 3.0])  # type: ignore[index]
        asked = latents.clone().requires_grad_()
        model._secret(asked, labels).backward()
        assert asked.grad is not None
        # Downhill is away from what tells: a positive first number says the first label.
        assert (asked.grad[::2, 0] > 0).all() == hides
        assert bool(asked.grad.any()) == hides


def test_the_decoder_alone_learns_to_be_obeyed() -> None:
    """The labels told are those of another clip; what hears them is not moved, and can be later."""
    model, batch = a_cvae(obedience=0.5), told()
    losses = model.losses(batch, "model", rng())
    losses["obeyed"].backward(retain_graph=True)
    assert not any(parameter.grad is not None for parameter in model.encoder.parameters())
    assert any(bool(p.grad.any()) for p in model.decoder.parameters() if p.grad is not None)
    assert all(parameter.requires_grad for parameter in model.encoder.parameters())
    others = {name: value for name, value in losses.items() if name not in ("total", "obeyed")}
    plain = a_cvae().losses(batch, "model", rng())
    assert set(others) == set(plain) - {"total"}
    torch.testing.assert_close(losses["total"], plain["total"] + 0.5 * losses["obeyed"])


def test_it_is_obeyed_when_the_other_label_is_heard() -> None:
    """Clips of two labels in turn: the label of the one before is never a clip's own."""
    model, batch = a_cvae(obedience=0.5), told()
    assert batch.labels is not None
    said = []
    for own in (True, False):
        heard = batch.labels if own else batch.labels.flip(1)
        model.encoder.guess = _Saying(20 * heard.float() - 10)
        said.append(float(model.losses(batch, "model", rng())["obeyed"].detach()))
    assert said[0] == pytest.approx(10, abs=0.01)
    assert said[1] == pytest.approx(0, abs=0.01)


class _Saying(torch.nn.Module):
    """Hears what it was told to, in whatever it is given."""

    def __init__(self, logits: Tensor):
        super().__init__()
        self.logits = logits

    def forward(self, heard: Tensor) -> Tensor:
        return self.logits + 0 * heard.sum(dim=1, keepdim=True)


def test_without_labels_it_is_a_plain_variational_autoencoder() -> None:
    torch.manual_seed(0)
    model = Cvae(Cvae.tiny, Cvae.tiny_spec)
    assert set(model.losses(Batch(told().frames), "model", rng())) == {"total", "error", "kl"}
    assert model.generate([rng()], 16).shape == (1, Cvae.tiny_spec.n_channels, 16)


def test_progress_is_what_is_lost_and_not_what_listeners_hear() -> None:
    model = a_cvae(obedience=0.5).eval()
    losses = model.losses(told(), "model", rng())
    value = model.progress(told(), rng())
    rest = losses["total"] - losses["guess"] - losses["secret"] - 0.5 * losses["obeyed"]
    torch.testing.assert_close(value, rest)
    assert float(value.detach()) >= float(losses["error"].detach())


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"n_window": 18}, "multiple of 4"),
        ({"strides": (2,)}, "as many"),
        ({"kernel": 1}, "reach"),
        ({"untold": 1.5}, "untold"),
        ({"secrecy": -1.0}, "secrecy"),
        ({"obedience": -1.0}, "obedience"),
    ],
)
def test_settings_that_cannot_be_are_refused(changed: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        replace(Cvae.tiny, **changed)  # type: ignore[arg-type]


def test_the_paper_preset_is_as_the_report_has_it() -> None:
    preset = load_recipe("cvae").preset("paper")
    assert preset.sample_rate == 16_000
    assert preset.model.config.n_window == preset.batching.n_frames == 4 * 16_000
    assert preset.label_kinds[0] == "family"
    spec = replace(Cvae.tiny_spec, n_channels=1, hop_length=1, labels=LABELS)
    model = Cvae(replace(preset.model.config, widths=(8, 8, 8, 8)), spec)
    made = model.generate([rng()], 64_000)
    assert made.abs().max() <= 1
    assert made.min() < 0  # a sigmoid's would not be


def test_a_longer_piece_begins_as_a_shorter_one(trained: Cvae) -> None:
    """Also where the label is drawn, of several pieces at once."""
    short = trained.generate([rng(seed) for seed in range(8)], 16)
    long = trained.generate([rng(seed) for seed in range(8)], 70)
    torch.testing.assert_close(long[:, :, :8], short[:, :, :8])


@pytest.mark.parametrize("n_samples", [17, 20, 28, 29, 32, 33])
def test_samples_go_on_to_the_end_of_a_piece(n_samples: int) -> None:
    """However little is past the last whole window: a sample that is held is silence."""
    torch.manual_seed(0)
    model = Cvae(Cvae.tiny, Spec(8000, 1, 1)).eval()
    made = model.generate([rng()], n_samples).detach()
    assert made.shape == (1, 1, n_samples)
    assert (made.diff(dim=2) != 0).all()
    longer = model.generate([rng()], 70).detach()
    n_alike = 12 * (n_samples // 12)  # to where the longer one goes over into a window of its own
    torch.testing.assert_close(longer[:, :, :n_alike], made[:, :, :n_alike])
