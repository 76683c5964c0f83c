"""The table of classifiers as files: Markdown in the report's form, CSV, and the pictures."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from menura.corpora import Dropped
from menura.evaluation.verdicts import LabelScores, Verdicts


@dataclass(frozen=True)
class Row:
    """One classifier. preset, settings: in words. fit_s, judge_s: seconds in all folds together.

    chosen: the settings that each fold chose, with grid. failed: why there are no verdicts.
    """

    classifier: str
    settings: Mapping[str, object]
    verdicts: Verdicts | None
    fit_s: float
    judge_s: float
    words: tuple[str, ...]
    failed: str = ""


@dataclass(frozen=True)
class Table:
    """Classifiers on one corpus. division: in words how it was divided.

    chance: share of the most frequent label, which is what knowing nothing gets right.
    describing_s: seconds that the descriptors took in this run, for all who hear them.
    """

    corpus: str
    kind: str
    labels: tuple[str, ...]
    n_tracks: int
    n_recordings: int
    division: str
    chance: float
    rows: tuple[Row, ...]
    left_out: tuple[Dropped, ...]
    describing_s: float
    device: str
    seed: int


def summary(table: Table) -> list[tuple[str, ...]]:
    """A head and a line for each classifier: the best first."""
    head = ("classifier", "accuracy", "95 %", "precision", "recall", "F1", "fit s", "judge s")
    lines: list[tuple[str, ...]] = [head]
    for row in ranked(table):
        if row.verdicts is None:
            lines.append((row.classifier, "–", "–", "–", "–", "–", f"{row.fit_s:.1f}", "–"))
            continue
        verdicts, macro = row.verdicts, row.verdicts.macro
        low, high = verdicts.interval
        lines.append(
            (
                row.classifier,
                f"{verdicts.accuracy:.2f}",
                f"{low:.2f}–{high:.2f}",
                f"{macro.precision:.2f}",
                f"{macro.recall:.2f}",
                f"{macro.f1:.2f}",
                f"{row.fit_s:.1f}",
                f"{row.judge_s:.1f}",
            )
        )
    return lines


def ranked(table: Table) -> list[Row]:
    """By accuracy, then by name; failed ones last."""
    return sorted(
        table.rows,
        key=lambda row: (
            row.verdicts is None,
            -(row.verdicts.accuracy if row.verdicts else 0.0),
            row.classifier,
        ),
    )


def markdown(table: Table, pictures: Mapping[str, str]) -> str:
    """pictures: classifier → file name of its confusion plot."""
    head, *lines = summary(table)
    parts = [
        f"# Telling the {table.kind} of {_plain(table.corpus)}\n",
        f"{table.n_tracks} tracks of {table.n_recordings} recordings, {len(table.labels)} labels; "
        f"{table.division}; recordings are told apart as `menura prepare` did. The most frequent "
        f"label alone would be right for {table.chance:.2f}. Networks learn from a part of what "
        "the others learn from: the rest says when to stop. Precision, recall and F1 are means "
        "over the labels; the interval is over draws of recordings. Seconds are of all folds "
        "together"
        + (
            f"; describing the tracks took {table.describing_s:.1f} s more"
            * (table.describing_s > 0)
        )
        + f". On {table.device}, seed {table.seed}.\n",
        _rows(head, lines),
    ]
    failed = [row for row in table.rows if row.failed]
    parts += [f"{row.classifier} failed: {row.failed}\n" for row in failed]
    for row in ranked(table):
        if row.verdicts is not None:
            parts.append(_section(row, pictures.get(row.classifier)))
    if table.left_out:
        parts.append("## Left out\n")
        parts.append(
            "\n".join(f"- {_plain(item.file)}: {_plain(item.reason)}" for item in table.left_out)
            + "\n"
        )
    return "\n".join(parts)


def csv_text(table: Table) -> str:
    """A line for each classifier and label, then its means."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(["classifier", "label", "precision", "recall", "f1", "support"])
    for row in ranked(table):
        for name, scores in _lines(row.verdicts) if row.verdicts else ():
            figures = (scores.precision, scores.recall, scores.f1)
            writer.writerow(
                [row.classifier, name, *(f"{value:.4f}" for value in figures), scores.support]
            )
        if row.verdicts:
            accuracy, n_tracks = row.verdicts.accuracy, row.verdicts.weighted.support
            writer.writerow([row.classifier, "accuracy", "", "", f"{accuracy:.4f}", n_tracks])
    return stream.getvalue()


def _section(row: Row, picture: str | None) -> str:
    assert row.verdicts is not None, "asked for those that were judged"
    verdicts = row.verdicts
    lines = [
        (
            _plain(name),
            f"{scores.precision:.2f}",
            f"{scores.recall:.2f}",
            f"{scores.f1:.2f}",
            str(scores.support),
        )
        for name, scores in _lines(verdicts)
    ]
    right = ("accuracy", "", "", f"{verdicts.accuracy:.2f}", str(verdicts.weighted.support))
    lines.insert(len(verdicts.labels), right)
    settings = ", ".join(f"{key} {value}" for key, value in row.settings.items())
    words = list(dict.fromkeys(row.words))
    trained = "\n".join(f"- {line}" for line in words)
    shown = f"\n![what {row.classifier} took for what]({picture})\n" if picture else ""
    table = _rows(("", "precision", "recall", "f1-score", "support"), lines)
    return (
        f"## {row.classifier}\n\n{settings or 'no other settings'}\n\n{trained}\n\n{table}{shown}"
    )


def _lines(verdicts: Verdicts) -> list[tuple[str, LabelScores]]:
    return [
        *zip(verdicts.labels, verdicts.by_label, strict=True),
        ("macro avg", verdicts.macro),
        ("weighted avg", verdicts.weighted),
    ]


def _rows(head: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    rule = "|---" + "|--:" * (len(head) - 1) + "|"
    return (
        "\n".join([f"| {' | '.join(head)} |", rule, *(f"| {' | '.join(line)} |" for line in lines)])
        + "\n"
    )


def _plain(text: str) -> str:
    """As it reads in a table of Markdown."""
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("*", "\\*").replace("_", "\\_")
