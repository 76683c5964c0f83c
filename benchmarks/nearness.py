"""Do clips come nearer to the training audio than music does that was never learnt?

For each case: 64 clips of 8 s made from nothing, and 64 pieces of held-out recordings. How near a
clip is: the median, over its seconds that sound, of the distance to the nearest of all seconds of
the training audio, of which eight begin in each (level-free spectral embedding). Nearer than the
5th percentile of the held-out pieces' own may be 7 of 64: by chance alone it is 3, and more than 7
in one case of seventy. Cases: `base`, and what it becomes on twenty minutes of piano. Rows that are
there stay. Writes docs/results/nearness.{md,json}.

  MENURA_DATA=... python benchmarks/nearness.py base --corpus WORK/corpus
  MENURA_DATA=... python benchmarks/nearness.py folder [--minutes 10] [--work DIR]
"""

import argparse
import json
import tempfile
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from itertools import accumulate
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.neighbors import NearestNeighbors

from clip_sets import Clips, cut_clips, generated
from machine import machine
from menura.audio import Clip
from menura.evaluation.windows import (
    IN_WORDS,
    N_DIMENSIONS,
    SAMPLE_RATE,
    Windows,
    level_free_embeddings,
    sounding,
)
from menura.foundation import shipped
from menura.prepared import PreparedCorpus, Rendition
from menura.systems import TrainedSystem
from menura.workflows.load import load_of_sound
from once import train_once
from page_parts import table, where
from piano_splits import Rows, piano_without

RESULTS = Path(__file__).resolve().parents[1] / "docs" / "results"
NAME, OURS, PRESET = "nearness", "latent-flow", "laptop"
N_CLIPS, CLIP_S, PERCENTILE, MOST = 64, 8.0, 5.0, 7
A_SECOND = 8  # windows of the training audio that begin in each second
FOLDER_S = 1200.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("case", choices=("base", "folder"))
    parser.add_argument("--corpus", type=Path, help="what base was trained on: see base/README.md")
    parser.add_argument("--minutes", type=float, default=10.0, help="of training on the folder")
    parser.add_argument("--work", type=Path, help="folder to keep what is trained in")
    options = parser.parse_args()
    if options.case == "base":
        if options.corpus is None:
            parser.error("base needs --corpus, the music that it learnt")
        write("base", measure(load_of_sound(shipped.BASE), options.corpus))
        return
    with tempfile.TemporaryDirectory() as scratch:
        work = options.work or Path(scratch)
        corpus = piano_without(beyond_twenty_minutes, work / NAME)
        run = work / NAME / f"{OURS}-{options.minutes:g}"
        train_once(OURS, PRESET, corpus, run, options.minutes, shipped.BASE)
        what = f"base, {options.minutes:g} min on {FOLDER_S / 60:g} min of piano"
        write(what, measure(load_of_sound(run), corpus))


def beyond_twenty_minutes(training: Rows) -> Rows:
    """What is left when the first recordings have made up the folder."""
    until = list(accumulate(float(row["duration"]) for row in training))
    return training[bisect_left(until, FOLDER_S) + 1 :]


def measure(system: TrainedSystem, corpus: Path) -> dict[str, Any]:
    rendition = PreparedCorpus.open(corpus).rendition(SAMPLE_RATE, 1)
    known = NearestNeighbors(n_neighbors=1, algorithm="brute").fit(
        np.concatenate(list(_points(tracks(rendition, ("train",)), A_SECOND)))
    )
    held_out = list(tracks(rendition, ("valid", "test")))
    pieces = cut_clips([*_long(held_out)], N_CLIPS, CLIP_S, seed=1)
    real, made = (near(known, clips) for clips in (pieces, generated(system, N_CLIPS, CLIP_S)))
    limit = float(np.percentile(real, PERCENTILE))
    return {
        "machine": machine(),
        "row": {
            "training windows": int(known.n_samples_fit_),
            "held-out pieces": len(real),
            "clips": len(made),
            "nearer than the held-out's 5th percentile": int((np.array(made) < limit).sum()),
            "asked: at most": MOST,
            "median nearness, × held out": round(float(np.median(made) / np.median(real)), 3),
        },
    }


def tracks(rendition: Rendition, splits: Iterable[Any]) -> Iterator[Clip]:
    for split in splits:
        for index in rendition.of_split(split):
            n = rendition.tracks[index].n_samples
            yield Clip(np.array(rendition.read(index, 0, n)), rendition.sample_rate)


def near(known: NearestNeighbors, clips: Clips) -> list[float]:
    """Of each clip that sounds."""
    found = []
    for points in _points(clips.values(), 1):
        if len(points):
            distances, _ = known.kneighbors(points)
            found.append(float(np.median(distances)))
    return found


def _points(clips: Iterable[Clip], a_second: int) -> Iterator[Windows]:
    """Of each clip the windows that sound."""
    for clip in clips:
        loud = sounding(clip, a_second)
        points = level_free_embeddings(clip, a_second)[loud]
        yield points.reshape(-1, N_DIMENSIONS)


def _long(clips: Iterable[Clip]) -> Iterator[Clip]:
    """Recordings as they are; single notes, which are shorter than a clip, after each other."""
    short: list[Clip] = []
    for clip in clips:
        if clip.duration_s > CLIP_S:
            yield clip
        else:
            short.append(clip)
    if short:
        yield Clip(np.concatenate([clip.samples for clip in short], axis=1), SAMPLE_RATE)


def write(case: str, found: dict[str, Any]) -> None:
    file = RESULTS / f"{NAME}.json"
    before = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    figures = {**before, case: found}
    RESULTS.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    file.with_suffix(".md").write_text(page(figures), encoding="utf-8")
    print(file.with_suffix(".md"))  # noqa: T201


def page(figures: dict[str, Any]) -> str:
    machines = dict.fromkeys(where(one["machine"]) for one in figures.values())
    return f"""# Is it the training audio again?

Written by `python benchmarks/{NAME}.py`; not by hand. On {"; ".join(machines)}.

Clips of {CLIP_S:g} s made from nothing, and pieces of held-out recordings. How near each is to the
training audio: the median over its seconds of the distance to the nearest second there ({A_SECOND}
begin in each; {IN_WORDS}, level-free). Of {N_CLIPS} clips {MOST} may be nearer than the 5th
percentile of the held-out pieces.

{table({case: one["row"] for case, one in figures.items()}, "system")}
"""


if __name__ == "__main__":
    main()
