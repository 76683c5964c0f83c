"""The page of `menura explore CORPUS`: what is in it, before anything is learnt from it."""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from menura.pages.atlas import Atlas
from menura.pages.document import Figure, Page

MOST_ROWS = 200  # of a table
MOST_BARS = 30


@dataclass(frozen=True)
class Alike:
    """Two sounds that hold the same recording for `seconds`; splits: of both, "" where none are."""

    first: str
    second: str
    seconds: float
    exact: bool
    splits: tuple[str, str]


@dataclass(frozen=True)
class MapsStory:
    """What maps tell, and how they came to be.

    columns: heading of a strip of maps → how many numbers of each sound it rests on. dropped:
    heading → column that tells nothing → why. filled: heading → column → gaps filled.
    n_heard: sounds in the page, of `excerpt_s` seconds. took: what was done → seconds.
    """

    atlas: Atlas
    columns: Mapping[str, int]
    dropped: Mapping[str, Mapping[str, str]]
    filled: Mapping[str, Mapping[str, int]]
    n_heard: int
    excerpt_s: float
    took: Mapping[str, float]


@dataclass(frozen=True)
class CorpusStory:
    """Everything the page tells.

    n_there: sounds that the corpus has, of which `n_mapped` lie on the maps. n_made: of those that
    a system made, on the maps beside them.
    balance: kind of label → value → split ("" where the corpus has none) → sounds.
    durations_s, lufs: of each sound; None: too quiet to measure. forms: rate and channels in
    words → sounds. left_out: sound → why. notes: on what else there is in the folder.

    Of a large corpus only some are listened to: durations_s, lufs, forms and alike are of those.
    """

    name: str
    n_there: int
    n_mapped: int
    n_made: int
    made_from: str
    maps: MapsStory
    balance: Mapping[str, Mapping[str, Mapping[str, int]]]
    durations_s: Sequence[float]
    lufs: Sequence[float | None]
    forms: Mapping[str, int]
    alike: Sequence[Alike]
    left_out: Sequence[tuple[str, str]]
    notes: Sequence[str] = ()

    @property
    def n_heard(self) -> int:
        return len(self.durations_s)


def corpus_page(story: CorpusStory) -> Page:
    """Maps, counts, duplicates, what was left out, and the time it took."""
    page = Page(
        f"What is in {story.name}",
        lead=(
            "Every point is a sound. Point at one to see what it is, click to hear it, click again "
            "to stop; drag to look closer, double-click to see all."
        ),
    )
    page.figures(_figures(story))
    page.section("Maps")
    if story.n_made:
        page.text(
            f"Beside {story.n_mapped:,} sounds of {story.name} stand {story.n_made:,} generated "
            f"ones, from {story.made_from}, as stars."
        )
    tell_maps(page, story.maps, story.n_mapped, story.n_there)
    _tell_counts(page, story)
    tell_alike(page, story.alike, story.n_heard, story.n_there)
    _tell_notes(page, story.notes)
    tell_left_out(page, story.left_out, story.maps)
    tell_times(page, story.maps.took)
    return page


def _figures(story: CorpusStory) -> list[Figure]:
    measured = [one for one in story.lufs if one is not None]
    of = "together" if story.n_heard == story.n_there else f"{story.n_heard:,} of them together"
    return [
        Figure("sounds", story.n_there),
        Figure(of, round(sum(story.durations_s) / 60, 1), "min"),
        Figure(
            "median loudness", round(statistics.median(measured), 1) if measured else None, "LUFS"
        ),
        Figure("pairs alike", len(story.alike)),
        Figure("left out", len(story.left_out)),
    ]


def tell_maps(page: Page, maps: MapsStory, n_mapped: int, n_there: int) -> None:
    """The maps, and how to read them."""
    page.atlas(maps.atlas)
    if n_mapped < n_there:
        page.note(f"{n_mapped:,} of {n_there:,} sounds are on the maps.")
    n_spots = len(maps.atlas.spots)
    heard = (
        "Each can be heard"
        if maps.n_heard == n_spots
        else f"{maps.n_heard:,} of {n_spots:,} can be heard, as many of each label as there are; "
        "the others are faint"
    )
    page.text(
        f"{heard}: the {maps.excerpt_s:g} s in its middle, of which the picture is too. The "
        "outermost of two hundred points stand at the edge of a map. Axes have no unit."
    )
    page.text(
        "PCA is a flat view of the whole: far apart there is far apart in the numbers. t-SNE and "
        "UMAP keep neighbours beside each other instead; sizes of groups and the distances between "
        "them mean little there."
    )


def _tell_counts(page: Page, story: CorpusStory) -> None:
    for kind, counts in story.balance.items():
        page.section(f"How many of each {kind}")
        ranked = sorted(counts, key=lambda value: (-sum(counts[value].values()), value))
        page.bars({value: counts[value] for value in ranked[:MOST_BARS]})
        if rest := ranked[MOST_BARS:]:
            n = sum(sum(counts[value].values()) for value in rest)
            page.text(f"{n:,} sounds have one of {len(rest):,} other values.")
    page.section("Lengths, loudness, rates")
    if story.n_heard < story.n_there:
        page.text(f"Of the {story.n_heard:,} of {story.n_there:,} sounds that were listened to.")
    page.histogram(
        story.durations_s, x_label="seconds", y_label="sounds", caption="How long they are."
    )
    measured = [one for one in story.lufs if one is not None]
    silent = len(story.lufs) - len(measured)
    said = f" {silent:,} too quiet to measure." if silent else ""
    if measured:
        page.histogram(
            measured,
            x_label="LUFS",
            y_label="sounds",
            caption=f"How loud they are: integrated loudness by EBU R 128.{said}",
        )
    elif said:
        page.text(f"Loudness:{said}")
    ranked = sorted(story.forms, key=lambda form: (-story.forms[form], form))
    page.bars({form: {"": story.forms[form]} for form in ranked[:MOST_BARS]})


def tell_alike(page: Page, alike: Sequence[Alike], n_heard: int, n_there: int) -> None:
    """Sounds that hold the same recording, looked for among the n_heard of n_there."""
    page.section("The same recording more than once")
    if n_heard < n_there:
        page.note(
            f"Looked for among the {n_heard:,} of {n_there:,} sounds that were listened to; of a "
            "pair the other one may be among the rest."
        )
    if not alike:
        page.text("None was found: no two sounds share 3 s or more of one recording.")
        return
    across = [one for one in alike if all(one.splits) and one.splits[0] != one.splits[1]]
    if across:
        page.note(
            f"{len(across)} of these pairs lie in different splits: what is learnt from one is "
            "tested on the other. `menura prepare` keeps such pairs together unless it is told "
            "not to."
        )
    page.table(
        ["sound", "and", "seconds alike", "how", "splits"],
        [
            [
                one.first,
                one.second,
                round(one.seconds, 1),
                "the same samples" if one.exact else "by ear (fingerprint)",
                " / ".join(dict.fromkeys(split or "–" for split in one.splits)),
            ]
            for one in alike[:MOST_ROWS]
        ],
        caption="Pairs that join all sounds of one recording; pointing at one on a map leads to "
        "the other." + _more(len(alike)),
    )


def _tell_notes(page: Page, notes: Sequence[str]) -> None:
    if notes:
        page.section("What else is there")
        page.points([f"{note[:1].upper()}{note[1:]}." for note in notes])


def tell_left_out(page: Page, left_out: Sequence[tuple[str, str]], maps: MapsStory) -> None:
    """Sounds that are not on the maps, and numbers that the maps do not rest on."""
    if left_out:
        page.section("Left out")
        page.table(
            ["sound", "why"],
            [list(row) for row in left_out[:MOST_ROWS]],
            caption="Sounds that are not on the maps." + _more(len(left_out)),
        )
    page.section("What the maps rest on")
    for heading in maps.columns:
        dropped, filled = maps.dropped.get(heading, {}), maps.filled.get(heading, {})
        page.text(
            f"{heading}: {maps.columns[heading]:,} numbers of each sound are mapped, each brought "
            "to mean 0 and deviation 1."
        )
        if dropped:
            listed = "; ".join(f"{name}: {why}" for name, why in dropped.items())
            page.text(f"{len(dropped):,} numbers tell nothing and are left out: {listed}.")
        if filled:
            listed = "; ".join(f"{name} ({gaps})" for name, gaps in filled.items())
            page.text(f"Gaps that took the median of all: {listed}.")


def tell_times(page: Page, took: Mapping[str, float]) -> None:
    """How long each part of the work took."""
    page.section("Time it took")
    page.table(["", "seconds"], [[name, round(seconds, 2)] for name, seconds in took.items()])


def _more(n: int) -> str:
    return f" {n - MOST_ROWS:,} more are not shown." if n > MOST_ROWS else ""
