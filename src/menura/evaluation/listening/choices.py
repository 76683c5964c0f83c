"""Which of two systems raters like better, and whether that could be chance."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from menura.evaluation.listening.agreement import alpha, by_unit
from menura.evaluation.listening.bootstrap import Interval, Raters
from menura.evaluation.listening.opinions import Opinion
from menura.evaluation.listening.questions import Question


@dataclass(frozen=True)
class Duel:
    """Two systems. share: of the answers that chose `better`; n_better of n_answers.

    p: the exact binomial test, two-sided, of the answers against even chances. It takes answers
    as independent, which those of one rater are not: p_raters is that of raters, each counted for
    the system chosen more often (those who chose both as often are not counted).
    p_all: `p_raters` corrected for as many pairs as there are (Holm, 1979).
    """

    better: str
    worse: str
    share: Interval
    n_better: int
    n_answers: int
    n_raters: int
    p: float
    p_raters: float
    p_all: float


@dataclass(frozen=True)
class Standing:
    """One system against all others: the share of its duels that it won."""

    system: str
    share: Interval
    n_answers: int


@dataclass(frozen=True)
class ChoiceResult:
    """A question of choices. alpha: Krippendorff's, nominal, of every pair both ways round: which
    of a pair comes first means nothing, and must not change it; of those who are counted.
    alpha_all: of all raters. same_again: the share of repeats that all raters answered alike.
    share_a: how often the sound called A was chosen, whosever it was; far from a half, raters may
    have gone by place and not by sound. p_place: how often chance alone would part raters so, each
    counted for the place chosen more often."""

    question: Question
    standings: tuple[Standing, ...]
    duels: tuple[Duel, ...]
    alpha: float | None
    alpha_all: float | None
    same_again: float | None
    share_a: float
    p_place: float


def choice_result(
    question: Question,
    given: Sequence[Opinion],
    of_all: Sequence[Opinion],
    raters: Raters,
    again: float | None,
) -> ChoiceResult:
    """given: opinions of first times on this question that are counted, at least one; of_all: of
    all raters."""
    of_pair: dict[tuple[str, ...], list[Opinion]] = {}
    won: dict[str, list[tuple[int, float]]] = {}
    for one in given:
        of_pair.setdefault(one.systems, []).append(one)
        for place, system in enumerate(one.systems):
            won.setdefault(system, []).append((one.rater, float(one.value == place)))
    duels = [_duel(pair, of, raters) for pair, of in of_pair.items()]
    standings = [Standing(name, raters.mean(of), len(of)) for name, of in won.items()]
    return ChoiceResult(
        question,
        tuple(sorted(standings, key=lambda one: (-one.share.mean, one.system))),
        tuple(sorted(_corrected(duels), key=lambda duel: (-duel.share.mean, duel.better))),
        alpha(_both_ways(given), "nominal"),
        alpha(_both_ways(of_all), "nominal"),
        again,
        sum(one.value == one.first_heard for one in given) / len(given),
        _by_raters(given, [one.value == one.first_heard for one in given]),
    )


def _both_ways(given: Sequence[Opinion]) -> list[list[float]]:
    units = by_unit((one.item, float(one.value)) for one in given)
    return [*units, *([1 - value for value in unit] for unit in units)]


def _duel(pair: tuple[str, ...], given: Sequence[Opinion], raters: Raters) -> Duel:
    n_second = sum(one.value for one in given)
    better = int(2 * n_second > len(given))
    wins = [(one.rater, float(one.value == better)) for one in given]
    n_better = sum(one.value == better for one in given)
    p_raters = _by_raters(given, [one.value == better for one in given])
    return Duel(
        better=pair[better],
        worse=pair[1 - better],
        share=raters.mean(wins),
        n_better=n_better,
        n_answers=len(given),
        n_raters=len({one.rater for one in given}),
        p=_even(n_better, len(given)),
        p_raters=p_raters,
        p_all=p_raters,
    )


def _by_raters(given: Sequence[Opinion], won: Sequence[bool]) -> float:
    """p of the sign test of raters: each is one for or against, and none where both are as many.
    won: of each opinion, which of two it is for."""
    lead: dict[int, int] = {}
    for one, is_won in zip(given, won, strict=True):
        lead[one.rater] = lead.get(one.rater, 0) + (1 if is_won else -1)
    ahead, behind = sum(n > 0 for n in lead.values()), sum(n < 0 for n in lead.values())
    return _even(ahead, ahead + behind)


def _even(n_won: int, n: int) -> float:
    from scipy.stats import binomtest  # here, because it takes half a second to import

    return float(binomtest(n_won, n, 0.5).pvalue) if n else 1.0


def _corrected(duels: Sequence[Duel]) -> list[Duel]:
    """Holm's step-down: the smallest of m is multiplied by m, the next by m − 1, never falling."""
    order = sorted(duels, key=lambda duel: duel.p_raters)
    least, corrected = 0.0, []
    for place, duel in enumerate(order):
        least = max(least, min(1.0, (len(order) - place) * duel.p_raters))
        corrected.append(replace(duel, p_all=least))
    return corrected
