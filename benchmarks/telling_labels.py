"""By which vote of known seconds is the label of a real clip told best, as `label-accuracy` asks?

Half of the recordings of each label are known, the clips of the other half are told, whole, by all
their seconds that sound; five divisions. Genres and instrument families of MENURA_DATA, labels with
two recordings or more. Prints the share that is told right.

  MENURA_DATA=... python benchmarks/telling_labels.py [--embeddings menura spectral]
"""

import argparse
import csv
import json
import os
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

from menura.audio import Clip, conform, read
from menura.evaluation import embeddings, votes
from menura.evaluation.discriminants import discriminants
from menura.evaluation.windows import sounding
from menura.foundation.errors import MenuraError

DIVISIONS, RATE = 5, 16_000
Tell = Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]
"""Known points, their labels, points that are asked about → share of each label."""


@dataclass
class Heard:
    label: str
    recording: str
    clip: Clip
    points: np.ndarray


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--embeddings", nargs="+", default=["menura", "spectral"])
    options = parser.parse_args()
    data = Path(os.environ["MENURA_DATA"])
    for what, files in (("genres", genres(data)), ("families", families(data))):
        clips = [
            Heard(label, recording, clip, np.zeros((0, 0)))
            for file, label, recording in files
            if (clip := heard(file)) is not None
        ]
        for name in options.embeddings:
            embedding = embeddings.load(name)
            for one in clips:
                points, loud = embedding.points(one.clip), sounding(one.clip)
                n = min(len(points), len(loud))
                one.points = points[:n][loud[:n]].astype(np.float64)
            for way, tell in WAYS.items():
                share, n_labels = told(clips, tell)
                line = f"{what} ({n_labels}, of {len(clips)} clips), {name}, {way}: {share:.3f}"
                print(line, flush=True)  # noqa: T201


def heard(file: Path) -> Clip | None:
    try:
        clip = conform(read(file), RATE, 1)
    except MenuraError as error:
        print(f"left out: {error}")  # noqa: T201
        return None
    return clip if clip.duration_s >= 1 else None


def told(clips: list[Heard], tell: Tell) -> tuple[float, int]:
    """The share of clips told right, and how many labels there are."""
    recordings: dict[str, set[str]] = defaultdict(set)
    for one in clips:
        recordings[one.label].add(one.recording)
    labels = sorted(label for label, own in recordings.items() if len(own) > 1)
    sounding_ones = [one for one in clips if one.label in labels and len(one.points)]
    shares = []
    for draw in range(DIVISIONS):
        rng = np.random.default_rng(draw)
        known: set[str] = set()
        for label in labels:
            own = sorted(recordings[label])
            known |= {own[i] for i in rng.permutation(len(own))[: (len(own) + 1) // 2]}
        first = [one for one in sounding_ones if one.recording in known]
        second = [one for one in sounding_ones if one.recording not in known]
        points = np.concatenate([one.points for one in first])
        numbers = np.concatenate([[labels.index(o.label)] * len(o.points) for o in first])
        found = tell(points, numbers, np.concatenate([one.points for one in second]))
        ends = np.cumsum([len(one.points) for one in second])[:-1]
        verdicts = [int(part.sum(axis=0).argmax()) for part in np.split(found, ends)]
        shares.append(
            np.mean([labels[v] == one.label for v, one in zip(verdicts, second, strict=True)])
        )
    return float(np.mean(shares)), len(labels)


def plain(known: np.ndarray, labels: np.ndarray, asked: np.ndarray) -> np.ndarray:
    return votes.votes(asked, known, labels)


def scaled(known: np.ndarray, labels: np.ndarray, asked: np.ndarray) -> np.ndarray:
    scale = known.std(axis=0) + 1e-9
    return votes.votes(asked / scale, known / scale, labels)


def along(known: np.ndarray, labels: np.ndarray, asked: np.ndarray) -> np.ndarray:
    directions = discriminants(known, labels)
    return votes.votes(asked @ directions, known @ directions, labels)


def linear(known: np.ndarray, labels: np.ndarray, asked: np.ndarray) -> np.ndarray:
    n_labels = int(labels.max()) + 1
    priors = np.full(n_labels, 1 / n_labels)
    model = LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto", priors=priors)
    shares: np.ndarray = model.fit(known, labels).predict_proba(asked)
    return shares


WAYS: dict[str, Tell] = {
    "votes": plain,
    "votes, each dimension scaled": scaled,
    "votes along discriminants (label-accuracy)": along,
    "linear discriminants alone": linear,
}


def genres(data: Path) -> Iterator[tuple[Path, str, str]]:
    """File, label, recording."""
    with (data / "clips" / "clips.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            file = data / "clips" / "genres_original" / row["file"]
            yield file, row["genre"], f"{row['title']} ({row['artist']})"


def families(data: Path) -> Iterator[tuple[Path, str, str]]:
    """The same of single notes; a recording is an instrument."""
    for part in ("train", "valid", "test"):
        folder = data / "notes" / f"nsynth-{part}"
        examples = json.loads((folder / "examples.json").read_text(encoding="utf-8"))
        for name, note in sorted(examples.items()):
            file = next((folder / "audio").glob(f"{name}.*"), None)
            if file is not None:
                yield file, note["instrument_family_str"], note["instrument_str"]


if __name__ == "__main__":
    main()
