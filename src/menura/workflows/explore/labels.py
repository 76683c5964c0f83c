"""By which label the points of a map are coloured, and whose sound goes into the page."""

from collections import Counter
from collections.abc import Mapping, Sequence

from menura.foundation.errors import UsageError
from menura.pages.atlas import MOST_VALUES


def kinds_of(labels: Sequence[Mapping[str, str]]) -> dict[str, set[str]]:
    """Kind of label → the values that there are."""
    values: dict[str, set[str]] = {}
    for one in labels:
        for kind, value in one.items():
            values.setdefault(kind, set()).add(value)
    return values


def chosen_kind(labels: Sequence[Mapping[str, str]], by: str | None) -> str:
    """The kind of label to colour by: the asked one, or that of the most names that can still be
    told apart and stand for two clips or more; "" where there is none.

    Raises UsageError for a kind that there is not.
    """
    values = kinds_of(labels)
    if by is not None:
        if by not in values:
            there_is = ", ".join(sorted(values)) or "none"
            raise UsageError(f"--by {by!r}: no kind of label (there is: {there_is})")
        return by
    most = min(MOST_VALUES, len(labels) // 2)
    fit = {kind: len(found) for kind, found in values.items() if 1 < len(found) <= most}
    return max(sorted(fit), key=lambda kind: fit[kind]) if fit else ""


def heard_of(labels: Sequence[str], most: int) -> set[int]:
    """Numbers of the clips whose sound goes into the page: as many of each label, if there are."""
    seen: Counter[str] = Counter()
    rank = []
    for number, label in enumerate(labels):
        rank.append((seen[label], number))
        seen[label] += 1
    return {number for _, number in sorted(rank)[:most]}
