"""The one SQLite database: what must outlive the process that learnt it."""

from menura.store.answers import (
    Answered,
    Answers,
    FullError,
    OtherAnswerError,
    Trial,
    UnknownTrialError,
)
from menura.store.database import Database

__all__ = [
    "Answered",
    "Answers",
    "Database",
    "FullError",
    "OtherAnswerError",
    "Trial",
    "UnknownTrialError",
]
