"""The page of `menura compare`: many systems, the same music, the same minutes."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from menura.audio import Clip
from menura.audio.picture import spectrograms_png
from menura.audio.thumbnail import stamp_png
from menura.pages.curve import Points
from menura.pages.document import Page
from menura.pages.sortable import Better, Cell, Column, Jump, Row, Value
from menura.pages.sound import Sound
from menura.pages.table import written

PICTURE_IN = 4.6  # readable at the width of half the page
MANY = 24  # sounds: of more, the pictures would be most of the page
STAMP = 360, 128  # dots of a picture where there are many
TOGETHER = 5  # curves in a picture, beside that of real music
IN_WORDS = 5  # of an order; the rest is in the table
OPENED = 3  # systems whose sounds are not folded
REAL = "real music"


@dataclass(frozen=True)
class Heard:
    """A clip to be heard, and what it is."""

    title: str
    clip: Clip
    caption: str = ""


@dataclass(frozen=True)
class Entrant:
    """A system. reason: why it could not be compared; "" where it was.

    figures: of its training and its speed, by the names of the columns; None is not known.
    remarks: what could not be made or measured of it. learning: name → (minutes, loss).
    """

    name: str
    reason: str = ""
    figures: Mapping[str, float | None] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()
    learning: Mapping[str, Points] = field(default_factory=dict)
    heard: tuple[Heard, ...] = ()


@dataclass(frozen=True)
class Measure:
    """A metric as a column. rests_on: its embedding, in words. means: what it is, in a line.
    about: which side of the music, by which columns are grouped."""

    name: str
    better: Better
    means: str
    rests_on: str
    unit: str = ""
    about: str = ""


@dataclass(frozen=True)
class Tried:
    """One way of making, for all systems that have it.

    rows, real: system → measure → figure. ranks: system → its mean rank (1 is best).
    asides: what else must be known to read the table, each in a line.
    curves: system → (second, distance) from real music, and of real music itself.
    """

    title: str
    words: str
    measures: tuple[Measure, ...]
    rows: Mapping[str, Mapping[str, Value]]
    real: Mapping[str, Value]
    ranks: Mapping[str, float] = field(default_factory=dict)
    asides: tuple[str, ...] = ()
    curves: Mapping[str, Mapping[str, Points]] = field(default_factory=dict)


@dataclass(frozen=True)
class Reported:
    """A figure of a report, and ours where there is one of the same kind. way: how both were
    made, as far as the report says it."""

    system: str
    of: str
    way: str
    measure: str
    theirs: float
    ours: Value | None


@dataclass(frozen=True)
class Compared:
    """Everything the page tells. terms: what all systems had in common. data: of the music, and how
    much of it was listened to. machine: what it ran on, by name."""

    corpus: str
    minutes: float
    terms: tuple[str, ...]
    data: tuple[str, ...]
    entrants: tuple[Entrant, ...]
    tried: tuple[Tried, ...]
    real: tuple[Heard, ...]
    reported: tuple[Reported, ...]
    machine: Mapping[str, str]
    limits: str


def compare_page(story: Compared) -> Page:
    """From where they stand, way by way, to what it all rests on."""
    n = sum(not entrant.reason for entrant in story.entrants)
    systems = "One system" if n == 1 else f"{n} systems"
    minutes = written(story.minutes, _decimals(story.minutes))
    page = Page(
        f"{systems}, the same music, the same {minutes} min",
        lead=(
            f"All were trained on {story.corpus}, one after the other, for the same time, and "
            "made as much music each. Click on a column to sort by it; the buttons above a table "
            "choose its columns. This page holds all of its sounds and pictures."
        ),
    )
    _standing(page, story)
    for tried in story.tried:
        _way(page, tried, story.limits)
    _learning(page, story)
    _hearing(page, story)
    _reports(page, story)
    _basis(page, story)
    return page


def _standing(page: Page, story: Compared) -> None:
    page.section("Where they stand")
    for tried in story.tried:
        if len(tried.ranks) > 1:
            page.text(f"{tried.title}: {_order(tried.ranks)}.")
    ways = [tried for tried in story.tried if tried.ranks]
    names = list(dict.fromkeys(name for e in story.entrants for name in e.figures))
    columns = [
        Column("system"),
        *(
            Column(tried.title.lower(), "lower", "mean rank over its measures; 1 is best", "ranks")
            for tried in ways
        ),
        *(Column(name, group="training and speed") for name in names),
    ]
    rows = []
    for entrant in _best_first(story):
        if entrant.reason:
            rows.append(Row([entrant.name], instead=f"not compared: {entrant.reason}"))
            continue
        cells: list[Cell] = [
            Jump(entrant.name, _anchor(entrant)) if entrant.heard else entrant.name
        ]
        cells += [_value(tried.ranks.get(entrant.name)) for tried in ways]
        cells += [_value(entrant.figures.get(name)) for name in names]
        rows.append(Row(cells))
    page.sortable(
        columns,
        rows,
        caption="Under a way of making: the mean of a system's ranks by every measure that tells "
        "something of all systems of the column. What is nearer than real music is to itself "
        "counts as equally near, where enough of it is held out to say; what has nothing to "
        "measure, such as notes, is last.",
    )
    remarks = [f"{e.name}: {remark}" for e in story.entrants for remark in e.remarks]
    if remarks:
        page.folded(f"What could not be made or measured, or was changed ({len(remarks)})", remarks)


def _way(page: Page, tried: Tried, limits: str) -> None:
    page.section(tried.title)
    page.text(tried.words)
    columns = [
        Column("system"),
        *(
            Column(f"{m.name} ({m.unit})" if m.unit else m.name, m.better, m.means, m.about)
            for m in tried.measures
        ),
    ]
    names = [measure.name for measure in tried.measures]
    rows = [Row([REAL, *(tried.real.get(name) for name in names)], kept=True)] if tried.real else []
    rows += [
        Row([system, *(figures.get(name) for name in names)])
        for system, figures in sorted(
            tried.rows.items(), key=lambda row: (tried.ranks.get(row[0], math.inf), row[0])
        )
    ]
    page.sortable(columns, rows, caption=limits)
    for aside in tried.asides:
        page.text(aside)
    for name, lines in tried.curves.items():
        page.text(f"{name}, second by second: how far from real music, as clips go on.")
        page.small_curves(
            _shared_out(lines, tried.ranks), x_label="second", y_label=name, logarithmic=True
        )


def _shared_out(
    lines: Mapping[str, Points], ranks: Mapping[str, float]
) -> dict[str, dict[str, Points]]:
    """A few systems to a picture, the best in the first, with real music in each."""
    real = {REAL: lines[REAL]} if REAL in lines else {}
    systems = sorted(
        (name for name in lines if name != REAL), key=lambda name: ranks.get(name, math.inf)
    )
    parts = {start: systems[start : start + TOGETHER] for start in range(0, len(systems), TOGETHER)}
    return {
        f"places {start + 1}–{start + len(part)}": real | {name: lines[name] for name in part}
        for start, part in parts.items()
    }


def _learning(page: Page, story: Compared) -> None:
    pictures = {e.name: e.learning for e in story.entrants if any(e.learning.values())}
    if not pictures:
        return
    page.section("How they learned")
    page.text(
        "The loss on the music that is learnt from, and on recordings held out. Each system has a "
        "loss of its own: its curve can be compared with itself, not with another's."
    )
    page.small_curves(pictures, x_label="minutes", y_label="loss")


def _hearing(page: Page, story: Compared) -> None:
    if not story.real and not any(entrant.heard for entrant in story.entrants):
        return
    n = sum(len(entrant.heard) for entrant in story.entrants) + len(story.real)
    page.section("To hear")
    if n > MANY:
        page.text(
            "A picture is as long as its sound, and reaches from the lowest notes to half the "
            "sample rate; black is silence."
        )
    page.subsection("Held-out recordings")
    page.players([_sound(REAL, heard, n) for heard in story.real])
    with_sounds = [entrant for entrant in _best_first(story) if entrant.heard]
    for place, entrant in enumerate(with_sounds):
        page.folded_players(
            entrant.name,
            [_sound(entrant.name, heard, n) for heard in entrant.heard],
            anchor=_anchor(entrant),
            opened=place < OPENED,
        )


def _reports(page: Page, story: Compared) -> None:
    if not story.reported:
        return
    page.section("What the reports measured")
    page.text(
        "Figures of the reports that these systems come from, beside ours of the same kind. Theirs "
        "are of other music, other amounts of it and far longer trainings, and hardly say how they "
        "were computed: they do not compare with ours, which compare with each other. Ours are of "
        "what was made in the way that theirs were, as far as the reports say it."
    )
    page.sortable(
        [Column(name) for name in ("system", "of", "made how", "measure", "reported", "here")],
        [Row([r.system, r.of, r.way, r.measure, Value(r.theirs), r.ours]) for r in story.reported],
    )


def _basis(page: Page, story: Compared) -> None:
    page.section("What it rests on")
    page.points([*story.terms, *story.data])
    measures = {m.name: m for tried in story.tried for m in tried.measures}
    page.subsection("The measures")
    page.table(
        ["measure", "what it is", "of"],
        [[m.name, m.means, m.rests_on] for m in measures.values()],
    )
    page.subsection("The machine")
    page.table(["what", "found"], [[name, found] for name, found in story.machine.items()])


def _order(ranks: Mapping[str, float]) -> str:
    """The first ones in words."""
    ranked = sorted(ranks, key=lambda name: ranks[name])
    left = len(ranked) - IN_WORDS
    return ", ".join(
        f"{number}. {name} ({written(ranks[name], 1)})"
        for number, name in enumerate(ranked[:IN_WORDS], 1)
    ) + (f" … and {left} more" if left > 0 else "")


def _best_first(story: Compared) -> list[Entrant]:
    """By the ranks of the first way."""
    ranks = next((tried.ranks for tried in story.tried if tried.ranks), {})
    return sorted(story.entrants, key=lambda one: (ranks.get(one.name, math.inf), one.name))


def _sound(of: str, heard: Heard, n: int) -> Sound:
    """One of n on the page."""
    picture = (
        stamp_png(heard.clip, width=STAMP[0], height=STAMP[1])
        if n > MANY
        else spectrograms_png([("", heard.clip)], width_in=PICTURE_IN)
    )
    facts = (f"{written(heard.clip.duration_s, 1)} s",)
    return Sound(f"{of}: {heard.title}", heard.clip, heard.caption, picture, facts)


def _anchor(entrant: Entrant) -> str:
    return "hear-" + "".join(c if c.isalnum() else "-" for c in entrant.name)


def _value(value: float | None) -> Value | None:
    return None if value is None else Value(value)


def _decimals(minutes: float) -> int:
    return 0 if minutes == round(minutes) else 2
