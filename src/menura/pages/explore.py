"""The page of `menura explore RUN`: how a system hears sounds, and what it makes of them."""

from collections.abc import Sequence
from dataclasses import dataclass

from menura.pages.corpus import (
    Alike,
    MapsStory,
    tell_alike,
    tell_left_out,
    tell_maps,
    tell_times,
)
from menura.pages.document import Page
from menura.pages.plane import Plane


@dataclass(frozen=True)
class Explored:
    """The plane of a system.

    is_plane: whether the latents are this plane, and not only seen along its two directions.
    n_heard: points that can be played.
    """

    is_plane: bool
    plane: Plane
    n_heard: int


@dataclass(frozen=True)
class RunStory:
    """Everything the page tells.

    recipe, run: of the system. corpus: the name of the music. by: the kind of label that points
    are coloured by; "" where there are none.
    plane: None for a system without one. maps: of its latents and, where generated sounds were
    given (`made_from` says whence, n_made how many), of sounds by their features.
    n_clips: training clips on the maps, of n_there. latents: in words, how a clip is said by them.
    alike: pairs of what is on the maps that hold the same recording.
    """

    recipe: str
    run: str
    corpus: str
    by: str
    plane: Explored | None
    maps: MapsStory
    n_clips: int
    n_there: int
    latents: str
    n_made: int
    made_from: str
    alike: Sequence[Alike]
    left_out: tuple[tuple[str, str], ...]


def explore_page(story: RunStory) -> Page:
    """The plane, the maps, and how to read them."""
    page = Page(
        f"How a {story.recipe} system hears {story.corpus}",
        lead=(
            "Every point is a sound, where the system hears it. Click one to hear the recording; "
            "click again to stop."
        ),
    )
    if story.plane is not None:
        page.section("The plane of its latents")
        _tell_plane(page, story.plane, story)
    page.section("Maps of its latents")
    page.text(
        f"{story.n_clips:,} training clips of {story.corpus}. {story.latents} Point at one to see "
        "what it is; drag to look closer, double-click to see all."
    )
    if story.n_made:
        page.text(
            f"By their features stand beside them {story.n_made:,} generated sounds, from "
            f"{story.made_from}, as stars."
        )
    tell_maps(page, story.maps, story.n_clips, story.n_there)
    tell_alike(page, story.alike, story.n_clips, story.n_there)
    tell_left_out(page, story.left_out, story.maps)
    tell_times(page, story.maps.took)
    page.text("More from the same system:")
    page.code(_more(story))
    return page


def _more(story: RunStory) -> str:
    lines = [f"menura generate {story.run} --out new_clips -n 5"]
    if story.plane is not None:
        lines.append(f"menura interpolate {story.run} a.wav b.wav --out between --glide")
    return "\n".join(lines)


def _tell_plane(page: Page, explored: Explored, story: RunStory) -> None:
    coloured = f", coloured by {story.by}" if story.by else ""
    page.text(
        "Click a field to hear what the system makes there, or a point to hear the recording that "
        "it hears there."
    )
    page.plane(
        explored.plane,
        caption=(
            f"Points: {len(explored.plane.dots)} training clips of {story.corpus}{coloured}; "
            f"{explored.n_heard} of them can be heard (those without a sound are faint). Fields: "
            "spectrograms of what is decoded at their middle, low notes below, brighter is louder."
        ),
    )
    if explored.is_plane:
        page.text("The two numbers of a point are all that the system knows of a sound there.")
    else:
        page.note(
            "This system has more latent numbers than two. Points are seen along the two "
            "directions in which the training clips differ most, and the fields are decoded with "
            "all else as in their middle: a clip sounds more like itself than the field it lies in."
        )
