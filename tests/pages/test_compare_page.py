"""The page of a comparison: every part there, in an order that can be read."""

import re
from dataclasses import replace

import numpy as np

from menura.audio import Clip
from menura.pages.compare import (
    IN_WORDS,
    OPENED,
    REAL,
    TOGETHER,
    Compared,
    Entrant,
    Heard,
    Measure,
    Reported,
    Tried,
    compare_page,
)
from menura.pages.sortable import Value


def clip() -> Clip:
    rng = np.random.default_rng(0)
    return Clip((0.1 * rng.standard_normal((1, 4000))).astype(np.float32), 8000)


def story(n: int) -> Compared:
    """n systems, the second of which failed."""
    names = [f"system-{k}" for k in range(n)]
    compared = [name for k, name in enumerate(names) if k != 1]
    entrants = [
        Entrant(name, "there was <no> memory")
        if k == 1
        else Entrant(
            name,
            figures={"trained (min)": 5.0, "memory (GB)": None},
            remarks=("mixed: too short",) if k == 0 else (),
            learning={"training": [(0.0, 1.0), (1.0, 0.5)]},
            heard=(Heard("made from nothing (1)", clip()),) if k == 0 else (),
        )
        for k, name in enumerate(names)
    ]
    curve = [(float(second), 2.0 + second) for second in range(1, 4)]
    tried = Tried(
        title="Made from nothing",
        words="Clips that begin by themselves.",
        measures=(
            Measure("far", "lower", "how far it is", "64 bands"),
            Measure("kept", "higher", "how much is kept", "128 bands", "of all"),
        ),
        rows={name: {"far": Value(10.0 - k, 1.0, 12.0)} for k, name in enumerate(compared)},
        real={"far": Value(0.5, 0.25, 0.75)},
        ranks={name: float(n - k) for k, name in enumerate(compared)},
        asides=("In no rank: kept (not of system-0).",),
        curves={"drift": {REAL: curve, **dict.fromkeys(compared, curve)}},
    )
    return Compared(
        corpus="some piano",
        minutes=5.0,
        terms=("Seed 0.",),
        data=("Learned from 3 tracks.",),
        entrants=tuple(entrants),
        tried=(tried,),
        real=(Heard("a piece", clip()),),
        reported=(
            Reported("system-0", "guitar", "drawn", "pitches", 1160.0, Value(12.0)),
            Reported("system-0", "guitar", "passed through", "KL", 0.45, None),
        ),
        machine={"cores": "2"},
        limits="Limits of 95 %.",
    )


def rows(html: str, table: int) -> list[str]:
    """The first cells of the rows of one of the tables that can be sorted."""
    body = re.findall(r'<table class="sortable">.*?</table>', html, re.DOTALL)[table]
    return [re.sub("<.*?>", "", cell) for cell in re.findall(r'<th scope="row".*?</th>', body)]


def test_the_best_come_first_and_what_failed_last_with_its_reason() -> None:
    html = compare_page(story(4)).html()
    assert rows(html, 0) == ["system-3", "system-2", "system-0", "system-1"]
    assert "not compared: there was &lt;no&gt; memory" in html
    assert rows(html, 1) == [REAL, "system-3", "system-2", "system-0"]
    assert "<h1>3 systems, the same music, the same 5 min</h1>" in html
    assert "1. system-3 (1.0), 2. system-2 (2.0), 3. system-0 (4.0)" not in html
    assert "Made from nothing: 1. system-3" in html


def test_nothing_is_left_out() -> None:
    html = compare_page(story(4)).html()
    for said in (
        *("some piano", "Limits of 95 %.", "how far it is", "128 bands", "kept (of all)"),
        *("What could not be made or measured, or was changed (1)", "system-0: mixed: too short"),
        *("Seed 0.", "Learned from 3 tracks.", "1,160", ">2</td>"),
    ):
        assert said in html
    assert html.count("<audio") == 2
    assert html.count('<div class="small-curves">') == 2, "drift, and how they learned"
    assert rows(html, 2) == ["system-0", "system-0"]


def test_what_must_be_known_to_read_a_table_stands_below_it() -> None:
    html = compare_page(story(3)).html()
    table = html.index("</table>", html.index(f">{REAL}</th>"))
    assert table < html.index("In no rank: kept (not of system-0).") < html.index("drift, second")


def test_reported_figures_say_how_both_were_made() -> None:
    html = compare_page(story(3)).html()
    last = re.findall(r'<table class="sortable">.*?</table>', html, re.DOTALL)[2]
    assert re.findall(r'data-sort="(drawn|passed through)"', last) == ["drawn", "passed through"]


def test_a_name_leads_to_the_sounds_if_there_are_any() -> None:
    html = compare_page(story(3)).html()
    assert re.findall('href="#(.*?)"', html) == ["hear-system-0"]
    assert html.count('id="hear-system-0"') == 1


def test_many_curves_are_shared_out_and_real_music_is_in_each_picture() -> None:
    html = compare_page(story(2 * TOGETHER + 2)).html()
    drawn = re.findall(r'<svg class="curves".*?</svg>', html, re.DOTALL)
    drift = [svg for svg in drawn if ">drift</text>" in svg]
    assert len(drift) == 3
    assert all(f">{REAL}</text>" in svg for svg in drift)


def test_measures_of_one_side_of_the_music_are_one_group() -> None:
    told = story(3)
    [tried] = told.tried
    sides = [replace(m, about=side) for m, side in zip(tried.measures, ("a", "b"), strict=True)]
    html = compare_page(replace(told, tried=(replace(tried, measures=tuple(sides)),))).html()
    assert re.findall(r'<button type="button" data-group="(.*?)">', html)[-3:] == ["a", "b", ""]
    assert re.findall(r'<th scope="col" data-better="\w*" data-group="(\w)"', html) == ["a", "b"]


def test_of_many_systems_the_first_are_named_and_the_sounds_of_others_are_folded() -> None:
    told = story(IN_WORDS + 4)
    sounds = tuple(Heard(f"made from nothing ({k})", clip()) for k in range(2))
    entrants = [e if e.reason else replace(e, heard=sounds) for e in told.entrants]
    html = compare_page(replace(told, entrants=tuple(entrants))).html()
    assert "5. system-4 (6.0) … and 3 more." in html
    folded = re.findall(r'<details class="heard-of" id="hear-(.*?)"( open)?>', html)
    assert [name for name, _ in folded] == [f"system-{k}" for k in (8, 7, 6, 5, 4, 3, 2, 0)]
    assert [bool(is_open) for _, is_open in folded] == [True] * OPENED + [False] * 5
    waiting, ready = html.count('preload="none"'), html.count('preload="metadata"')
    assert (waiting, ready) == (2 * 5, 2 * OPENED + 1)


def test_a_comparison_in_which_all_failed_has_a_page() -> None:
    told = story(2)
    empty = Compared(
        told.corpus,
        told.minutes,
        told.terms,
        told.data,
        (told.entrants[1],),
        (),
        (),
        (),
        told.machine,
        told.limits,
    )
    html = compare_page(empty).html()
    assert rows(html, 0) == ["system-1"]
    assert "not compared" in html
    assert "To hear" not in html
