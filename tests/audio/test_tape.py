"""Sound longer than memory: taken down on the disk, edited and written block by block."""

import errno
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from menura.audio import Clip, Signal, Tape, exact_length, fade, loop, probe, read, whole, write
from menura.audio.editing import amplified
from menura.audio.writing import FORMATS
from menura.foundation.errors import MenuraError
from tunes import tune

RATE = 8000
EDITS: dict[str, Callable[[Signal], Signal]] = {
    "as it is": lambda s: s,
    "shorter": lambda s: exact_length(s, 0.07),
    "longer": lambda s: exact_length(s, 0.2),
    "faded": lambda s: fade(s, 0.02, 0.05),
    "all fade": lambda s: fade(s, 2.0, 1.0),
    "looped": lambda s: loop(s, 0.03),
    "louder": lambda s: amplified(s, 1.5),
    "all of it": lambda s: amplified(fade(exact_length(loop(s, 0.03), 0.2), 0.1, 0.1), 0.5),
}


def taped(clip: Clip, folder: Path, cuts: list[int]) -> Tape:
    tape = Tape(folder, clip.sample_rate, clip.n_channels)
    for part in np.split(clip.samples, sorted(cuts), axis=1):
        tape.append(part)
    return tape


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS.keys())
@settings(max_examples=25)
@given(
    cuts=st.lists(st.integers(0, 1200), max_size=4),
    n_channels=st.integers(1, 2),
    n_block=st.integers(30, 2000),
)
def test_what_is_read_in_pieces_is_the_whole(
    edit: Callable[[Signal], Signal],
    cuts: list[int],
    n_channels: int,
    n_block: int,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    clip = Clip(tune(0.15, RATE, seed=n_block, n_channels=n_channels), RATE)
    expected = whole(edit(clip)).samples
    with taped(clip, tmp_path_factory.getbasetemp(), cuts) as tape:
        edited = edit(tape)
        assert (edited.n_samples, edited.n_channels) == (expected.shape[1], n_channels)
        parts = list(edited.blocks(n_block))
    np.testing.assert_array_equal(np.concatenate(parts, axis=1), expected)
    assert all(part.shape[1] == n_block for part in parts[:-1])


def test_a_tape_has_no_name_and_can_grow_while_it_is_read(tmp_path: Path) -> None:
    clip = Clip(tune(0.5, RATE, n_channels=2), RATE)
    with taped(clip, tmp_path / "new", []) as tape:
        assert list((tmp_path / "new").iterdir()) == []
        np.testing.assert_array_equal(tape.read(100, 200), clip.samples[:, 100:200])
        tape.append(clip.samples[:, :7])
        np.testing.assert_array_equal(tape.read(4000, 4007), clip.samples[:, :7])
        assert tape.duration_s == pytest.approx(0.5 + 7 / RATE)


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("loudest", [0.5, 1.5])
def test_a_tape_is_written_as_the_clip_is(suffix: str, loudest: float, tmp_path: Path) -> None:
    """Longer than a block, at a rate that mp3 must change, with and without a lowered peak."""
    samples = tune(6.0, 11_127, n_channels=2)
    clip = Clip(samples * np.float32(loudest / np.abs(samples).max()), 11_127)
    a, b = tmp_path / f"a.{suffix}", tmp_path / f"b.{suffix}"
    remarks = write(clip, a)
    with taped(clip, tmp_path, [5, 40_000]) as tape:
        assert write(tape, b) == remarks
    assert len(remarks) == (suffix == "mp3") + (loudest > 1)
    np.testing.assert_array_equal(read(a).samples, read(b).samples)


def test_a_wav_file_past_four_gigabytes_is_an_rf64_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip = Clip(tune(1.0, RATE), RATE)
    monkeypatch.setattr("menura.audio.writing.LARGEST_WAV_BYTES", 2 * RATE - 1)
    write(clip, tmp_path / "a.wav", comment="whence")
    assert probe(tmp_path / "a.wav").format == "RF64"
    np.testing.assert_allclose(read(tmp_path / "a.wav").samples, clip.samples, atol=2e-5)
    monkeypatch.setattr("menura.audio.writing.LARGEST_WAV_BYTES", 2 * RATE)
    write(clip, tmp_path / "a.wav")
    assert probe(tmp_path / "a.wav").format == "WAV"


def test_a_full_disk_is_one_line(tmp_path: Path) -> None:
    with Tape(tmp_path, RATE, 1) as tape:
        tape._file.close()
        tape._file = _Full()  # type: ignore[assignment]
        with pytest.raises(MenuraError, match=r"No space left.*make room on the disk"):
            tape.append(np.zeros((1, 10), np.float32))
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(MenuraError, match="cannot be kept here"):
        Tape(tmp_path / "file" / "folder", RATE, 1)


class _Full:
    """A file on a disk without room."""

    def seek(self, at: int) -> None: ...

    def write(self, data: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    def close(self) -> None: ...
