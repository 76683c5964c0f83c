"""The rater's page in a real browser: played, answered by finger and key, reloaded, cut off."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from browsing import DESK, PHONE, Tab, browser
from listening_site import Site, site, small_test
from menura.evaluation.listening.definition import ANSWERS, ListeningTest
from menura.evaluation.listening.orders import plan
from menura.store import Answered, Answers, Database

pytestmark = pytest.mark.browser

COUNT = "document.querySelector('#count').textContent"


@dataclass(frozen=True)
class Asked:
    """A page that has been opened, and what is behind it."""

    tab: Tab
    server: Site
    test: ListeningTest
    folder: Path


@pytest.fixture
def asked(tmp_path: Path) -> Iterator[Asked]:
    folder = tmp_path / "test"
    test = small_test(folder, n_clips=2, n_repeats=1)
    with site(folder) as server, browser(tmp_path / "profile") as tab:
        tab.screen(PHONE)
        tab.open(server.url)
        tab.wait("!document.querySelector('#begin').disabled")
        yield Asked(tab, server, test, folder)


def given(folder: Path, test: ListeningTest) -> tuple[Answered, ...]:
    database = Database(folder / ANSWERS, make=False)
    try:
        return Answers(database, test.id).all()
    finally:
        database.close()


def listen(tab: Tab, n_sounds: int) -> None:
    for place in range(1, n_sounds + 1):
        tab.touch(f"#sounds > button:nth-child({place})")
        tab.wait(f"document.querySelectorAll('.play.heard').length >= {place}")


def test_a_rater_takes_the_whole_test_by_finger(
    asked: Asked,
) -> None:
    tab, test, folder = asked.tab, asked.test, asked.folder
    tab.touch("#begin")
    trials = plan(test, 0)
    for number, trial in enumerate(trials):
        tab.wait(f"{COUNT} === '{number + 1} of {len(trials)}'")
        kind = test.items[trial.item].kind
        assert tab.run("document.querySelector('#next').disabled")
        assert tab.run("document.querySelector('#answers').disabled"), "not before it is heard"
        tab.touch(".options label")
        assert tab.run("document.querySelectorAll('input:checked').length") == 0
        listen(tab, len(test.items[trial.item].clips))
        for question in range(1, len(test.of_kind(kind)) + 1):
            option = 1 + (number + question) % (2 if kind == "preference" else 5)
            tab.touch(f"#answers > fieldset:nth-child({question}) label:nth-child({option})")
        tab.touch("#next")
    tab.wait("document.querySelector('#saved').textContent.startsWith('All your answers')")
    found = given(folder, test)
    assert [one.position for one in found] == list(range(len(trials)))
    for one in found:
        assert one.trial == trials[one.position]
        n_options = 2 if "prefer" in one.values else 5
        assert list(one.values.values()) == [
            1 + (one.position + question) % n_options for question in range(1, len(one.values) + 1)
        ]
        assert one.plays == len(test.items[one.trial.item].clips)
        assert one.took_s > 0.3
    assert tab.problems == []


def test_a_reload_goes_on_where_it_was_by_key(
    asked: Asked,
) -> None:
    tab, test, folder = asked.tab, asked.test, asked.folder
    tab.screen(DESK)
    tab.press("Enter", "Enter", 13)  # the button that begins has the focus
    for number in range(2):
        tab.wait(f"{COUNT}.startsWith('{number + 1} of')")
        tab.press(" ", "Space", 32)
        tab.wait("document.querySelector('.play.heard')")
        tab.press("4", "Digit4", 52)
        tab.press("2", "Digit2", 50)
        tab.press("Enter", "Enter", 13)
        tab.wait(f"{COUNT}.startsWith('{number + 2} of')")
        tab.reload()
        tab.wait(f"{COUNT}.startsWith('{number + 2} of')")
    assert [dict(one.values) for one in given(folder, test)] == [{"fluent": 4, "good": 2}] * 2
    assert tab.problems == []


def test_answers_wait_in_the_page_while_the_server_is_away(
    asked: Asked,
) -> None:
    """It is killed with a trial on the screen; the answer outlives a reload, too."""
    tab, server, test, folder = asked.tab, asked.server, asked.test, asked.folder
    tab.touch("#begin")
    listen(tab, 1)
    tab.run("fetch(Sound.shown[0].audio.src)")
    server.kill()
    tab.touch("#answers > fieldset:nth-child(1) label:nth-child(3)")
    tab.touch("#answers > fieldset:nth-child(2) label:nth-child(5)")
    tab.touch("#next")
    tab.wait("document.querySelector('#news').textContent.includes('last answer is kept here')")
    assert given(folder, test) == ()
    server.start()
    tab.wait("unsent.all().length === 0")
    assert [dict(one.values) for one in given(folder, test)] == [{"fluent": 3, "good": 5}]
    tab.reload()
    tab.wait(f"{COUNT}.startsWith('2 of')")
    assert tab.run("document.querySelector('#news').textContent") == ""


def test_the_last_answer_is_tried_again_with_pauses(asked: Asked) -> None:
    """The thanks are on the screen, and nothing else asks for it to be sent."""
    tab = asked.tab
    tab.run("for (let n = 0; n < told.trials.length - 1; n++) done.add(n); go()")
    tab.run(
        "window.posts = 0; window.fetch = async () => { posts++; throw new TypeError('away'); }; "
        "unsent.add({rater: me, trial: now, values: {}, took_ms: 1, plays: 1}); "
        "done.add(now); go()"
    )
    tab.wait("!document.querySelector('#end').hidden")
    tab.wait("posts >= 2")  # after a second
    assert tab.run("posts") == 2
    assert "being saved" in str(tab.run("document.querySelector('#saved').textContent"))


ANSWERING = """
window.really ??= window.fetch;
window.fetch = async (where, what) => %s
  ? new Response('%s', {status: %d}) : window.really(where, what);
"""


def test_only_what_the_server_refuses_is_dropped(asked: Asked) -> None:
    """What stands between answers for it; then it is sent, but for a trial that there is not."""
    tab, test, folder = asked.tab, asked.test, asked.folder
    for status, said in ((404, "{}"), (403, '{"reason": "log in"}'), (429, "null"), (200, "{}")):
        tab.run(ANSWERING % ("where.endsWith('answers')", said, status))
        tab.run("unsent.wait_ms = 100000")
        tab.run(
            "memory.set('unsent', JSON.stringify([999, 0].map((trial) => "
            "({rater: me, trial, values: {fluent: 2, good: 4}, took_ms: 1, plays: 1}))))"
        )
        tab.run("unsent.send()")
        assert tab.run("unsent.all().length") == 2, status
    tab.run("document.documentElement.dataset.old = 1")
    tab.run("void (window.fetch = window.really)")
    tab.run("void unsent.send()")
    tab.wait("!document.documentElement.dataset.old && document.readyState === 'complete'")
    tab.wait(f"{COUNT}.startsWith('2 of')")
    assert [dict(one.values) for one in given(folder, test)] == [{"fluent": 2, "good": 4}]


def test_answers_to_another_test_are_kept(asked: Asked) -> None:
    """Another one is served at the address for a while; it never comes to have the answer."""
    tab, test, folder = asked.tab, asked.test, asked.folder
    tab.run("unsent.FIRST_MS = unsent.LAST_MS = unsent.wait_ms = 100")
    tab.run("window.own = memory.test; memory.test = 'f'.repeat(32)")
    tab.run("unsent.add({rater: me, trial: 0, values: {fluent: 2, good: 4}, took_ms: 1, plays: 1})")
    news = "document.querySelector('#news').textContent"
    tab.wait(f"{news}.startsWith('Another test is served here now. Your last answer is kept')")
    assert tab.run("unsent.all().length") == 1
    assert given(folder, test) == ()
    tab.run("void (memory.test = own)")
    tab.wait("unsent.all().length === 0")
    tab.wait(f"{news} === ''")
    assert [dict(one.values) for one in given(folder, test)] == [{"fluent": 2, "good": 4}]


def test_sounds_that_have_been_judged_are_let_go(asked: Asked) -> None:
    tab = asked.tab
    tab.touch("#begin")
    tab.wait(f"{COUNT}.startsWith('1 of')")
    tab.run("void (window.old = Sound.shown[0])")
    tab.run("done.add(now); go()")
    tab.wait(f"{COUNT}.startsWith('2 of')")
    assert tab.run("old.audio.hasAttribute('src')") is False
    assert tab.run("old.audio.paused")
    assert tab.run("Sound.shown[0].audio.hasAttribute('src')")
    assert tab.problems == []


def test_answers_are_remembered_where_the_browser_is_full(asked: Asked) -> None:
    tab = asked.tab
    tab.run("memory.set('unsent', '[1]')")
    tab.run("void (Storage.prototype.setItem = () => { throw new Error('full'); })")
    tab.run("memory.set('unsent', '[]')")
    assert tab.run("memory.get('unsent')") == "[]"


def test_nothing_sticks_out_on_a_phone(asked: Asked) -> None:
    tab = asked.tab
    room = "document.documentElement.scrollWidth <= innerWidth"
    assert tab.run(room)
    tab.touch("#begin")
    tab.wait(f"{COUNT}.startsWith('1 of')")
    assert tab.run(room)
    smallest = (
        "Math.min(...[...document.querySelectorAll('.play, .options label, #next')]"
        ".map((e) => Math.min(e.getBoundingClientRect().height, e.getBoundingClientRect().width)))"
    )
    assert tab.run(smallest) >= 44, "a finger needs 44 pixels"


def test_someone_else_may_follow_on_the_same_device(
    asked: Asked,
) -> None:
    tab, server, test = asked.tab, asked.server, asked.test
    for trial, seen in enumerate(plan(test, 0)):
        kind = test.items[seen.item].kind
        values = {"prefer": 1} if kind == "preference" else {"fluent": 1, "good": 1}
        body = {"rater": tab.run("me"), "trial": trial, "values": values}
        assert server.told("api/answers", body | {"took_ms": 1, "plays": 1})[0] == 200
    tab.reload()
    tab.wait("!document.querySelector('#another').hidden")
    first = tab.run("me")
    tab.touch("#another")
    tab.wait(f"typeof me === 'string' && me !== '{first}' && told")
    assert tab.run("told.answered.length") == 0
