"""How many there are of each: bars for kinds, a histogram for amounts."""

import math
from collections.abc import Mapping, Sequence

from menura.pages.markup import escape, inline

_WIDTH, _HEIGHT = 720, 220
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 16, 30, 46
_COLOURS = 6  # style.css has this many
_MOST_COLUMNS = 40
_FAR = 3.0  # times the value below which nearly all lie: what is beyond shares the last column


def bars(rows: Mapping[str, Mapping[str, int]]) -> str:
    """A bar for each name, made of as many parts as its counts are of; empty parts are left out.

    rows: name → part → count, all with the same parts. The longest bar fills the width.
    """
    parts = list(dict.fromkeys(part for counts in rows.values() for part in counts))
    most = max((sum(counts.values()) for counts in rows.values()), default=0) or 1
    drawn = "".join(_bar(name, counts, parts, most) for name, counts in rows.items())
    return f'{_key(parts) if len(parts) > 1 else ""}<div class="bars">{drawn}</div>'


def _bar(name: str, counts: Mapping[str, int], parts: Sequence[str], most: int) -> str:
    pieces = "".join(
        f'<i class="k{_colour(parts, part)}" style="width:{100 * count / most:.2f}%" '
        f'title="{escape(f"{part}: {count}" if part else str(count))}"></i>'
        for part, count in counts.items()
        if count
    )
    total = f"{sum(counts.values()):,}"
    return f'<span>{inline(name)}</span><span class="bar">{pieces}</span><span>{total}</span>'


def _key(parts: Sequence[str]) -> str:
    names = "".join(
        f'<span><i class="k{_colour(parts, part)}"></i><b>{inline(part)}</b></span>'
        for part in parts
    )
    return f'<div class="bars-key">{names}</div>'


def _colour(parts: Sequence[str], part: str) -> int:
    return (parts.index(part) + 1) % _COLOURS if len(parts) > 1 else 1


def histogram(values: Sequence[float], *, x_label: str, y_label: str, alt: str) -> str:
    """Columns over even stretches of the values, of a width that people count in.

    Values far beyond nearly all others (the 98th of 100) are counted in the last column, which
    says so. Raises ValueError where there is no finite value.
    """
    finite = sorted(value for value in values if math.isfinite(value))
    if not finite:
        raise ValueError("there is no value to draw")
    low, high = finite[0], finite[-1]
    usual = finite[math.ceil(0.98 * len(finite)) - 1]
    top = usual if high - low > _FAR * max(usual - low, 1e-12) and usual > low else high
    step = _step(max(top - low, abs(top) * 0.02, 1e-9))
    first = math.floor(low / step + 1e-9)
    n = min(_MOST_COLUMNS, max(1, math.floor(top / step + 1e-9) - first + 1))
    counts = [0] * n
    for value in finite:
        counts[min(n - 1, max(0, math.floor(value / step + 1e-9) - first))] += 1
    beyond = high >= (first + n) * step * (1 + 1e-9)
    drawn = _columns(counts, first, step, beyond)
    return (
        f'<svg class="curves histogram" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" '
        f'aria-label="{escape(alt)}">{drawn}'
        f'<text class="axis" x="{_LEFT}" y="14">{escape(y_label)}</text>'
        f'<text class="axis" x="{(_LEFT + _WIDTH - _RIGHT) / 2}" y="{_HEIGHT - 8}" '
        f'text-anchor="middle">{escape(x_label)}</text></svg>'
    )


def _step(span: float) -> float:
    """A width of which about twenty go into `span`: 1, 2 or 5 times a power of ten."""
    rough = span / 20
    power: float = 10.0 ** math.floor(math.log10(rough))
    return next(power * m for m in (1, 2, 5, 10) if power * m >= rough * 0.999)


def _columns(counts: Sequence[int], first: int, step: float, beyond: bool) -> str:
    wide, high = (_WIDTH - _LEFT - _RIGHT) / len(counts), _HEIGHT - _TOP - _BOTTOM
    below, most = _HEIGHT - _BOTTOM, max(counts)
    decimals = max(0, -math.floor(math.log10(step)))
    parts = [
        f'<line class="grid" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{below}" y2="{below}"/>',
        f'<text x="{_LEFT - 8}" y="{_TOP + 5}" text-anchor="end">{most:,}</text>',
        f'<text x="{_LEFT - 8}" y="{below + 4}" text-anchor="end">0</text>',
    ]
    every = max(1, math.ceil(len(counts) / 10))  # columns between two numbers on the axis
    for i, count in enumerate(counts):
        x, tall = _LEFT + i * wide, count / most * high
        start = _written((first + i) * step, decimals)
        stop = _written((first + i + 1) * step, decimals)
        last = beyond and i == len(counts) - 1
        said = f"{start} and more: {count:,}" if last else f"{start} to {stop}: {count:,}"
        parts.append(
            f'<rect class="column" x="{x + 0.5:.1f}" y="{below - tall:.1f}" '
            f'width="{max(1.0, wide - 1):.1f}" height="{tall:.1f}"><title>{escape(said)}</title>'
            "</rect>"
        )
        if i % every == 0 or last:
            text = f"≥ {start}" if last else start
            parts.append(f'<text x="{x:.1f}" y="{below + 18}" text-anchor="middle">{text}</text>')
    return "".join(parts)


def _written(value: float, decimals: int) -> str:
    return f"{value:.{decimals}f}".replace("-", "−")
