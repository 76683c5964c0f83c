"""The pages of a flow's sampler and of how it goes on: their rows, seeds and bars."""

import numpy as np

from menura.audio import Clip

RATE = 100


def test_few_looks_and_the_runs_own_way_stand_beside_fifty_steps() -> None:
    from sampling_steps import Way, ways

    own = Way("heun", 6, 3.0)
    assert ways(own) == {
        "euler, 50 steps": Way("euler", 50, 1.0),
        "euler, 8 steps, shift 3": Way("euler", 8, 3.0),
        "heun, 4 steps, shift 3": Way("heun", 4, 3.0),
        "the run's own: heun, 6 steps, shift 3": own,
    }
    assert [way.n_looks for way in ways(own).values()] == [50, 8, 8, 12]
    more = ways(own, steps=[16, 12], shifts=[2.0])
    assert list(more)[4:] == [
        "euler, 16 steps",
        "euler, 12 steps",
        "euler, 8 steps, shift 2",
        "heun, 4 steps, shift 2",
        "euler, 12 steps, shift 2",
    ]


def test_the_bar_of_few_steps_is_on_the_page_with_its_chance() -> None:
    import sampling_steps as steps

    def of(spectral: float, mfcc: float) -> dict[str, float]:
        return {"looks": 8, "frechet-spectral": spectral, "frechet-mfcc": mfcc}

    def thirds(*spectral: float) -> dict[str, list[float]]:
        return {"frechet-spectral": list(spectral), "frechet-mfcc": [1000.0] * 3}

    real = {"frechet-spectral": 50.0, "frechet-mfcc": 900.0}
    counts = {"frechet-spectral": 768, "frechet-mfcc": 24_096}
    page = steps.page(
        {
            "machine": {"cores": 2},
            "run": {"on": "piano", "minutes": 10.0},
            "n": 96,
            "seconds": 8.0,
            "bfloat16": False,
            "samples": {"held out": counts, "a row": counts},
            "rows": {steps.PEER: of(40, 1000), "own": of(42, 900), "real": real},
            "thirds": {steps.PEER: thirds(40, 50, 44), "own": thirds(44, 45, 55)},
        }
    )
    assert "asked: 8 steps within 10 % of 50, at most 1.1 ×" in page
    assert "- own: frechet-spectral 1.05 × (0.90–1.25), frechet-mfcc 0.90 × (1.00–1.00).\n" in page
    assert "| own | 8 | 42 | 44–55 | 900 | 1000–1000 |" in page
    assert "96 clips of 8 s a way (768 windows and 24,096 frames)" in page


def test_seeds_lie_evenly_over_recordings_and_share_no_sound() -> None:
    from continuations import pieces_of

    # Every sample says where it is.
    recordings = {
        "short": Clip(np.arange(150, dtype=np.float32)[None], RATE),
        "long": Clip(1000 + np.arange(1000, dtype=np.float32)[None], RATE),
        "too short": Clip(np.zeros((1, 90), np.float32), RATE),
        "middling": Clip(3000 + np.arange(250, dtype=np.float32)[None], RATE),
    }
    found = pieces_of(recordings, 6, 1.0)
    starts = [float(clip.samples[0, 0]) for clip in found.values()]
    # One of each, then more where there is room. Of the long one three: 700 / 6 at its ends.
    assert starts == [25, 1000 + 116, 3000 + 12, 1000 + 450, 3000 + 137, 1000 + 783]
    assert {clip.n_samples for clip in found.values()} == {100}
    assert list(found) == ["00", "01", "02", "03", "04", "05"]
    assert len(pieces_of(recordings, 30, 1.0)) == 1 + 10 + 2, "no more than there is room for"


def test_the_bars_of_drift_are_on_the_page_for_each_start() -> None:
    import continuations

    curves = {"real": [1.0] * 30, "latent-flow": [1.0] * 20 + [1.2] * 9 + [2.1]}
    rows = {name: {"drift: worst second, × real": max(curve)} for name, curve in curves.items()}
    run = {
        "machine": {"cores": 2},
        "training": {"minutes": 10.0, "minutes of base before": 159.0},
        "continuations": rows,
        "curves": curves,
        "drift of": "log-mel bands, 24 clips at each of 30 seconds",
    }
    fresh = {**run, "training": {"minutes": 10.0}}
    figures = {"recordings": 10, "seeds": 30, "samples": {"frechet-spectral": 1500}}
    page = continuations.page({**figures, "runs": {"none": fresh, "base": run}})
    assert "30 seeds of\n4 s, evenly over them" in page
    assert "(1,500 windows in all)" in page
    assert "Drift is of log-mel bands, 24 clips at each of 30 seconds." in page
    assert (
        "- latent-flow: at the worst second 2.1 × real (asked: below 2 at every second; the "
        "recordings themselves 1).\n"
        "- latent-flow: seconds 21–30 are 1.29 × seconds 11–20 (asked: not rising, at most 1; the "
        "recordings themselves 1)." in page
    )
    from_base, from_nothing = page.split("## From ")[1:]
    assert from_base.startswith("base")
    assert "(159.0 minutes of base before)" in from_base
    assert "before)" not in from_nothing
    assert "(continuations-none.png)" in from_nothing
