"""The compiled loop that reads a window by a bidirectional LSTM. Imported where it is first used.

A matrix is as in `_frame_loops.py`, its weights float32 as they are: a window is read anew for
every frame, but what a matrix says to a whole window comes from the processor's own memory.
"""

# Compiled loops are kept on the disk by this file's content; compiling.py and _frame_loops.py:
# 3240839b.
# The loops are compiled from plain functions, hence typechecking must leave them alone.
from typing import no_type_check

import numpy as np

from menura.audio.compiling import compiled
from menura.models._frame_loops import add_float_product, lstm_step


@compiled
@no_type_check
def read_window(state, heard, layers):
    """Fills state (2 · hidden) with the last layer's h at the end of either direction.

    heard (window × 2 × gates): what each frame says to the first layer, forwards and backwards.
    layers: three matrices each, from the layer below to both directions (of the first: empty),
    and from h, forwards and backwards.
    """
    n_window, n = heard.shape[0], state.shape[0] // 2
    gates = heard.copy()
    said = np.empty((n_window, 2 * n), np.float32)
    known = np.empty(4 * n, np.float32)
    h, c = np.empty(n, np.float32), np.empty(n, np.float32)
    for layer in range(len(layers)):
        from_below, forwards, backwards = layers[layer]
        if layer > 0:
            for t in range(n_window):
                both = gates[t].reshape(8 * n)
                both[:] = from_below[2]
                add_float_product(both, from_below, said[t])
        for direction in range(2):
            from_h = forwards if direction == 0 else backwards
            h[:] = 0
            c[:] = 0
            for step in range(n_window):
                t = step if direction == 0 else n_window - 1 - step
                known[:] = from_h[2]
                add_float_product(known, from_h, h)
                lstm_step(gates[t, direction], known, h, c)
                said[t, direction * n : (direction + 1) * n] = h
    state[:n] = said[n_window - 1, :n]
    state[n:] = said[0, n:]
