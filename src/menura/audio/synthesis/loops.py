"""The compiled loops of the synthesiser. Imported where they are first used."""

# Compiled loops are kept on the disk by this file's content; compiling.py: 3c3d72c5.
# The loops are compiled from plain functions, hence typechecking must leave them alone.
from typing import no_type_check

import numpy as np

from menura.audio.compiling import compiled

LANES = 64  # samples computed side by side, so that the processor can take them together
N_DELAYS = 8


@compiled
@no_type_check
def add_partials(out, turns, decays, sizes, lengths):
    """Adds to `out` sines that begin at zero and die away: partial i is sizes[i] · decays[i]ⁿ ·
    sin(turns[i] · n) for its first lengths[i] samples n (rounded down to whole lanes).

    By the recurrence y[n] = 2 rᴸ cos(L w) y[n − L] − r²ᴸ y[n − 2L], L samples at once.
    """
    now, before = np.empty(LANES), np.empty(LANES)
    for i in range(turns.shape[0]):
        w, r, size = turns[i], decays[i], sizes[i]
        # What would have sounded before the first sample, one at a time.
        step = 2.0 * r * np.cos(w)
        before[0] = -size * r ** (-2 * LANES) * np.sin(2 * LANES * w)
        before[1] = -size * r ** (1 - 2 * LANES) * np.sin((2 * LANES - 1) * w)
        for lane in range(2, LANES):
            before[lane] = step * before[lane - 1] - r * r * before[lane - 2]
        now[0] = step * before[LANES - 1] - r * r * before[LANES - 2]
        now[1] = step * now[0] - r * r * before[LANES - 1]
        for lane in range(2, LANES):
            now[lane] = step * now[lane - 1] - r * r * now[lane - 2]
        first = 2.0 * r**LANES * np.cos(LANES * w)
        second = r ** (2 * LANES)
        for block in range(lengths[i] // LANES):
            part = out[block * LANES : (block + 1) * LANES]
            for lane in range(LANES):
                value = first * now[lane] - second * before[lane]
                before[lane] = now[lane]
                now[lane] = value
                part[lane] += value


@compiled
@no_type_check
def add_wave(out, dark, bright, brightness, start, turns, wobble, wobble_turns, wobble_after):
    """Adds to `out` a wave read from two tables of one period, `brightness` of the one and the
    rest of the other.

    start: where in the period it begins (0…1). turns: periods a sample. wobble: share by which
    that swings, wobble_turns radians a sample, rising over wobble_after samples.
    """
    size = dark.shape[0] - 1  # the last entry is the first again
    place = start
    for n in range(out.shape[0]):
        at = place * size
        left = int(at)
        share = at - left
        low = dark[left] + share * (dark[left + 1] - dark[left])
        high = bright[left] + share * (bright[left + 1] - bright[left])
        out[n] += low + brightness * (high - low)
        swing = min(1.0, n / wobble_after) * wobble * np.sin(wobble_turns * n)
        place += turns * (1.0 + swing)
        place -= int(place)


@compiled
@no_type_check
def add_echoes(sound, delays, feedback, damping, share):
    """Adds to `sound` (channels, time), in place, the echoes of a room: delays whose ends feed
    each other's beginnings through a reflection that keeps their energy (Jot & Chaigne 1991).

    delays: lengths in samples. feedback: what is left after each passage of each. damping: share
    of the highs that each passage takes. share: of the echoes.
    """
    n_channels = sound.shape[0]
    lines = np.zeros((N_DELAYS, delays.max()))
    places = np.zeros(N_DELAYS, np.int64)
    ends, dull = np.zeros(N_DELAYS), np.zeros(N_DELAYS)
    for n in range(sound.shape[1]):
        total = 0.0
        for i in range(N_DELAYS):
            fresh = lines[i, places[i]]
            dull[i] = fresh + damping * (dull[i] - fresh)
            ends[i] = feedback[i] * dull[i]
            total += ends[i]
        total *= 2.0 / N_DELAYS
        for i in range(N_DELAYS):
            lines[i, places[i]] = sound[i % n_channels, n] + ends[i] - total
            places[i] += 1
            if places[i] == delays[i]:
                places[i] = 0
        for i in range(N_DELAYS):
            sound[i % n_channels, n] += share * (ends[i] if i & 2 else -ends[i])
