"""The tables, and what a row of each is."""

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """All tables of the database."""


class RaterRow(Base):
    """One rater of one listening test. number: 0, 1, 2, … in the order in which they came."""

    __tablename__ = "raters"
    __table_args__ = (UniqueConstraint("test", "rater"), UniqueConstraint("test", "number"))

    id: Mapped[int] = mapped_column(primary_key=True)
    test: Mapped[str]
    rater: Mapped[str]
    number: Mapped[int]
    begun_at: Mapped[datetime]


class TrialRow(Base):
    """One trial as one rater gets it, written down before it is heard.

    The order is kept, not derived anew when it is needed: a later release may draw others.
    item: number of what is judged, in the test. swapped: the first two sounds change places.
    repeats: position of the trial that is asked again here; None where it is asked first.
    answered_at, took_ms, plays: None until it is answered; plays counts all its sounds.
    """

    __tablename__ = "trials"
    __table_args__ = (UniqueConstraint("rater_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    rater_id: Mapped[int] = mapped_column(ForeignKey("raters.id"))
    position: Mapped[int]
    item: Mapped[int]
    swapped: Mapped[bool]
    repeats: Mapped[int | None]
    answered_at: Mapped[datetime | None]
    took_ms: Mapped[int | None]
    plays: Mapped[int | None]


class AnswerRow(Base):
    """The answer to one question of a trial. value: the place of the chosen option, from 1."""

    __tablename__ = "answers"

    trial_id: Mapped[int] = mapped_column(ForeignKey("trials.id"), primary_key=True)
    question: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[int]
