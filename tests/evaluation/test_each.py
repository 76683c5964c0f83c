"""The same of each clip in threads: as one after another."""

import threading
from pathlib import Path

import numpy as np
import pytest

from menura.audio import Clip, Tape
from menura.evaluation import each as each_file
from menura.evaluation.cepstra import cepstra
from menura.evaluation.each import each
from menura.evaluation.taped import on_tape
from menura.evaluation.windows import window_embeddings
from tunes import tune

RATE = 16_000


@pytest.fixture(params=[1, 4])
def cores(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(each_file, "n_cores", lambda: request.param)
    return int(request.param)


def test_answers_come_in_order(cores: int) -> None:
    both = threading.Barrier(min(2, cores))  # two at once, where there are cores for it

    def waited(number: int) -> int:
        both.wait(timeout=20)
        return number * number

    assert each(waited, range(8)) == [number * number for number in range(8)]
    assert each(waited, []) == []


def test_an_error_of_one_is_raised(cores: int) -> None:
    def inverse(number: int) -> float:
        return 1 / number

    with pytest.raises(ZeroDivisionError):
        each(inverse, [1, 2, 0, 4])


def test_threads_share_a_tape(cores: int, tmp_path: Path) -> None:
    """Embeddings of clips on one tape are those of the clips in memory, whoever reads first."""
    clips = [Clip(tune(1.5, RATE, seed), RATE) for seed in range(24)]
    with Tape(tmp_path, RATE, 1) as tape:
        taped = [on_tape(tape, clip) for clip in clips]
        for embedded in (cepstra, window_embeddings):
            found = each(embedded, taped)
            for clip, points in zip(clips, found, strict=True):
                np.testing.assert_array_equal(points, embedded(clip))
