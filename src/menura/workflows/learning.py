"""How training went, as a run wrote it down."""

import json
from pathlib import Path
from typing import Literal

Curve = list[tuple[float, float]]


def read_curve(log: Path, by: Literal["step", "minutes"] = "step") -> dict[str, Curve]:
    """Training and held-out loss from a run's log; empty where there is no log."""
    lines: dict[str, Curve] = {"training": [], "held out": []}
    if not log.is_file():
        return lines
    for text in log.read_text(encoding="utf-8").splitlines():
        values = json.loads(text)
        at = float(values["step"] if by == "step" else values["seconds"] / 60)
        trained_on = next((values[key] for key in values if key.endswith("/total")), None)
        for name, loss in (("training", trained_on), ("held out", values.get("held_out"))):
            if loss is not None:
                lines[name].append((at, float(loss)))
    return lines
