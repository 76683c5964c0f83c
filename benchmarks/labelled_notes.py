"""Notes that are asked for by the label of an instrument: are they heard as it, and in tune?"""

from collections.abc import Container, Iterable, Mapping
from pathlib import Path

import numpy as np

from clip_sets import Clips, as_written
from menura.audio import Clip
from menura.corpora import Split
from menura.evaluation import metrics
from menura.evaluation.by_label import by_label, label_of, under
from menura.evaluation.excerpts import evenly
from menura.evaluation.pitches import SAMPLE_RATE, voiced_pitches
from menura.prepared import PreparedCorpus
from menura.systems import TrainedSystem

KIND, NOTE_S, OF_EACH = "family", 4.0, 8
FEWEST_FRAMES = 8  # a quarter of a second
LEAST = 0.8  # of what is heard of real notes
HEARD, OF_REAL, SHARE = "heard as their label", "real ones", "× real"
PITCHED, REAL_PITCHED = "with a pitch", "real ones with a pitch"
OFF, REAL_OFF = "cents from the nearest semitone", "cents of real ones"
Found = Mapping[str, float | None]


def labelled_notes(system: TrainedSystem, corpus: Path) -> dict[str, float | None]:
    """As many notes of each label as are held out, of OF_EACH at most; nothing where the system
    knows no family of these. Real ones are told in the same way, by who knows the training notes.
    None: what cannot be said, as a share of no real note that is heard as its label.
    """
    labels = set(system.labels)
    known = _real(corpus, ("train",), labels)
    asked = _some(_real(corpus, ("valid", "test"), labels & set(map(label_of, known))), OF_EACH)
    if not asked:
        return {}
    made = {
        name: as_written(system.generate(1, NOTE_S, seed=number, label=label_of(name))[0])
        for number, name in enumerate(asked)
    }
    accuracy = metrics.load("label-accuracy")
    heard, heard_real = (accuracy.score(known, notes).value for notes in (made, asked))
    off, off_real = cents_off(made), cents_off(asked)
    return {
        "notes": len(made),
        "labels": len(set(map(label_of, made))),
        HEARD: round(heard, 3),
        OF_REAL: round(heard_real, 3),
        SHARE: round(heard / heard_real, 3) if heard_real else None,
        PITCHED: len(off),
        REAL_PITCHED: len(off_real),
        OFF: _mean(off),
        REAL_OFF: _mean(off_real),
    }


def verdicts(name: str, found: Found) -> list[str]:
    """What is asked of notes by label, and what was found of a system of that name."""
    share = "no ratio" if found[SHARE] is None else f"{found[SHARE]:g} ×"
    off, real_off = ("none" if found[k] is None else f"{found[k]:g} cents" for k in (OFF, REAL_OFF))
    return [
        f"{name}: of notes asked for by label {found[HEARD]:g} are heard as it, of real ones "
        f"{found[OF_REAL]:g}: {share} (asked: at least {LEAST:g} ×).",
        f"{name}: from the nearest semitone the pitches of {found[PITCHED]:g} notes are in the "
        f"mean {off}, of {found[REAL_PITCHED]:g} real ones {real_off} (asked: no further).",
    ]


def cents_off(notes: Clips) -> list[float]:
    """Of every note with a pitch the median distance of its voiced frames, 31.25 a second, to the
    nearest semitone of A4 = 440 Hz, by pYIN and YIN. 25 in the mean for pitches that go by none."""
    found = []
    for clip in notes.values():
        pitches = voiced_pitches(clip, is_fine=True)
        if len(pitches) >= FEWEST_FRAMES:
            found.append(100 * float(np.median(np.abs(pitches - np.round(pitches)))))
    return found


def _mean(cents: list[float]) -> float | None:
    return round(float(np.mean(cents)), 1) if cents else None


def _real(corpus: Path, splits: Iterable[Split], labels: Container[str | None]) -> dict[str, Clip]:
    """The notes of the splits that have one of the labels, each in a folder by it."""
    rendition = PreparedCorpus.open(corpus).rendition(SAMPLE_RATE, 1)
    return {
        under(track.labels[KIND], track.id): Clip(
            np.array(rendition.read(index, 0, track.n_samples)), SAMPLE_RATE
        )
        for split in splits
        for index in rendition.of_split(split)
        for track in (rendition.tracks[index],)
        if track.labels.get(KIND) in labels
    }


def _some(notes: Clips, n: int) -> dict[str, Clip]:
    """n of each label, or all, evenly from what there is."""
    return {name: own[name] for own in by_label(notes).values() for name in evenly(list(own), n)}
