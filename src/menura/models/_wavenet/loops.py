"""The compiled loops that play a WaveNet: every product of its layers once (Paine et al. 2016).

What a layer heard is kept in a ring, so that a sample costs as much however far the network looks
back. The products of the past ends of the convolutions are made for up to 16 samples at once: a
dilation of d means that what is heard then is known d samples before. Imported when first used.
"""

# Compiled loops are kept on the disk by this file's content; compiling.py and tiles.py: 3812278a.
# The loops are compiled from plain functions, hence typechecking must leave them alone.
from typing import no_type_check

import numpy as np

from menura.audio.compiling import compiled_fusing
from menura.models._wavenet.tiles import put, put_sum, tile

_one_by_8, _one_by_4, _one_by_2 = tile(1, 8), tile(1, 4), tile(1, 2)
_two_by_4, _two_by_2 = tile(2, 4), tile(2, 2)
_four_by_4, _four_by_2 = tile(4, 4), tile(4, 2)

_LOG2_E = np.float32(1.4426950408889634)
_LN_2 = np.float32(0.6931471805599453)
_FAR = np.float32(60.0)  # powers of 2: products of two of them stay finite
# Taylor's series of e^r for |r| ≤ ln 2 / 2: the first term left out is below 5e-9.
_C7, _C6, _C5 = np.float32(1 / 5040), np.float32(1 / 720), np.float32(1 / 120)
_C4, _C3, _C2 = np.float32(1 / 24), np.float32(1 / 6), np.float32(1 / 2)
_ONE = np.float32(1.0)


@compiled_fusing
@no_type_check
def power_of_2(y):
    """2^y for |y| ≤ 126, to about 1e-7 of it."""
    whole = np.floor(y + np.float32(0.5))
    r = (y - whole) * _LN_2
    p = ((((((_C7 * r + _C6) * r + _C5) * r + _C4) * r + _C3) * r + _C2) * r + _ONE) * r + _ONE
    exponent = np.int32((np.int32(whole) + np.int32(127)) << np.int32(23))
    return p * exponent.view(np.float32)


@compiled_fusing
@no_type_check
def open_gates(gates, at, n, z, z_at):
    """z = tanh(filter) · sigmoid(gate) of n filters and, after them, n gates: one division."""
    for j in range(n):
        a = min(max(gates[at + j] * (np.float32(-2.0) * _LOG2_E), -_FAR), _FAR)
        b = min(max(gates[at + n + j] * -_LOG2_E, -_FAR), _FAR)
        filtered, opened = power_of_2(a), power_of_2(b)
        z[z_at + j] = (_ONE - filtered) / ((_ONE + filtered) * (_ONE + opened))


@compiled_fusing
@no_type_check
def add_rows(out, out_at, out_gap, x, x_at, x_gap, n_rows, w, w_at, n, m):
    """out += x · w, for rows of n, which lie x_gap apart, and a matrix of n × m, m a multiple of
    32. The rows of out lie out_gap apart."""
    row = 0
    while row + 4 <= n_rows:
        to, of = out_at + row * out_gap, x_at + row * x_gap
        for j in range(0, m - 63, 64):
            _four_by_4(out, to + j, out_gap, x, of, x_gap, w, w_at + j, m, n)
        if m & 32:
            _four_by_2(out, to + m - 32, out_gap, x, of, x_gap, w, w_at + m - 32, m, n)
        row += 4
    if row + 2 <= n_rows:
        to, of = out_at + row * out_gap, x_at + row * x_gap
        for j in range(0, m - 63, 64):
            _two_by_4(out, to + j, out_gap, x, of, x_gap, w, w_at + j, m, n)
        if m & 32:
            _two_by_2(out, to + m - 32, out_gap, x, of, x_gap, w, w_at + m - 32, m, n)
        row += 2
    if row < n_rows:
        to, of = out_at + row * out_gap, x_at + row * x_gap
        for j in range(0, m - 127, 128):
            _one_by_8(out, to + j, 0, x, of, 0, w, w_at + j, m, n)
        if m & 64:
            j = m & ~127
            _one_by_4(out, to + j, 0, x, of, 0, w, w_at + j, m, n)
        if m & 32:
            _one_by_2(out, to + m - 32, 0, x, of, 0, w, w_at + m - 32, m, n)


@compiled_fusing
@no_type_check
def look_back(layer, t, steps, plan, w_past, conditions, rings, aheads, width):
    """The past ends of a layer's convolution for the samples t, t + 1, …, t + n_ahead − 1.

    plan: of each layer dilation, n_ahead, ring mask, ring start, ahead start.
    conditions: (strands, steps, layers, gates), biases included. steps: which step is told at the
    samples of this block of 16.
    """
    dilation, n_ahead, mask = plan[layer, 0], plan[layer, 1], plan[layer, 2]
    ring_at, ahead_at = plan[layer, 3], plan[layer, 4]
    n_gates, n_layers = 2 * width, plan.shape[0]
    all_said, all_rings, all_aheads = conditions.reshape(-1), rings.reshape(-1), aheads.reshape(-1)
    w_at = layer * width * n_gates
    for strand in range(rings.shape[0]):
        to = strand * aheads.shape[1] + ahead_at
        for sample in range(n_ahead):
            step = strand * conditions.shape[1] + steps[(t + sample) & 15]
            put(
                all_aheads,
                to + sample * n_gates,
                all_said,
                (step * n_layers + layer) * n_gates,
                n_gates,
            )
        # n_ahead divides the dilation and the ring: what is read does not run over its end.
        of = strand * rings.shape[1] + ring_at + ((t - dilation) & mask) * width
        add_rows(
            all_aheads, to, n_gates, all_rings, of, width, n_ahead, w_past, w_at, width, n_gates
        )


@compiled_fusing
@no_type_check
def hear(t, heard, steps, plan, weights, conditions, rings, aheads, z):
    """One sample through all layers: z gets what each of them says, for all strands.

    heard: (strands, 2), the rows of the last number but one and of the last.
    """
    entering, w_past, w_now, w_residual, residual_bias = weights
    n_strands, width = heard.shape[0], entering.shape[2]
    n_layers, n_gates = plan.shape[0], 2 * width
    n_rows = entering.shape[1]
    all_rings, all_aheads, all_z = rings.reshape(-1), aheads.reshape(-1), z.reshape(-1)
    rows, biases = entering.reshape(-1), residual_bias.reshape(-1)
    ring_gap, ahead_gap, z_gap = rings.shape[1], aheads.shape[1], n_layers * width
    # First of all, since a ring has no place for the present beside what is longest past.
    for layer in range(n_layers):
        if t & (plan[layer, 1] - 1) == 0:
            look_back(layer, t, steps, plan, w_past, conditions, rings, aheads, width)
    x_at = plan[0, 3] + (t & plan[0, 2]) * width
    for strand in range(n_strands):
        before, last = heard[strand, 0] * width, (n_rows + heard[strand, 1]) * width
        put_sum(all_rings, strand * ring_gap + x_at, rows, before, rows, last, width)
    for layer in range(n_layers):
        gates_at = plan[layer, 4] + (t & (plan[layer, 1] - 1)) * n_gates
        w_at, z_at = layer * width * n_gates, layer * width
        add_rows(
            all_aheads,
            gates_at,
            ahead_gap,
            all_rings,
            x_at,
            ring_gap,
            n_strands,
            w_now,
            w_at,
            width,
            n_gates,
        )
        for strand in range(n_strands):
            open_gates(
                all_aheads, strand * ahead_gap + gates_at, width, all_z, strand * z_gap + z_at
            )
        if layer + 1 < n_layers:
            next_at = plan[layer + 1, 3] + (t & plan[layer + 1, 2]) * width
            for strand in range(n_strands):
                of = strand * ring_gap
                put_sum(all_rings, of + next_at, all_rings, of + x_at, biases, layer * width, width)
            add_rows(
                all_rings,
                next_at,
                ring_gap,
                all_z,
                z_at,
                z_gap,
                n_strands,
                w_residual,
                layer * width * width,
                width,
                width,
            )
            x_at = next_at


@compiled_fusing
@no_type_check
def say(z, weights, summed, between, logits):
    """Logits of the next number from what all layers said, for all strands."""
    w_skip, skip_bias, w_between, between_bias, w_leaving, leaving_bias = weights
    n_strands, n_said = z.shape
    n_skip, n_classes = skip_bias.shape[0], leaving_bias.shape[0]
    all_summed, all_between = summed.reshape(-1), between.reshape(-1)
    all_logits = logits.reshape(-1)
    for strand in range(n_strands):
        put(all_summed, strand * n_skip, skip_bias, 0, n_skip)
        put(all_between, strand * n_skip, between_bias, 0, n_skip)
        put(all_logits, strand * n_classes, leaving_bias, 0, n_classes)
    all_z, at = z.reshape(-1), np.int64(0)  # a bare 0 would have all that is called compiled anew
    add_rows(all_summed, at, n_skip, all_z, at, n_said, n_strands, w_skip, at, n_said, n_skip)
    for i in range(all_summed.shape[0]):
        all_summed[i] = max(all_summed[i], np.float32(0))
    add_rows(
        all_between, at, n_skip, all_summed, at, n_skip, n_strands, w_between, at, n_skip, n_skip
    )
    for i in range(all_between.shape[0]):
        all_between[i] = max(all_between[i], np.float32(0))
    add_rows(
        all_logits,
        at,
        n_classes,
        all_between,
        at,
        n_skip,
        n_strands,
        w_leaving,
        at,
        n_skip,
        n_classes,
    )


@compiled_fusing
@no_type_check
def draw(logits, chance, temperature, shares):
    """A number by its logits, of which there are as many as shares; chance: 0…1.

    At temperature 0 the likeliest, the first of equals.
    """
    n = shares.shape[0]
    best = 0
    for i in range(1, n):
        if logits[i] > logits[best]:
            best = i
    if temperature < 1e-6:
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


@compiled_fusing
@no_type_check
def play(clock, heard, rings, aheads, plan, layers, output, conditions, hold, given, drawing, made):
    """Go on by made.shape[1] numbers, of which the first given.shape[1] are those given.

    clock: the sample's number, for all pieces. given, made: (pieces, numbers). The strands of a
    piece lie side by side: two where guidance compares what it says told and untold.
    drawing: chances (pieces, numbers), temperature, guidance, number of classes, and an array for
    the logits of every number (strands, numbers, classes), or for none of them.
    """
    chances, temperature, guidance, n_classes, all_logits = drawing
    n_strands, width, n_skip = heard.shape[0], layers[0].shape[2], output[1].shape[0]
    n_pieces, n_numbers = made.shape
    per_piece = n_strands // n_pieces
    steps = np.zeros(16, np.int64)
    z = np.empty((n_strands, plan.shape[0] * width), np.float32)
    summed = np.empty((n_strands, n_skip), np.float32)
    between = np.empty((n_strands, n_skip), np.float32)
    logits = np.empty((n_strands, output[5].shape[0]), np.float32)
    shares = np.empty(n_classes, np.float32)
    for number in range(n_numbers):
        t = clock[0]
        if number == 0 or t & 15 == 0:
            for i in range(16):
                steps[i] = min(((t & ~15) + i) // hold, conditions.shape[1] - 1)
        hear(t, heard, steps, plan, layers, conditions, rings, aheads, z)
        is_given = number < given.shape[1]
        if not is_given or all_logits.shape[1] > 0:
            say(z, output, summed, between, logits)
        if all_logits.shape[1] > 0:
            for strand in range(n_strands):
                for i in range(n_classes):
                    all_logits[strand, number, i] = logits[strand, i]
        for piece in range(n_pieces):
            first = piece * per_piece
            if is_given:
                chosen = given[piece, number]
            else:
                if per_piece == 2:
                    for i in range(n_classes):
                        untold = logits[first + 1, i]
                        logits[first, i] = untold + guidance * (logits[first, i] - untold)
                chosen = draw(logits[first], chances[piece, number], temperature, shares)
            made[piece, number] = chosen
            for strand in range(first, first + per_piece):
                heard[strand, 0] = heard[strand, 1]
                heard[strand, 1] = chosen + 1
        clock[0] = t + 1
