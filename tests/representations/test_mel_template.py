"""A template's own scaling is used on the way back, and only there."""

from pathlib import Path

import pytest
import torch

from menura.audio import Clip, write
from menura.foundation.errors import MenuraError
from menura.representations import Representation
from menura.representations.log_mel import LogMel
from menura.representations.mfcc import Mfcc
from tunes import tune

RATE = 22_050
SOUND = torch.from_numpy(tune(1.0, RATE, seed=9))[None]


def fitted(
    kind: type[LogMel] | type[Mfcc], template: str, low: float, high: float
) -> LogMel | Mfcc:
    config = kind.Config(
        template=template, normalisation="range", bounds=(low, high), n_iter=0, n_mels=40
    )
    part = kind(config, RATE)
    part.fit(torch.from_numpy(tune(1.0, RATE, seed)) for seed in (1, 2))
    return part


@pytest.fixture
def template(tmp_path: Path) -> Path:
    path = tmp_path / "template.wav"
    write(Clip(0.3 * tune(1.0, RATE, seed=1), RATE), path)
    return path


@pytest.mark.parametrize("kind", [LogMel, Mfcc])
@pytest.mark.parametrize("bounds", [(-1.0, 1.0), (-2.0, 2.0)])
def test_it_scales_the_way_back_alone(
    kind: type[LogMel] | type[Mfcc], bounds: tuple[float, float], template: Path
) -> None:
    plain, other = fitted(kind, "", *bounds), fitted(kind, str(template), *bounds)
    frames = plain.encode(SOUND)
    torch.testing.assert_close(other.encode(SOUND), frames, rtol=0, atol=0)
    assert not torch.equal(other.decode(frames), plain.decode(frames))
    # Its smallest and largest values come out where the bounds are.
    raw = other.analyse(other._template_sound())
    ends = torch.tensor(bounds)[None, None].expand(1, other.n_features, 2)
    back = other.normaliser.invert(ends)
    torch.testing.assert_close(back.amin(), raw.amin(), rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(back.amax(), raw.amax(), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("kind", [LogMel, Mfcc])
def test_what_is_saved_needs_no_file(kind: type[LogMel] | type[Mfcc], template: Path) -> None:
    part = fitted(kind, str(template), -1.0, 1.0)
    template.unlink()
    again: Representation = kind(part.config, RATE)
    again.load_state_dict(part.state_dict())
    frames = part.encode(SOUND)
    torch.testing.assert_close(again.decode(frames), part.decode(frames), rtol=0, atol=0)


def test_a_missing_template_is_named_in_one_line(tmp_path: Path) -> None:
    missing = tmp_path / "gone.wav"
    with pytest.raises(MenuraError) as refusal:
        fitted(LogMel, str(missing), -1.0, 1.0)
    assert "gone.wav" in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_a_silent_template_is_refused(tmp_path: Path) -> None:
    """Its scaling would be any."""
    write(Clip(torch.zeros(1, RATE).numpy(), RATE), tmp_path / "silent.wav")
    with pytest.raises(MenuraError, match=r"silent\.wav: this template is silent"):
        fitted(Mfcc, str(tmp_path / "silent.wav"), -1, 1)
