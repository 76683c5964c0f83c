"""The compiled loops that play a WaveNet: every product of its layers once (Paine et al. 2016).

What a layer heard is kept in a ring, so that a sample costs as much however far the network looks
back. The products of the past ends of the convolutions are made for up to 16 samples at once: a
dilation of d means that what is heard then is known d samples before. Imported when first used.
"""

# The loops are compiled from plain functions, hence typechecking must leave them alone.
from typing import no_type_check

import numpy as np

from menura.audio.compiling import fused
from menura.models._wavenet.tiles import tile


_one_by_8, _one_by_4, _one_by_2, _one_by_1 = tile(1, 8), tile(1, 4), tile(1, 2), tile(1, 1)
_two_by_4, _two_by_2, _two_by_1 = tile(2, 4), tile(2, 2), tile(2, 1)
_four_by_4, _four_by_2, _four_by_1 = tile(4, 4), tile(4, 2), tile(4, 1)

_LOG2_E = np.float32(1.4426950408889634)
_LN_2 = np.float32(0.6931471805599453)
_FAR = np.float32(60.0)  # powers of 2: products of two of them stay finite
# Taylor's series of e^r for |r| ≤ ln 2 / 2: the first term left out is below 5e-9.
_C7, _C6, _C5 = np.float32(1 / 5040), np.float32(1 / 720), np.float32(1 / 120)
_C4, _C3, _C2 = np.float32(1 / 24), np.float32(1 / 6), np.float32(1 / 2)
_ONE = np.float32(1.0)


@fused
@no_type_check
def power_of_2(y):
    """2^y for |y| ≤ 126, to about 1e-7 of it."""
    whole = np.floor(y + np.float32(0.5))
    r = (y - whole) * _LN_2
    p = ((((((_C7 * r + _C6) * r + _C5) * r + _C4) * r + _C3) * r + _C2) * r + _ONE) * r + _ONE
    exponent = np.int32((np.int32(whole) + np.int32(127)) << np.int32(23))
    return p * exponent.view(np.float32)


@fused
@no_type_check
def open_gates(gates, at, n, z, z_at):
    """z = tanh(filter) · sigmoid(gate) of n filters and, after them, n gates: one division."""
    for j in range(n):
        a = min(max(gates[at + j] * (np.float32(-2.0) * _LOG2_E), -_FAR), _FAR)
        b = min(max(gates[at + n + j] * -_LOG2_E, -_FAR), _FAR)
        filtered, opened = power_of_2(a), power_of_2(b)
        z[z_at + j] = (_ONE - filtered) / ((_ONE + filtered) * (_ONE + opened))


@fused
@no_type_check
def add_one(out, out_at, x, x_at, w, w_at, n, m):
    """out += x · w, for one row of n by a matrix of n × m; m is a multiple of 16."""
    j = 0
    while j + 128 <= m:
        _one_by_8(out, out_at + j, 0, x, x_at, 0, w, w_at + j, m, n)
        j += 128
    while j + 64 <= m:
        _one_by_4(out, out_at + j, 0, x, x_at, 0, w, w_at + j, m, n)
        j += 64
    while j + 32 <= m:
        _one_by_2(out, out_at + j, 0, x, x_at, 0, w, w_at + j, m, n)
        j += 32
    while j < m:
        _one_by_1(out, out_at + j, 0, x, x_at, 0, w, w_at + j, m, n)
        j += 16


@fused
@no_type_check
def add_two(out, out_at, out_gap, x, x_at, x_gap, w, w_at, n, m):
    """The same for two rows, which lie out_gap and x_gap apart."""
    j = 0
    while j + 64 <= m:
        _two_by_4(out, out_at + j, out_gap, x, x_at, x_gap, w, w_at + j, m, n)
        j += 64
    while j + 32 <= m:
        _two_by_2(out, out_at + j, out_gap, x, x_at, x_gap, w, w_at + j, m, n)
        j += 32
    while j < m:
        _two_by_1(out, out_at + j, out_gap, x, x_at, x_gap, w, w_at + j, m, n)
        j += 16


@fused
@no_type_check
def add_four(out, out_at, out_gap, x, x_at, x_gap, w, w_at, n, m):
    """The same for four rows."""
    j = 0
    while j + 64 <= m:
        _four_by_4(out, out_at + j, out_gap, x, x_at, x_gap, w, w_at + j, m, n)
        j += 64
    while j + 32 <= m:
        _four_by_2(out, out_at + j, out_gap, x, x_at, x_gap, w, w_at + j, m, n)
        j += 32
    while j < m:
        _four_by_1(out, out_at + j, out_gap, x, x_at, x_gap, w, w_at + j, m, n)
        j += 16


@fused
@no_type_check
def add_rows(out, out_at, out_gap, x, x_at, x_gap, n_rows, w, w_at, n, m):
    """The same for any number of rows."""
    row = 0
    while row + 4 <= n_rows:
        add_four(
            out, out_at + row * out_gap, out_gap, x, x_at + row * x_gap, x_gap, w, w_at, n, m
        )
        row += 4
    if row + 2 <= n_rows:
        add_two(out, out_at + row * out_gap, out_gap, x, x_at + row * x_gap, x_gap, w, w_at, n, m)
        row += 2
    if row < n_rows:
        add_one(out, out_at + row * out_gap, x, x_at + row * x_gap, w, w_at, n, m)


@fused
@no_type_check
def look_back(layer, t, plan, w_past, conditions, hold, rings, aheads, width):
    """The past ends of a layer's convolution for the samples t, t + 1, …, t + n_ahead − 1.

    plan: of each layer dilation, n_ahead, ring mask, ring start, ahead start.
    conditions: (voices, steps, layers, gates), biases included; each step is held for `hold`
    samples.
    """
    dilation, n_ahead, mask = plan[layer, 0], plan[layer, 1], plan[layer, 2]
    ring_at, ahead_at = plan[layer, 3], plan[layer, 4]
    n_gates = 2 * width
    for voice in range(rings.shape[0]):
        ring, ahead = rings[voice], aheads[voice]
        for sample in range(n_ahead):
            step = min((t + sample) // hold, conditions.shape[1] - 1)
            said = conditions[voice, step, layer]
            start = ahead_at + sample * n_gates
            for j in range(n_gates):
                ahead[start + j] = said[j]
        # n_ahead divides the dilation and the ring: what is read does not run over its end.
        heard_at = ring_at + ((t - dilation) & mask) * width
        w_at = layer * width * n_gates
        add_rows(
            ahead, ahead_at, n_gates, ring, heard_at, width, n_ahead, w_past, w_at, width, n_gates
        )


@fused
@no_type_check
def hear(t, heard, plan, weights, conditions, hold, rings, aheads, x, gates, z):
    """One sample through all layers: z gets what each of them says, for all voices.

    heard: (voices, 2), the rows of the last number but one and of the last.
    """
    entering, w_past, w_now, w_residual, residual_bias = weights
    n_voices, width = x.shape
    n_layers, n_gates = plan.shape[0], 2 * width
    flat_x, flat_gates, flat_z = x.reshape(-1), gates.reshape(-1), z.reshape(-1)
    for voice in range(n_voices):
        for j in range(width):
            x[voice, j] = entering[0, heard[voice, 0], j] + entering[1, heard[voice, 1], j]
    for layer in range(n_layers):
        n_ahead, mask = plan[layer, 1], plan[layer, 2]
        ring_at, ahead_at = plan[layer, 3], plan[layer, 4]
        if t & (n_ahead - 1) == 0:
            look_back(layer, t, plan, w_past, conditions, hold, rings, aheads, width)
        from_ahead = ahead_at + (t & (n_ahead - 1)) * n_gates
        to_ring = ring_at + (t & mask) * width
        for voice in range(n_voices):
            for j in range(n_gates):
                gates[voice, j] = aheads[voice, from_ahead + j]
            for j in range(width):
                rings[voice, to_ring + j] = x[voice, j]
        w_at = layer * width * n_gates
        add_rows(flat_gates, 0, n_gates, flat_x, 0, width, n_voices, w_now, w_at, width, n_gates)
        for voice in range(n_voices):
            z_at = (voice * n_layers + layer) * width
            open_gates(flat_gates, voice * n_gates, width, flat_z, z_at)
        if layer + 1 < n_layers:
            for voice in range(n_voices):
                for j in range(width):
                    x[voice, j] += residual_bias[layer, j]
            z_at, z_gap, w_at = layer * width, n_layers * width, layer * width * width
            add_rows(
                flat_x, 0, width, flat_z, z_at, z_gap, n_voices, w_residual, w_at, width, width
            )


@fused
@no_type_check
def say(z, weights, summed, between, logits):
    """Logits of the next number from what all layers said, for all voices."""
    w_skip, skip_bias, w_between, between_bias, w_leaving, leaving_bias = weights
    n_voices, n_said = z.shape
    n_skip, n_classes = skip_bias.shape[0], leaving_bias.shape[0]
    for voice in range(n_voices):
        summed[voice] = skip_bias
        between[voice] = between_bias
        logits[voice] = leaving_bias
    flat = summed.reshape(-1)
    after, last = between.reshape(-1), logits.reshape(-1)
    add_rows(flat, 0, n_skip, z.reshape(-1), 0, n_said, n_voices, w_skip, 0, n_said, n_skip)
    for i in range(flat.shape[0]):
        flat[i] = max(flat[i], np.float32(0))
    add_rows(after, 0, n_skip, flat, 0, n_skip, n_voices, w_between, 0, n_skip, n_skip)
    for i in range(after.shape[0]):
        after[i] = max(after[i], np.float32(0))
    add_rows(last, 0, n_classes, after, 0, n_skip, n_voices, w_leaving, 0, n_skip, n_classes)


@fused
@no_type_check
def draw(logits, chance, temperature, shares):
    """A number by its logits; chance: 0…1. At temperature 0 the likeliest, the first of equals."""
    n = logits.shape[0]
    best = 0
    for i in range(1, n):
        if logits[i] > logits[best]:
            best = i
    if temperature == 0:
        return best
    scale = np.float32(_LOG2_E / temperature)
    for i in range(n):
        shares[i] = power_of_2(max((logits[i] - logits[best]) * scale, np.float32(-126)))
    total = 0.0
    for i in range(n):
        total += shares[i]
    wanted = chance * total
    passed = 0.0
    for i in range(n):
        passed += shares[i]
        if passed > wanted:
            return i
    return best  # of a chance that rounding has put beyond the last share


@fused
@no_type_check
def play(clock, heard, rings, aheads, plan, layers, output, conditions, hold, given, drawing, made):
    """Go on by made.shape[1] numbers, of which the first given.shape[1] are those given.

    clock: the sample's number, for all pieces. given, made: (pieces, numbers). The voices of a
    piece lie side by side: two where guidance compares what it says told and untold.
    drawing: chances (pieces, numbers), temperature, guidance, number of classes, and an array for
    the logits of every number (voices, numbers, classes), or for none of them.
    """
    chances, temperature, guidance, n_classes, all_logits = drawing
    n_voices, width, n_skip = heard.shape[0], layers[0].shape[2], output[1].shape[0]
    n_pieces, n_numbers = made.shape
    per_piece = n_voices // n_pieces
    x = np.empty((n_voices, width), np.float32)
    gates = np.empty((n_voices, 2 * width), np.float32)
    z = np.empty((n_voices, plan.shape[0] * width), np.float32)
    summed = np.empty((n_voices, n_skip), np.float32)
    between = np.empty((n_voices, n_skip), np.float32)
    logits = np.empty((n_voices, output[5].shape[0]), np.float32)
    shares = np.empty(n_classes, np.float32)
    for number in range(n_numbers):
        t = clock[0]
        hear(t, heard, plan, layers, conditions, hold, rings, aheads, x, gates, z)
        is_given = number < given.shape[1]
        if not is_given or all_logits.shape[1] > 0:
            say(z, output, summed, between, logits)
        if all_logits.shape[1] > 0:
            all_logits[:, number] = logits[:, :n_classes]
        for piece in range(n_pieces):
            first = piece * per_piece
            if is_given:
                chosen = given[piece, number]
            else:
                told = logits[first, :n_classes]
                if per_piece == 2:
                    for i in range(n_classes):
                        untold = logits[first + 1, i]
                        told[i] = untold + guidance * (told[i] - untold)
                chosen = draw(told, chances[piece, number], temperature, shares)
            made[piece, number] = chosen
            for voice in range(first, first + per_piece):
                heard[voice, 0] = heard[voice, 1]
                heard[voice, 1] = chosen + 1
        clock[0] = t + 1
