"""Means with their intervals, one below the other, as SVG in the page's own colours."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from menura.pages.markup import escape
from menura.pages.table import number, written

_WIDTH, _ROW, _TOP, _BELOW = 720, 34, 14, 46
_NAMES, _FIGURES = 190, 70  # room on the left and on the right
_LONGEST = 20  # letters of a name


@dataclass(frozen=True)
class Spread:
    """One row. low, high: None where there is no interval. stands_out: the hidden reference."""

    name: str
    mean: float
    low: float | None
    high: float | None
    stands_out: bool = False


@dataclass(frozen=True)
class Scale:
    """The axis: from `least` to `most` with a tick every `step`. words: below it. decimals: of
    the means. middle: where a line marks "no difference"."""

    least: float
    most: float
    step: float
    words: str
    decimals: int
    middle: float | None = None

    def x(self, value: float) -> float:
        """Where a value lies; what is beyond an end lies at the end."""
        inside = min(max(value, self.least), self.most)
        share = (inside - self.least) / (self.most - self.least)
        return _NAMES + share * (_WIDTH - _NAMES - _FIGURES)


def intervals(rows: Sequence[Spread], scale: Scale, *, alt: str) -> str:
    """One picture, the first row on top. Raises ValueError when there is no row."""
    if not rows:
        raise ValueError("there is no row to draw")
    bottom = _TOP + _ROW * len(rows)
    height = bottom + _BELOW
    parts = [*_grid(scale, bottom)]
    for place, row in enumerate(rows):
        parts.append(_row(row, scale, _TOP + _ROW * (place + 0.5)))
    parts.append(
        f'<text class="axis" x="{(_NAMES + _WIDTH - _FIGURES) / 2:.0f}" y="{height - 6}" '
        f'text-anchor="middle">{escape(scale.words)}</text>'
    )
    return (
        f'<svg class="curves intervals" viewBox="0 0 {_WIDTH} {height}" role="img" '
        f'aria-label="{escape(alt)}">{"".join(parts)}</svg>'
    )


def _grid(scale: Scale, bottom: float) -> Iterator[str]:
    n_ticks = round((scale.most - scale.least) / scale.step)
    for tick in (round(scale.least + i * scale.step, 9) for i in range(n_ticks + 1)):
        x = scale.x(tick)
        yield f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="{_TOP}" y2="{bottom}"/>'
        yield f'<text x="{x:.1f}" y="{bottom + 17}" text-anchor="middle">{number(tick)}</text>'
    if scale.middle is not None:
        x = scale.x(scale.middle)
        yield f'<line class="middle" x1="{x:.1f}" x2="{x:.1f}" y1="{_TOP}" y2="{bottom}"/>'


def _row(row: Spread, scale: Scale, y: float) -> str:
    colour = "c1" if row.stands_out else "c0"
    bar = ""
    if row.low is not None and row.high is not None:
        bar = (
            f'<line class="bar {colour}" x1="{scale.x(row.low):.1f}" '
            f'x2="{scale.x(row.high):.1f}" y1="{y:.1f}" y2="{y:.1f}"/>'
        )
    name = row.name if len(row.name) <= _LONGEST else f"{row.name[: _LONGEST - 1]}…"
    return (
        f'{bar}<circle class="dot {colour}" cx="{scale.x(row.mean):.1f}" cy="{y:.1f}" r="5.5"/>'
        f'<text class="row" x="{_NAMES - 14}" y="{y + 4.5:.1f}" text-anchor="end">'
        f"{escape(name)}</text>"
        f'<text class="row" x="{_WIDTH - 4}" y="{y + 4.5:.1f}" text-anchor="end">'
        f"{written(row.mean, scale.decimals)}</text>"
    )
