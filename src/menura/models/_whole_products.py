"""Four rows of bytes times a vector of bytes: the products that playing a recurrent network takes.

Processors with VNNI multiply and add 32 of them by one instruction, where conversions to floats
take three for 8. Compilers do not find it, so it is written for LLVM directly. Other processors go
by way of floats, to the same numbers: whole ones, exact as long as sums stay below 2²⁴ (a row has
to be longer than 500 for that not to be sure, and would have to be all of one sign).
"""

# Compiled loops are kept on the disk by this file's content; compiling.py: 3c3d72c5.
# The loops are compiled from plain functions, hence typechecking must leave them alone.
from typing import Any, no_type_check

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.registry import cpu_target
from numba.extending import intrinsic

from menura.audio.compiling import compiled_summing_freely

ROWS = 4  # that are multiplied together: the vector is read once for them all
COLUMNS = 32  # of which there must be a multiple
_INSTRUCTION = "llvm.x86.avx512.vpdpbusd.256"
_SUM = "llvm.vector.reduce.add.v8i32"


@compiled_summing_freely
@no_type_check
def plain_dots(weights, row, x, dots):
    """Fills dots (int32) with the products of x (int8) and the four rows from `row` on (uint8).

    Nothing is checked: arrays are of these kinds and contiguous, and there are four rows.
    """
    a = b = c = d = np.float32(0)
    for j in range(x.size):
        value = np.float32(x[j])
        a += np.float32(weights[row, j]) * value
        b += np.float32(weights[row + 1, j]) * value
        c += np.float32(weights[row + 2, j]) * value
        d += np.float32(weights[row + 3, j]) * value
    dots[0], dots[1], dots[2], dots[3] = np.int32(a), np.int32(b), np.int32(c), np.int32(d)


@intrinsic
@no_type_check
def vnni_dots(_, weights, row, x, dots):
    """The same; x must have a multiple of COLUMNS."""

    def written(context, builder, signature, args):
        weights, x, dots = (
            context.make_array(signature.args[i])(context, builder, args[i]) for i in (0, 2, 3)
        )
        count, bits = ir.IntType(64), ir.IntType(32)
        eight = ir.VectorType(bits, 8)  # sums; as bytes, a piece of a row
        call = ir.FunctionType(eight, [eight, eight, eight])
        add_products = cgutils.get_or_insert_function(builder.module, call, _INSTRUCTION)
        call = ir.FunctionType(bits, [eight])
        summed = cgutils.get_or_insert_function(builder.module, call, _SUM)

        def piece(pointer, offset):
            place = builder.bitcast(builder.gep(pointer, [offset]), eight.as_pointer())
            return builder.load(place, align=1)

        n_columns = cgutils.unpack_tuple(builder, weights.shape)[1]
        starts = [
            builder.mul(builder.add(args[1], ir.Constant(count, k)), n_columns) for k in range(ROWS)
        ]
        sums = [cgutils.alloca_once_value(builder, ir.Constant(eight, [0] * 8)) for _ in starts]
        zero, step = ir.Constant(count, 0), ir.Constant(count, COLUMNS)
        with cgutils.for_range_slice(builder, zero, n_columns, step, count) as (column, _):
            heard = piece(x.data, column)
            for start, total in zip(starts, sums, strict=True):
                row_piece = piece(weights.data, builder.add(start, column))
                more = builder.call(add_products, [builder.load(total), row_piece, heard])
                builder.store(more, total)
        for k, total in enumerate(sums):
            dot = builder.call(summed, [builder.load(total)])
            builder.store(dot, builder.gep(dots.data, [ir.Constant(count, k)]))
        return context.get_dummy_value()

    return types.void(weights, types.int64, x, dots), written


def _has_vnni() -> bool:
    """Whether numba compiles for a processor that has the instruction: this one, unless numba is
    told otherwise or does not trust it."""
    _, _, features = cpu_target.target_context.codegen().magic_tuple()
    has = set(features.split(","))
    return "+avxvnni" in has or {"+avx512vnni", "+avx512vl"} <= has


four_dots: Any = vnni_dots if _has_vnni() else plain_dots
