"""Values as JSON gives them back, so that what was written down can be compared with what is."""

import json
from dataclasses import is_dataclass
from typing import Any

from menura.foundation.config import to_dict


def plain(value: Any) -> Any:
    """Dataclasses, tuples and all as JSON gives them back."""
    return json.loads(json.dumps(to_dict(value) if is_dataclass(value) else value))
