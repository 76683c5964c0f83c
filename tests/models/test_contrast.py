"""What is made has the contrast of the music in every channel, from whatever start."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
import torch

from menura.foundation.seeds import derive
from menura.models import Batch
from menura.models._contrast import MOST, N_HEARD, N_ROWS, Contrast, Rows, away_from
from menura.models.contract import Sampling
from menura.models.latent_flow import LatentFlow
from menura.representations import Spec

SPEC = Spec(sample_rate=8000, n_channels=5, hop_length=128, labels=("a", "b"))
N_FRAMES, N_KNOWN = LatentFlow.tiny.n_window, LatentFlow.tiny.n_carried


def noise(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def rngs(n: int) -> list[torch.Generator]:
    return [torch.Generator().manual_seed(derive(row, "contrast")) for row in range(n)]


def moments(frames: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    return frames.mean(dim=(0, 2)), frames.std(dim=(0, 2), correction=0)


def batches(n: int = N_HEARD, n_frames: int = N_FRAMES) -> Iterator[Batch]:
    """Half of the rows have label a, a quarter b, a quarter none; each channel is moved and scaled
    by its own number, within what is mended."""
    scale, shift = torch.linspace(0.9, 1.1, 5)[:, None], torch.linspace(-1, 1, 5)[:, None]
    music = scale * noise(n, 5, n_frames) + shift
    flags = torch.tensor([[k % 2 == 0, k % 4 == 1] for k in range(n)])
    for at in range(0, n, 8):
        yield Batch(music[at : at + 8], labels=flags[at : at + 8])


def flow(**settings: object) -> LatentFlow:
    """One that makes of noise what is not far from it: an untrained one would be cut short."""
    torch.manual_seed(0)
    settings = {"known_guidance": 1.0, "n_ways": 1, "n_beginnings": 1, **settings}
    made = LatentFlow(replace(LatentFlow.tiny, **settings), SPEC).eval()  # type: ignore[arg-type]
    made.leave.weight.data *= 0.1
    return made


@pytest.fixture
def calibrated() -> tuple[LatentFlow, torch.Tensor]:
    made = flow()
    with torch.no_grad():
        made.calibrate(batches())
    return made, torch.cat([batch.frames for batch in batches()])


@pytest.mark.parametrize(
    "settings", [{}, {"known_guidance": 2.0}, {"method": "heun", "n_steps": 3}]
)
def test_what_a_calibration_costs_is_known_before(
    settings: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the rows that the network looks at: of a step three times as many."""
    made, n_rows, real = flow(**settings), list[int](), LatentFlow._velocity

    def counted(self: LatentFlow, x: torch.Tensor, *others: torch.Tensor) -> torch.Tensor:
        n_rows.append(len(x))
        return real(self, x, *others)

    monkeypatch.setattr(LatentFlow, "_velocity", counted)
    with torch.no_grad():
        made.calibrate(batches())
    # A quarter of the rows has no labels to be made by.
    assert 0.8 < sum(n_rows) / (3 * 8 * made.calibration_steps(8)) < 1.0


def test_what_was_made_gets_the_contrast_of_the_music_and_keeps_its_mean() -> None:
    made, music = 0.9 * noise(4, 3, 50) + 2, noise(6, 3, 40, seed=1) - 1
    of = Contrast(3)
    of.learn("nothing", [made], [music])
    of.learn("music", [made[:1], made[1:]], [music[:2], music[2:]])
    mean, contrast = moments(made)[0], moments(music)[1]
    for start in ("nothing", "music"):
        torch.testing.assert_close(moments(of.matched(start, made)), (mean, contrast))
    torch.testing.assert_close(of.matched("labels", made), made)


def test_other_faults_than_little_contrast_are_not_mended() -> None:
    music = noise(4, 3, 50)
    made = torch.stack([0.01 * music[:, 0], 100 * music[:, 1], torch.full((4, 50), 3.0)], dim=1)
    of = Contrast(3)
    of.learn("nothing", [made], [music])
    torch.testing.assert_close(of.gain[0], torch.tensor([MOST, 1 / MOST, 1.0]))
    torch.testing.assert_close(moments(of.matched("nothing", made))[0], moments(made)[0])


def test_from_nothing_a_flow_makes_what_has_the_contrast_of_the_music(
    calibrated: tuple[LatentFlow, torch.Tensor],
) -> None:
    made, music = calibrated
    clips = made.generate(rngs(N_ROWS), N_FRAMES)
    torch.testing.assert_close(moments(clips)[1], moments(music)[1], atol=1e-4, rtol=1e-4)


def test_going_on_a_flow_makes_what_has_the_contrast_of_what_followed(
    calibrated: tuple[LatentFlow, torch.Tensor],
) -> None:
    made, music = calibrated
    seed, followed = music[:N_ROWS, :, :N_KNOWN], music[:N_ROWS, :, N_KNOWN:]
    gone_on = made.continue_(seed, N_FRAMES - N_KNOWN, rngs(N_ROWS))
    torch.testing.assert_close(moments(gone_on)[1], moments(followed)[1], atol=1e-4, rtol=1e-4)
    assert not torch.allclose(made.contrast.gain[0], made.contrast.gain[2])  # type: ignore[union-attr]


def test_a_seed_is_looked_at_as_strictly_as_it_is_followed() -> None:
    """Guidance changes the contrast by itself: the gain without it would come on top."""
    made = flow(known_guidance=3.0)
    music = torch.cat([batch.frames for batch in batches()])
    with torch.no_grad():
        made.calibrate(batches())
    seed, followed = music[:N_ROWS, :, :N_KNOWN], music[:N_ROWS, :, N_KNOWN:]
    gone_on = made.continue_(seed, N_FRAMES - N_KNOWN, rngs(N_ROWS))
    torch.testing.assert_close(moments(gone_on)[1], moments(followed)[1], atol=1e-4, rtol=1e-4)


def test_a_variation_has_the_contrast_as_far_as_it_is_new() -> None:
    made = flow()
    assert made.contrast is not None
    music = torch.cat([batch.frames for batch in batches(8)])[:1]
    plain = {strength: made.vary(music, strength, rngs(1)) for strength in (0.5, 1.0)}
    made.contrast.gain[0] = 1.4
    half, whole = (made.vary(music, strength, rngs(1)) for strength in (0.5, 1.0))
    torch.testing.assert_close(whole, 1.4 * plain[1.0])
    torch.testing.assert_close(half, 1.2 * plain[0.5])
    assert torch.equal(made.vary(music, 0.0, rngs(1)), music)


def test_by_labels_it_is_looked_at_as_it_is_played(
    calibrated: tuple[LatentFlow, torch.Tensor],
) -> None:
    """Half of the rows by one label, a quarter by the other; those without any are left out."""
    made, music = calibrated
    flags = torch.cat([batch.labels for batch in batches() if batch.labels is not None])[:N_ROWS]
    clips, heard = [], []
    for labels in ((True, False), (False, True)):
        rows = (flags == torch.tensor(labels)).all(dim=1).nonzero()[:, 0].tolist()
        own = [rngs(N_ROWS)[row] for row in rows]
        asked = Sampling(labels=torch.tensor(labels), guidance=made.usual_guidance())
        clips.append(made.generate(own, N_FRAMES, asked))
        heard.append(music[rows])
    wanted = moments(torch.cat(heard))[1]
    torch.testing.assert_close(moments(torch.cat(clips))[1], wanted, atol=1e-4, rtol=1e-4)


def test_rows_are_grouped_by_all_their_labels() -> None:
    flags = torch.tensor([[1, 0], [1, 1], [0, 0], [1, 0]]).bool()
    rows = Rows.of(
        [Batch(noise(2, 5, 8), labels=flags[:2]), Batch(noise(2, 5, 8), labels=flags[2:])]
    )
    found = {tuple(one.labels.tolist()): one for one in rows.by_labels() if one.labels is not None}
    assert set(found) == {(True, False), (True, True)}
    torch.testing.assert_close(found[True, False].music, rows.music[[0, 3]])
    assert found[True, False].numbers == [0, 3]
    assert not list(Rows.of([Batch(noise(2, 5, 8))]).by_labels())


def test_no_more_rows_are_looked_at_than_needed() -> None:
    asked = []

    def counted() -> Iterator[Batch]:
        for batch in batches(2 * N_HEARD):
            asked.append(batch)
            yield batch

    assert len(Rows.of(counted()).music) == N_HEARD
    assert len(asked) == N_HEARD // 8


def test_what_is_known_stays_as_it_is(calibrated: tuple[LatentFlow, torch.Tensor]) -> None:
    made, music = calibrated
    missing = torch.zeros(N_FRAMES, dtype=torch.bool)
    missing[4:9] = True
    filled = made.inpaint(music[:1], missing, rngs(1))
    assert torch.equal(filled[:, :, ~missing], music[:1][:, :, ~missing])
    assert not torch.equal(filled[:, :, missing], music[:1][:, :, missing])


def test_beside_what_is_known_music_is_left_as_it_comes() -> None:
    """Or the level would step where the two meet."""
    known = torch.zeros(256, dtype=torch.bool)
    assert torch.equal(away_from(known, 256), torch.ones(256))
    known[:96] = True
    known[200:] = True
    share = away_from(known, 256)
    assert not share[known].any()
    torch.testing.assert_close(share[96:112], torch.arange(1, 17) / 16)
    torch.testing.assert_close(share[184:200], torch.arange(16, 0, -1) / 16)
    assert torch.equal(share[112:184], torch.ones(72))
    made, plain = flow(n_window=64), flow(n_window=64)
    assert made.contrast is not None
    made.contrast.gain.fill_(1.4)
    seed = noise(1, 5, N_KNOWN)
    stretched, as_it_comes = (one.continue_(seed, 10, rngs(1)) for one in (made, plain))
    wanted = as_it_comes * (1 + 0.4 * (torch.arange(1, 11) / 4).clamp(max=1))
    torch.testing.assert_close(stretched, wanted)


def test_short_rows_are_gone_on_from_by_half() -> None:
    made = flow()
    with torch.no_grad():
        said = made.calibrate(batches(8, n_frames=6))
    assert made.contrast is not None
    assert made.contrast.gain.isfinite().all()
    assert "from nothing" in said
    assert "from music" in said


def test_another_training_finds_its_own(calibrated: tuple[LatentFlow, torch.Tensor]) -> None:
    theirs, _ = calibrated
    ours, without = flow(), flow(matched=False)
    ours.load_state_dict(ours.adopted(theirs.state_dict(), SPEC))
    assert ours.contrast is not None
    assert torch.equal(ours.contrast.gain, torch.ones_like(ours.contrast.gain))
    assert not ours.contrast.shift.any()
    without.load_state_dict(without.adopted(theirs.state_dict(), SPEC))
    ours.load_state_dict(ours.adopted(without.state_dict(), SPEC))
    assert not without.calibrates
    assert ours.calibrates
