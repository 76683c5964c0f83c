"""Answers as what they say: which system was given how many points, or was chosen."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from menura.evaluation.listening.definition import Item, ListeningTest
from menura.foundation.errors import MenuraError
from menura.store import Answered


@dataclass(frozen=True)
class Opinion:
    """The answer of one rater to one question.

    systems: whose sound is judged; two where one of them is chosen.
    value: points from 1, or for a choice 0 or 1: the place of the chosen one in `systems`.
    first_heard: for a choice, the place in `systems` of the sound that was called A.
    repeats: position of the trial that is asked again here, or None.
    """

    rater: int
    position: int
    item: int
    question: str
    systems: tuple[str, ...]
    value: int
    first_heard: int
    repeats: int | None
    took_s: float
    plays: int
    at: datetime

    @property
    def is_choice(self) -> bool:
        return len(self.systems) == 2


def opinions(test: ListeningTest, answered: Iterable[Answered]) -> list[Opinion]:
    """All answers, by rater, position and question. Raises MenuraError where they are not answers
    to this test."""
    return [opinion for one in answered for opinion in _of_trial(test, one)]


def _of_trial(test: ListeningTest, answered: Answered) -> Iterator[Opinion]:
    trial = answered.trial
    if not 0 <= trial.item < len(test.items):
        raise MenuraError(f"an answer to item {trial.item}, which the test does not have")
    item = test.items[trial.item]
    for question, value in answered.values.items():
        yield Opinion(
            rater=answered.rater,
            position=answered.position,
            item=trial.item,
            question=question,
            systems=item.systems,
            value=_chosen(item, value, trial.swapped),
            first_heard=int(trial.swapped),
            repeats=trial.repeats,
            took_s=answered.took_s,
            plays=answered.plays,
            at=answered.at,
        )


def _chosen(item: Item, value: int, swapped: bool) -> int:
    """Points as they are; of two sounds, the place of the chosen one before they were swapped."""
    if item.kind != "preference":
        return value
    return (value - 1) ^ int(swapped)
