"""Files that are not MIDI, or no longer: one line each, soon, and never a traceback."""

import os
import time
from pathlib import Path

import numpy as np
import pytest

from menura.audio import UnreadableAudioError, read_score, write_score
from random_scores import tune_of_notes

HEADER = b"MThd\x00\x00\x00\x06\x00\x01\x00\x01\x01\xe0"


def refusal(file: Path) -> str:
    with pytest.raises(UnreadableAudioError) as caught:
        read_score(file)
    assert "\n" not in str(caught.value)
    assert file.name in str(caught.value)
    return caught.value.reason


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "not a MIDI file"),
        (b"RIFF\x10\x00\x00\x00RMIDdata", "plain MIDI file"),
        (b"fLaC" + bytes(100), "not a MIDI file"),
        (b"MThd", "cut short"),
        (HEADER, "cut short"),
        (HEADER[:8] + b"\x00\x02" + HEADER[10:12] + b"\x01\xe0", "cut short"),
        (b"MThd\x00\x00\x00\x06\x00\x02\x00\x00\x01\xe0", "type 2"),
        (b"MThd\x00\x00\x00\x06\x00\x07\x00\x00\x01\xe0", "of type 7"),
        (b"MThd\x00\x00\x00\x06\x00\x01\x00\x00\x00\x00", "gives no time"),
        (b"MThd\x00\x00\x00\x06\x00\x01\x00\x00\xf0\x00", "gives no time"),
        (HEADER + b"MTrk\x00\x00\x00\x04\x00\x90\x3c\x40", ""),
        (HEADER + b"MTrk\x00\x00\x00\x03\x00\x3c\x40", "running status"),
        (HEADER + b"MTrk\x00\x00\x00\x02\x00\xf4", "undefined status"),
        (HEADER + b"XXXX\x00\x00\x00\x00", "no MTrk"),
        (HEADER + b"MTrk\x00\x00\x00\x06\x00\xff\x59\x02\x7f\x00", "key"),
        (HEADER + b"MTrk\x00\x00\x00\x08\x90\x80\x80\x80\x00\x90\x3c\x40", "out of range"),
        (HEADER + b"MTrk\x00\x00\x00\x08\x00\xff\x01\x8f\xff\xff\x7f\x00", "exceeds"),
    ],
)
def test_each_wrong_has_its_line(data: bytes, words: str, tmp_path: Path) -> None:
    file = tmp_path / "wrong.mid"
    file.write_bytes(data)
    if words:
        assert words in refusal(file)
    else:  # a note that nothing ends is no fault
        assert len(read_score(file).notes) == 1


def test_what_is_no_file_is_told(tmp_path: Path) -> None:
    assert "a folder" in refusal(tmp_path)
    assert "no such file" in refusal(tmp_path / "none.mid")
    os.mkfifo(tmp_path / "pipe.mid")
    assert "named pipe" in refusal(tmp_path / "pipe.mid")


def test_large_and_long_files_are_refused_at_once(tmp_path: Path) -> None:
    started = time.monotonic()
    (tmp_path / "large.mid").write_bytes(HEADER + bytes(3 << 20))
    assert "3 MiB" in refusal(tmp_path / "large.mid")
    endless = HEADER + b"MTrk\x00\x1f\xff\x00" + b"\xff" * (2_000_000)
    (tmp_path / "endless.mid").write_bytes(endless)
    assert "number without end" in refusal(tmp_path / "endless.mid")
    day = b"\xff\xff\xff\x7f\x90\x3c\x40\x01\x3c\x00"
    (tmp_path / "long.mid").write_bytes(HEADER + b"MTrk\x00\x00\x00\x0a" + day)
    assert "78 hours" in refusal(tmp_path / "long.mid")
    assert time.monotonic() - started < 5


def test_numbers_just_short_of_endless_take_no_time(tmp_path: Path) -> None:
    numbers = (b"\xff" * 1023 + b"\x00") * 100
    file = tmp_path / "numbers.mid"
    file.write_bytes(HEADER + b"MTrk" + len(numbers).to_bytes(4, "big") + numbers)
    started = time.monotonic()
    refusal(file)
    assert time.monotonic() - started < 5


def test_300_mutations_give_a_score_or_a_line(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    write_score(tmp_path / "whole.mid", tune_of_notes(40))
    whole = np.frombuffer((tmp_path / "whole.mid").read_bytes(), np.uint8)
    file = tmp_path / "mutated.mid"
    n_refused = 0
    started = time.monotonic()
    for i in range(300):
        mutated = whole.copy()
        # Half of them in the headers of the file and of its first track.
        reach = 60 if i % 2 else len(whole)
        places = rng.integers(4, reach, rng.integers(1, 6))
        mutated[places] = rng.integers(0, 256, len(places))
        if i % 5 == 0:
            mutated = mutated[: rng.integers(1, len(whole))]
        file.write_bytes(mutated.tobytes())
        try:
            score = read_score(file)
        except UnreadableAudioError as error:
            n_refused += 1
            assert "\n" not in str(error)  # noqa: PT017 (either outcome is right)
        else:
            assert all(0 <= n.start_s <= n.end_s for n in score.notes)
    assert 30 < n_refused < 300
    assert time.monotonic() - started < 20
