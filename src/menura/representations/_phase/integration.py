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

# Compiled loops are kept on the disk by this file's content; compiling.py: 3c3d72c5.
# The loops are compiled from plain functions, hence typechecking must leave them alone.
from typing import no_type_check

import numpy as np

from menura.audio.compiling import compiled

N_LEVELS = 1024
TURN = 2 * np.pi
TO_DO, DONE = 0, -1


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
def no_queue(n_places):
    """Room for bins that wait at their levels: which follows each, and then the first of each."""
    return np.full(n_places + N_LEVELS, -1, np.int32)


@compiled
@no_type_check
def take(queue, top):
    """The next bin of the loudest level that has any, and that level; −1 when nothing waits."""
    first = queue.size - N_LEVELS
    while top >= 0 and queue[first + top] < 0:
        top -= 1
    if top < 0:
        return -1, top
    place = queue[first + top]
    queue[first + top] = queue[place]
    return place, top


@compiled
@no_type_check
def put(queue, top, place, level):
    """Let a bin wait at its level; returns the loudest level that may have any."""
    first = queue.size - N_LEVELS + level
    queue[place] = queue[first]
    queue[first] = place
    return max(top, level)


@compiled
@no_type_check
def advance_of(m, hop_length, n_fft):
    """Radians a hop at the centre of a bin, less whole turns."""
    return TURN * ((m * hop_length) % n_fft) / n_fft


@compiled
@no_type_check
def along_time(sizes, m, hop_length, n_fft, gamma):
    """Radians a hop. Spectra of real sound are even about both their ends: no slope there."""
    advance = advance_of(m, hop_length, n_fft)
    if m == 0 or m == sizes.shape[0] - 1:
        return advance
    return advance + hop_length * n_fft / gamma * 0.5 * (sizes[m + 1] - sizes[m - 1])


@compiled
@no_type_check
def slopes(sizes, hop_length, n_fft, gamma):
    """Of every bin: `along_time` less the advance of its centre, and radians a bin (one-sided at
    the first and the last frame).

    All of them at once: the queue's order hops through memory, and a look at the neighbours of
    each neighbour would wait for it.
    """
    n_frames, n_bins = sizes.shape
    time, frequency = np.zeros_like(sizes), np.zeros_like(sizes)
    by_time = np.float32(hop_length * n_fft / gamma * 0.5)
    for n in range(n_frames):
        for m in range(1, n_bins - 1):
            time[n, m] = by_time * (sizes[n, m + 1] - sizes[n, m - 1])
        before, after = max(n - 1, 0), min(n + 1, n_frames - 1)
        by_frequency = np.float32(-gamma / (hop_length * n_fft) / max(after - before, 1))
        for m in range(n_bins):
            frequency[n, m] = by_frequency * (sizes[after, m] - sizes[before, m])
    return time, frequency


@compiled
@no_type_check
def queued(sizes, floor):
    """A queue of all that is above the floor: levels of bins (DONE below it), queue and its top."""
    per_level = levels_per_unit(sizes.max(), floor)
    levels = np.full(sizes.size, DONE, np.int16)
    queue, top = no_queue(sizes.size), -1
    for place in range(sizes.size - 1, -1, -1):
        if sizes[place] > floor:
            levels[place] = level_of(sizes[place], floor, per_level)
            top = put(queue, top, place, levels[place])
    return levels, queue, top


@compiled
@no_type_check
def reach(place, start, sign, here, slope, phase, levels, queue, top):
    """Let a bin that is to do have its phase, and hand it on: `start` and half of the slope here
    and half of the slope there. Returns the loudest level that may have any."""
    level = levels[place]
    if level == DONE:
        return top
    levels[place] = DONE
    phase[place] = start + sign * 0.5 * (slope[here] + slope[place])
    return put(queue, top, place, level)


@compiled
@no_type_check
def integrate(sizes, phase, floor, hop_length, n_fft, gamma):
    """Fill `phase` [frames bins] in place wherever the log-magnitude `sizes` is above `floor`."""
    n_frames, n_bins = sizes.shape
    advance = np.array([advance_of(m, hop_length, n_fft) for m in range(n_bins)])
    by_time, by_frequency = slopes(sizes, hop_length, n_fft, gamma)
    time, freq, radians = by_time.ravel(), by_frequency.ravel(), phase.reshape(phase.size)
    levels, seeds, top_seed = queued(sizes.ravel(), floor)
    queue, top = no_queue(sizes.size), -1
    while True:
        here, top = take(queue, top)
        if here < 0:
            here, top_seed = take(seeds, top_seed)
            if here < 0:
                return
            if levels[here] == DONE:
                continue
            # The loudest of what cannot be reached from elsewhere begins anew.
            levels[here] = DONE
            radians[here] = 0.0
        n, m = here // n_bins, here % n_bins
        now, hop = radians[here], advance[m]
        if n + 1 < n_frames:
            top = reach(here + n_bins, now + hop, 1, here, time, radians, levels, queue, top)
        if n > 0:
            top = reach(here - n_bins, now - hop, -1, here, time, radians, levels, queue, top)
        if m + 1 < n_bins:
            top = reach(here + 1, now, 1, here, freq, radians, levels, queue, top)
        if m > 0:
            top = reach(here - 1, now, -1, here, freq, radians, levels, queue, top)


@compiled
@no_type_check
def integrate_frame(before, now, slope, old, new, floor, hop_length, n_fft, gamma):
    """Fill `new` [bins] in place wherever `now` is above `floor`, going on from the frame before.

    before, now: log-magnitudes [bins]; slope: ∂s/∂n of `now`; old: phase of `before`.
    """
    n_bins = now.shape[0]
    state = np.full(n_bins, DONE, np.int8)
    queue = no_queue(2 * n_bins)
    per_level = levels_per_unit(max(before.max(), now.max()), floor)
    top, n_to_do = -1, 0
    for m in range(n_bins):
        if now[m] > floor:
            state[m] = TO_DO
            n_to_do += 1
            # What was silence a frame ago says nothing of the phase now.
            if before[m] > floor:
                top = put(queue, top, m, level_of(before[m], floor, per_level))
    while n_to_do > 0:
        place, top = take(queue, top)
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
                top = put(queue, top, n_bins + place, level)
            continue
        m = place - n_bins
        for to_m in (m - 1, m + 1):
            if 0 <= to_m < n_bins and state[to_m] == TO_DO:
                change = -gamma / (hop_length * n_fft) * 0.5 * (slope[m] + slope[to_m])
                new[to_m] = new[m] + (to_m - m) * change
                state[to_m] = DONE
                n_to_do -= 1
                level = level_of(now[to_m], floor, per_level)
                top = put(queue, top, n_bins + to_m, level)


@compiled
@no_type_check
def loudest(now, state):
    """The loudest bin that is still to do."""
    best = -1
    for m in range(now.shape[0]):
        if state[m] == TO_DO and (best < 0 or now[m] > now[best]):
            best = m
    return best
