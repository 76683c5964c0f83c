"""A classifier as a folder: written whole, read strictly, never by pickle.

classifier.json: name, config, labels, how it was trained and on what, in words, and what it
scored on held-out recordings. weights.safetensors: all that it learnt. README.md: the card.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from menura.evaluation.classifiers._finding import kind
from menura.evaluation.classifiers.contract import Classifier
from menura.foundation.atomic import replacing, write_json, write_text
from menura.foundation.config import from_dict, to_dict
from menura.foundation.errors import MenuraError, UsageError
from menura.foundation.printable import printable
from menura.foundation.stated import read_stated
from menura.foundation.version import __version__

FORMAT, VERSION = "menura-classifier", 1
DESCRIPTION, WEIGHTS, CARD = "classifier.json", "weights.safetensors", "README.md"


@dataclass(frozen=True)
class About:
    """All of classifier.json.

    kind: of label, e.g. "genre". tracks: label → how many it was learnt from.
    scores: of held-out recordings, e.g. {"accuracy": 0.6}; empty where none were held out.
    judged: how many held-out tracks the scores rest on.
    """

    name: str
    config: dict[str, Any]
    labels: tuple[str, ...]
    kind: str
    training: str = "not trained"
    data: str = ""
    data_fingerprint: str = ""
    data_licences: dict[str, int] = field(default_factory=dict)
    data_minutes: float = 0.0
    tracks: dict[str, int] = field(default_factory=dict)
    scores: dict[str, float] = field(default_factory=dict)
    judged: int = 0
    seed: int = 0
    format: str = FORMAT
    version: int = VERSION
    menura: str = __version__


def save(classifier: Classifier, about: About, folder: Path) -> None:
    """Write the folder. The weights come before the description: what has one has both."""
    arrays = {name: np.array(array, order="C") for name, array in classifier.arrays().items()}
    try:
        with replacing(folder / WEIGHTS) as temporary:
            save_file(arrays, temporary)
    except (OSError, SafetensorError) as error:
        raise MenuraError(
            f"{printable(str(folder / WEIGHTS))}: cannot be written ({error}); make room on the "
            "disk, or choose another folder"
        ) from None
    write_text(folder / CARD, card(about, sum(array.nbytes for array in arrays.values())))
    write_json(folder / DESCRIPTION, to_dict(about))


def load(folder: Path | str) -> Classifier:
    """The classifier in a folder that `menura classify train` wrote, ready to predict.

    Raises MenuraError naming the file and the mend.
    """
    return open_saved(folder)[0]


def open_saved(folder: Path | str) -> tuple[Classifier, About]:
    """The same, and what is said of it."""
    folder = Path(folder)
    about = read_about(folder)
    path = folder / WEIGHTS
    try:
        of_name = kind(about.name)
        config: Any = from_dict(of_name.Config, about.config)
        classifier = of_name(config, about.labels)
    except UsageError as error:
        raise MenuraError(f"{printable(str(folder))}: cannot be built: {error}") from None
    try:
        arrays = load_file(path)
    except (OSError, SafetensorError) as error:
        raise MenuraError(
            f"{printable(str(path))}: cannot be read ({error}); train again or restore it"
        ) from None
    try:
        classifier.restore(arrays)
    except ValueError as error:
        raise MenuraError(
            f"{printable(str(path))}: does not fit this classifier: {error}"
        ) from None
    return classifier, about


def is_classifier(folder: Path) -> bool:
    """Whether a classifier was saved here (of any version)."""
    return (folder / DESCRIPTION).is_file()


def read_about(folder: Path) -> About:
    """Raises MenuraError saying what is wrong with the folder and what to do."""
    path = folder / DESCRIPTION
    if not is_classifier(folder):
        raise MenuraError(
            f"{printable(str(folder))}: not a classifier (it has no {DESCRIPTION}); give the "
            "folder that `menura classify train --out` wrote"
        )
    return read_stated(path, About, "classifier", format=FORMAT, version=VERSION)


def card(about: About, n_bytes: int) -> str:
    """What the classifier is, in a page a person can read (Markdown)."""
    held_out = f"{_listed(about.scores)} on {about.judged} tracks of other recordings"
    licences = ", ".join(f"{name} ({n} tracks)" for name, n in sorted(about.data_licences.items()))
    tracks = ", ".join(f"{name} ({n})" for name, n in sorted(about.tracks.items()))
    return f"""# A {about.name} classifier of {about.kind}, made with Menura {about.menura}

| | |
|---|---|
| tells | {about.kind}: {", ".join(about.labels)} |
| learnt from | {tracks} |
| trained | {about.training} |
| scores | {held_out if about.scores else "not known: no recording was held out"} |
| size | {n_bytes / 1e6:.2f} MB |
| data | {about.data}, {about.data_minutes:.1f} minutes |
| licences of the data | {licences or "not stated"} |
| licence of the code | Apache-2.0 |

It answers with one of its labels whatever it hears: of sound unlike what it learnt from, the
answer says little, however sure it seems.

Use it: `menura classify predict FOLDER CLIP`, where FOLDER is the one this file is in.
"""


def _listed(scores: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {value:.2f}" for name, value in scores.items())
