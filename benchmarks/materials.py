"""What systems are trained on and judged by: piano, single notes, and piano as notes."""

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from clip_sets import Clips, cut_clips, whole
from menura.audio import Clip, conform
from menura.evaluation.excerpts import evenly
from menura.evaluation.pieces import score_between
from menura.prepared import PreparedCorpus
from menura.workflows.prepare import prepare

N_CLIPS, N_SEEDS, N_SHORT = 16, 10, 12
RATE = 32_000


@dataclass(frozen=True)
class Material:
    """Real music to measure by.

    train, held_out: recordings from end to end; held_out are those of the test and the validation
    split, by which training decides when to stop: of piano three pieces each, whose tests alone are
    three composers of one time, and of notes few. going_on: pieces of held-out recordings, seed_s
    and new_s long together; seeds: their beginnings.
    clip_s: seconds of the clips that are made from nothing.
    short: short pieces of held-out recordings, each a whole one where these are short: what is
    reconstructed, and gone between. None of scores.
    """

    train: Clips
    held_out: Clips
    going_on: Clips
    seeds: Clips
    clip_s: float
    seed_s: float
    new_s: float
    short: Clips = field(default_factory=dict)


@dataclass(frozen=True)
class Kind:
    """A material by name: in words, how its corpus is prepared, and how it is heard."""

    words: str
    prepare: Callable[[Path], Path]
    hear: Callable[[Path, Any], Material]


def _prepare_piano(work: Path) -> Path:
    piano = Path(os.environ["MENURA_DATA"]) / "piano"
    prepare(piano, work / "piano", labels=piano / "maestro-v3.0.0.csv", resume=True)
    return work / "piano"


def _prepare_scores(work: Path) -> Path:
    piano = Path(os.environ["MENURA_DATA"]) / "piano"
    prepare(piano, work / "piano-scores", corpus="maestro", resume=True)
    return work / "piano-scores"


def _prepare_notes(work: Path) -> Path:
    notes = Path(os.environ["MENURA_DATA"]) / "notes"
    prepare(notes, work / "notes", corpus="nsynth", resume=True)
    return work / "notes"


def _hear_piano(corpus: Path, system: Any) -> Material:
    rendition = PreparedCorpus.open(corpus).rendition(RATE, 1)
    held_out = {**whole(rendition, "test"), **whole(rendition, "valid")}
    going_on = cut_clips(list(held_out.values()), N_SEEDS, 34.0, seed=3)
    short = cut_clips(list(held_out.values()), N_SHORT, 8.0, seed=4)
    train = whole(rendition, "train")
    return _material(train, held_out, going_on, short, seed_s=4.0, new_s=30.0)


def _hear_notes(corpus: Path, system: Any) -> Material:
    """Notes of 4 s after each other, as a window of images slides over them."""
    rendition = PreparedCorpus.open(corpus).rendition(16_000, 1)
    held_out = {split: whole(rendition, split) for split in ("test", "valid")}
    both = [note for notes in held_out.values() for note in notes.values()]
    going_on = cut_clips(list(_together(both, 90.0).values()), N_SEEDS, 36.0, seed=3)
    # Short recordings, many of them: halves of few would have no instrument in common.
    train = _together(whole(rendition, "train").values(), 24.0)
    short = {f"{n:02}": note for n, note in enumerate(evenly(both, N_SHORT))}
    return _material(train, _together(both, 24.0), going_on, short, seed_s=16.0, new_s=20.0)


def _hear_scores(corpus: Path, system: Any) -> Material:
    """The recordings' own notes, played as the system plays its own: the players do not differ."""
    prepared = PreparedCorpus.open(corpus)

    def played(split: str) -> dict[str, Clip]:
        return {
            f"{index:03}": conform(system.play(prepared.score(index)), RATE, 1)
            for index, track in enumerate(prepared.tracks)
            if track.split == split and track.score is not None
        }

    seed_s, new_s = 12.0, 30.0
    held_out = [
        prepared.score(index)
        for index, track in enumerate(prepared.tracks)
        if track.split != "train" and track.score is not None
    ]
    rng = np.random.default_rng(3)
    long = [score for score in held_out if score.duration_s > seed_s + new_s]
    going_on, seeds = {}, {}
    for number in range(N_SEEDS):
        score = long[number % len(long)]
        start_s = float(rng.uniform(0, score.duration_s - seed_s - new_s))
        piece = score_between(score, start_s, start_s + seed_s + new_s)
        going_on[f"{number:02}"] = system.play(piece, seed_s + new_s)
        seeds[f"{number:02}"] = system.play(score_between(piece, 0.0, seed_s), seed_s)
    return Material(
        played("train"), played("test"), going_on, seeds, clip_s=8.0, seed_s=seed_s, new_s=new_s
    )


KINDS = {
    "piano": Kind("an hour of solo piano, played by a soundfont", _prepare_piano, _hear_piano),
    "piano-scores": Kind(
        "the notes (MIDI) of the same hour of solo piano; sound on both sides is played by the "
        "built-in synthesiser",
        _prepare_scores,
        _hear_scores,
    ),
    "notes": Kind(
        "single notes of 4 s in NSynth's layout, laid end to end in the order of the corpus",
        _prepare_notes,
        _hear_notes,
    ),
}


def _material(
    train: Clips, held_out: Clips, going_on: Clips, short: Clips, seed_s: float, new_s: float
) -> Material:
    seeds = {name: clip.between(0, seed_s) for name, clip in going_on.items()}
    return Material(train, held_out, going_on, seeds, 8.0, seed_s, new_s, short)


def _together(notes: Iterable[Clip], seconds: float) -> dict[str, Clip]:
    """Short clips after each other, cut into recordings of so many seconds."""
    clips = list(notes)
    rate = clips[0].sample_rate
    sound = np.concatenate([clip.samples for clip in clips], axis=1)
    borders = [*range(0, sound.shape[1], round(seconds * rate)), sound.shape[1]]
    return {
        f"{number:03}": Clip(sound[:, start:stop], rate)
        for number, (start, stop) in enumerate(pairwise(borders))
        if stop - start > rate
    }
