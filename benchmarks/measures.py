"""What is measured of sets of clips, by the names that the pages show."""

import numpy as np

from clip_sets import Clips
from menura.audio import Clip
from menura.evaluation import metrics
from menura.evaluation.floors import floor_of
from menura.pages.demo import peak_db, rms_db
from menura.systems.streaming import JOIN_S

SETS = ("frechet-spectral", "frechet-mfcc", "onset-density")


def against(held_out: Clips, clips: Clips) -> dict[str, float]:
    """How near they are to the held-out recordings, and how many notes begin."""
    scores = {name: metrics.load(name).score(held_out, clips) for name in SETS}
    return {
        "frechet-spectral": round(scores["frechet-spectral"].value, 1),
        "frechet-mfcc": round(scores["frechet-mfcc"].value, 1),
        "onsets a second": round(scores["onset-density"].details["candidates a second"], 2),
    }


def floors(held_out: Clips, clips: Clips) -> dict[str, float]:
    """What other real music scores, cut to as many and as long pieces as the clips."""
    found = {name: floor_of(metrics.load(name), held_out, clips, seed=0) for name in SETS}
    assert all(found.values()), "two held-out recordings or more are needed"
    measured = {name: floor.measured for name, floor in found.items() if floor}
    return {
        "frechet-spectral": round(measured["frechet-spectral"].value, 1),
        "frechet-mfcc": round(measured["frechet-mfcc"].value, 1),
        "onsets a second": round(measured["onset-density"].details["candidates a second"], 2),
    }


def levels(clips: Clips) -> dict[str, float]:
    return {
        "peak dBFS": round(max(peak_db(clip) for clip in clips.values()), 1),
        "RMS dBFS": round(float(np.mean([rms_db(clip) for clip in clips.values()])), 1),
        "DC": round(float(np.mean([abs(clip.samples.mean()) for clip in clips.values()])), 6),
    }


def copies(train_clips: Clips, clips: Clips) -> dict[str, float]:
    """Nothing of clips that are all silent."""
    memorisation = metrics.load("memorisation")
    if memorisation.unsuited(train_clips, clips):
        return {}
    found = memorisation.score(train_clips, clips)
    return {
        "copies of training windows": round(found.value, 4),
        "nearest × real": round(found.details["median nearest distance × real"], 2),
    }


def continuation(
    held_out: Clips, seeds: Clips, clips: Clips, train_clips: Clips, seed_s: float, new_s: float
) -> dict[str, float]:
    """Related, lively, no copy, no click, no drift. clips: seeds and what follows them."""
    new = {
        name: clip.between(seed_s, min(seed_s + new_s, clip.duration_s))
        for name, clip in clips.items()
    }
    related = metrics.load("seed-relatedness").score(seeds, new)
    onsets = metrics.load("onset-density").score(seeds, new)
    ratios = np.array(drift_curve(held_out, new))
    first = min(10, len(ratios) // 2)
    own = metrics.load("memorisation").score({**seeds, **train_clips}, new)
    n = len(clips)
    return {
        f"nearest to their own seed, of {n}": related.details["nearest to their own seed"],
        "seed relatedness (AUC)": round(related.value, 3),
        "onset density, × all seeds'": round(
            onsets.details["candidates a second"] / onsets.details["reference a second"], 2
        ),
        f"onset density within 2×, of {n}": onsets.details["pairs within a factor of 2"],
        "copies of the seed or of training windows": round(own.value, 4),
        f"joins without a click, of {n}": sum(
            smooth(clip, seeds[name]) for name, clip in clips.items()
        ),
        "drift: worst second, × real": round(float(ratios.max()), 2),
        # The first ten seconds, or the first half; clips that differ in length share the name.
        "drift: late seconds over early ones": round(
            float(ratios[first:].mean() / ratios[:first].mean()), 2
        ),
    }


def drift_curve(held_out: Clips, new: Clips) -> list[float]:
    """How far each second is from real music, × what other real music is."""
    found = metrics.load("drift").score(held_out, new)
    ratios = np.array(found.curves["candidates"]) / np.array(found.curves["reference"])
    return [round(float(ratio), 3) for ratio in ratios]


def smooth(clip: Clip, seed: Clip) -> bool:
    """No step at the join is above the 99.99th percentile of the clip's steps, nor above what the
    seed itself has there: a note that is struck as the new sound comes in is no click. The join is
    from where it comes in, before the seed ends, to 10 ms after: before it, all is the seed's."""
    steps, own = np.abs(np.diff(clip.samples[0])), np.abs(np.diff(seed.samples[0]))
    n_join = round(JOIN_S * clip.sample_rate)
    around = steps[seed.n_samples - n_join : seed.n_samples + round(0.01 * clip.sample_rate)]
    return bool(around.max() <= max(np.percentile(steps, 99.99), own[-n_join:].max()))
