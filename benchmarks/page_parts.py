"""Tables of figures for the pages that benchmarks write."""

from collections.abc import Mapping


def table(rows: Mapping[str, Mapping[str, object]], head: str) -> str:
    """A row a name. Columns are those of all rows in order; "–" where a row has none."""
    columns = list(dict.fromkeys(column for row in rows.values() for column in row))
    lines = [f"| {head} | {' | '.join(columns)} |", "|---" * (1 + len(columns)) + "|"]
    lines += [
        f"| {name} | {' | '.join(_shown(row.get(column)) for column in columns)} |"
        for name, row in rows.items()
    ]
    return "\n".join(lines)


def where(machine: Mapping[str, object]) -> str:
    """The machine in words."""
    return ", ".join(f"{key} {value}" for key, value in machine.items())


def _shown(value: object) -> str:
    if value is None:
        return "–"
    return f"{value:g}" if isinstance(value, int | float) else str(value)
