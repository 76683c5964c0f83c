"""The page of a comparison in a real browser: heard, sorted, columns chosen; on a phone as well."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from browsing import DESK, PHONE, Tab, browser
from menura.audio import Clip
from menura.pages.compare import Compared, Entrant, Heard, Measure, Tried, compare_page
from menura.pages.sortable import Value

pytestmark = pytest.mark.browser

N = 22
SIDES = {"sound": 8, "pitch": 6, "rhythm": 3}
SOUND = [f"sound-{k}" for k in range(SIDES["sound"])]


def story(n: int) -> Compared:
    """n systems with sounds and a table of 17 measures; the last one is the best, the first
    failed."""
    rng = np.random.default_rng(0)
    names = [f"a-rather-long-name-{k:02}" for k in range(n)]
    measures = [
        Measure(f"{side}-{k}", "lower", "how far", "64 bands", "", side)
        for side, many in SIDES.items()
        for k in range(many)
    ]
    entrants = [Entrant(names[0], "there was no memory")]
    for name in names[1:]:
        noise = (0.1 * rng.standard_normal((1, 8000))).astype(np.float32)
        heard = [Heard(f"made from nothing ({k})", Clip(noise, 8000)) for k in range(5)]
        figures: dict[str, float | None] = {"trained (min)": 5.0, "steps": 100.0}
        entrants.append(Entrant(name, figures=figures, heard=tuple(heard)))
    tried = Tried(
        title="Made from nothing",
        words="Clips that begin by themselves.",
        measures=tuple(measures),
        rows={
            name: {m.name: Value(100.0 * (n - k), 50.0, 9999.0) for m in measures}
            for k, name in enumerate(names)
            if k
        },
        real={m.name: Value(1.0) for m in measures},
        ranks={name: float(n - k) for k, name in enumerate(names) if k},
    )
    return Compared(
        *("some piano", 5.0, (), (), tuple(entrants), (tried,), (), ()),
        machine={"cores": "2"},
        limits="",
    )


@pytest.fixture(scope="module")
def tab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tab]:
    place = tmp_path_factory.mktemp("page")
    page = compare_page(story(N)).write(place / "page.html")
    with browser(place / "profile") as tab:
        tab.screen(DESK)
        tab.open(page.as_uri())
        yield tab
        assert tab.problems == []


def seen(tab: Tab, table: int) -> list[str]:
    """The names of the columns that are shown."""
    found: list[str] = tab.run(
        f"[...document.querySelectorAll('table.sortable')[{table}].tHead.rows[0].cells]"
        ".filter((h) => h.offsetWidth).map((h) => h.innerText.split('↓')[0].trim())"
    )
    return found


def sounding(tab: Tab) -> list[str]:
    playing: Any = tab.run(
        "[...document.querySelectorAll('audio')].filter((a) => !a.paused && a.currentTime > 0)"
        ".map((a) => a.getAttribute('aria-label'))"
    )
    return list(playing)


def test_a_click_on_play_is_heard_and_stops_the_other(tab: Tab) -> None:
    """The last player of the page too: there are more of them than a browser has ready at once."""
    tab.run("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    tab.run(
        "[...document.querySelectorAll('audio')].forEach((a, n) => { a.id = `p${n}`; a.loop = 1; })"
    )
    n_players = tab.run("document.querySelectorAll('audio').length")
    assert n_players == 5 * (N - 1) > 75
    for number in (0, n_players - 1):
        assert tab.run(f"p{number}.paused")
        tab.click(f"#p{number}", from_left=20)
        tab.wait(f"p{number}.currentTime > 0.05 && !p{number}.paused")
        assert sounding(tab) == [tab.run(f"p{number}.getAttribute('aria-label')")]
    tab.run(f"p{n_players - 1}.pause()")


def test_many_sounds_one_after_the_other_all_play(tab: Tab) -> None:
    """Whoever listens to a hundred does not come to an end of the players."""
    heard = tab.run(
        "(async () => { let n = 0; for (const a of document.querySelectorAll('audio')) {"
        "await a.play(); n += !a.paused; a.pause(); } return n; })()"
    )
    assert heard == 5 * (N - 1)


def test_columns_are_shown_a_side_of_the_music_at_a_time(tab: Tab) -> None:
    assert seen(tab, 1) == ["system", *SOUND]
    tab.click(".choose ~ h2 ~ .choose [data-group=rhythm]")
    assert seen(tab, 1) == ["system", "rhythm-0", "rhythm-1", "rhythm-2"]
    assert seen(tab, 0) == ["system", "made from nothing"], "other tables stay as they were"
    tab.click(".choose ~ h2 ~ .choose [data-group='']")
    assert len(seen(tab, 1)) == 1 + sum(SIDES.values())
    tab.click(".choose ~ h2 ~ .choose [data-group=sound]")
    assert seen(tab, 1) == ["system", *SOUND]


def test_a_column_that_was_chosen_is_sorted_by(tab: Tab) -> None:
    tab.click(".choose ~ h2 ~ .choose [data-group=pitch]")
    rows = (
        "[...document.querySelectorAll('table.sortable')[1].tBodies[1].rows]"
        ".map((r) => r.cells[0].innerText)"
    )
    best_first = tab.run(rows)
    assert best_first[0] == f"a-rather-long-name-{N - 1:02}"
    for _ in range(2):
        tab.run(
            "document.querySelectorAll('table.sortable')[1]"
            ".querySelector('th[data-group=pitch] button').click()"
        )
    assert tab.run(rows) == best_first[::-1]
    tab.click(".choose ~ h2 ~ .choose [data-group=sound]")
    assert tab.run(rows) == best_first[::-1], "the rows stay as they were sorted"


def test_words_over_a_row_reach_over_the_columns_that_are_shown(tab: Tab) -> None:
    spans = "document.querySelector('.instead').colSpan"
    assert tab.run(spans) == 1
    tab.click(".choose [data-group='training and speed']")
    assert (seen(tab, 0), tab.run(spans)) == (["system", "trained (min)", "steps"], 2)
    tab.click(".choose [data-group=ranks]")


def test_a_name_leads_to_its_sounds_and_opens_them(tab: Tab) -> None:
    tab.run("document.querySelectorAll('details').forEach((d) => { d.open = false; })")
    name = "hear-a-rather-long-name-05"
    for _ in range(2):  # and again, when it was closed since
        tab.click(f"a[href='#{name}']")
        tab.wait(f"document.getElementById('{name}').open")
        tab.wait("scrollY > 100")
        tab.run(f"document.getElementById('{name}').open = false; scrollTo(0, 0)")


def test_heads_stay_in_sight_where_a_table_fits(tab: Tab) -> None:
    tab.screen(DESK)
    tab.click(".choose ~ h2 ~ .choose [data-group=rhythm]")
    tab.run("document.querySelectorAll('table.sortable')[1].rows[15].scrollIntoView()")
    top = "document.querySelectorAll('table.sortable')[1].tHead.rows[0].cells[1]"
    assert abs(tab.run(f"{top}.getBoundingClientRect().top")) < 1


def test_on_a_phone_the_names_stay_where_they_are(tab: Tab) -> None:
    tab.screen(PHONE)
    assert tab.run("document.documentElement.scrollWidth - innerWidth") <= 0
    tab.touch(".choose ~ h2 ~ .choose [data-group=sound]")
    place = "document.querySelectorAll('.table')[1]"
    name = f"{place}.querySelector('tbody.sorted th')"
    assert tab.run(f"{place}.scrollWidth > {place}.clientWidth")
    before = tab.run(f"{name}.getBoundingClientRect().left")
    tab.run(f"{place}.scrollLeft = 200")
    tab.wait(f"{place}.scrollLeft === 200")
    assert tab.run(f"{name}.getBoundingClientRect().left") == before
    width = tab.run(f"{name}.getBoundingClientRect().width")
    assert width < 0.4 * PHONE["width"], "there is room for figures"
    tab.screen(DESK)
