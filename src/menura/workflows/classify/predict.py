"""`menura classify predict`: which label each sound has, by a trained classifier."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float64

from menura import audio, corpora
from menura.audio import UnreadableAudioError
from menura.corpora import Dropped
from menura.evaluation.classifiers import Classifier, Examples, open_saved
from menura.evaluation.classifiers._described import HEARD_S
from menura.evaluation.descriptors import FMA_COLUMNS
from menura.evaluation.descriptors.describing import WORK
from menura.evaluation.descriptors.frames import FMA_AXIS_HZ
from menura.foundation.cores import n_cores
from menura.foundation.errors import MenuraError, UsageError
from menura.foundation.printable import printable
from menura.foundation.reporting import Reporter
from menura.prepared.crew import Crew, Payload
from menura.workflows.classify.material import check_workers, say_left_out
from menura.workflows.track_places import file_place

Told = Mapping[str, Float64[np.ndarray, " labels"] | str]
"""File → how likely each label is, or why nothing can be told."""


@dataclass(frozen=True)
class Prediction:
    """What one file is told to be. probability: of `label`; probabilities: of every label."""

    file: str
    label: str
    probability: float
    probabilities: Mapping[str, float]


@dataclass(frozen=True)
class Predictions:
    """kind: of label that the classifier tells. files: in the order of their names."""

    classifier: str
    kind: str
    files: tuple[Prediction, ...]
    left_out: tuple[Dropped, ...]


def classify_predict(
    classifier: Path | str,
    sound: Path | str,
    *,
    workers: int | None = None,
    reporter: Reporter | None = None,
) -> Predictions:
    """Tell the label of a sound file, or of every one in a folder.

    classifier: a folder that `classify_train` wrote. workers: processes that describe sounds,
    where the classifier hears descriptors; None takes one for each core there is.
    Files that cannot be heard are left out with the reason. Raises MenuraError where none can.
    """
    sound, reporter = Path(sound), reporter or Reporter()
    check_workers(workers)
    if Path(classifier).is_file():
        raise UsageError(
            f"{printable(str(classifier))} is a file; give the folder that "
            "`menura classify train` wrote"
        )
    known, about = open_saved(classifier)
    files, dropped = _files(sound)
    told = (
        _heard(known, files, reporter)
        if known.is_deep
        else _described(known, files, workers or n_cores(), reporter)
    )
    reasons = [Dropped(name, reason) for name, reason in told.items() if isinstance(reason, str)]
    left_out = tuple(sorted((*dropped, *reasons), key=lambda item: item.file))
    predictions = tuple(
        _prediction(known, name, likely)
        for name, likely in sorted(told.items())
        if not isinstance(likely, str)
    )
    if not predictions:
        first = left_out[0]
        raise MenuraError(
            f"nothing in {printable(str(sound))} can be told ({printable(first.file)}: "
            f"{first.reason})"
        )
    say_left_out(left_out, reporter)
    return Predictions(about.name, about.kind, predictions, left_out)


def _files(sound: Path) -> tuple[dict[str, Path], tuple[Dropped, ...]]:
    if sound.is_file():
        return {str(sound): sound}, ()
    if not sound.exists():
        raise MenuraError(f"there is no file or folder {printable(str(sound))}")
    found = corpora.load("folder").find(sound)
    return {track.id: track.path for track in found.tracks}, found.dropped


def _prediction(known: Classifier, name: str, likely: Float64[np.ndarray, " labels"]) -> Prediction:
    best = int(likely.argmax())
    return Prediction(
        name,
        known.labels[best],
        round(float(likely[best]), 6),
        {label: round(float(p), 6) for label, p in zip(known.labels, likely, strict=True)},
    )


def _heard(known: Classifier, files: Mapping[str, Path], reporter: Reporter) -> Told:
    told: dict[str, Float64[np.ndarray, " labels"] | str] = {}
    for number, (name, path) in enumerate(files.items()):
        reporter.progress(number, len(files), "listening")
        try:
            clip = audio.read(path)
            finite = bool(np.isfinite(clip.samples).all())
            told[name] = known.predict(clip) if finite else "holds samples that are not numbers"
        except UnreadableAudioError as error:
            told[name] = error.reason
        except MenuraError as error:
            told[name] = str(error)
    return told


def _described(
    known: Classifier, files: Mapping[str, Path], n_workers: int, reporter: Reporter
) -> Told:
    names = list(files)
    payloads: list[Payload] = [
        {
            "id": name,
            "sample_rate": FMA_AXIS_HZ,
            "middle_s": HEARD_S,
            **file_place(files[name]),
        }
        for name in names
    ]
    told: dict[str, Float64[np.ndarray, " labels"] | str] = {}
    for count, (index, result) in enumerate(Crew(WORK, n_workers).results(payloads)):
        reporter.progress(count, len(names), "describing sounds")
        name = names[index]
        if "dropped" in result:
            told[name] = result["dropped"]
            continue
        row = np.array([result["values"][: len(FMA_COLUMNS)]], np.float32)
        told[name] = known.probabilities(Examples((name,), (name,), ("",), rows=row))[0]
    return told
