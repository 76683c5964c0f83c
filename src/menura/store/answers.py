"""The answers of listening tests: who was asked what, in which order, and what they said."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from menura.foundation.errors import MenuraError
from menura.store.database import Database
from menura.store.tables import AnswerRow, RaterRow, TrialRow


@dataclass(frozen=True)
class Trial:
    """What one rater hears and answers at once.

    item: its number in the test. swapped: the first two sounds change places.
    repeats: position of the trial of the same rater that is asked again; None for a first time.
    """

    item: int
    swapped: bool = False
    repeats: int | None = None


@dataclass(frozen=True)
class Answered:
    """One answered trial. rater: number, from 0. position: in the order of the rater.

    values: question → place of the chosen option, from 1. took_s: from the trial being shown to
    its answers. at: when they were committed, in UTC.
    """

    rater: int
    position: int
    trial: Trial
    values: Mapping[str, int]
    took_s: float
    plays: int
    at: datetime


class UnknownTrialError(MenuraError):
    """There is no such rater, or the rater has no such trial."""


class OtherAnswerError(MenuraError):
    """The trial was answered before, otherwise."""


class FullError(MenuraError):
    """There are as many raters as the test takes."""


class Answers:
    """The answers of one test in a database that may hold those of many."""

    def __init__(self, database: Database, test: str):
        self._database, self._test = database, test

    def enrol(
        self, rater: str, plan: Callable[[int], Sequence[Trial]], *, most: int
    ) -> tuple[Trial, ...]:
        """The rater's trials in order: those written down, or new ones from `plan`, which is told
        the number of the rater.

        Asked again it answers the same. Raises FullError past `most` raters.
        """
        known = self.trials(rater)
        if known:
            return known
        with self._database.writing() as session:
            row = self._rater(session, rater)
            if row is None:
                count = select(func.count()).where(RaterRow.test == self._test)
                number = session.execute(count).scalar_one()
                if number >= most:
                    raise FullError(f"{most} raters have begun, and no more are taken")
                row = RaterRow(test=self._test, rater=rater, number=number, begun_at=_now())
                session.add(row)
                session.flush()
                for position, trial in enumerate(plan(number)):
                    session.add(_row_of(row.id, position, trial))
        return self.trials(rater)

    def trials(self, rater: str) -> tuple[Trial, ...]:
        """The rater's trials in order; none for a rater who is not enrolled."""
        with self._database.reading() as session:
            return tuple(map(_trial_of, session.scalars(self._trials(rater))))

    def answered(self, rater: str) -> tuple[int, ...]:
        """Positions of the trials that the rater has answered."""
        with self._database.reading() as session:
            rows = session.scalars(self._trials(rater))
            return tuple(row.position for row in rows if row.answered_at is not None)

    def record(
        self, rater: str, position: int, values: Mapping[str, int], *, took_ms: int, plays: int
    ) -> None:
        """Write the answers of one trial down. When this returns, they are on the disk.

        The same answers again change nothing. Raises UnknownTrialError, and OtherAnswerError when
        others were given before, which then stay.
        """
        with self._database.writing() as session:
            row = session.scalar(self._trials(rater).where(TrialRow.position == position))
            if row is None:
                raise UnknownTrialError(f"no trial {position} of that rater")
            if row.answered_at is not None:
                found = select(AnswerRow).where(AnswerRow.trial_id == row.id)
                before = {answer.question: answer.value for answer in session.scalars(found)}
                if before != dict(values):
                    raise OtherAnswerError(f"trial {position} was answered otherwise before")
                return
            row.answered_at, row.took_ms, row.plays = _now(), took_ms, plays
            for question, value in values.items():
                session.add(AnswerRow(trial_id=row.id, question=question, value=value))

    def number(self, rater: str) -> int | None:
        """The rater's number, by the order in which they came; None for one who has not."""
        with self._database.reading() as session:
            row = self._rater(session, rater)
            return None if row is None else row.number

    def all(self) -> tuple[Answered, ...]:
        """Every answered trial, by rater and position."""
        answered = (
            select(RaterRow.number, TrialRow, AnswerRow)
            .join(TrialRow, TrialRow.rater_id == RaterRow.id)
            .join(AnswerRow, AnswerRow.trial_id == TrialRow.id)
            .where(RaterRow.test == self._test)
            .order_by(RaterRow.number, TrialRow.position)
        )
        with self._database.reading() as session:
            found: dict[tuple[int, int], tuple[TrialRow, dict[str, int]]] = {}
            for number, trial, answer in session.execute(answered):
                _, values = found.setdefault((number, trial.position), (trial, {}))
                values[answer.question] = answer.value
        return tuple(
            Answered(
                rater=number,
                position=position,
                trial=_trial_of(row),
                values=values,
                took_s=(row.took_ms or 0) / 1000,
                plays=row.plays or 0,
                at=(row.answered_at or datetime.min).replace(tzinfo=UTC),
            )
            for (number, position), (row, values) in found.items()
        )

    def n_trials(self) -> dict[int, int]:
        """Number of each rater who has begun → how many trials there are for them."""
        counted = (
            select(RaterRow.number, func.count(TrialRow.id))
            .join(TrialRow, TrialRow.rater_id == RaterRow.id)
            .where(RaterRow.test == self._test)
            .group_by(RaterRow.number)
        )
        with self._database.reading() as session:
            return {row[0]: row[1] for row in session.execute(counted)}

    def _rater(self, session: Session, rater: str) -> RaterRow | None:
        mine = select(RaterRow).where(RaterRow.test == self._test, RaterRow.rater == rater)
        return session.scalar(mine)

    def _trials(self, rater: str) -> Select[TrialRow]:
        return (
            select(TrialRow)
            .join(RaterRow, TrialRow.rater_id == RaterRow.id)
            .where(RaterRow.test == self._test, RaterRow.rater == rater)
            .order_by(TrialRow.position)
        )


def _row_of(rater_id: int, position: int, trial: Trial) -> TrialRow:
    return TrialRow(
        rater_id=rater_id,
        position=position,
        item=trial.item,
        swapped=trial.swapped,
        repeats=trial.repeats,
        answered_at=None,
        took_ms=None,
        plays=None,
    )


def _trial_of(row: TrialRow) -> Trial:
    return Trial(row.item, row.swapped, row.repeats)


def _now() -> datetime:
    """UTC, without saying so: SQLite keeps no time zones."""
    return datetime.now(UTC).replace(tzinfo=None)
