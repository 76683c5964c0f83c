"""The server: blind, strict, and without a lost answer, whatever becomes of it."""

import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from listening_site import SYSTEMS, Site, site, small_test
from menura.evaluation.listening.definition import ANSWERS, ListeningTest
from menura.evaluation.listening.orders import plan
from menura.foundation.errors import MenuraError
from menura.store import Answers, Database
from menura.workflows.listen.serve import listen_serve

RATER = "ab" * 16


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, ListeningTest, Path]]:
    folder = tmp_path_factory.mktemp("test")
    test = small_test(folder)
    with site(folder) as server:
        yield server, test, folder


def answer(trial: int, values: dict[str, int], rater: str = RATER) -> dict[str, Any]:
    return {"rater": rater, "trial": trial, "values": values, "took_ms": 2500, "plays": 1}


def values_for(kind: str, option: int = 1) -> dict[str, int]:
    return {"prefer": option} if kind == "preference" else {"fluent": option, "good": option}


def test_a_rater_gets_trials_and_sounds_and_nothing_that_says_whose(
    served: tuple[Site, ListeningTest, Path],
) -> None:
    server, test, folder = served
    received = []
    status, page, head = server.ask("")
    received.append(page)
    assert status == 200
    assert "script-src 'sha256-" in page.decode()
    assert head["x-content-type-options"] == "nosniff"
    status, told = server.told("api/raters", {"rater": RATER})
    assert status == 200
    received.append(json.dumps(told).encode())
    trials = plan(test, 0)
    assert told["trials"] == [test.items[trial.item].kind for trial in trials]
    for number, trial in enumerate(trials):
        clips = test.items[trial.item].clips
        heard = []
        for place in range(len(clips)):
            status, sound, head = server.ask(f"sound/{RATER}/{number}/{place}")
            assert (status, head["content-type"]) == (200, "audio/flac")
            assert sound[:4] == b"fLaC"
            heard.append(sound)
            received.append(sound + json.dumps(head).encode())
        files = [(folder / "clips" / f"{name}.flac").read_bytes() for name in clips]
        assert heard == (files[::-1] if trial.swapped else files)
    everything = b"".join(received)
    for secret in (*SYSTEMS, str(folder), *(clip.name for clip in test.clips), "clip0"):
        assert secret.encode() not in everything


def test_a_phone_may_ask_for_a_part_of_a_sound(
    served: tuple[Site, ListeningTest, Path],
) -> None:
    server, *_ = served
    server.told("api/raters", {"rater": RATER})
    whole = server.ask(f"sound/{RATER}/0/0")[1]
    status, part, head = server.ask(f"sound/{RATER}/0/0", headers={"Range": "bytes=10-29"})
    assert (status, part) == (206, whole[10:30])
    assert head["content-range"] == f"bytes 10-29/{len(whole)}"


def test_an_answer_counts_once_and_the_first_one_stays(
    served: tuple[Site, ListeningTest, Path],
) -> None:
    server, test, folder = served
    rater = "cd" * 16
    _, told = server.told("api/raters", {"rater": rater})
    given = answer(0, values_for(told["trials"][0], 2), rater)
    assert server.told("api/answers", given) == (200, {"saved": True})
    assert server.told("api/answers", given) == (200, {"saved": True})
    status, refusal = server.told("api/answers", given | {"values": {"fluent": 2, "good": 1}})
    assert (status, refusal["saved"]) == (409, False)
    _, again = server.told("api/raters", {"rater": rater})
    assert again["answered"] == [0]
    assert again["trials"] == told["trials"], "who comes back finds the same order"
    with_values = [
        one.values
        for one in Answers(Database(folder / ANSWERS), test.id).all()
        if one.trial == plan(test, one.rater)[0] and one.position == 0
    ]
    assert with_values.count(given["values"]) == 1


def test_answers_to_another_test_are_not_for_this_one(
    served: tuple[Site, ListeningTest, Path],
) -> None:
    """A refusal of its own, upon which the page keeps them; then its own test takes them."""
    server, test, _ = served
    rater = "ef" * 16
    status, told = server.told("api/raters", {"rater": rater, "test": "f" * 32})
    assert (status, told["saved"]) == (412, False)
    _, told = server.told("api/raters", {"rater": rater, "test": test.id})
    given = answer(0, values_for(told["trials"][0], 2), rater)
    status, refusal = server.told("api/answers", given | {"test": "f" * 32})
    assert (status, refusal["saved"]) == (412, False)
    assert "another test is served here" in refusal["reason"]
    assert server.told("api/answers", given | {"test": test.id}) == (200, {"saved": True})


WRONG: list[tuple[str, Any, int]] = [
    ("api/answers", answer(0, {"good": 3}), 422),  # not all questions of the trial
    ("api/answers", answer(0, {"good": 3, "fluent": 6}), 422),
    ("api/answers", answer(0, {"good": 0, "fluent": 3}), 422),
    ("api/answers", answer(0, {"good": 3, "fluent": 3, "prefer": 1}), 422),
    ("api/answers", answer(0, {"good": True, "fluent": 3}), 422),
    ("api/answers", answer(999, {"good": 3, "fluent": 3}), 404),
    ("api/answers", answer(-1, {"good": 3, "fluent": 3}), 422),
    ("api/answers", answer(0, {"good": 3, "fluent": 3}, rater="00" * 16), 404),
    ("api/answers", answer(0, {"good": 3, "fluent": 3}, rater="../../etc"), 422),
    ("api/answers", answer(0, {"good": 3, "fluent": 3}) | {"more": 1}, 422),
    ("api/answers", b"{", 422),
    ("api/answers", b"[" * 4000, 400),
    ("api/answers", b" " * 5000, 413),
    ("api/raters", {"rater": "AB" * 16}, 422),
    ("api/raters", {}, 422),
    ("api/nothing", {}, 404),
    ("test.json", None, 404),
    ("answers.sqlite", None, 404),
    ("clips/0000000000000000.flac", None, 404),
    ("../test.json", None, 404),
    ("%2e%2e/test.json", None, 404),
    (f"sound/{RATER}/0/..%2f..%2ftest.json", None, 404),
    (f"sound/{RATER}/0/test.json", None, 422),
    (f"sound/{RATER}/0/1", None, 404),
    (f"sound/{RATER}/0/-1", None, 404),
    (f"sound/{RATER}/-1/0", None, 404),
    (f"sound/{'00' * 16}/0/0", None, 404),
    ("docs", None, 404),
    ("openapi.json", None, 404),
    ("api/raters", None, 405),
]


@pytest.mark.parametrize(("path", "body", "status"), WRONG, ids=range(len(WRONG)))
def test_what_is_not_asked_for_is_refused(
    served: tuple[Site, ListeningTest, Path], path: str, body: Any, status: int
) -> None:
    server, *_ = served
    server.told("api/raters", {"rater": RATER})
    assert server.ask(path, body)[0] == status


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (answer(0, {"good": 3}), 422),
        (answer(0, {"good": 3, "fluent": 3}) | {"more": 1}, 422),
        (answer(999, {"good": 3, "fluent": 3}), 404),
        (b" " * 5000, 413),
    ],
)
def test_a_final_refusal_says_so(
    served: tuple[Site, ListeningTest, Path], body: Any, status: int
) -> None:
    """By which the page knows it from what a proxy says."""
    server, *_ = served
    server.told("api/raters", {"rater": RATER})
    got, told = server.told("api/answers", body)
    assert (got, told["saved"]) == (status, False)
    assert server.told("api/nothing", {})[1] == {"detail": "Not Found"}


def test_a_body_without_a_stated_length_is_cut_off_too(
    served: tuple[Site, ListeningTest, Path],
) -> None:
    import http.client

    connection = http.client.HTTPConnection("127.0.0.1", served[0].port, timeout=20)
    parts = (b"x" * 1000 for _ in range(50))
    connection.request(
        "POST", "/api/answers", parts, encode_chunked=True, headers={"Transfer-Encoding": "chunked"}
    )
    assert connection.getresponse().status == 413
    connection.close()


class Rater(threading.Thread):
    """Does what the page does: sends each answer until it is acknowledged."""

    def __init__(self, server: Site, number: int):
        super().__init__()
        self.server, self.rater = server, f"{number:032x}"
        self.acknowledged: dict[int, dict[str, int]] = {}
        self.n_retries = 0

    def run(self) -> None:
        told = self.until_told("api/raters", {"rater": self.rater})
        for trial, kind in enumerate(told["trials"]):
            values = values_for(kind, 1 + trial % 2)
            self.until_told("api/answers", answer(trial, values, self.rater))
            self.acknowledged[trial] = values

    def until_told(self, path: str, body: Any) -> Any:
        while True:
            try:
                status, told = self.server.told(path, body)
                assert status == 200, told
                return told
            except OSError:  # away, or gone in the middle of a word
                self.n_retries += 1
                time.sleep(0.5)


def test_fifty_raters_lose_no_answer_when_the_server_is_killed(tmp_path: Path) -> None:
    test = small_test(tmp_path, n_clips=2, n_repeats=1)
    server = Site(tmp_path)
    raters = [Rater(server, number) for number in range(50)]
    n_trials = len(plan(test, 0))
    try:
        for rater in raters:
            rater.start()
        for share in (0.2, 0.6):
            while sum(len(rater.acknowledged) for rater in raters) < share * 50 * n_trials:
                time.sleep(0.005)
            before = {rater.rater: dict(rater.acknowledged) for rater in raters}
            server.kill()
            assert missing(tmp_path, test, before) == []
            server.start()
        for rater in raters:
            rater.join(120)
    finally:
        server.stop()
    assert sum(rater.n_retries for rater in raters) > 0, "the kills were felt"
    assert all(len(rater.acknowledged) == n_trials for rater in raters)
    assert missing(tmp_path, test, {rater.rater: rater.acknowledged for rater in raters}) == []
    database = Database(tmp_path / ANSWERS, make=False)
    found = Answers(database, test.id).all()
    database.close()
    times = Counter((one.rater, one.position) for one in found)
    assert set(times.values()) == {1}
    assert len(found) == 50 * n_trials


def missing(
    folder: Path, test: ListeningTest, acknowledged: dict[str, dict[int, dict[str, int]]]
) -> list[tuple[str, int]]:
    """Answers that were acknowledged and are not in the database, or are other ones there."""
    database = Database(folder / ANSWERS, make=False)
    answers = Answers(database, test.id)
    numbers = {rater: answers.number(rater) for rater in acknowledged}
    found = {(one.rater, one.position): dict(one.values) for one in answers.all()}
    database.close()
    return [
        (rater, trial)
        for rater, given in acknowledged.items()
        for trial, values in given.items()
        if found.get((numbers[rater], trial)) != values
    ]


def test_ctrl_c_ends_it_with_what_there_is(tmp_path: Path) -> None:
    small_test(tmp_path)
    with site(tmp_path) as server:
        _, told = server.told("api/raters", {"rater": RATER})
        server.told("api/answers", answer(0, values_for(told["trials"][0])))
        status, said = server.stop()
    assert status == 0
    assert "1 rater has answered 1 trial;" in said
    assert not list(tmp_path.glob("*-wal")), "the journal is folded in"


def test_a_test_that_lacks_a_sound_is_not_served(tmp_path: Path) -> None:
    test = small_test(tmp_path)
    (tmp_path / "clips" / f"{test.clips[0].name}.flac").unlink()
    with pytest.raises(MenuraError, match=r"flac: is not there; copy the whole folder again"):
        listen_serve(tmp_path)
