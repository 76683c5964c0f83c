"""The results as a page, a sheet and an object, through the real database."""

import csv
import os
from html.parser import HTMLParser
from pathlib import Path

import pytest

from listening_site import small_test
from menura.evaluation.listening.definition import ANSWERS, ListeningTest
from menura.evaluation.listening.orders import plan
from menura.evaluation.listening.sheet import COLUMNS
from menura.foundation.errors import MenuraError, UsageError
from menura.store import Answers, Database
from menura.workflows.listen.results import listen_results


def answered(folder: Path, n_raters: int = 4) -> ListeningTest:
    """Raters who give alpha-net 4 and beta-net 2, and choose alpha-net; the last one says the
    opposite when asked again."""
    test = small_test(folder)
    database = Database(folder / ANSWERS)
    answers = Answers(database, test.id)
    for number in range(n_raters):
        rater = f"{number:032x}"
        for position, trial in enumerate(answers.enrol(rater, lambda n: plan(test, n), most=99)):
            item = test.items[trial.item]
            other = number == n_raters - 1 and trial.repeats is not None
            if item.kind == "preference":
                values = {"prefer": 1 + (int(trial.swapped) ^ int(other))}
            else:
                points = 4 if (item.systems == ("alpha-net",)) != other else 2
                values = {"fluent": points, "good": points}
            answers.record(rater, position, values, took_ms=1234, plays=2)
    database.close()
    return test


class Words(HTMLParser):
    def __init__(self, page: str):
        super().__init__()
        self.words = ""
        self.feed(page)

    def handle_data(self, data: str) -> None:
        self.words += data + " "


def test_a_page_and_a_sheet(tmp_path: Path) -> None:
    test = answered(tmp_path / "test")
    page, sheet = tmp_path / "o" / "page.html", tmp_path / "o" / "answers.csv"
    found = listen_results(tmp_path / "test", out=page, csv=sheet)
    assert [one.rater for one in found.left_out] == [4]
    words = Words(page.read_text(encoding="utf-8")).words
    for expected in (
        *("A small test: what the raters say", "alpha-net", "Which do you like better?"),
        *("no. 4", "scales answered otherwise", "4.00", "3 raters: intervals drawn from so few"),
    ):
        assert expected in words, expected
    with sheet.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == list(COLUMNS)
    trials = plan(test, 0)
    n_answers = sum(len(test.of_kind(test.items[trial.item].kind)) for trial in trials)
    assert len(rows) == 4 * n_answers
    assert {row["left_out"] for row in rows if row["rater"] == "4"} == {"1"}
    assert {row["left_out"] for row in rows if row["rater"] == "1"} == {"0"}
    points = {row["system"]: row["points"] for row in rows if row["rater"] == "1" and row["points"]}
    assert points == {"alpha-net": "4", "beta-net": "2"}
    chosen = [row for row in rows if row["question"] == "prefer" and row["rater"] == "1"]
    assert {row["chosen"] for row in chosen} == {"alpha-net"}
    for row, trial in zip(rows, trials, strict=False):
        assert row["took_s"] == "1.234"
        assert row["at"].endswith("+00:00")
        assert (row["repeats_position"] == "") == (trial.repeats is None) or row["position"] != "1"


def test_the_same_answers_give_the_same_figures(tmp_path: Path) -> None:
    answered(tmp_path)
    assert listen_results(tmp_path) == listen_results(tmp_path)
    assert listen_results(tmp_path, keep_all=True).scales != listen_results(tmp_path).scales


@pytest.mark.parametrize("ended", [True, False], ids=["a whole file", "half of it in a journal"])
def test_a_folder_that_cannot_be_written_in_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ended: bool
) -> None:
    """Its name is one that an address would misread."""
    test = answered(tmp_path / "a ?#% test")
    folder = tmp_path / "a ?#% test"
    database = Database(folder / ANSWERS)
    answers = Answers(database, test.id)
    if ended:
        database.close()
    else:
        trials = answers.enrol("f" * 32, lambda n: plan(test, n), most=99)
        assert test.items[trials[0].item].kind != "preference"
        answers.record("f" * 32, 0, {"fluent": 1, "good": 1}, took_ms=1, plays=1)
    monkeypatch.setattr(os, "access", lambda path, mode: mode != os.W_OK)
    before = {file: file.stat().st_mtime_ns for file in (folder, folder / ANSWERS)}
    assert listen_results(folder).n_raters == (4 if ended else 5)
    assert {file: file.stat().st_mtime_ns for file in before} == before
    reading = Database(folder / ANSWERS, make=False)
    with pytest.raises(MenuraError, match="readonly"):
        Answers(reading, test.id).enrol("e" * 32, lambda n: plan(test, n), most=99)
    reading.close()
    database.close()


def test_no_answers_are_said(tmp_path: Path) -> None:
    small_test(tmp_path)
    with pytest.raises(MenuraError, match="nobody has answered yet"):
        listen_results(tmp_path)
    assert not (tmp_path / ANSWERS).exists(), "reading makes nothing"
    with pytest.raises(UsageError, match=r"^--out .*page\.txt must end in \.html"):
        listen_results(tmp_path, out=tmp_path / "page.txt")
    with pytest.raises(UsageError, match=r"^--csv .*sheet\.txt must end in \.csv"):
        listen_results(tmp_path, csv=tmp_path / "sheet.txt")
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(UsageError, match=r"^--csv .*folder\.csv is a folder"):
        listen_results(tmp_path, csv=tmp_path / "folder.csv")
    with pytest.raises(UsageError, match=r"^--csv .*test\.json is a file, not a folder"):
        listen_results(tmp_path, csv=tmp_path / "test.json" / "sheet.csv")
    with pytest.raises(MenuraError, match="no listening test"):
        listen_results(tmp_path / "clips")
