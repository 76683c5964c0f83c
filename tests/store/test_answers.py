"""Answers survive a kill, a failure and many writers at once; nothing foreign is written to."""

import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from menura.foundation.errors import MenuraError
from menura.store import (
    Answers,
    Database,
    FullError,
    OtherAnswerError,
    Trial,
    UnknownTrialError,
)
from menura.store.database import SCHEMA

PLAN = (Trial(4), Trial(2, swapped=True), Trial(4, repeats=0))

# Writes answers and says each number when it is told that it is kept.
WRITER = """
import sys
from pathlib import Path
from menura.store import Answers, Database, Trial
answers = Answers(Database(Path(sys.argv[1])), "t")
answers.enrol("r", lambda number: [Trial(i) for i in range(2000)], most=9)
for number in range(2000):
    answers.record("r", number, {"good": 1 + number % 5}, took_ms=number, plays=1)
    print(number, flush=True)
"""


def answers_in(folder: Path, test: str = "t") -> Answers:
    return Answers(Database(folder / "answers.sqlite"), test)


def test_what_was_written_is_read_as_it_was(tmp_path: Path) -> None:
    answers = answers_in(tmp_path)
    assert answers.enrol("r", lambda number: PLAN, most=9) == PLAN
    answers.record("r", 1, {"good": 3, "fluent": 5}, took_ms=1500, plays=2)
    [found] = answers_in(tmp_path).all()
    assert (found.rater, found.position, found.trial) == (0, 1, PLAN[1])
    assert found.values == {"good": 3, "fluent": 5}
    assert (found.took_s, found.plays) == (1.5, 2)
    assert found.at.utcoffset() is not None
    assert answers.answered("r") == (1,)
    assert answers.n_trials() == {0: 3}


def test_raters_are_numbered_as_they_come_and_keep_their_plan(tmp_path: Path) -> None:
    answers = answers_in(tmp_path)
    for number, rater in enumerate(["x", "y", "z"]):
        assert answers.enrol(rater, lambda n: [Trial(n)], most=3) == (Trial(number),)
    assert answers.enrol("y", lambda n: [Trial(77)], most=3) == (Trial(1),), "not drawn anew"
    with pytest.raises(FullError):
        answers.enrol("w", lambda n: PLAN, most=3)
    assert answers_in(tmp_path, "another test").enrol("x", lambda n: PLAN, most=1) == PLAN


def test_the_same_answer_counts_once_and_another_one_is_refused(tmp_path: Path) -> None:
    answers = answers_in(tmp_path)
    answers.enrol("r", lambda number: PLAN, most=9)
    for _ in range(2):
        answers.record("r", 0, {"good": 3}, took_ms=1, plays=1)
    with pytest.raises(OtherAnswerError):
        answers.record("r", 0, {"good": 4}, took_ms=1, plays=1)
    assert [dict(one.values) for one in answers.all()] == [{"good": 3}]
    for rater, position in (("r", 9), ("nobody", 0)):
        with pytest.raises(UnknownTrialError):
            answers.record(rater, position, {"good": 3}, took_ms=1, plays=1)


def test_what_was_told_to_be_kept_survives_a_kill(tmp_path: Path) -> None:
    file = tmp_path / "answers.sqlite"
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, str(file)], stdout=subprocess.PIPE, text=True
    ) as writer:
        assert writer.stdout is not None
        for _ in range(30):
            told = int(writer.stdout.readline())
        writer.kill()
        told = max([told, *map(int, writer.stdout.read().split("\n")[:-1])])
    found = answers_in(tmp_path).all()
    assert [one.position for one in found[: told + 1]] == list(range(told + 1))
    assert len(found) <= told + 2, "one may be kept that nobody was told of"
    assert all(one.values == {"good": 1 + one.position % 5} for one in found)


def test_a_failure_in_the_middle_leaves_nothing_half_written(tmp_path: Path) -> None:
    answers = answers_in(tmp_path)
    answers.enrol("r", lambda number: PLAN, most=9)

    def broken(number: int) -> list[Trial]:
        raise RuntimeError("on purpose")

    with pytest.raises(RuntimeError):
        answers.enrol("s", broken, most=9)
    assert answers.number("s") is None
    with sqlite3.connect(tmp_path / "answers.sqlite") as other:
        other.execute(
            "CREATE TRIGGER full BEFORE INSERT ON answers WHEN new.question = 'good' "
            "BEGIN SELECT RAISE(ABORT, 'the disk is full'); END"
        )
    with pytest.raises(MenuraError, match="the disk is full"):
        answers.record("r", 0, {"fluent": 1, "good": 1}, took_ms=1, plays=1)
    assert answers.all() == ()
    assert answers.answered("r") == ()
    other.execute("DROP TRIGGER full")
    other.close()
    answers.record("r", 0, {"good": 1}, took_ms=1, plays=1)


def test_many_threads_and_two_processes_write_at_once(tmp_path: Path) -> None:
    mine, theirs = answers_in(tmp_path), answers_in(tmp_path)
    failed: list[BaseException] = []

    def work(answers: Answers, rater: str) -> None:
        try:
            answers.enrol(rater, lambda number: [Trial(i) for i in range(5)], most=99)
            for position in range(5):
                answers.record(rater, position, {"good": 1}, took_ms=1, plays=1)
                answers.answered(rater)
        except BaseException as error:
            failed.append(error)

    threads = [
        threading.Thread(target=work, args=(answers, f"{name}{n}"))
        for n in range(10)
        for name, answers in (("mine", mine), ("theirs", theirs))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert len(mine.all()) == 100
    assert sorted(mine.n_trials()) == list(range(20))


def test_the_disk_has_it_before_it_is_said(tmp_path: Path) -> None:
    database = Database(tmp_path / "a 'strange' name?.sqlite")
    with database.reading() as session:
        told = {
            name: session.connection().exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys", "user_version")
        }
    assert told == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "user_version": SCHEMA,
    }
    database.close()
    assert [file.name for file in tmp_path.iterdir()] == ["a 'strange' name?.sqlite"]


def test_what_is_not_ours_is_refused_and_left_alone(tmp_path: Path) -> None:
    text, foreign, newer = (tmp_path / name for name in ("text", "foreign", "newer"))
    text.write_text("no database, but long enough to be taken for one " * 50)
    with sqlite3.connect(foreign) as connection:
        connection.execute("CREATE TABLE raters (mine)")
    connection.close()
    Database(newer).close()
    with sqlite3.connect(newer) as connection:
        connection.execute(f"PRAGMA user_version = {SCHEMA + 1}")
    connection.close()
    before = {file: file.read_bytes() for file in (text, foreign)}
    for file, words in (
        (text, "cannot be used"),
        (foreign, "not one of Menura's"),
        (newer, "made by a newer Menura"),
        (tmp_path, "cannot be used"),
    ):
        with pytest.raises(MenuraError, match=words):
            Database(file)
    assert {file: file.read_bytes() for file in before} == before
    with pytest.raises(MenuraError, match="there is no such database"):
        Database(tmp_path / "nothing", make=False)
    assert not (tmp_path / "nothing").exists()


def test_who_only_reads_waits_for_nobody(tmp_path: Path) -> None:
    answers = answers_in(tmp_path)
    answers.enrol("r", lambda number: PLAN, most=9)
    other = Database(tmp_path / "answers.sqlite", make=False)
    with answers._database.writing():
        assert Answers(other, "t").trials("r") == PLAN
