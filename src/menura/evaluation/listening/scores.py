"""What the raters say of each system, question by question."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from menura.evaluation.listening.agreement import alpha, by_unit
from menura.evaluation.listening.bootstrap import Interval, Raters
from menura.evaluation.listening.opinions import Opinion
from menura.evaluation.listening.questions import POINTS, Question


@dataclass(frozen=True)
class Score:
    """One system on one scale. counts: how often each point was given, from 1."""

    system: str
    points: Interval
    n_answers: int
    n_raters: int
    counts: tuple[int, ...]


@dataclass(frozen=True)
class Difference:
    """By how much `better` is above `worse` on one scale. points: its interval is wide enough for
    those of all pairs of this scale to hold together."""

    better: str
    worse: str
    points: Interval


@dataclass(frozen=True)
class ScaleResult:
    """One question on a scale, the best system first.

    alpha: Krippendorff's, ordinal, of those who are counted; None where it cannot be told.
    alpha_all: of all raters. same_again: the share of repeats that all raters answered alike, to a
    point. Repeats count for nothing else.
    """

    question: Question
    scores: tuple[Score, ...]
    differences: tuple[Difference, ...]
    alpha: float | None
    alpha_all: float | None
    same_again: float | None


def scale_result(
    question: Question,
    given: Sequence[Opinion],
    of_all: Sequence[Opinion],
    raters: Raters,
    again: float | None,
) -> ScaleResult:
    """given: opinions of first times on this question that are counted; of_all: of all raters."""
    of_system: dict[str, list[Opinion]] = {}
    for one in given:
        of_system.setdefault(one.systems[0], []).append(one)
    values = {system: [(o.rater, float(o.value)) for o in of] for system, of in of_system.items()}
    means = {system: raters.mean(points) for system, points in values.items()}
    order = sorted(means, key=lambda system: (-means[system].mean, system))
    return ScaleResult(
        question,
        tuple(_score(system, means[system], of_system[system]) for system in order),
        _differences(order, values, raters),
        _alpha(given),
        _alpha(of_all),
        again,
    )


def _alpha(given: Sequence[Opinion]) -> float | None:
    return alpha(by_unit((one.item, float(one.value)) for one in given), "ordinal")


def _score(system: str, points: Interval, given: Sequence[Opinion]) -> Score:
    counts = tuple(sum(one.value == point for one in given) for point in range(1, POINTS + 1))
    return Score(system, points, len(given), len({one.rater for one in given}), counts)


def _differences(
    order: Sequence[str], values: Mapping[str, list[tuple[int, float]]], raters: Raters
) -> tuple[Difference, ...]:
    pairs = list(combinations(order, 2))
    return tuple(
        Difference(a, b, raters.difference(values[a], values[b], len(pairs))) for a, b in pairs
    )
