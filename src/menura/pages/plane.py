"""A plane of points that are heard when clicked, over a grid of pictures of what lies between.

Drawn as SVG in the page's own colours. Every sound is in the page, and also has a player in a list
below, to which the points lead where no script may run.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from menura.audio import Clip
from menura.pages.markup import data_uri, escape
from menura.pages.sound import mp3

_SIZE, _TOP = 720, 34  # of the square, in the SVG's own units, and of the line of names above it
_COLOURS = 6  # style.css has this many; more names take the next shape
_PER_LINE = 6  # names


@dataclass(frozen=True)
class Dot:
    """A point. label: decides its colour and shape. clip: its sound; None cannot be heard."""

    name: str
    x: float
    y: float
    label: str
    clip: Clip | None = None


@dataclass(frozen=True)
class Cell:
    """What lies at the middle of a field of the grid: a small PNG of it, and its sound."""

    name: str
    picture: bytes
    clip: Clip


@dataclass(frozen=True)
class Plane:
    """left, right, bottom, top: the square that is drawn. grid: rows from the top."""

    left: float
    right: float
    bottom: float
    top: float
    grid: Sequence[Sequence[Cell]]
    dots: Sequence[Dot]


def drawn_plane(plane: Plane) -> str:
    """The picture, and the list of players."""
    names = list(dict.fromkeys(sorted(dot.label for dot in plane.dots)))
    n_lines = -(-len(names) // _PER_LINE)
    above = 8 + _TOP * n_lines
    heard: list[tuple[str, str, Clip]] = []
    parts = [*_legend(names), *_grid(plane, above, heard), *_dots(plane, above, names, heard)]
    return (
        f'<svg viewBox="0 0 {_SIZE} {above + _SIZE}" role="group" '
        f'aria-label="A plane of sounds">{"".join(parts)}</svg>'
        f"<details><summary>All {len(heard)} sounds as players</summary>"
        f'<ul class="heard-list">{"".join(_players(heard))}</ul></details>'
    )


def _legend(names: Sequence[str]) -> Iterator[str]:
    for number, name in enumerate(names):
        x = 10 + _SIZE / _PER_LINE * (number % _PER_LINE)
        y = 18 + _TOP * (number // _PER_LINE)
        yield f'<g class="k{number % _COLOURS}">{_mark(number, x, y, "")}</g>'
        yield f'<text x="{x + 14:.0f}" y="{y + 4}">{escape(name[:14])}</text>'


def _grid(plane: Plane, above: int, heard: list[tuple[str, str, Clip]]) -> Iterator[str]:
    n_rows = len(plane.grid)
    for i, row in enumerate(plane.grid):
        width, height = _SIZE / len(row), _SIZE / n_rows
        for j, cell in enumerate(row):
            box = (
                f'x="{j * width:.1f}" y="{above + i * height:.1f}" '
                f'width="{width:.1f}" height="{height:.1f}"'
            )
            drawn = (
                f'<image {box} preserveAspectRatio="none" '
                f'href="{data_uri(cell.picture, "image/png")}"/>'
                f'<rect class="cell" {box}/>'
            )
            yield _link(cell.name, cell.clip, drawn, heard)


def _dots(
    plane: Plane, above: int, names: Sequence[str], heard: list[tuple[str, str, Clip]]
) -> Iterator[str]:
    number_of = {name: number for number, name in enumerate(names)}
    # Those that can be heard last, so that none is hidden below one that cannot.
    for dot in sorted(plane.dots, key=lambda dot: dot.clip is not None):
        number = number_of[dot.label]
        across = (dot.x - plane.left) / (plane.right - plane.left)
        up = (dot.y - plane.bottom) / (plane.top - plane.bottom)
        x = min(max(across, 0.01), 0.99) * _SIZE
        y = above + (1 - min(max(up, 0.01), 0.99)) * _SIZE
        mark = _mark(number, x, y, "" if dot.clip else " mute")
        drawn = f'<g class="k{number % _COLOURS}">{mark}</g>'
        yield drawn if dot.clip is None else _link(dot.name, dot.clip, drawn, heard)


def _mark(number: int, x: float, y: float, more: str) -> str:
    """A circle, and when the colours are used up a square, then a diamond."""
    shape = number // _COLOURS % 3
    if shape == 0:
        return f'<circle class="mark{more}" cx="{x:.1f}" cy="{y:.1f}" r="6"/>'
    turned = f' transform="rotate(45 {x:.1f} {y:.1f})"' if shape == 2 else ""
    return (
        f'<rect class="mark{more}" x="{x - 5:.1f}" y="{y - 5:.1f}" width="10" height="10"{turned}/>'
    )


def _link(name: str, clip: Clip, drawn: str, heard: list[tuple[str, str, Clip]]) -> str:
    """What is drawn, leading to its player, which joins the list."""
    player = f"sound-{len(heard)}"
    heard.append((player, name, clip))
    said = escape(name)
    return (
        f'<a href="#{player}" data-plays="{player}" aria-label="{said}">'
        f"<title>{said}</title>{drawn}</a>"
    )


def _players(heard: Sequence[tuple[str, str, Clip]]) -> Iterator[str]:
    for player, name, clip in heard:
        content, _ = mp3(clip)
        said = escape(name)
        yield (
            f'<li>{said}<audio id="{player}" controls preload="none" aria-label="{said}" '
            f'src="{data_uri(content, "audio/mpeg")}"></audio></li>'
        )
