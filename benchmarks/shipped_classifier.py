"""Trains the classifier whose last layer but one is Menura's own embedding of sound.

It learns from those recordings in MENURA_DATA alone that are under CC0, CC BY or MIT, single notes
by instrument family and music by genre, and from pieces that base/material.py has composed (MIT),
by what plays in them; all as one set of labels. Two minutes show that it works; half an hour on
two cores is meant for what ships. What is written is a folder as of `menura classify train`; it
prints how large it is and how well it does on recordings that it did not hear.

  python base/material.py --hours 10 --out work/composed --seed 0
  MENURA_DATA=... python benchmarks/shipped_classifier.py --composed work/composed --out DIR \
    [--minutes 30] [--work DIR]
"""

import argparse
import csv
import json
import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

from menura.workflows.classify.train import classify_train
from menura.workflows.prepare import prepare
from speaking import Speaker

FREE = re.compile(r"CC0 1\.0|CC BY [0-9.]+|MIT")
LEAST = 2  # recordings of a label
INSTRUMENT = re.compile(r"\| (?P<name>\w+) \((train|valid|test)\) \|.*\| (?P<licence>[^|]+) \|$")
CLASSIFIER, SEED = "log-mel-cnn", 0
Line = tuple[str, str, str, str]
"""File below the data, label, recording, licence."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--composed", type=Path, help="folder that base/material.py made")
    parser.add_argument("--work", type=Path, help="folder to keep what is prepared in")
    options = parser.parse_args()
    data = Path(os.environ["MENURA_DATA"])
    with tempfile.TemporaryDirectory() as scratch:
        work = options.work or Path(scratch)
        corpus = work / "free"
        # Only what the list names is taken; the rest of the folder is dropped with the reason.
        labels = written(work / "free.csv", [*notes(data), *clips(data)])
        prepare(data, corpus, labels=labels, resume=True)
        if options.composed:
            labels = written(work / "composed.csv", list(pieces(options.composed)))
            prepare(options.composed, corpus, labels=labels, append=True, resume=True)
        report = classify_train(
            corpus,
            options.out,
            label="label",
            classifier=CLASSIFIER,
            settings={"learning.epochs": "1000", "learning.patience": "1000"},
            minutes=options.minutes,
            seed=SEED,
            reporter=Speaker(),
        )
    size = (options.out / "weights.safetensors").stat().st_size
    print(f"{report.out}: {len(report.labels)} labels, {size / 1e6:.2f} MB")  # noqa: T201


def written(file: Path, lines: list[Line]) -> Path:
    """A label file, of the labels that have enough recordings."""
    recordings: dict[str, set[str]] = {}
    for _, label, recording, _ in lines:
        recordings.setdefault(label, set()).add(recording)
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["file", "label", "recording", "licence"])
        writer.writerows(line for line in lines if len(recordings[line[1]]) >= LEAST)
    return file


def notes(data: Path) -> Iterator[Line]:
    """Single notes of instruments whose licence is free, by family."""
    said = (data / "LICENSES.md").read_text(encoding="utf-8").splitlines()
    found = [match for match in map(INSTRUMENT.fullmatch, said) if match]
    licences = {match["name"]: match["licence"] for match in found}
    for part in ("train", "valid", "test"):
        folder = data / "notes" / f"nsynth-{part}"
        examples = json.loads((folder / "examples.json").read_text(encoding="utf-8"))
        for name, note in sorted(examples.items()):
            licence = licences.get(note["instrument_str"], "not stated")
            file = next((folder / "audio").glob(f"{name}.*"), None)
            if file is not None and FREE.fullmatch(licence):
                family = f"note of {note['instrument_family_str']}"
                yield str(file.relative_to(data)), family, note["instrument_str"], licence


def clips(data: Path) -> Iterator[Line]:
    """Clips of tracks whose licence is free, by genre."""
    with (data / "clips" / "clips.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            if FREE.fullmatch(row["licence"]):
                recording = f"{row['title']} ({row['artist']})"
                yield (
                    f"clips/genres_original/{row['file']}",
                    row["genre"],
                    recording,
                    row["licence"],
                )


def pieces(folder: Path) -> Iterator[Line]:
    """Composed pieces: notes by family, as those of `notes`, and music by its one family, or by its
    kind where several play."""
    licences = {
        row["file"]: row["licence"]
        for row in csv.DictReader((folder / "labels.csv").read_text(encoding="utf-8").splitlines())
    }
    for line in (folder / "pieces.jsonl").read_text(encoding="utf-8").splitlines():
        piece = json.loads(line)
        file, family = f"audio/{piece['number']:06d}.flac", piece["labels"].get("family")
        label = piece["labels"].get("genre") or piece["kind"]
        if family:
            label = f"note of {family}" if piece["kind"] == "notes" else f"music of {family}"
        yield file, label, f"composed {piece['number']}", licences[file]


if __name__ == "__main__":
    main()
