"""Long music: side by side, whole or not at all, told while it is made, flat in memory."""

import json
import os
import re
import subprocess
import sys
import textwrap
from collections import namedtuple
from pathlib import Path

import numpy as np
import pytest

from menura.audio import Clip, Tape, read, write
from menura.foundation.errors import MenuraError
from menura.foundation.reporting import Reporter
from menura.systems import TrainedSystem
from menura.workflows import recording
from menura.workflows.continue_ import continue_
from menura.workflows.finishing import finish
from menura.workflows.generate import generate
from menura.workflows.load import load
from menura.workflows.sound import SoundOptions
from menura.workflows.train import train
from tunes import folder_of_tunes, tune

RATE = 8000
ALL = SoundOptions(seconds=1.7, fade_in_s=0.2, fade_out_s=0.4, loudness_lufs=-20.0, seed=3)
LOOP = SoundOptions(seconds=1.7, loop=True, loudness_lufs=-14.0, seed=3)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("recording")
    corpus = folder_of_tunes(place / "tunes")
    train("stft-lstm", corpus, place / "run", preset="tiny", steps=12)
    return place / "run"


@pytest.fixture
def short_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("menura.representations._chunking.PIECE_S", 0.5)


@pytest.mark.usefixtures("short_pieces")
@pytest.mark.parametrize("sound", [ALL, LOOP])
@pytest.mark.parametrize("format", ["wav", "ogg"])
def test_files_are_what_the_whole_clips_would_give(
    run: Path, sound: SoundOptions, format: str, tmp_path: Path
) -> None:
    """The clips in memory, finished and written, beside the files that were taken down."""
    files = generate(
        *(run, tmp_path / "made"),
        n=2,
        sound=SoundOptions(**{**vars(sound), "format": format}),
    )
    assert sound.seconds is not None
    clips = load(run).generate(2, sound.seconds + sound.over(sound.seconds), sound.seed)
    for file, clip in zip(files, clips, strict=True):
        finished, _ = finish(clip, sound.seconds, sound)
        write(finished, tmp_path / f"whole.{format}")
        np.testing.assert_array_equal(
            read(file).samples, read(tmp_path / f"whole.{format}").samples
        )
    assert sorted(path.name for path in (tmp_path / "made").iterdir()) == [f.name for f in files]


@pytest.mark.usefixtures("short_pieces")
def test_how_far_it_is_is_told(run: Path, tmp_path: Path) -> None:
    told: list[tuple[float, float, str]] = []

    class Told(Reporter):
        def progress(self, done: float, total: float, line: str) -> None:
            told.append((done, total, line))

    generate(run, tmp_path, n=2, sound=SoundOptions(seconds=4.0), reporter=Told())
    assert told[0] == (0, 2, "0 of 2 clips made")
    words = re.compile(r"0 of 2 clips made; of the next 2: (\d) of 4 s, \d+ s left")
    parts = [(done / 2, words.fullmatch(line)) for done, _, line in told[1:]]
    assert len(parts) > 2
    assert [share for share, _ in parts] == sorted(share for share, _ in parts)
    for share, found in parts:
        assert 0 < share < 1
        assert found is not None
        assert float(found[1]) == round(4 * share)


@pytest.mark.usefixtures("short_pieces")
@pytest.mark.parametrize("stop", [KeyboardInterrupt, MenuraError])
def test_what_is_stopped_leaves_nothing(
    run: Path, stop: type[BaseException], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    append, n_appended = Tape.append, 0

    def stopped(tape: Tape, samples: np.ndarray) -> None:
        nonlocal n_appended
        n_appended += 1
        if n_appended == 5:
            raise stop("stopped")
        append(tape, samples)

    seed = tmp_path / "seed.wav"
    write(Clip(tune(1.0, RATE), RATE), seed)
    monkeypatch.setattr(Tape, "append", stopped)
    with pytest.raises(stop):
        generate(run, tmp_path, n=2, sound=SoundOptions(seconds=3.0))
    n_appended = 0
    with pytest.raises(stop):
        continue_(run, seed, tmp_path / "out.wav", sound=SoundOptions(seconds=9.0))
    assert n_appended == 5
    assert list(tmp_path.iterdir()) == [seed]


def test_a_disk_without_room_is_refused_before_the_work(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "total used free")
    needed = 2 * 10 * RATE * 6
    monkeypatch.setattr(recording.shutil, "disk_usage", lambda _: usage(0, 0, needed - 1))
    monkeypatch.setattr(TrainedSystem, "_playing", pytest.fail)
    with pytest.raises(MenuraError, match=r"needs about 0.00 GB of disk .* is free; make room"):
        generate(run, tmp_path / "out", n=2, sound=SoundOptions(seconds=10.0))
    assert not (tmp_path / "out").exists()


def test_sixteen_side_by_side(run: Path, tmp_path: Path) -> None:
    files = generate(run, tmp_path, n=16, sound=SoundOptions(seconds=0.5, seed=1))
    [alone] = generate(run, tmp_path / "alone", sound=SoundOptions(seconds=0.5, seed=9))
    np.testing.assert_allclose(read(files[8]).samples, read(alone).samples, atol=2e-3)
    assert len({read(file).samples.tobytes() for file in files}) == 16


@pytest.mark.slow
@pytest.mark.parametrize("verb", ["generate", "continue"])
def test_an_hour_takes_the_memory_of_a_minute(run: Path, verb: str, tmp_path: Path) -> None:
    write(Clip(tune(3.0, RATE), RATE), tmp_path / "seed.wav")
    peaks = [_peak_mb(run, verb, minutes, tmp_path) for minutes in (1, 60)]
    assert peaks[1] - peaks[0] < 20, peaks
    made = tmp_path / ("out.flac" if verb == "continue" else "002.flac")
    assert made.stat().st_size > 1e6


def _peak_mb(run: Path, verb: str, minutes: float, folder: Path) -> float:
    """Peak resident memory of a process of its own that makes and finishes `minutes`."""
    code = """
        import json, resource, sys
        from pathlib import Path
        from menura.workflows.continue_ import continue_
        from menura.workflows.generate import generate
        from menura.workflows.sound import SoundOptions
        run, verb, seconds, folder = sys.argv[1:]
        sound = SoundOptions(
            seconds=float(seconds), fade_out_s=5.0, loudness_lufs=-20.0, format="flac"
        )
        if verb == "generate":
            generate(run, folder, sound=sound)
        else:
            continue_(run, Path(folder) / "seed.wav", Path(folder) / "out.flac", sound=sound)
        print(json.dumps(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024))
    """
    words = [str(run), verb, str(60 * minutes), str(folder)]
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code), *words],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ},
    )
    return float(json.loads(done.stdout))
