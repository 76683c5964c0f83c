"""Reading the JSON files that datasets come with, or one line of what is wrong with them."""

import json
from pathlib import Path
from typing import Any

from menura.foundation.errors import MenuraError
from menura.foundation.printable import printable

MOST_BYTES = 1 << 30  # the largest known, of NSynth, is about 200 MB


def read_json(path: Path) -> Any:
    """What is in the JSON file `path`. Raises MenuraError when it cannot be read."""
    name = printable(str(path))
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise MenuraError(f"{name} is {size / (1 << 30):.1f} GiB; at most 1 GiB is read")
        return json.loads(path.read_bytes())
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise MenuraError(f"{name} cannot be read: {reason}") from None
    except (ValueError, RecursionError):
        raise MenuraError(
            f"{name} is not JSON, or only part of it; take it from the dataset again"
        ) from None
