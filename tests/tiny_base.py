"""A `base` small enough for tests: trained for a few steps, packed in half precision."""

import csv
from pathlib import Path

import torch

from menura import systems
from menura.workflows.prepare import prepare
from menura.workflows.train import train
from tunes import folder_of_tunes

LABELS = ("flute", "piano")


def labelled_corpus(root: Path, labels: tuple[str, str] = LABELS, n_files: int = 6) -> Path:
    """Tunes with one of two families in turn, prepared."""
    tunes = folder_of_tunes(root / "tunes", n_files=n_files)
    with (tunes / "labels.csv").open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["file", "family"])
        names = sorted(path.name for path in tunes.glob("*.wav"))
        rows.writerows([name, labels[number % 2]] for number, name in enumerate(names))
    prepare(tunes, root / "prepared", workers=1)
    return root / "prepared"


def packed_base(root: Path) -> Path:
    """The folder of a shipped system: preset tiny, with two labels."""
    run = root / "run"
    train("latent-flow", labelled_corpus(root), run, preset="tiny", steps=6, init="none")
    systems.save(systems.load(run), root / "base", kept_as=torch.float16)
    return root / "base"
