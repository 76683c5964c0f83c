"""The compiled loops of phase-gradient heap integration. Imported where they are first used.

Phases are kept as if each frame's time ran from the middle of its window: there the derivatives
of a Gaussian window's phase are those of its log-magnitude s (Průša, Balazs & Søndergaard 2017,
eqs. 22 and 23), with γ the window's time-frequency ratio, a the hop and M the transform:

    along time, bin m:        (2π m a / M) + (a M / γ) · ∂s/∂m     radians a hop
    along frequency, frame n:              − (γ / (a M)) · ∂s/∂n   radians a bin

The paper's heap hands out bins from loud to soft. Here it is a queue of levels, so that putting
in and taking out cost the same however many bins wait: bins within a level (about 0.1 dB) come
in any fixed order.
"""

# The loops are compiled from plain functions, hence typechecking must leave them alone.
from typing import no_type_check

import numpy as np

from menura.audio.compiling import compiled

N_LEVELS = 1024
TURN = 2 * np.pi
TO_DO, DONE = 0, 1


@compiled
@no_type_check
def level_of(size, floor, per_level):
    """0 at the floor and below … N_LEVELS − 1 for the loudest."""
    level = int((size - floor) * per_level)
    return min(max(level, 0), N_LEVELS - 1)


@compiled
@no_type_check
def levels_per_unit(loudest_size, floor):
    """Levels in a unit of log-magnitude."""
    return (N_LEVELS - 1) / max(loudest_size - floor, 1e-6)


@compiled
@no_type_check
def take(first, following, top):
    """The next bin of the loudest level that has any, and that level; −1 when nothing waits."""
    while top >= 0 and first[top] < 0:
        top -= 1
    if top < 0:
        return -1, top
    place = first[top]
    first[top] = following[place]
    return place, top


@compiled
@no_type_check
def put(first, following, top, place, level):
    """Let a bin wait at its level; returns the loudest level that may have any."""
    following[place] = first[level]
    first[level] = place
    return max(top, level)


@compiled
@no_type_check
def along_time(sizes, m, hop_length, n_fft, gamma):
    """Radians a hop. Spectra of real sound are even about both their ends: no slope there."""
    advance = TURN * ((m * hop_length) % n_fft) / n_fft
    if m == 0 or m == sizes.shape[0] - 1:
        return advance
    return advance + hop_length * n_fft / gamma * 0.5 * (sizes[m + 1] - sizes[m - 1])


@compiled
@no_type_check
def along_frequency(sizes, n, m, hop_length, n_fft, gamma):
    """Radians a bin; one-sided at the first and the last frame."""
    before, after = max(n - 1, 0), min(n + 1, sizes.shape[0] - 1)
    if before == after:
        return 0.0
    slope = (sizes[after, m] - sizes[before, m]) / (after - before)
    return -gamma / (hop_length * n_fft) * slope


@compiled
@no_type_check
def step(sizes, n, m, to_n, to_m, hop_length, n_fft, gamma):
    """Radians from a bin to its neighbour: half of the slope here, half of the slope there."""
    if to_m == m:
        here = along_time(sizes[n], m, hop_length, n_fft, gamma)
        there = along_time(sizes[to_n], m, hop_length, n_fft, gamma)
        return (to_n - n) * 0.5 * (here + there)
    here = along_frequency(sizes, n, m, hop_length, n_fft, gamma)
    there = along_frequency(sizes, n, to_m, hop_length, n_fft, gamma)
    return (to_m - m) * 0.5 * (here + there)


@compiled
@no_type_check
def queued(sizes, floor, per_level, state):
    """A queue of all that is above the floor, marked as to do: its parts, and its top level."""
    n_bins = sizes.shape[1]
    first = np.full(N_LEVELS, -1, np.int32)
    following = np.empty(sizes.size, np.int32)
    top = -1
    for place in range(sizes.size - 1, -1, -1):
        size = sizes[place // n_bins, place % n_bins]
        if size > floor:
            state[place] = TO_DO
            top = put(first, following, top, place, level_of(size, floor, per_level))
    return first, following, top


@compiled
@no_type_check
def integrate(sizes, phase, floor, hop_length, n_fft, gamma):
    """Fill `phase` [frames bins] in place wherever the log-magnitude `sizes` is above `floor`."""
    n_frames, n_bins = sizes.shape
    per_level = levels_per_unit(sizes.max(), floor)
    state = np.full(sizes.size, DONE, np.uint8)
    seeds, after_seed, top_seed = queued(sizes, floor, per_level, state)
    first, following, top = np.full(N_LEVELS, -1, np.int32), np.empty(sizes.size, np.int32), -1
    while True:
        place, top = take(first, following, top)
        if place < 0:
            place, top_seed = take(seeds, after_seed, top_seed)
            if place < 0:
                return
            if state[place] == DONE:
                continue
            # The loudest of what cannot be reached from elsewhere begins anew.
            state[place] = DONE
            phase[place // n_bins, place % n_bins] = 0.0
        n, m = place // n_bins, place % n_bins
        for side in range(4):
            to_n = n + (side == 0) - (side == 1)
            to_m = m + (side == 2) - (side == 3)
            if to_n < 0 or to_n >= n_frames or to_m < 0 or to_m >= n_bins:
                continue
            neighbour = to_n * n_bins + to_m
            if state[neighbour] == DONE:
                continue
            state[neighbour] = DONE
            phase[to_n, to_m] = phase[n, m] + step(
                sizes, n, m, to_n, to_m, hop_length, n_fft, gamma
            )
            level = level_of(sizes[to_n, to_m], floor, per_level)
            top = put(first, following, top, neighbour, level)


@compiled
@no_type_check
def integrate_frame(before, now, slope, old, new, floor, hop_length, n_fft, gamma):
    """Fill `new` [bins] in place wherever `now` is above `floor`, going on from the frame before.

    before, now: log-magnitudes [bins]; slope: ∂s/∂n of `now`; old: phase of `before`.
    """
    n_bins = now.shape[0]
    state = np.full(n_bins, DONE, np.uint8)
    first, following = np.full(N_LEVELS, -1, np.int32), np.empty(2 * n_bins, np.int32)
    per_level = levels_per_unit(max(before.max(), now.max()), floor)
    top, n_to_do = -1, 0
    for m in range(n_bins):
        if now[m] > floor:
            state[m] = TO_DO
            n_to_do += 1
            # What was silence a frame ago says nothing of the phase now.
            if before[m] > floor:
                top = put(first, following, top, m, level_of(before[m], floor, per_level))
    while n_to_do > 0:
        place, top = take(first, following, top)
        if place < 0:
            place = n_bins + loudest(now, state)
            state[place - n_bins] = DONE
            new[place - n_bins] = 0.0
            n_to_do -= 1
        if place < n_bins:
            if state[place] == TO_DO:
                here = along_time(before, place, hop_length, n_fft, gamma)
                there = along_time(now, place, hop_length, n_fft, gamma)
                new[place] = old[place] + 0.5 * (here + there)
                state[place] = DONE
                n_to_do -= 1
                level = level_of(now[place], floor, per_level)
                top = put(first, following, top, n_bins + place, level)
            continue
        m = place - n_bins
        for to_m in (m - 1, m + 1):
            if 0 <= to_m < n_bins and state[to_m] == TO_DO:
                change = -gamma / (hop_length * n_fft) * 0.5 * (slope[m] + slope[to_m])
                new[to_m] = new[m] + (to_m - m) * change
                state[to_m] = DONE
                n_to_do -= 1
                level = level_of(now[to_m], floor, per_level)
                top = put(first, following, top, n_bins + to_m, level)


@compiled
@no_type_check
def loudest(now, state):
    """The loudest bin that is still to do."""
    best = -1
    for m in range(now.shape[0]):
        if state[m] == TO_DO and (best < 0 or now[m] > now[best]):
            best = m
    return best
