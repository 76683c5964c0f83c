"""`reconstruct --label`: the clip as if it had another label; refused where there are none."""

from pathlib import Path

import numpy as np
import pytest

from menura.audio import Clip, read, write
from menura.foundation.errors import UsageError
from menura.workflows.load import load
from menura.workflows.reconstruct import reconstruct
from menura.workflows.train import train
from tunes import folder_of_tunes, tune

RATE = 8000


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny cvae that knows two folders of tunes apart."""
    place = tmp_path_factory.mktemp("relabelling")
    for label in ("calm", "wild"):
        folder_of_tunes(place / "tunes" / label, n_files=3, seconds=3.0)
    train("cvae", place / "tunes", place / "run", preset="tiny", steps=20)
    return place / "run"


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    write(Clip(tune(1.5, RATE, seed=9), RATE), tmp_path / "clip.wav")
    return tmp_path / "clip.wav"


def test_each_label_makes_another_clip_as_long_as_its_own(
    run: Path, clip: Path, tmp_path: Path
) -> None:
    assert load(run).labels == ("calm", "wild")
    files = [
        reconstruct(run, clip, tmp_path / f"{label}.wav", label=label) for label in ("calm", "wild")
    ]
    calm, wild = (read(file).samples for file in files)
    assert calm.shape == wild.shape == (1, round(1.5 * RATE))
    assert not np.allclose(calm, wild)
    own = read(reconstruct(run, clip, tmp_path / "own.wav")).samples
    # Without one, the clip has the label that is heard in it.
    assert np.allclose(own, calm, atol=1e-3) or np.allclose(own, wild, atol=1e-3)


def test_labels_that_are_not_known_are_refused_with_those_that_are(
    run: Path, clip: Path, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match=r"label 'jazz'.*calm, wild"):
        reconstruct(run, clip, tmp_path / "out.wav", label="jazz")
    assert not (tmp_path / "out.wav").exists()


def test_systems_without_labels_refuse_in_a_line(clip: Path, tmp_path: Path) -> None:
    folder = folder_of_tunes(tmp_path / "tunes", n_files=3, seconds=3.0)
    train("spectral-codec", folder, tmp_path / "codec", preset="tiny", steps=2)
    with pytest.raises(UsageError, match="has learnt no labels; leave the option out"):
        reconstruct(tmp_path / "codec", clip, tmp_path / "out.wav", label="calm")
