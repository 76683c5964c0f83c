"""Trains the classifier whose last layer but one is Menura's own embedding of sound.

It learns from what base learns from: the recordings of allowlist.csv, single notes by the family of
their instrument and music by its genre, and pieces that material.py has composed, by what plays in
them; all as one set of labels. Two minutes show that it works; half an hour on two cores is meant
for what ships, in src/menura/evaluation/embeddings/shipped. DIR is a folder as of `menura classify
train`, whose README.md says how well it does on recordings that it did not hear, and whose they
are that it did.

  python base/material.py --hours 12 --out work/composed --seed 0
  MENURA_DATA=... python base/classifier.py --composed work/composed --work work/heard --out DIR
"""

import argparse
import csv
import io
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from allowlist import Permitted, read_allowlist
from attribution import sources
from card import LICENCE
from commands import Told, plainly, say
from making import LABELS, finished_pieces
from menura.evaluation.classifiers import CARD
from menura.foundation.atomic import write_text
from menura.foundation.errors import UsageError
from menura.workflows.classify.train import classify_train
from menura.workflows.prepare import prepare

CLASSIFIER, SEED = "log-mel-cnn", 0
ENDLESS = "1000"  # its minutes end it
CHANGES = "cut, resampled, mixed to mono; gain changed; bands and moments masked"
Line = tuple[str, str, str, str, str]
"""File, label, recording, split and licence."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--composed", type=Path, required=True, help="what material.py made")
    parser.add_argument("--work", type=Path, required=True, help="for what is prepared")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=30.0)
    options = parser.parse_args()
    with plainly():
        data, corpus = _data(), options.work / "corpus"
        of_pieces = list(composed(options.composed))
        rows = read_allowlist()
        # Only what the list names is taken; the rest of the folder is dropped with the reason.
        labels = written(options.work / "recorded.csv", recorded(rows))
        prepare(data, corpus, labels=labels, resume=True)
        labels = written(options.work / "composed.csv", of_pieces)
        prepare(options.composed, corpus, labels=labels, append=True, resume=True)
        report = classify_train(
            corpus,
            options.out,
            label="label",
            classifier=CLASSIFIER,
            settings={"learning.epochs": ENDLESS, "learning.patience": ENDLESS},
            minutes=options.minutes,
            seed=SEED,
            reporter=Told(),
        )
        complete(report.out / CARD, rows)
        say(f"{report.out}: {len(report.labels)} labels")


def _data() -> Path:
    named = os.environ.get("MENURA_DATA", "")
    if not named or not Path(named).is_dir():
        raise UsageError(f"MENURA_DATA={named}: is no folder; it holds the recordings of the list")
    return Path(named)


def complete(card: Path, rows: Iterable[Permitted]) -> None:
    """Add what weights that ship must say: their licence, and whose recordings are in them."""
    named = sources(filter(label_of, rows), "###", "It", CHANGES)
    text = card.read_text(encoding="utf-8")
    write_text(card, f"{text}\nLicence of the weights: {LICENCE}.\n\n## Sources\n\n{named}")


def written(file: Path, lines: Iterable[Line]) -> Path:
    """A label file."""
    text = io.StringIO()
    out = csv.writer(text, lineterminator="\n")
    out.writerow(("file", "label", "group", "split", "licence"))
    out.writerows(lines)
    write_text(file, text.getvalue())
    return file


def recorded(rows: Iterable[Permitted]) -> Iterator[Line]:
    """What the list permits and has a label for."""
    for row in rows:
        if label := label_of(row):
            yield row.file, label, row.recording, row.use, row.licence


def label_of(row: Permitted) -> str:
    """ "" of what is neither a note nor of a genre that is learnt."""
    return row.genre or (row.family and f"note of {row.family}")


def composed(folder: Path) -> Iterator[Line]:
    """Composed pieces: notes by family, as those of `recorded`, and music by its one family, or by
    its kind where several play."""
    file = folder / LABELS
    if not file.is_file():
        raise UsageError(f"--composed {folder}: has no {LABELS}; make it by base/material.py")
    pieces = {piece.file: piece for piece in finished_pieces(folder).values()}
    for row in csv.DictReader(file.read_text(encoding="utf-8").splitlines()):
        piece, label = pieces[row["file"]], row["genre"]
        if row["family"]:
            label = f"{'note' if piece.kind == 'notes' else 'music'} of {row['family']}"
        yield piece.file, label or piece.kind, piece.file, row["split"], row["licence"]


if __name__ == "__main__":
    main()
