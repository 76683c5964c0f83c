"""The piano hour with more of it held out than the official list holds out."""

import csv
import os
from collections.abc import Callable, Sequence
from pathlib import Path

from menura.workflows.prepare import prepare

Rows = Sequence[dict[str, str]]  # of the official list


def piano_without(choose: Callable[[Rows], Rows], work: Path) -> Path:
    """The corpus, prepared in work/piano.

    choose: of the recordings for training, those that are held out as well, in the test split.
    """
    piano, splits = Path(os.environ["MENURA_DATA"]) / "piano", work / "splits.csv"
    work.mkdir(parents=True, exist_ok=True)
    with (piano / "maestro-v3.0.0.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in choose([row for row in rows if row["split"] == "train"]):
        row["split"] = "test"
    with splits.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    prepare(piano, work / "piano", labels=splits, resume=True)
    return work / "piano"
