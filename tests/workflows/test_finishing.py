"""What was made becomes what was asked for, or it is said what was not reached."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from menura.audio import Clip, integrated_lufs, true_peak, whole
from menura.workflows.finishing import finish
from menura.workflows.sound import SoundOptions
from tunes import assert_loops, tune

RATE = 8000
LOOP = SoundOptions(loop=True)


@given(st.floats(0.01, 3), st.sampled_from([8000, 11_127, 22_050]))
def test_a_loop_with_enough_made_is_exact(seconds: float, rate: int) -> None:
    n_made = round((seconds + LOOP.over(seconds)) * rate)
    ramp = Clip(np.arange(n_made, dtype=np.float32)[None], rate)
    made, remarks = finish(ramp, seconds, LOOP)
    assert made.n_samples == round(seconds * rate)
    assert remarks == []
    assert whole(made).samples[0, -1] + 1 == whole(made).samples[0, 0], "the start follows the end"


@given(st.integers(2, 20_000), st.none() | st.floats(0.001, 4))
def test_a_loop_of_any_clip_goes_on_at_its_start(n: int, seconds: float | None) -> None:
    ramp = Clip(np.arange(n, dtype=np.float32)[None], RATE)
    made, remarks = finish(ramp, seconds, LOOP)
    n_wanted = n if seconds is None else round(seconds * RATE)
    assert made.n_samples == min(n_wanted, n - min(RATE // 2, n // 3))
    assert bool(remarks) == (made.n_samples < n_wanted)
    if made.n_samples > 1 and n > 3:
        assert whole(made).samples[0, 0] == whole(made).samples[0, -1] + 1


@pytest.mark.parametrize("seconds", [0.3, 0.8, 2.0])
def test_a_loop_of_music(seconds: float) -> None:
    clip = Clip(tune(2.0, RATE), RATE)
    made, _ = finish(clip, seconds, LOOP)
    assert made.duration_s == min(seconds, 1.5)
    assert_loops(whole(made))


def test_the_loop_test_sees_silence_and_jumps() -> None:
    clip = Clip(tune(1.0, RATE), RATE)
    silent = Clip(np.pad(clip.samples, ((0, 0), (0, 4000))), RATE)
    jumping = Clip(np.linspace(0.0, 1.0, RATE, dtype=np.float32)[None], RATE)
    for bad in (silent, jumping):
        with pytest.raises(AssertionError):
            assert_loops(bad)


def test_loudness_is_that_of_the_faded_clip() -> None:
    clip = Clip(tune(3.0, RATE), RATE)
    sound = SoundOptions(fade_in_s=1.0, fade_out_s=1.0, loudness_lufs=-30.0)
    made, remarks = finish(clip, None, sound)
    assert integrated_lufs(made) == pytest.approx(-30.0, abs=0.05)
    assert whole(made).samples[0, 0] == whole(made).samples[0, -1] == 0
    assert remarks == []


def test_fades_that_are_longer_than_the_clip_are_said() -> None:
    clip = Clip(tune(3.0, RATE), RATE)
    _, [remark] = finish(clip, None, SoundOptions(fade_in_s=2.0, fade_out_s=4.0))
    assert remark.endswith("the clip of 3.00 s: they last 1.00 s and 2.00 s")
    assert finish(clip, None, SoundOptions(fade_in_s=1.0, fade_out_s=2.0))[1] == []


@pytest.mark.parametrize(("seconds", "n_remarks"), [(2.0, 0), (3.0, 0), (5.0, 1)])
def test_silence_for_what_was_not_made_is_said(seconds: float, n_remarks: int) -> None:
    made, remarks = finish(Clip(tune(3.0, RATE), RATE), seconds, SoundOptions())
    assert made.duration_s == seconds
    assert len(remarks) == n_remarks
    assert all("3.00 s were made, and silence follows up to the 5 s" in line for line in remarks)


def test_a_loudness_that_the_peak_forbids_is_said() -> None:
    clip = Clip(tune(3.0, RATE), RATE)
    clip.samples[:, 9000] = 1.0
    made, [remark] = finish(clip, None, SoundOptions(loudness_lufs=-8.0))
    assert true_peak(made.blocks()) <= 10 ** (-1 / 20) * 1.0001
    assert f"the loudness is {integrated_lufs(made):.1f} LUFS, not -8" in remark


def test_silence_has_no_loudness_and_that_is_said() -> None:
    silence = Clip(np.zeros((1, RATE), np.float32), RATE)
    made, [remark] = finish(silence, None, SoundOptions(loudness_lufs=-14.0))
    assert not whole(made).samples.any()
    assert "too quiet" in remark
