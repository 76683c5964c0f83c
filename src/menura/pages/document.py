"""One HTML file that needs nothing else: no network, no folder beside it, no script to work."""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from menura.foundation.atomic import write_text
from menura.pages.atlas import Atlas, drawn_atlas
from menura.pages.bars import bars, histogram
from menura.pages.curve import NARROW, Points, curves
from menura.pages.markup import escape, inline
from menura.pages.picture import picture
from menura.pages.plane import Plane, drawn_plane
from menura.pages.sortable import Column, Row, sortable
from menura.pages.sound import Sound, player, players
from menura.pages.table import Cell, number, table

SCRIPTS = (
    "one_at_a_time.js",
    "play_on_click.js",
    "sort_on_click.js",
    "choose_columns.js",
    "open_on_jump.js",
)


@dataclass(frozen=True)
class Figure:
    """One number that matters, e.g. Figure("trained for", 1.2, "min"). None: not known."""

    label: str
    value: float | int | str | None
    unit: str = ""


class Page:
    """Collects parts from top to bottom; every method returns the page, so calls can be chained.

        Page("Two clips").text("Made today.").player(Sound("First", clip)).write(path)

    Every text is escaped. `Backticks` mark code; nothing else in a text is mark-up.
    """

    def __init__(self, title: str, *, lead: str = "", language: str = "en") -> None:
        self.title = title
        self._lead = lead
        self._language = language
        self._parts: list[str] = []
        self._n_atlases = 0

    def section(self, heading: str, *, anchor: str = "") -> "Page":
        """anchor: by which other places on the page lead here."""
        return self._add(f"<h2{_anchored(anchor)}>{inline(heading)}</h2>")

    def subsection(self, heading: str, *, anchor: str = "") -> "Page":
        """A part of a section."""
        return self._add(f'<h3 class="sub"{_anchored(anchor)}>{inline(heading)}</h3>')

    def folded(self, summary: str, items: Sequence[str]) -> "Page":
        """Points that few want to read: shown when the summary is clicked."""
        points = "".join(f"<li>{inline(item)}</li>" for item in items)
        return self._add(
            f'<details class="folded"><summary>{inline(summary)}</summary>'
            f"<ul>{points}</ul></details>"
        )

    def text(self, paragraph: str) -> "Page":
        return self._add(f"<p>{inline(paragraph)}</p>")

    def note(self, paragraph: str) -> "Page":
        """A paragraph that must not be overlooked."""
        return self._add(f'<p class="note">{inline(paragraph)}</p>')

    def points(self, items: Sequence[str]) -> "Page":
        return self._add("<ul>" + "".join(f"<li>{inline(item)}</li>" for item in items) + "</ul>")

    def code(self, lines: str) -> "Page":
        """Commands to copy, as they are."""
        return self._add(f'<pre tabindex="0"><code>{escape(lines)}</code></pre>')

    def table(
        self, columns: Sequence[str], rows: Sequence[Sequence[Cell]], *, caption: str = ""
    ) -> "Page":
        """Columns of numbers are right-aligned; say the unit in the column's name."""
        return self._add(table(columns, rows, caption=caption))

    def sortable(
        self, columns: Sequence[Column], rows: Sequence[Row], *, caption: str = ""
    ) -> "Page":
        """A table that is sorted by clicks on its columns."""
        return self._add(sortable(columns, rows, caption=caption))

    def figures(self, figures: Sequence[Figure]) -> "Page":
        """The few numbers that matter most, large."""
        return self._add(f'<dl class="figures">{"".join(map(_figure, figures))}</dl>')

    def picture(self, png: bytes, *, alt: str, caption: str = "") -> "Page":
        return self._add(picture(png, alt=alt, caption=caption))

    def curves(
        self,
        lines: Mapping[str, Points],
        *,
        x_label: str,
        y_label: str,
        caption: str,
        logarithmic: bool = False,
    ) -> "Page":
        """Curves over one pair of axes, by name. logarithmic: upwards, for positive values."""
        drawn = curves(
            lines, x_label=x_label, y_label=y_label, alt=caption, logarithmic=logarithmic
        )
        return self._add(f"<figure>{drawn}<figcaption>{inline(caption)}</figcaption></figure>")

    def intervals(self, drawn: str, *, caption: str) -> "Page":
        """Means with their intervals, as `menura.pages.intervals` draws them."""
        return self._add(f"<figure>{drawn}<figcaption>{inline(caption)}</figcaption></figure>")

    def small_curves(
        self,
        pictures: Mapping[str, Mapping[str, Points]],
        *,
        x_label: str,
        y_label: str,
        logarithmic: bool = False,
    ) -> "Page":
        """Many pictures of few curves, side by side, each with its name above."""
        drawn = {
            name: curves(
                lines,
                x_label=x_label,
                y_label=y_label,
                alt=name,
                logarithmic=logarithmic,
                width=NARROW,
            )
            for name, lines in pictures.items()
        }
        parts = "".join(
            f'<figure><figcaption class="name">{inline(name)}</figcaption>{svg}</figure>'
            for name, svg in drawn.items()
        )
        return self._add(f'<div class="small-curves">{parts}</div>')

    def player(self, sound: Sound) -> "Page":
        return self._add(player(sound))

    def players(self, sounds: Sequence[Sound], *, columns: int = 2) -> "Page":
        """Sounds to compare (2 or 3 columns): side by side on wide screens."""
        return self._add(players(sounds, columns))

    def folded_players(
        self, summary: str, sounds: Sequence[Sound], *, anchor: str = "", opened: bool = False
    ) -> "Page":
        """Sounds that are one thing of many: shown when the summary is clicked. However many there
        are, the page asks nothing of a folded player before it is to play."""
        n = "1 sound" if len(sounds) == 1 else f"{len(sounds)} sounds"
        return self._add(
            f'<details class="heard-of"{_anchored(anchor)}{" open" if opened else ""}>'
            f'<summary>{inline(summary)} <span class="soft">{n}</span></summary>'
            f"{players(sounds, 2, waits=not opened)}</details>"
        )

    def plane(self, plane: Plane, *, caption: str) -> "Page":
        """Points of a plane that are heard when clicked, over a grid of small pictures."""
        below = f"<figcaption>{inline(caption)}</figcaption>"
        return self._add(f'<figure class="plane">{drawn_plane(plane)}{below}</figure>')

    def atlas(self, atlas: Atlas) -> "Page":
        """Maps of sounds, to point at and to hear."""
        self._n_atlases += 1
        return self._add(drawn_atlas(atlas, self._n_atlases))

    def bars(self, rows: Mapping[str, Mapping[str, int]]) -> "Page":
        """How many there are of each: name → part → count."""
        return self._add(bars(rows))

    def histogram(
        self, values: Sequence[float], *, x_label: str, y_label: str, caption: str
    ) -> "Page":
        """How many values there are of each size."""
        drawn = histogram(values, x_label=x_label, y_label=y_label, alt=caption)
        return self._add(f"<figure>{drawn}<figcaption>{inline(caption)}</figcaption></figure>")

    def html(self) -> str:
        style = _resource("style.css")
        script = "".join(map(_resource, SCRIPTS))
        if self._n_atlases:
            script += _resource("atlas.js")
        lead = f'<p class="lead">{inline(self._lead)}</p>' if self._lead else ""
        return (
            f'<!doctype html>\n<html lang="{escape(self._language)}">\n<head>\n'
            '<meta charset="utf-8">\n'
            f'<meta http-equiv="Content-Security-Policy" content="{_policy(script)}">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            '<meta name="color-scheme" content="light dark">\n'
            f'<link rel="icon" href="data:,">\n<title>{escape(self.title)}</title>\n'
            f"<style>\n{style}</style>\n</head>\n<body>\n<main>\n"
            f"<header><h1>{inline(self.title)}</h1>{lead}</header>\n"
            + "\n".join(self._parts)
            + f"\n</main>\n<script>{script}</script>\n</body>\n</html>\n"
        )

    def write(self, path: Path) -> Path:
        write_text(path, self.html())
        return path

    def _add(self, part: str) -> "Page":
        self._parts.append(part)
        return self


def _anchored(anchor: str) -> str:
    return f' id="{escape(anchor)}"' if anchor else ""


def _figure(figure: Figure) -> str:
    value = figure.value
    known = value if isinstance(value, str) else "–" if value is None else number(value)
    unit = f' <span class="unit">{inline(figure.unit)}</span>' if figure.unit else ""
    return f"<div><dt>{inline(figure.label)}</dt><dd>{inline(known)}{unit}</dd></div>"


def _resource(name: str) -> str:
    return resources.files("menura.pages").joinpath(name).read_text(encoding="utf-8")


def _policy(script: str) -> str:
    """What the browser may load: what stands in the page, and no script but ours.

    A second lock behind the escaping, and a proof that the page needs no network.
    """
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode("ascii")
    return (
        "default-src 'none'; img-src data:; media-src data:; "
        f"style-src 'unsafe-inline'; script-src 'sha256-{digest}'"
    )
