"""Does the label that `cvae` is told change what is heard?

Held-out notes (instruments that training never heard) go through a trained `cvae` with every other
label in place of their own. A classifier trained on real notes alone says what it hears: how often
the label that was told, and how often on the real held-out notes themselves. And whether a note is
still that note: is what comes out nearer to it than real notes of the label are, by log-mel?
Writes docs/results/label_swap.{md,json,png}.

  MENURA_DATA=... python benchmarks/label_swap.py [--minutes 7] [--work DIR]
"""

import argparse
import json
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from machine import machine
from materials import KINDS
from menura.audio import Clip
from menura.audio.picture import spectrograms_png
from menura.evaluation.cepstra import cepstra
from menura.prepared import PreparedCorpus, Rendition
from menura.representations.log_mel import LogMel
from menura.training.stage import METRICS
from menura.workflows.load import load
from menura.workflows.train import train
from page_parts import table, where
from speaking import Speaker

RESULTS = Path(__file__).resolve().parents[1] / "docs" / "results"
NAME, RECIPE, KIND, RATE, SEED = "label_swap", "cvae", "family", 16_000, 0
SHOWN = 3  # notes in the picture


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--minutes", type=float, default=7.0)
    parser.add_argument("--work", type=Path, help="folder to keep what is trained in")
    options = parser.parse_args()
    RESULTS.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        figures = measure(options.work or Path(scratch), options.minutes)
    (RESULTS / f"{NAME}.json").write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    (RESULTS / f"{NAME}.md").write_text(page(figures), encoding="utf-8")
    print(RESULTS / f"{NAME}.md")  # noqa: T201


def measure(work: Path, minutes: float, every: int = 1) -> dict[str, Any]:
    """The figures. every: of the held-out notes, to be quicker."""
    corpus = KINDS["notes"].prepare(work)
    run = work / f"{RECIPE}-{minutes:g}"
    if not (run / METRICS).is_file():
        train(RECIPE, corpus, run, minutes=minutes, resume=True, seed=SEED, reporter=Speaker())
    system = load(run)
    rendition = PreparedCorpus.open(corpus).rendition(RATE, 1)
    known = labelled(rendition, ["train"])
    held_out = labelled(rendition, ["valid", "test"])[::every]
    classifier = make_pipeline(StandardScaler(), LogisticRegression(max_iter=5000, C=0.1))
    classifier.fit([features(clip) for clip, _ in known], [label for _, label in known])
    swapped = [
        (clip, own, told, system.reconstruct(clip, label=told))
        for clip, own in held_out
        for told in system.labels
        if told != own
    ]
    told = [one[2] for one in swapped]
    heard = list(classifier.predict([features(one[3]) for one in swapped]))
    real = list(classifier.predict([features(clip) for clip, _ in held_out]))
    kept = list(classifier.predict([features(system.reconstruct(clip)) for clip, _ in held_out]))
    RESULTS.joinpath(f"{NAME}.png").write_bytes(picture(system, held_out))
    said = json.loads((run / METRICS).read_text(encoding="utf-8"))
    return {
        "machine": machine(),
        "minutes": minutes,
        "steps": said["steps"],
        "labels": len(system.labels),
        "notes": len(held_out),
        "chance": round(1 / len(system.labels), 4),
        "accuracy": {
            "real held-out notes, their own label": share(real, [own for _, own in held_out]),
            "reconstructed, their own label": share(kept, [own for _, own in held_out]),
            "reconstructed with another label: the label told": share(heard, told),
            "reconstructed with another label: their own": share(heard, [o[1] for o in swapped]),
        },
        "by label": {
            label: {
                "told, and heard": recall(heard, told, label),
                "real, and heard": recall(real, [own for _, own in held_out], label),
            }
            for label in system.labels
        },
        "distance": distances(swapped, held_out),
    }


def labelled(rendition: Rendition, splits: Any) -> list[tuple[Clip, str]]:
    return [
        (Clip(np.array(rendition.read(i, 0, track.n_samples)), rendition.sample_rate), label)
        for split in splits
        for i in rendition.of_split(split)
        for track in (rendition.tracks[i],)
        if (label := track.labels.get(KIND))
    ]


def features(clip: Clip) -> np.ndarray:
    """Mean and deviation of 12 cepstra over the louder half of a note: what it sounds like, not how
    loud it is (the first, which is left out) nor what follows it."""
    frames = cepstra(clip)
    loud = frames[frames[:, 0] >= np.median(frames[:, 0]), 1:]
    return np.concatenate([loud.mean(axis=0), loud.std(axis=0)])


_MEL = LogMel(LogMel.Config(n_fft=1024, hop_length=256, n_mels=128), RATE)


def log_mel(clip: Clip) -> np.ndarray:
    """In dB."""
    frames = _MEL.analyse(torch.from_numpy(clip.samples))[0].numpy()
    return np.asarray(frames * (10 / np.log(10)))


def distances(swapped: list[Any], held_out: list[tuple[Clip, str]]) -> dict[str, float]:
    """Mean absolute log-mel difference, in dB, of each note to what became of it, and to real
    notes of the label it was told."""
    mels = {id(clip): log_mel(clip) for clip, _ in held_out}
    of = {label: [clip for clip, own in held_out if own == label] for _, label in held_out}
    own, others, nearer = [], [], []
    for clip, _, told, out in swapped:
        mel = mels[id(clip)]
        to_own = float(np.abs(mel - log_mel(out)).mean())
        to_others = [float(np.abs(mel - mels[id(other)]).mean()) for other in of.get(told, [])]
        if not to_others:
            continue
        own.append(to_own)
        others.append(float(np.mean(to_others)))
        nearer.append(np.mean([to_own < one for one in to_others]))
    return {
        "note to itself with another label, dB": round(float(np.mean(own)), 2),
        "note to a real note of that label, dB": round(float(np.mean(others)), 2),
        "nearer to itself than a random note of that label": round(float(np.mean(nearer)), 3),
    }


def share(heard: list[str], wanted: list[str]) -> float:
    return round(float(np.mean([a == b for a, b in zip(heard, wanted, strict=True)])), 3)


def recall(heard: list[str], wanted: list[str], label: str) -> float:
    """How often a label is heard where it is wanted."""
    there = [one for one, other in zip(heard, wanted, strict=True) if other == label]
    return share(there, [label] * len(there))


def picture(system: Any, held_out: list[tuple[Clip, str]]) -> bytes:
    rows: list[tuple[str, Clip]] = []
    for clip, own in held_out[:: max(1, len(held_out) // SHOWN)][:SHOWN]:
        others = [label for label in system.labels if label != own]
        rows.append((f"{own} (real, held out)", clip))
        rows.append((f"the same as {own}", system.reconstruct(clip, label=own)))
        for label in (others[0], others[len(others) // 2]):
            rows.append((f"the same as {label}", system.reconstruct(clip, label=label)))
    return spectrograms_png(rows, columns=4)


def page(figures: dict[str, Any]) -> str:
    accuracy, chance = figures["accuracy"], figures["chance"]
    reached = accuracy["reconstructed with another label: the label told"] / chance
    lines = {
        name: {"accuracy": value, "× chance": round(value / chance, 1)}
        for name, value in accuracy.items()
    }
    distance = "\n".join(f"- {name}: {value:g}" for name, value in figures["distance"].items())
    return f"""# Another label for a real note

Written by `python benchmarks/label_swap.py --minutes {figures["minutes"]:g}`; not by hand. On
{where(figures["machine"])}.

`cvae`, preset laptop, {figures["minutes"]:g} min ({figures["steps"]} steps) on the training notes,
seed {SEED}. {figures["notes"]} held-out notes, of instruments that were never heard, each with
every other of {figures["labels"]} families in place of its own (`menura reconstruct --label`).
The classifier is a logistic regression on statistics of 12 cepstra, trained on real training
notes; chance is {chance:g}. The label told is heard {reached:.1f} times as often as by chance
(asked: 3).

{table(lines, "what the classifier hears")}

Whether it is still the same note (log-mel difference):

{distance}

![Held-out notes, reconstructed as their own family and as two others]({NAME}.png)

{table(figures["by label"], "label")}
"""


if __name__ == "__main__":
    main()
