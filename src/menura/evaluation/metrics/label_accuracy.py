"""The share of the candidates that are told to have the label they were made for."""

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Bool, Float64

from menura.audio import Clip
from menura.evaluation.by_label import by_label
from menura.evaluation.discriminants import discriminants
from menura.evaluation.metrics._embedded import Embedded
from menura.evaluation.metrics.contract import Clips, Measurement
from menura.evaluation.once_per_clip import once_per_clip
from menura.evaluation.pairing import require
from menura.evaluation.votes import N_NEIGHBOURS, votes
from menura.evaluation.windows import sounding

FEWEST = 8  # candidates
FEWEST_CLIPS, FEWEST_S = 2, N_NEIGHBOURS  # of the reference, for each label
SHOWN = 5
LAYOUT = "put both into folders of the same names, one a label: rock/1.wav, jazz/2.wav"

Points = Float64[np.ndarray, "_ dimensions"]
Shares = Float64[np.ndarray, "_ labels"]


class LabelAccuracy(Embedded):
    """How many candidates are heard as what they were asked to be, by who knows the reference.

    The label of a clip is the folder that its name begins with. Every second of the reference that
    sounds (−50 dBFS or more) is a known point of the spectral embedding, seen along the directions
    that tell the labels apart (`evaluation/discriminants.py`). Those nearest to a second of a
    candidate vote on its label (`evaluation/votes.py`), and the label with most votes over all its
    seconds is what the candidate is told to be. One that is silent is told wrong.

    Whole clips are counted, not seconds: a clip is what was asked for, and a rock piece with a
    quiet second is no less of one. The embedding is always the same, so that figures compare; real
    genres are told better by it than by Menura's own network (docs/log.md).
    details: "chance", the share of a guess; "by seconds", the share of the seconds that are told
    right; "of LABEL", the share of what was made for it. Real music is not always told right
    either: what stands beside the figure is what can be reached. Candidates are enough where eight
    were made for labels of which the reference has two clips and 15 s or more.
    """

    means = "what share of the candidates sounds like the label that they were made for"
    ideal = of_itself = 1.0
    higher_is_better = True
    tolerance = 1e-9
    unit = "of the clips"
    is_share = True
    against = "labelled"
    about = "labels"
    embedded_by = "spectral"

    def unsuited(self, reference: Clips, candidate: Clips) -> str | None:
        known, asked = by_label(reference), by_label(candidate)
        for side, labels in (("candidates are", asked), ("reference is", known)):
            if not labels:
                return f"the {side} not in folders by label; {LAYOUT}"
        heard = [label for label, clips in known.items() if any(_loud(c).any() for c in _of(clips))]
        if len(heard) < 2:
            there = ", ".join(heard) or "none"
            return f"the reference must have sound of two labels or more, not of {there}; {LAYOUT}"
        if strange := [label for label in asked if label not in heard]:
            return (
                f"candidates were made for {_listed(strange)}, of which the reference has no sound "
                f"(it has: {_listed(heard)}); {LAYOUT}"
            )
        return None

    def score(self, reference: Clips, candidate: Clips) -> Measurement:
        require(self.unavailable() or self.unsuited(reference, candidate))
        known, asked = by_label(reference), by_label(candidate)
        made = {name: clip for clips in asked.values() for name, clip in clips.items()}
        wanted = {name: label for label, clips in asked.items() for name in clips}
        parts = {label: self._points(_of(clips)) for label, clips in known.items()}
        parts = {label: points for label, points in parts.items() if len(points)}
        labels = list(parts)
        told = _told(parts, {name: self._points([clip]) for name, clip in made.items()})
        right = {name: _is_right(labels.index(wanted[name]), told[name]) for name in made}
        seconds = np.concatenate(
            [told[name].argmax(axis=1) == labels.index(wanted[name]) for name in made]
        )
        n_known, n = sum(map(len, known.values())), len(right)
        thin = {
            label: (len(known[label]), len(part))
            for label, part in parts.items()
            if len(known[label]) < FEWEST_CLIPS or len(part) < FEWEST_S
        }
        return Measurement(
            float(np.mean(list(right.values()))),
            f"{self.embedding.in_words}, along what tells the labels apart; {N_NEIGHBOURS} "
            "neighbours vote",
            "clips",
            n_known,
            n,
            details={
                "chance": 1 / len(labels),
                **({"by seconds": float(seconds.mean())} if len(seconds) else {}),
                **{
                    f"of {label}": float(np.mean([right[name] for name in clips]))
                    for label, clips in asked.items()
                },
            },
            remarks=(
                *_few(n),
                *_thin(thin),
                *_silent(sum(not len(shares) for shares in told.values())),
                *_left_out("reference", len(reference) - n_known),
                *_left_out("candidates", len(candidate) - n),
            ),
            of_each=right,
            too_few=sum(label not in thin for label in wanted.values()) < FEWEST,
        )

    def _points(self, clips: Sequence[Clip]) -> Points:
        """Of the seconds that sound, clip after clip."""
        found = []
        for points, clip in zip(self.embedding.points_of_all(clips), clips, strict=True):
            loud = _loud(clip)
            n = min(len(points), len(loud))
            found.append(points[:n][loud[:n]].astype(np.float64))
        return np.concatenate(found)


@once_per_clip
def _loud(clip: Clip) -> Bool[np.ndarray, "seconds"]:
    """Which of its seconds sound."""
    return sounding(clip)


def _of(clips: Mapping[str, Clip]) -> list[Clip]:
    return list(clips.values())


def _told(known: Mapping[str, Points], made: Mapping[str, Points]) -> dict[str, Shares]:
    """Votes at each second of what was made. known: label → points."""
    points = np.concatenate(list(known.values()))
    numbers = np.repeat(np.arange(len(known)), [len(part) for part in known.values()])
    directions = discriminants(points, numbers)
    asked = np.concatenate(list(made.values()))
    shares = votes(asked @ directions, points @ directions, numbers)
    ends = np.cumsum([len(part) for part in made.values()])
    return dict(zip(made, np.split(shares, ends[:-1]), strict=True))


def _is_right(number: int, shares: Shares) -> float:
    """1 where the label of that number has most votes over all seconds; else 0."""
    return float(len(shares) > 0 and int(shares.sum(axis=0).argmax()) == number)


def _few(n: int) -> tuple[str, ...]:
    few = f"only {_n(n, 'candidate')}: the share is mostly chance; {FEWEST} are needed"
    return (few,) if n < FEWEST else ()


def _thin(known: Mapping[str, tuple[int, int]]) -> tuple[str, ...]:
    """known: label of which there is too little → its clips and seconds in the reference."""
    few = [f"{label} ({_n(n, 'clip')}, {seconds} s)" for label, (n, seconds) in known.items()]
    if not few:
        return ()
    return (
        f"the reference has little of {_listed(few)}: what was made for it may be told wrong; "
        f"{FEWEST_CLIPS} clips and {FEWEST_S} s are needed",
    )


def _silent(n: int) -> tuple[str, ...]:
    return (f"{_n(n, 'silent candidate')} told wrong",) if n else ()


def _left_out(side: str, n: int) -> tuple[str, ...]:
    return (f"left out, in no folder by label: {_n(n, 'clip')} of the {side}",) if n else ()


def _n(n: int, what: str) -> str:
    return f"{n} {what}" if n == 1 else f"{n} {what}s"


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more
