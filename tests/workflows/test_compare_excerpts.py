"""What of the sounds is on the page of a comparison: where the music is new, and not too much."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from menura import audio
from menura.audio import Clip
from menura.evaluation.compare.material import Material
from menura.workflows.compare.excerpts import ALL_S, LEAST_S, MOST_S, excerpt_s, heard_of
from menura.workflows.compare.order import MADE, Entry, Order
from menura.workflows.compare.results import Found, Outcome

RATE = 8000
MAKES = {"generate": 3, "continue": 2, "inpaint": 2, "round-trip": 2}
N_HEARD = 4  # two from nothing, one each of the next, none of the way there and back alone


def facts(ways: dict[str, int]) -> dict[str, Any]:
    made = {way: {"names": [f"{k:03}" for k in range(n)]} for way, n in ways.items()}
    return {"made": {**made, "vary": {"not_made": "too short"}}}


def found(n_systems: int) -> Found:
    outcomes = [Outcome(Entry("stft-lstm", f"{k}"), f"{k}", facts(MAKES)) for k in range(n_systems)]
    failed = Outcome(Entry("gan", "tiny"), "gan", reason="killed")
    order = Order("data", 5.0, 2, 10.0, 0)
    return Found(order, "c", {}, object.__new__(Material), (*outcomes, failed), {})


@pytest.mark.parametrize(
    ("n_systems", "seconds"),
    [(0, MOST_S), (3, MOST_S), (20, ALL_S / (20 * N_HEARD)), (200, LEAST_S)],
)
def test_the_more_sounds_the_shorter_each(n_systems: int, seconds: float) -> None:
    assert excerpt_s(found(n_systems), ALL_S) == pytest.approx(seconds)


def test_an_excerpt_is_where_the_music_is_new(tmp_path: Path) -> None:
    """Each sample says when it is, in clips of 16 s: a ramp from 0 to 0.8."""
    ramp = Clip(np.linspace(0, 0.8, 16 * RATE, dtype=np.float32)[None], RATE)
    for way, n in MAKES.items():
        for k in range(n):
            file = tmp_path / MADE / way / f"{k:03}.flac"
            file.parent.mkdir(parents=True, exist_ok=True)
            audio.write(ramp, file)
    heard = heard_of(facts(MAKES), tmp_path, 6.0, 4.0)
    begins = {one.title: 20 * float(one.clip.samples[0, 0]) for one in heard}
    assert begins == pytest.approx(
        {
            "made from nothing (1)": 0.0,
            "made from nothing (2)": 0.0,
            "gone on with": 2.0,  # a third of it is the end of the seed
            "filled in": 5.0,  # its middle is that of the clip
        },
        abs=0.01,
    )
    assert [one.clip.duration_s for one in heard] == [6.0] * N_HEARD
    whole = heard_of(facts({"continue": 1}), tmp_path, 12.0, 4.0)
    assert float(whole[0].clip.samples[0, 0]) == pytest.approx(0.0, abs=1e-3)
