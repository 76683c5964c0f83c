"""Curves as SVG inside the page: sharp at any size, in the page's own colours."""

import math
from collections.abc import Iterator, Mapping, Sequence

from menura.pages.markup import escape

Points = Sequence[tuple[float, float]]

WIDE, NARROW = 720, 440
_HEIGHT = 300
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 16, 34, 48
_COLOURS = 6  # style.css has this many; more curves begin again
_LEGEND_LINE = 20
_LETTER = 7.2  # about the width of one
_MOST_TICKS = 8  # of a logarithmic axis


def curves(
    lines: Mapping[str, Points],
    *,
    x_label: str,
    y_label: str,
    alt: str,
    logarithmic: bool = False,
    width: int = WIDE,
) -> str:
    """One picture with one curve a name. Points that are not finite are left out.

    logarithmic: upwards; points that are not above 0 are then left out too.
    width: in the picture's own units, of which its letters are 13 high. It takes the room there is,
        so what is to have half a page should be NARROW.
    Raises ValueError when no curve has a point left.
    """
    finite = {
        name: [
            (x, y)
            for x, y in points
            if math.isfinite(x) and math.isfinite(y) and (y > 0 or not logarithmic)
        ]
        for name, points in lines.items()
    }
    every = [point for points in finite.values() for point in points]
    if not every:
        raise ValueError("there is no point to draw")
    across = _Axis([x for x, _ in every])
    right = width - _RIGHT
    up = (_LogAxis if logarithmic else _Axis)([y for _, y in every])
    legend, n_lines = _legend(list(finite), right)
    # The first line of names stands above the curves in any case; more of them need more room.
    height = _HEIGHT + _LEGEND_LINE * (n_lines - 1)
    drawn = "".join(_line(points, i, across, up, right) for i, points in enumerate(finite.values()))
    return (
        f'<svg class="curves" viewBox="0 {_HEIGHT - height} {width} {height}" role="img" '
        f'aria-label="{escape(alt)}">{_grid(across, up, right)}{drawn}'
        f"{legend}{_axis_names(x_label, y_label, right, _HEIGHT - height)}</svg>"
    )


class _Axis:
    """A range rounded outwards to ticks of 1, 2 or 5 times a power of ten."""

    def __init__(self, values: Sequence[float]) -> None:
        low, high = min(values), max(values)
        # A flat curve still needs a range, one that float arithmetic can tell from nothing.
        span = max(high - low, abs(high) * 1e-6, 1e-9)
        rough = span / 5
        power = 10.0 ** math.floor(math.log10(rough))
        self.step = next(power * m for m in (1, 2, 5, 10) if power * m >= rough * 0.999)
        self.low = math.floor(low / self.step) * self.step
        n_steps = max(1, math.ceil((high - self.low) / self.step - 1e-9))
        self.ticks = [self.low + i * self.step for i in range(n_steps + 1)]
        self.high = self.ticks[-1]

    def share(self, value: float) -> float:
        return (value - self.low) / (self.high - self.low)

    def written(self, tick: float) -> str:
        decimals = max(0, -math.floor(math.log10(self.step)))
        return f"{tick:.{decimals}f}".replace("-", "−")


class _LogAxis(_Axis):
    """A range of positive values rounded outwards to 1, 2 or 5 times a power of ten."""

    def __init__(self, values: Sequence[float]) -> None:
        first, last = (math.floor(math.log10(edge(values))) for edge in (min, max))
        every = [m * 10.0**power for power in range(first, last + 2) for m in (1, 2, 5)]
        lowest = max(tick for tick in every if tick <= min(values) * 1.001)
        highest = min(tick for tick in every if tick >= max(values) * 0.999 and tick > lowest)
        ticks = [tick for tick in every if lowest <= tick <= highest]
        if len(ticks) > _MOST_TICKS:  # the powers alone, and the ends
            ends = (lowest, highest)
            ticks = [t for t in ticks if t in ends or math.isclose(math.log10(t) % 1, 0)]
        self.low, self.high, self.ticks = lowest, highest, ticks

    def share(self, value: float) -> float:
        return math.log(value / self.low) / math.log(self.high / self.low)

    def written(self, tick: float) -> str:
        return f"{tick:g}".replace("e-0", "e−").replace("e+0", "e")


def _x(across: _Axis, value: float, right: int) -> float:
    return _LEFT + across.share(value) * (right - _LEFT)


def _y(up: _Axis, value: float) -> float:
    return _HEIGHT - _BOTTOM - up.share(value) * (_HEIGHT - _TOP - _BOTTOM)


def _line(points: Points, index: int, across: _Axis, up: _Axis, right: int) -> str:
    colour = index % _COLOURS
    at = [(_x(across, x, right), _y(up, y)) for x, y in points]
    if len(at) == 1:
        return f'<circle class="dot c{colour}" cx="{at[0][0]:.1f}" cy="{at[0][1]:.1f}" r="4"/>'
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in at)
    return f'<polyline class="line c{colour}" points="{path}"/>'


def _grid(across: _Axis, up: _Axis, right: int) -> str:
    return "".join((*_rows(up, right), *_columns(across, right)))


def _rows(up: _Axis, right: int) -> Iterator[str]:
    for tick in up.ticks:
        y = _y(up, tick)
        yield f'<line class="grid" x1="{_LEFT}" x2="{right}" y1="{y:.1f}" y2="{y:.1f}"/>'
        yield f'<text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{up.written(tick)}</text>'


def _columns(across: _Axis, right: int) -> Iterator[str]:
    below = _HEIGHT - _BOTTOM
    for tick in across.ticks:
        x = _x(across, tick, right)
        yield f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="{below}" y2="{below + 5}"/>'
        yield (
            f'<text x="{x:.1f}" y="{below + 19}" text-anchor="middle">{across.written(tick)}</text>'
        )


def _axis_names(x_label: str, y_label: str, right: int, top: float) -> str:
    middle = (_LEFT + right) / 2
    return (
        f'<text class="axis" x="{middle}" y="{_HEIGHT - 8}" text-anchor="middle">'
        f"{escape(x_label)}</text>"
        f'<text class="axis" x="{_LEFT}" y="{top + 14}" text-anchor="start">'
        f"{escape(y_label)}</text>"
    )


def _legend(names: Sequence[str], edge: int) -> tuple[str, int]:
    """From the right edge leftwards, on as many lines above the curves as it takes; how many."""
    lines: list[list[int]] = [[]]
    left = float(edge)
    for index in reversed(range(len(names))):
        width = _LETTER * len(names[index]) + 40
        # The name of the upward axis stands at the left of the topmost line.
        if lines[-1] and left - width < _LEFT + edge / 4:
            lines.append([])
            left = float(edge)
        lines[-1].append(index)
        left -= width
    parts = []
    for number, line in enumerate(lines):  # the lowest holds the last names
        y, right = 14 - _LEGEND_LINE * number, float(edge)
        for index in line:
            colour = index % _COLOURS
            start = right - _LETTER * len(names[index])
            parts.append(
                f'<text x="{right:.0f}" y="{y}" text-anchor="end">{escape(names[index])}</text>'
                f'<line class="line c{colour}" x1="{start - 24:.0f}" x2="{start - 6:.0f}" '
                f'y1="{y - 4}" y2="{y - 4}"/>'
            )
            right = start - 40
    return "".join(parts), len(lines)
