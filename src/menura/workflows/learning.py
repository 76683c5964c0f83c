"""How training went, as a run wrote it down."""

import json
from pathlib import Path
from typing import Any, Literal

from menura.foundation.errors import MenuraError
from menura.foundation.printable import printable
from menura.training.carrying import METRICS, STAGES
from menura.workflows.train import CODEC

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


def stages(run: Path) -> list[dict[str, Any]]:
    """How each stage of the training went, as it wrote it down: the codec's first."""
    if (run / STAGES).is_file():
        return _packed(run / STAGES)
    files = (run / CODEC / METRICS, run / METRICS)
    return [json.loads(file.read_text(encoding="utf-8")) for file in files if file.is_file()]


def _packed(file: Path) -> list[dict[str, Any]]:
    try:
        found: list[dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise MenuraError(
            f"{printable(str(file))}: cannot be read ({error}); get the system again"
        ) from None
    return found
