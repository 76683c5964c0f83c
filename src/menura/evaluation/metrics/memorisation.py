"""Whether candidates copy the training sound: their nearest windows in the reference."""

import math
from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Bool, Float64, Int

from menura.audio import Clip
from menura.evaluation.metrics.contract import Clips, Measurement, Metric
from menura.evaluation.pairing import require
from menura.evaluation.windows import IN_WORDS, level_free_embeddings, sounding
from menura.foundation import seeds

WINDOWS_A_SECOND = 8  # of the reference: a copy begins at most 1/16 s from one of them
MOST_PROBES = 512  # windows of real music whose own nearest distance is taken
COPY = 0.5  # of the nearest that real music comes to other real music (its 2nd percentile)
NEAREST_PERCENTILE = 2.0
# Seconds of a side: a 2nd percentile is of fifty, and of none in fifty up to 7 % may be.
FEWEST = 50
SAME = 0.03  # of the usual distance of two windows: nearer, they are one recording, coded perhaps
SHOWN = 5

Points = Float64[np.ndarray, "points dimensions"]


class Memorisation(Metric):
    """The share of candidate windows that copy the reference; give the *training* sound as it.

    Each one-second window of the candidates (those of −50 dBFS or more, whatever their level) is
    compared with the reference's, of which eight begin in each second. How near real music comes
    to other real music is known from the reference itself: windows of each file against all other
    files; one that holds the same sound again is passed over. A window is a copy when it is nearer
    than half the 2nd percentile of those distances.
    details: the median nearest distance over real music's own (1: as near as other real music,
    below 0.5 suspicious). The remarks name the copies. Meehan, Chaudhuri & Dasgupta (AISTATS
    2020) give the idea of comparing nearest distances; the threshold is ours.
    """

    means = "what share of the candidates' seconds copies the reference, taken as training sound"
    about = "copying"
    ideal = 0.0
    of_itself = 1.0
    higher_is_better = False
    tolerance = 1e-9
    unit = "of the windows"
    is_share = True
    against = "training"

    def unsuited(self, reference: Clips, candidate: Clips) -> str | None:
        if len(reference) < 2:
            return "the reference is one file; its own likeness needs two or more"
        for side, clips in (("reference", reference), ("candidates", candidate)):
            n_sounding = sum(bool(sounding(clip).any()) for clip in clips.values())
            if n_sounding == 0:
                return f"the {side} have no second of sound above −50 dBFS"
            if n_sounding == 1 and side == "reference":
                return "one file of the reference sounds; its own likeness needs two or more"
        return None

    def score(self, reference: Clips, candidate: Clips) -> Measurement:
        require(self.unsuited(reference, candidate))
        names = sorted(reference)
        parts = [_points(reference[name], WINDOWS_A_SECOND) for name in names]
        known = np.concatenate(parts)
        owner = np.repeat(np.arange(len(names)), [len(part) for part in parts])
        usual, twice = _own_distances(known, owner)
        limit = COPY * float(np.percentile(usual, NEAREST_PERCENTILE))
        made = [_points(candidate[name], 1) for name in sorted(candidate)]
        together, _ = _nearest(np.concatenate(made), known)
        borders = np.cumsum([len(points) for points in made])[:-1]
        distances = dict(zip(sorted(candidate), np.split(together, borders), strict=True))
        n_seconds = sum(-(-len(part) // WINDOWS_A_SECOND) for part in parts)
        few = _few({"candidates": len(together), "reference": n_seconds})
        details = {"copy below": limit}
        if (typical := float(np.median(usual))) > 0:
            details["median nearest distance × real"] = float(np.median(together)) / typical
        return Measurement(
            float((together <= limit).mean()),
            f"level-free {IN_WORDS}",
            "windows",
            len(known),
            len(together),
            details=details,
            remarks=(*few, *_again([names[file] for file in twice]), *_copies(distances, limit)),
            of_each=_shares(distances, limit),
            too_few=bool(few),
        )


def _points(clip: Clip, windows_a_second: int) -> Points:
    """Embeddings of the windows that sound."""
    loud = sounding(clip, windows_a_second)
    points: Points = level_free_embeddings(clip, windows_a_second)[loud]
    return points


def _own_distances(
    known: Points, owner: Int[np.ndarray, "points"]
) -> tuple[Float64[np.ndarray, "_"], list[int]]:
    """Distance of windows of real music to the nearest window of any other file, and which files
    are there again, or a part of them. A copy says nothing of how like other music is: to the
    windows that are in it, its file is none."""
    rng = np.random.default_rng(seeds.derive(0, "memorisation"))
    probes = np.sort(rng.permutation(len(known))[:MOST_PROBES])
    same = SAME * math.sqrt(2 * known.var(axis=0).sum())
    found, twice = [], []
    for file in np.unique(owner[probes]):
        left, others = known[probes[owner[probes] == file]], owner != file
        while len(left) and others.any():
            distances, at = _nearest(left, known, others)
            again = distances <= same
            others = others & ~np.isin(owner, owner[at[again]])
            again |= again.mean() > 0.5  # the whole file, if parts of it are less alike when coded
            found.append(distances[~again])
            left = left[again]
            if len(left) and file not in twice:
                twice.append(int(file))
    # One sound again and again has no likeness of its own: then only equal windows are copies.
    usual = np.concatenate(found)
    return usual if len(usual) else np.zeros(1), twice


def _nearest(
    points: Points,
    known: Float64[np.ndarray, "known dimensions"],
    asked: Bool[np.ndarray, " known"] | None = None,
) -> tuple[Float64[np.ndarray, "points"], Int[np.ndarray, "points"]]:
    """Distance of each point to the nearest of the known that are asked (None: all), and which
    that is."""
    # |a − b|² by its three products needs no array of all differences; the nearest is then
    # measured exactly, because that sum loses what small distances are made of.
    lengths = np.einsum("kd,kd->k", known, known)  # no second array of all
    if asked is not None:
        lengths[~asked] = np.inf
    nearest = np.concatenate(
        [
            (lengths[None] - 2 * points[start : start + 256] @ known.T).argmin(axis=1)
            for start in range(0, len(points), 256)
        ]
        or [np.zeros(0, np.int64)]
    )
    distances: Float64[np.ndarray, "points"] = np.linalg.norm(points - known[nearest], axis=1)
    return distances, nearest


def _few(seconds: Mapping[str, int]) -> tuple[str, ...]:
    """One remark for each side of which too few seconds sound."""
    return tuple(
        f"only {n} s of the {side} sound: what share is a copy is mostly chance; {FEWEST} s are "
        "needed"
        for side, n in seconds.items()
        if n < FEWEST
    )


def _again(names: Sequence[str]) -> tuple[str, ...]:
    if not names:
        return ()
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return (
        f"in the reference more than once, wholly or in part: {', '.join(names[:SHOWN])}{more} "
        "(such copies are not counted as likeness of real music)",
    )


def _shares(distances: Mapping[str, Float64[np.ndarray, "_"]], limit: float) -> dict[str, float]:
    """What each candidate adds to the figure, so that their mean is the figure: its copies over the
    windows that a candidate has on average."""
    usual = sum(len(values) for values in distances.values()) / len(distances)
    return {name: float((values <= limit).sum()) / usual for name, values in distances.items()}


def _copies(distances: Mapping[str, Float64[np.ndarray, "_"]], limit: float) -> tuple[str, ...]:
    counts = {name: int((values <= limit).sum()) for name, values in distances.items()}
    copied = sorted((name for name in counts if counts[name]), key=lambda name: -counts[name])
    said = [f"{name}: {counts[name]} s copy the reference" for name in copied[:SHOWN]]
    if len(copied) > SHOWN:
        said.append(f"and {len(copied) - SHOWN} more files that copy the reference")
    return tuple(said)
