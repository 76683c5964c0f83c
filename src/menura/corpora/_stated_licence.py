"""The licence that a dataset's own list states for one item."""

from collections.abc import Mapping
from typing import Any

from menura.foundation.printable import printable


def stated_licence(cells: Mapping[str, Any]) -> str | None:
    """The text in `licence` or `license`, or None where there is none."""
    for name in ("licence", "license"):
        text = cells.get(name)
        if isinstance(text, str) and text.strip():
            return printable(text.strip())
    return None
