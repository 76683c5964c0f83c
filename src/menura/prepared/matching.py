"""Which tracks hold a stretch of the same recording, by their acoustic fingerprints.

Words that two tracks have in common at the same distance in time propose a pair, as in J. Haitsma
and T. Kalker, "A highly robust audio fingerprinting system", ISMIR 2002, section 5; then the
fingerprints are laid over each other and the bits that differ are counted.
"""

import base64
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float64, Int64, UInt8, UInt32, UInt64

from menura.audio.fingerprint import N_BITS, NOTHING, SPAN_S, WORD_S
from menura.prepared.sets import Sets

SHORTEST_S = 3.0  # of the same recording; of less than that, some are found
# Words that hear nothing but such a stretch, however it lies between two steps.
_HALF = (int((SHORTEST_S - SPAN_S) / WORD_S) - 1) // 2
_STRETCH = 2 * _HALF
_LEAST_TELLING = 0.6  # share of the words of a stretch
# Bits that differ, as a share of those that change in the sound itself over a second: about half
# of them change in music, so this is a quarter of all, and 0.17 differ after mp3 at its worst. Of
# two steady notes few differ, but few change either: they are alike, no more.
_MOST_ERRORS = 0.5
_CHANGE_OVER = (round(0.5 / WORD_S), round(1.0 / WORD_S))
_NEIGHBOURS = 16  # places of the same word that a place is compared with
_PLACES_AT_ONCE = 1 << 17
_MOST_COUNTERS = 1 << 24
_COUNTERS_A_PLACE = 16  # few enough chances that fall on one by accident
_TRACK_BITS, _SHIFT_BITS = 21, 22
_LEAST_VOTES = 2
_MOST_SHIFTS = 4  # tried for a pair of tracks
_ONES: UInt8[np.ndarray, " values"] = (
    np.unpackbits(np.arange(1 << 16, dtype="<u2").view(np.uint8).reshape(-1, 2), axis=1)
    .sum(axis=1)
    .astype(np.uint8)
)


@dataclass(frozen=True)
class Match:
    """Two tracks, by their numbers, that share `seconds` of the same recording."""

    first: int
    second: int
    seconds: float


def to_text(words: UInt32[np.ndarray, " words"]) -> str:
    """Words as they are kept in a file of text."""
    return base64.b64encode(words.astype("<u4").tobytes()).decode("ascii")


def from_text(text: str) -> UInt32[np.ndarray, " words"]:
    """What `to_text` was given."""
    words: UInt32[np.ndarray, " words"]
    words = np.frombuffer(base64.b64decode(text), dtype="<u4").astype(np.uint32)
    return words


def matches(
    prints: Sequence[UInt32[np.ndarray, " _"]], groups: Sequence[int] | None = None
) -> list[Match]:
    """Pairs of fingerprints that share at least SHORTEST_S of the same recording.

    The seconds given are a little too many, by less than one, where the ends are hard to tell.
    groups: a number for each fingerprint; those with the same number are known to belong
    together. Enough pairs are given to join all that belong together, and no more: when A and B
    are joined, and B and C, then A and C are not compared. At most 2²¹ fingerprints.
    Memory is about 60 bytes a word beside the words themselves (1.3 kB for a second of sound),
    and what is fixed (100 MB).
    """
    if len(prints) > 1 << _TRACK_BITS:
        raise ValueError(f"{len(prints)} fingerprints; at most {1 << _TRACK_BITS} can be compared")
    joined = Sets[int]()
    leaders: dict[int, int] = {}
    for number, group in enumerate(groups or ()):
        joined.join(leaders.setdefault(group, number), number)
    book = _Book.of(prints)
    found = []
    for first, second, shift in _proposals(book).tolist():
        if joined.together(first, second):
            continue
        seconds = _shared_s(book, first, second, shift)
        if seconds:
            joined.join(first, second)
            found.append(Match(first, second, seconds))
    return sorted(found, key=lambda match: (match.first, match.second))


@dataclass(frozen=True)
class _Book:
    """All words one after the other. starts: of each track, and the end of the last."""

    words: UInt32[np.ndarray, " words"]
    starts: Int64[np.ndarray, " tracks_and_1"]
    tracks: Int64[np.ndarray, " words"]
    order: Int64[np.ndarray, " places"]  # places by their word; a word that lasts counts once

    @staticmethod
    def of(prints: Sequence[UInt32[np.ndarray, " _"]]) -> "_Book":
        words = np.concatenate([np.zeros(0, np.uint32), *prints])
        sizes = np.array([len(each) for each in prints], dtype=np.int64)
        starts = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
        tracks = np.repeat(np.arange(len(prints), dtype=np.int64), sizes)
        before = np.concatenate([np.zeros(1, np.uint32), words[:-1]])[: len(words)]
        places = np.flatnonzero((words != NOTHING) & (words != before))
        order = places[np.argsort(words[places], kind="stable")]
        return _Book(words, starts, tracks, order)

    def track(self, number: int) -> UInt32[np.ndarray, " words"]:
        words: UInt32[np.ndarray, " words"]
        words = self.words[self.starts[number] : self.starts[number + 1]]
        return words


def _proposals(book: _Book) -> Int64[np.ndarray, "proposals 3"]:
    """(first track, second track, shift) with several words in common, those with most first.

    shift: by how many words the second is early, to within one.
    """
    # Counting in a table of fixed size first: nearly all proposals are chance, seen once.
    wanted = max(1, min(_MOST_COUNTERS, _COUNTERS_A_PLACE * len(book.order)))
    counters = np.zeros(1 << (wanted - 1).bit_length(), np.int32)
    for keys in _meetings(book):
        np.add.at(counters, _slot(keys, len(counters)), 1)
    kept = [keys[counters[_slot(keys, len(counters))] >= _LEAST_VOTES] for keys in _meetings(book)]
    keys, votes = np.unique(np.concatenate([np.zeros((0,), np.uint64), *kept]), return_counts=True)
    keys, votes = keys[votes >= _LEAST_VOTES], votes[votes >= _LEAST_VOTES]
    pairs = keys >> np.uint64(_SHIFT_BITS)
    best = np.lexsort((-votes, pairs))
    keys, votes, pairs = keys[best], votes[best], pairs[best]
    rank = np.arange(len(keys)) - np.searchsorted(pairs, pairs, side="left")
    keys, votes = keys[rank < _MOST_SHIFTS], votes[rank < _MOST_SHIFTS]
    return _unpacked(keys[np.argsort(-votes, kind="stable")])


def _meetings(book: _Book) -> Iterator[UInt64[np.ndarray, " _"]]:
    """Pairs of places with the same word in different tracks, as numbers; some at a time."""
    order = book.order
    for start in range(0, len(order), _PLACES_AT_ONCE):
        for step in range(1, _NEIGHBOURS + 1):
            left = order[start : start + _PLACES_AT_ONCE]
            right = order[start + step : start + step + _PLACES_AT_ONCE]
            left = left[: len(right)]
            # Places of one word are in order, so the left track is never the later one.
            same = (book.words[left] == book.words[right]) & (
                book.tracks[left] != book.tracks[right]
            )
            if same.any():
                yield _packed(book, left[same], right[same])


def _packed(
    book: _Book, left: Int64[np.ndarray, " pairs"], right: Int64[np.ndarray, " pairs"]
) -> UInt64[np.ndarray, " pairs"]:
    """Both tracks and the shift, in steps of two, as one number."""
    first, second = book.tracks[left], book.tracks[right]
    shift = (left - book.starts[first]) - (right - book.starts[second])
    half = (shift >> 1) & ((1 << _SHIFT_BITS) - 1)
    pair = (first << _TRACK_BITS) | second
    packed: UInt64[np.ndarray, " pairs"]
    packed = (pair.astype(np.uint64) << np.uint64(_SHIFT_BITS)) | half.astype(np.uint64)
    return packed


def _unpacked(keys: UInt64[np.ndarray, " proposals"]) -> Int64[np.ndarray, "proposals 3"]:
    half = (keys & np.uint64((1 << _SHIFT_BITS) - 1)).astype(np.int64)
    half -= (half >> (_SHIFT_BITS - 1)) << _SHIFT_BITS  # the sign
    pair = (keys >> np.uint64(_SHIFT_BITS)).astype(np.int64)
    first, second = pair >> _TRACK_BITS, pair & ((1 << _TRACK_BITS) - 1)
    proposals: Int64[np.ndarray, "proposals 3"] = np.stack([first, second, 2 * half], axis=1)
    return proposals


def _slot(keys: UInt64[np.ndarray, " keys"], n_slots: int) -> Int64[np.ndarray, " keys"]:
    """A number below n_slots, a power of two, for each key, alike for all keys."""
    mixed = (keys * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(32)
    mixed &= np.uint64(n_slots - 1)
    slots: Int64[np.ndarray, " keys"] = mixed.astype(np.int64)
    return slots


def _shared_s(book: _Book, first: int, second: int, shift: int) -> float:
    """Seconds that the two share when the second is `shift` words early, or a little off that."""
    left, right = book.track(first), book.track(second)
    return max(_aligned_s(left, right, shift + nudge) for nudge in (0, 1, -1, 2))


def _aligned_s(
    left: UInt32[np.ndarray, " left"], right: UInt32[np.ndarray, " right"], shift: int
) -> float:
    left, right = left[max(shift, 0) :], right[max(-shift, 0) :]
    size = min(len(left), len(right))
    left, right = left[:size], right[:size]
    if size < _STRETCH:
        return 0.0
    telling = (left != NOTHING) & (right != NOTHING)
    n_telling = _sums(telling, _HALF)
    errors = _sums(np.where(telling, _distance(left, right), 0), _HALF)
    change = np.minimum(_change(left), _change(right))
    most = _MOST_ERRORS * N_BITS * change
    # Each half of a stretch must do, or half as much of a perfect copy would pass.
    same = np.ones(size - _STRETCH + 1, bool)
    for half in (slice(0, -_HALF), slice(_HALF, None)):
        same &= n_telling[half] >= _LEAST_TELLING * _HALF
        same &= errors[half] <= n_telling[half] * most
    if not same.any():
        return 0.0
    covered = _covered(same)
    return covered * WORD_S + SPAN_S - WORD_S


def _change(words: UInt32[np.ndarray, " words"]) -> Float64[np.ndarray, " stretches"]:
    """Share of bits that change within each stretch over about a second: the least of several."""
    least = np.ones(len(words) - _STRETCH + 1)
    for lag in _CHANGE_OVER:
        distances = np.zeros(len(words))
        telling = np.zeros(len(words), bool)
        telling[:-lag] = (words[:-lag] != NOTHING) & (words[lag:] != NOTHING)
        distances[:-lag] = np.where(telling[:-lag], _distance(words[:-lag], words[lag:]), 0)
        least = np.minimum(
            least, _sums(distances, _STRETCH) / np.maximum(1, N_BITS * _sums(telling, _STRETCH))
        )
    return least


def _distance(
    left: UInt32[np.ndarray, " words"], right: UInt32[np.ndarray, " words"]
) -> UInt8[np.ndarray, " words"]:
    differing = left ^ right
    distance: UInt8[np.ndarray, " words"] = _ONES[differing & 0xFFFF] + _ONES[differing >> 16]
    return distance


def _sums(values: np.ndarray, length: int) -> Float64[np.ndarray, " runs"]:
    """Of each run of `length` words."""
    total = np.concatenate([[0.0], np.cumsum(values, dtype=np.float64)])
    sums: Float64[np.ndarray, " runs"] = total[length:] - total[:-length]
    return sums


def _covered(same: Bool[np.ndarray, " stretches"]) -> int:
    """How many words lie in a stretch that is the same."""
    edges = np.zeros(len(same) + _STRETCH, np.int64)
    edges[: len(same)] += same
    edges[_STRETCH:] -= same
    return int(np.count_nonzero(np.cumsum(edges) > 0))
