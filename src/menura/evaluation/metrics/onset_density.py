"""How many notes begin in a second, against the reference."""

import math
from collections.abc import Mapping

from menura.audio import Clip
from menura.evaluation.fewness import sample
from menura.evaluation.metrics.contract import Clips, Measurement, Metric
from menura.evaluation.onsets import IN_WORDS, onset_times_s
from menura.evaluation.pairing import paired_by_chance, pairs

FEWEST_S = 10.0
FEWEST = 32  # onsets: chance alone moves a count of so many by half a doubling (Poisson, 95 %)
FEWEST_A_SECOND = 0.1  # added to both, so that clips without a note have a ratio


class OnsetDensity(Metric):
    """|log₂ of the ratio of the onsets a second|: 0 equally many, 1 twice or half as many.

    Onsets are those of `evaluation/onsets.py`. Densities are of the whole sets: all onsets over
    all seconds. Where files share names (a continuation and its seed; not in folders by label,
    where names are no pairs), the details also say how many pairs lie within a factor of two.
    Few onsets are many times too many or too few by chance: the reference must have 32, and so
    many that the candidates would have 32 if they had as many a second.
    """

    means = "how many times too few or too many notes begin: 0 equally many, 1 twice or half"
    about = "rhythm"
    ideal = of_itself = 0.0
    higher_is_better = False
    tolerance = 1e-9
    unit = "doublings"

    def score(self, reference: Clips, candidate: Clips) -> Measurement:
        n_real, n_made = _count(reference), _count(candidate)
        real, made = n_real / _seconds(reference), n_made / _seconds(candidate)
        details = {"reference a second": real, "candidates a second": made}
        both = pairs(reference, candidate)
        if both and not paired_by_chance(reference, candidate):
            apart = [abs(_ratio(_density(a), _density(b))) for _, a, b in both]
            details["pairs"] = float(len(both))
            details["pairs within a factor of 2"] = float(sum(value <= 1 for value in apart))
        own = _few(n_real, _seconds(reference), _seconds(candidate))
        few = sample(len(reference), len(candidate), *own)
        return Measurement(
            abs(_ratio(real, made)),
            IN_WORDS,
            "onsets",
            n_real,
            n_made,
            details=details,
            remarks=few.remarks,
            too_few=few.too_few,
            still_compares=few.still_compares,
        )


def _few(n_real: int, real_s: float, made_s: float) -> tuple[str, ...]:
    """The remark that so many onsets in so many seconds, or so many seconds, are too few."""
    if min(real_s, made_s) < FEWEST_S:
        return (
            f"only {min(real_s, made_s):.1f} s of a side: its notes are few; {FEWEST_S:g} s are "
            "needed",
        )
    if n_real < FEWEST:
        notes = "note begins" if n_real == 1 else "notes begin"
        return (f"only {n_real} {notes} in the reference, chance decides; {FEWEST} are needed",)
    if (expected := n_real / real_s * made_s) < FEWEST:
        return (
            f"the candidates are so short that {expected:.0f} notes would begin in as much of the "
            f"reference, chance decides; {FEWEST} are needed",
        )
    return ()


def _ratio(real: float, made: float) -> float:
    return math.log2((made + FEWEST_A_SECOND) / (real + FEWEST_A_SECOND))


def _density(clip: Clip) -> float:
    return len(onset_times_s(clip)) / clip.duration_s


def _count(clips: Mapping[str, Clip]) -> int:
    return sum(len(onset_times_s(clip)) for clip in clips.values())


def _seconds(clips: Mapping[str, Clip]) -> float:
    return math.fsum(clip.duration_s for clip in clips.values())
