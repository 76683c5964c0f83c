"""The page of `menura explore`: what a system makes of the plane in which it hears sounds."""

from dataclasses import dataclass

from menura.pages.document import Page
from menura.pages.plane import Plane


@dataclass(frozen=True)
class Explored:
    """Everything the page tells.

    recipe, run: of the system. corpus: the name of the music. by: the kind of label that the
    points are coloured by; "" where there are none.
    is_plane: whether the latents are this plane, and not only seen along its two directions.
    n_heard: points that can be played.
    """

    recipe: str
    run: str
    corpus: str
    by: str
    is_plane: bool
    plane: Plane
    n_heard: int


def explore_page(story: Explored) -> Page:
    """The plane, and how to read it."""
    page = Page(
        f"The plane of a {story.recipe} system",
        lead=(
            "Every sound is a point of a plane. Click a field to hear what the system makes "
            "there, or a point to hear the recording that it hears there; click again to stop."
        ),
    )
    coloured = f", coloured by {story.by}" if story.by else ""
    page.plane(
        story.plane,
        caption=(
            f"Points: {len(story.plane.dots)} training clips of {story.corpus}{coloured}; "
            f"{story.n_heard} of them can be heard (those without a sound are faint). Fields: "
            "spectrograms of what is decoded at their middle, low notes below, brighter is louder."
        ),
    )
    if story.is_plane:
        page.text("The two numbers of a point are all that the system knows of a sound there.")
    else:
        page.note(
            "This system has more latent numbers than two. Points are seen along the two "
            "directions in which the training clips differ most, and the fields are decoded with "
            "all else as in their middle: a clip sounds more like itself than the field it lies in."
        )
    page.text("More from the same system:")
    page.code(
        f"menura generate {story.run} --out new_clips -n 5\n"
        f"menura interpolate {story.run} a.wav b.wav --out between --glide"
    )
    return page
