"""The compiled loops of a recurrent network that makes frames. Imported where they are first used.

A step of one piece is a few products of a matrix and a vector, and the matrices come from memory
each time anew: what it takes is the bytes of the weights. So these are small whole numbers with a
scale for each row (`_frame_maker.py`), and a piece is made in one thread: threads that met twice
a step would wait for each other longer than they compute.

A matrix is its weights, [rows, columns] in multiples of ROWS and COLUMNS, what one of them is
worth in each row, and biases. Weights are int16, or uint8 with ZERO in the middle.
"""

# Compiled loops are kept on the disk by this file's content; compiling.py and _whole_products.py:
# c0d09218.
# The loops are compiled from plain functions, hence typechecking must leave them alone.
from typing import no_type_check

import numpy as np
from numba import types
from numba.extending import overload

from menura.audio.compiling import compiled, compiled_fusing, compiled_summing_freely
from menura.models._whole_products import COLUMNS, ROWS, four_dots

__all__ = ["COLUMNS", "ROWS", "ZERO", "make_frames"]

ZERO = 128  # of weights that are bytes
LARGEST = np.float32(127)  # byte that a vector is rounded to
TINY = np.float32(1e-30)
FEW = np.float32(-87.0)  # e to the power of it is still a float32
PER_LN2, LN2 = np.float32(1 / np.log(2)), np.float32(np.log(2))


@compiled_summing_freely
@no_type_check
def add_float_product(out, matrix, x):
    weights, scales, _ = matrix
    for i in range(0, weights.shape[0], ROWS):
        a = b = c = d = np.float32(0)
        for j in range(x.size):
            value = x[j]
            a += np.float32(weights[i, j]) * value
            b += np.float32(weights[i + 1, j]) * value
            c += np.float32(weights[i + 2, j]) * value
            d += np.float32(weights[i + 3, j]) * value
        out[i] += a * scales[i]
        out[i + 1] += b * scales[i + 1]
        out[i + 2] += c * scales[i + 2]
        out[i + 3] += d * scales[i + 3]


@compiled_fusing
@no_type_check
def add_byte_product(out, matrix, x):
    """x is rounded to bytes too: to 1/254 of its largest. All is NaN where it is not finite."""
    weights, scales, _ = matrix
    largest, size = TINY, np.float32(0)
    for j in range(x.size):
        largest = max(largest, abs(x[j]))
        size += abs(x[j])  # a maximum would not show NaN
    if not np.isfinite(size):
        out[:] = np.nan
        return
    step, total = largest / LARGEST, 0
    whole = np.zeros(weights.shape[1], np.int8)
    for j in range(x.size):
        whole[j] = np.int8(np.rint(x[j] / step))
    for j in range(x.size):
        total += whole[j]
    dots = np.empty(ROWS, np.int32)
    for i in range(0, weights.shape[0], ROWS):
        four_dots(weights, i, whole, dots)
        for k in range(ROWS):
            out[i + k] += np.float32(dots[k] - ZERO * total) * (scales[i + k] * step)


@no_type_check
def add_product(out, matrix, x):
    """Adds matrix · x to out. In compiled code alone, as the kind of weights wants it."""
    raise NotImplementedError


@overload(add_product)
@no_type_check
def _(out, matrix, x):
    if matrix[0].dtype == types.uint8:
        return lambda out, matrix, x: add_byte_product(out, matrix, x)
    return lambda out, matrix, x: add_float_product(out, matrix, x)


@compiled_summing_freely
@no_type_check
def decay(x):
    """e^−|x|, to 1e-6 of it; what numpy calls for it takes one number at a time.

    2^n · e^r with |r| ≤ ln 2 / 2: a Taylor series for e^r, the bits of a float32 for 2^n.
    """
    x = max(-abs(x), FEW)
    n = np.floor(x * PER_LN2 + np.float32(0.5))
    r = x - n * LN2
    series = np.float32(1 / 720)
    for factor in (1 / 120, 1 / 24, 1 / 6, 1 / 2, 1.0, 1.0):
        series = series * r + np.float32(factor)
    return series * np.int32((np.int32(n) + 127) << 23).view(np.float32)


@compiled_fusing
@no_type_check
def sigmoid(x):
    small = decay(x)
    low = small / (np.float32(1) + small)
    return low + np.float32(x > 0) * (np.float32(1) - np.float32(2) * low)


@compiled_fusing
@no_type_check
def tanh(x):
    return np.float32(2) * sigmoid(np.float32(2) * x) - np.float32(1)


@compiled_fusing
@no_type_check
def softplus(x):
    """ln(1 + e^x): of y = e^−|x|, ln(1 + y) = 2 artanh(y / (2 + y)), whose series is short."""
    y = decay(x)
    z = y / (np.float32(2) + y)
    square = z * z
    series = np.float32(1 / 13)
    for odd in (11, 9, 7, 5, 3, 1):
        series = series * square + np.float32(1 / odd)
    return max(x, np.float32(0)) + np.float32(2) * z * series


@compiled_fusing
@no_type_check
def lstm_step(heard, known, h, c):
    """h and c after a step, in place. heard, known: what input and h say to the gates."""
    n = h.shape[0]
    enter, forget, new, leave = heard[:n], heard[n : 2 * n], heard[2 * n : 3 * n], heard[3 * n :]
    for i in range(4 * n):
        heard[i] += known[i]
    for i in range(n):
        c[i] = sigmoid(forget[i]) * c[i] + sigmoid(enter[i]) * tanh(new[i])
    for i in range(n):
        h[i] = sigmoid(leave[i]) * tanh(c[i])


@compiled_fusing
@no_type_check
def gru_step(heard, known, h):
    """h after a step, in place. heard, known: what input and h say to the gates."""
    n = h.shape[0]
    reset, update, new, by_h = heard[:n], heard[n : 2 * n], heard[2 * n :], known[2 * n :]
    for i in range(2 * n):
        heard[i] += known[i]
    for i in range(n):
        new[i] = tanh(new[i] + sigmoid(reset[i]) * by_h[i])
    for i in range(n):
        h[i] = new[i] + sigmoid(update[i]) * (h[i] - new[i])


@compiled_fusing
@no_type_check
def draw(frame, said, directions, normal, gumbel, temperature, least_scale):
    """A frame of the mixture that `said` describes: centre, scale, weights, shifts."""
    n, n_components, n_directions = frame.shape[0], gumbel.shape[0], directions.shape[0]
    weights = said[2 * n :]
    chosen = 0
    for k in range(1, n_components):
        likelier = weights[k] + temperature * gumbel[k]
        if likelier > weights[chosen] + temperature * gumbel[chosen]:
            chosen = k
    shift = weights[n_components + chosen * n_directions :]
    scales = said[n:]
    for i in range(n):
        scale = least_scale + softplus(scales[i])
        frame[i] = said[i] + temperature * scale * normal[i]
    for k in range(n_directions):
        for i in range(n):
            frame[i] += shift[k] * directions[k, i]


@compiled
@no_type_check
def make_frames(made, normal, gumbel, temperature, state, layers, output, directions, least_scale):
    """Fills made (frames × features) and moves the state (states × layers × hidden) on.

    layers: a pair of matrices each, from the input and from h. Two states are an LSTM's, one a
    GRU's.
    """
    is_lstm, n_layers = state.shape[0] == 2, state.shape[1]
    said = np.empty(output[2].shape[0], np.float32)
    heard = np.empty(layers[0][0][2].shape[0], np.float32)
    known = np.empty_like(heard)
    for t in range(made.shape[0]):
        said[:] = output[2]
        add_product(said, output, state[0, n_layers - 1])
        draw(made[t], said, directions, normal[t], gumbel[t], temperature, least_scale)
        x = made[t]
        for layer in range(n_layers):
            from_input, from_h = layers[layer]
            h = state[0, layer]
            heard[:] = from_input[2]
            known[:] = from_h[2]
            add_product(heard, from_input, x)
            add_product(known, from_h, h)
            if is_lstm:
                lstm_step(heard, known, h, state[1, layer])
            else:
                gru_step(heard, known, h)
            x = h
