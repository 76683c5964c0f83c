"""Cutting real music into pieces like the candidates: what real music itself would measure."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from heapq import heappop, heappush

import numpy as np

from menura.audio import Clip, Score
from menura.evaluation.by_label import by_label
from menura.foundation import seeds

SHORTEST_S = 1.0


def halves(clips: Mapping[str, Clip], seed: int) -> tuple[dict[str, Clip], dict[str, Clip]]:
    """The clips in two halves, whole files, drawn by `seed`. The first has the odd one."""
    names = sorted(clips)
    order = np.random.default_rng(seeds.derive(seed, "halves")).permutation(len(names))
    middle = (len(names) + 1) // 2
    first, second = order[:middle], order[middle:]
    return {names[i]: clips[names[i]] for i in first}, {names[i]: clips[names[i]] for i in second}


def halves_by_label(
    clips: Mapping[str, Clip], seed: int
) -> tuple[dict[str, Clip], dict[str, Clip]]:
    """Halves of each label's clips (see `by_label`), so that what the second has, the first knows.

    The first has the odd one of every label, and so all of a label that has one clip. Clips in no
    folder are in neither.
    """
    first: dict[str, Clip] = {}
    second: dict[str, Clip] = {}
    for label, own in by_label(clips).items():
        known, judged = halves(own, seeds.derive(seed, label))
        first |= known
        second |= judged
    return first, second


def pieces_like(
    source: Mapping[str, Clip], pattern: Mapping[str, Clip], seed: int
) -> dict[str, Clip]:
    """Pieces of `source`, as many and as long as the clips of `pattern`, where there is as much.

    They come from all files in turn, from random places, and do not overlap. Where no file has
    as much left as is wanted, the piece is the rest of the file that has most, if that is as long
    as the shortest of `pattern` (several measures hear as much of every clip as the shortest has);
    where no file is so long, if it is a second or more.
    """
    shortest_s = min((clip.duration_s for clip in pattern.values()), default=SHORTEST_S)
    return _pieces_like(source, pattern, seed, shortest_s) or _pieces_like(
        source, pattern, seed, SHORTEST_S
    )


def _pieces_like(
    source: Mapping[str, Clip], pattern: Mapping[str, Clip], seed: int, shortest_s: float
) -> dict[str, Clip]:
    rng = np.random.default_rng(seeds.derive(seed, "pieces"))
    names = [sorted(source)[i] for i in rng.permutation(len(source))]
    there_s = [source[name].duration_s for name in names]
    found = {}
    for name, (own, left) in zip(names, _taken(there_s, pattern, shortest_s), strict=True):
        for start, length in _placed(own, left, rng):
            # What is worked out of a clip is remembered by the clip itself: a whole one stays it.
            whole = length == source[name].duration_s
            piece = source[name] if whole else source[name].between(start, start + length)
            found[f"{name} from {start:.2f} s"] = piece
    return found


def _taken(
    there_s: Sequence[float], pattern: Mapping[str, Clip], shortest_s: float
) -> list[tuple[list[float], float]]:
    """Of each file, which has so much, the lengths of the pieces that come from it, and what is
    left of it."""
    lengths: list[list[float]] = [[] for _ in there_s]
    left = list(there_s)
    # Those that may have enough, what has given least first; and the others, what has most first.
    enough = [(0.0, number) for number in range(len(left))]
    less: list[tuple[float, int]] = []
    for wanted in sorted((clip.duration_s for clip in pattern.values()), reverse=True):
        while less and -less[0][0] >= wanted:
            number = heappop(less)[1]
            heappush(enough, (sum(lengths[number]), number))
        while enough and left[enough[0][1]] < wanted:
            number = heappop(enough)[1]
            heappush(less, (-left[number], number))
        number = heappop(enough or less)[1]
        taken = min(wanted, left[number])
        if taken >= shortest_s:
            lengths[number].append(taken)
            left[number] -= taken
        heappush(enough, (sum(lengths[number]), number))
    return list(zip(lengths, left, strict=True))


def score_between(score: Score, start_s: float, stop_s: float) -> Score:
    """The notes that begin in this time, counted from its start; ended where it ends."""
    notes = tuple(
        replace(note, start_s=note.start_s - start_s, end_s=min(note.end_s, stop_s) - start_s)
        for note in score.notes
        if start_s <= note.start_s < stop_s
    )
    return replace(score, notes=notes)


def _placed(
    lengths: list[float], slack_s: float, rng: np.random.Generator
) -> list[tuple[float, float]]:
    """(start, length) of pieces in their order, the slack shared out between them at random."""
    gaps = np.sort(rng.uniform(0.0, slack_s, len(lengths)))
    starts = gaps + np.cumsum([0.0, *lengths[:-1]]) if lengths else gaps
    return [(float(start), length) for start, length in zip(starts, lengths, strict=True)]
