"""How near composed piano is to real piano: what the composer is tuned by. Nothing is learnt here.

  python base/likeness.py --piano "$MENURA_DATA/piano" --seed 1

Pieces for piano, played as the real ones were (FluidR3, FluidSynth's own room), cut to clips of
eight seconds, are measured against clips of the real training pieces; beside them stand the real
pieces of the other splits. The real ones were levelled by hands unknown, so that composed clips get
their loudnesses, rank by rank.
"""

import argparse
import csv
from collections.abc import Mapping
from itertools import count
from pathlib import Path
from random import Random

import numpy as np

from composing.chance import dice
from composing.pieces import compose
from material import FLUIDR3
from menura.audio import Clip, conform, integrated_lufs, read
from menura.audio.synthesis.soundfont import Player
from menura.evaluation import metrics
from menura.evaluation.onsets import onset_times_s
from rendering import GAIN, SAMPLE_RATE

CLIP_S = 8.0
Clips = Mapping[str, Clip]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--piano", type=Path, required=True, help="MENURA_DATA's folder of that name"
    )
    parser.add_argument("--clips", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    rng = dice(options.seed, "likeness")
    reference = real(options.piano, ("train",), options.clips, rng)
    other = real(options.piano, ("validation", "test"), options.clips, rng)
    made = levelled(composed(options.seed, options.clips, rng), reference)
    print(f"{options.clips} clips of {CLIP_S:g} s each, against real piano (train)")  # noqa: T201
    for name, clips in (("other real piano", other), ("composed", made)):
        print(f"{name}: {told(reference, clips)}")  # noqa: T201


def told(reference: Clips, clips: Clips) -> str:
    """Both Fréchet distances, and onsets a second of the median clip."""
    scores = [
        f"{name} {metrics.load(name).score(reference, clips).value:.4g}"
        for name in ("frechet-spectral", "frechet-mfcc")
    ]
    onsets = float(np.median([len(onset_times_s(clip)) / CLIP_S for clip in clips.values()]))
    return ", ".join((*scores, f"{onsets:.2f} onsets a second"))


def real(piano: Path, splits: tuple[str, ...], n: int, rng: Random) -> Clips:
    """n clips from anywhere in the pieces of the splits, all pieces in turn."""
    with (piano / "maestro-v3.0.0.csv").open(encoding="utf-8", newline="") as table:
        files = [row["audio_filename"] for row in csv.DictReader(table) if row["split"] in splits]
    found: dict[str, Clip] = {}
    for place, file in enumerate(files):
        clip = conform(read(piano / file), SAMPLE_RATE, 1)
        for number in range(place, n, len(files)):
            start_s = rng.uniform(0, clip.duration_s - CLIP_S)
            cut = clip.between(start_s, start_s + CLIP_S)
            found[f"{number:03}"] = Clip(cut.samples.copy(), SAMPLE_RATE)
    return found


def composed(seed: int, n: int, rng: Random) -> Clips:
    """A clip from anywhere in each of the first n pieces for the piano of the real ones."""
    found: dict[str, Clip] = {}
    for number in count():
        if len(found) == n:
            return found
        piece = compose(seed, number)
        if piece.kind != "piano" or piece.score.notes[0].program != 0:
            continue
        stop_s = rng.uniform(CLIP_S, piece.score.duration_s)
        player = Player(FLUIDR3, SAMPLE_RATE, gain=GAIN)
        sound = player.play(piece.score, SAMPLE_RATE, 1, round(stop_s * SAMPLE_RATE))
        found[f"{number:03}"] = Clip(sound[:, -round(CLIP_S * SAMPLE_RATE) :], SAMPLE_RATE)
    raise AssertionError("numbers do not end")


def levelled(clips: Clips, like: Clips) -> Clips:
    """The clips at the loudnesses of others: the softest at that of the softest, and so on."""
    wanted = sorted(integrated_lufs(clip) for clip in like.values())
    own = {name: integrated_lufs(clip) for name, clip in clips.items()}
    found = {}
    for lufs, name in zip(wanted, sorted(own, key=lambda one: own[one]), strict=True):
        gain = np.float32(10 ** ((lufs - own[name]) / 20))
        found[name] = Clip(clips[name].samples * gain, SAMPLE_RATE)
    return found


if __name__ == "__main__":
    main()
