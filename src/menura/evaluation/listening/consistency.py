"""Raters who contradict themselves where they are asked the same again, and the rule that leaves
their answers out.

On a scale an honest rater gives nearly the same points again. In a choice one without a preference
chooses by chance, and so contradicts half of it: only who contradicts all of it goes by the side,
because the sounds have changed places.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from menura.evaluation.listening.opinions import Opinion

NEAR = 1  # points that the second answer may differ by
LEAST = 2  # contradictions on scales; one may be a slip of the finger
SHARE = 1 / 3  # of the answers on scales
LEAST_CHOICES = 4  # asked again, and contradicted all of them
RULE = (
    "A rater is left out who, asked the same again unawares, answered a scale otherwise by two "
    "points or more on a third of the occasions (and twice at least). Of a rater who chose the "
    "other sound whenever a pair came again (four times at least) the choices are left out, and "
    "nothing else."
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
        """Why answers of the rater are left out, or None."""
        found = []
        if _careless_on_scales(self.scales):
            found.append(
                f"{self.scales.n_contradicted} of {self.scales.n} scales answered otherwise by "
                "two points or more"
            )
        if _careless_in_choices(self.choices):
            found.append(
                f"the other sound chosen in {self.choices.n_contradicted} of {self.choices.n} pairs"
            )
        return "; ".join(found) or None

    @property
    def is_testable(self) -> bool:
        """Whether enough was answered again for the rule to find the rater."""
        return self.scales.n >= LEAST or self.choices.n >= LEAST_CHOICES

    def leaves_out(self, opinion: Opinion) -> bool:
        """Whether this answer of the rater is left out: all are for contradictions on scales, for
        those in choices only choices."""
        in_choices = opinion.is_choice and _careless_in_choices(self.choices)
        return in_choices or _careless_on_scales(self.scales)


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
    """How probably the rule finds one who answers at random: on scales or in choices.

    n_scales, n_choices: how many questions of each kind are asked again.
    """
    near = n_points + 2 * sum(n_points - apart for apart in range(1, NEAR + 1))
    chance = 1 - near / n_points**2
    passes = sum(
        math.comb(n_scales, k) * chance**k * (1 - chance) ** (n_scales - k)
        for k in range(n_scales + 1)
        if not _careless_on_scales(Occasions(n_scales, k))
    )
    return 1 - passes * (1 - lost_without_preference(n_choices))


def lost_without_preference(n_choices: int) -> float:
    """How probably the choices are left out of an honest rater who likes both of every pair as
    well, and so chooses by chance. n_choices: how many are asked again."""
    return 0.5**n_choices if n_choices >= LEAST_CHOICES else 0.0


def _careless_on_scales(occasions: Occasions) -> bool:
    enough = occasions.n_contradicted >= LEAST
    return enough and occasions.n_contradicted >= SHARE * occasions.n - 1e-9


def _careless_in_choices(occasions: Occasions) -> bool:
    return occasions.n >= LEAST_CHOICES and occasions.n_contradicted == occasions.n


def _occasions(contradicted: list[bool]) -> Occasions:
    return Occasions(len(contradicted), sum(contradicted))
