"""Four rows of bytes times a vector of bytes: the products that playing a recurrent network takes.

Processors with VNNI multiply and add 32 of them by one instruction, where conversions to floats
take three for 8. Compilers do not find it, so it is named here. Other processors do the same sums
by plain loops, to the same numbers.
"""

# The loops are compiled from plain functions, hence typechecking must leave them alone.
from typing import Any, no_type_check

import llvmlite.binding as llvm
import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils, config
from numba.extending import intrinsic

from menura.audio.compiling import compiled_summing_freely

ROWS = 4  # that are multiplied together: the vector is read once for them all
COLUMNS = 32  # of which there must be a multiple
_INSTRUCTION = "llvm.x86.avx512.vpdpbusd.256"
_SUM = "llvm.vector.reduce.add.v8i32"


@compiled_summing_freely
@no_type_check
def plain_dots(weights, row, x, dots):
    """Fills dots with the products of x (int8) and the rows from `row` on (uint8), as int32."""
    for k in range(ROWS):
        total = np.int32(0)
        for j in range(x.size):
            # Kept to 32 bits: numba would go over to 64, and take several times as long.
            total = np.int32(total + np.int32(np.int32(weights[row + k, j]) * np.int32(x[j])))
        dots[k] = total


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
    """Whether compiled loops may use the instruction here."""
    # These are set where numba is told to compile for another processor.
    if any(getattr(config, name, None) for name in ("CPU_NAME", "CPU_FEATURES")):
        return False
    has = llvm.get_host_cpu_features()
    return bool(has.get("avxvnni") or (has.get("avx512vnni") and has.get("avx512vl")))


four_dots: Any = vnni_dots if _has_vnni() else plain_dots
