"""Raters who contradict themselves where they are asked the same again, and the rule that leaves
them out."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from menura.evaluation.listening.opinions import Opinion

NEAR = 1  # points that the second answer may differ by
LEAST = 2  # contradictions; one may be a slip of the finger
SHARE = 1 / 3  # of the answers on scales; for choices, more than half
RULE = (
    "A rater is left out who, asked the same again unawares, answered a scale otherwise by two "
    "points or more on a third of the occasions (and twice at least), or chose the other sound on "
    "more than half of them (and twice at least)."
)


@dataclass(frozen=True)
class Occasions:
    """How often a rater was asked a question again, and answered it otherwise."""

    n: int
    n_contradicted: int


@dataclass(frozen=True)
class Consistency:
    """One rater's repeats, on scales and in choices."""

    rater: int
    scales: Occasions
    choices: Occasions

    @property
    def reason(self) -> str | None:
        """Why the rater is left out, or None."""
        found = []
        if _too_many(self.scales, choices=False):
            found.append(
                f"{self.scales.n_contradicted} of {self.scales.n} scales answered otherwise by "
                "two points or more"
            )
        if _too_many(self.choices, choices=True):
            found.append(
                f"the other sound chosen in {self.choices.n_contradicted} of {self.choices.n} pairs"
            )
        return "; ".join(found) or None


def consistencies(opinions: Iterable[Opinion]) -> list[Consistency]:
    """One for each rater, by number. A repeat counts where both times were answered."""
    every = list(opinions)
    first = {(one.rater, one.position, one.question): one for one in every}
    counts: dict[int, dict[bool, list[bool]]] = {one.rater: {False: [], True: []} for one in every}
    for again in every:
        if again.repeats is None:
            continue
        before = first.get((again.rater, again.repeats, again.question))
        if before is not None:
            apart = abs(again.value - before.value)
            counts[again.rater][again.is_choice].append(apart > (0 if again.is_choice else NEAR))
    return [
        Consistency(rater, _occasions(of[False]), _occasions(of[True]))
        for rater, of in sorted(counts.items())
    ]


def found_by_chance(n_scales: int, n_choices: int, n_points: int = 5) -> float:
    """How probably the rule leaves out one who answers at random.

    n_scales, n_choices: how many questions of each kind are asked again.
    """
    near = n_points + 2 * sum(n_points - apart for apart in range(1, NEAR + 1))
    passes = 1.0
    for n, chance, choices in ((n_scales, 1 - near / n_points**2, False), (n_choices, 0.5, True)):
        passes *= sum(
            math.comb(n, k) * chance**k * (1 - chance) ** (n - k)
            for k in range(n + 1)
            if not _too_many(Occasions(n, k), choices=choices)
        )
    return 1 - passes


def _too_many(occasions: Occasions, *, choices: bool) -> bool:
    if occasions.n_contradicted < LEAST:
        return False
    if choices:
        return 2 * occasions.n_contradicted > occasions.n
    return occasions.n_contradicted >= SHARE * occasions.n - 1e-9


def _occasions(contradicted: list[bool]) -> Occasions:
    return Occasions(len(contradicted), sum(contradicted))
