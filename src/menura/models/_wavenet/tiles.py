"""Products of vectors and matrices in registers: what the compiler does not find by itself.

Written for LLVM directly: it keeps sums in registers only where it can prove that nothing else is
written to, which it cannot of arrays. Any processor runs it; wide vectors are cut to its own.
Compiled loops that are kept on the disk are known by their own file alone: when this one changes,
so must the line in loops.py that names it.
"""

from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

LANES = 16  # float32 numbers in a vector
_VECTOR = ir.VectorType(ir.FloatType(), LANES)
_FIRST = ir.Constant(ir.VectorType(ir.IntType(32), LANES), [0] * LANES)
_EITHER = ir.Constant(_VECTOR, ir.Undefined)
_FUSED = ["contract"]
_alloca: Any = cgutils.alloca_once


def tile(n_rows: int, n_vectors: int) -> Callable[..., Any]:
    """A function for compiled code, which adds to n_rows × (16 · n_vectors) numbers of `out` a
    product of as many rows of `x`, n long, with columns of `w`:

    out[out_at + row · out_gap + j] += Σ_i x[x_at + row · x_gap + i] · w[w_at + i · w_gap + j]

    One i after the other, whatever the sizes: a row's sums do not depend on the other rows.
    Arrays are flat and float32. Nothing is checked.
    """

    @intrinsic
    def add_product(
        typing_context: Any,
        out: Any,
        out_at: Any,
        out_gap: Any,
        x: Any,
        x_at: Any,
        x_gap: Any,
        w: Any,
        w_at: Any,
        w_gap: Any,
        n: Any,
    ) -> tuple[Any, Callable[..., None]]:
        size = types.intp
        signature = types.void(out, size, size, x, size, size, w, size, size, size)

        def generate(context: Any, builder: Any, signature: Any, values: Any) -> None:
            _generate(context, builder, signature, values, n_rows, n_vectors)

        return signature, generate

    made: Callable[..., Any] = add_product
    return made


def _generate(
    context: Any, builder: Any, signature: Any, values: Any, n_rows: int, n_vectors: int
) -> None:
    out, x, w = (
        context.make_array(signature.args[place])(context, builder, values[place]).data
        for place in (0, 3, 6)
    )
    out_at, out_gap, x_at, x_gap, w_at, w_gap, n = (values[i] for i in (1, 2, 4, 5, 7, 8, 9))
    size = out_at.type

    def vectors(base: Any, start: Any) -> list[Any]:
        """Pointers to n_vectors vectors from there on."""
        places = [builder.add(start, size(number * LANES)) for number in range(n_vectors)]
        return [builder.bitcast(builder.gep(base, [p]), _VECTOR.as_pointer()) for p in places]

    def row_of(start: Any, gap: Any, row: int) -> Any:
        return builder.add(start, builder.mul(gap, size(row)))

    ends = [vectors(out, row_of(out_at, out_gap, row)) for row in range(n_rows)]
    sums = [[_alloca(builder, _VECTOR) for _ in of_row] for of_row in ends]
    for pointers, of_row in zip(ends, sums, strict=True):
        for pointer, total in zip(pointers, of_row, strict=True):
            builder.store(builder.load(pointer, align=4), total)
    with cgutils.for_range(builder, n) as loop:
        i = loop.index
        weights = [
            builder.load(pointer, align=4)
            for pointer in vectors(w, builder.add(w_at, builder.mul(i, w_gap)))
        ]
        for row, of_row in enumerate(sums):
            one = builder.load(builder.gep(x, [builder.add(row_of(x_at, x_gap, row), i)]))
            first = builder.insert_element(_EITHER, one, ir.Constant(ir.IntType(32), 0))
            everywhere = builder.shuffle_vector(first, _EITHER, _FIRST)
            for weight, total in zip(weights, of_row, strict=True):
                product = builder.fmul(everywhere, weight, flags=_FUSED)
                builder.store(builder.fadd(builder.load(total), product, flags=_FUSED), total)
    for pointers, of_row in zip(ends, sums, strict=True):
        for pointer, total in zip(pointers, of_row, strict=True):
            builder.store(builder.load(total), pointer, align=4)


@intrinsic
def put_sum(
    typing_context: Any,
    out: Any,
    out_at: Any,
    a: Any,
    a_at: Any,
    b: Any,
    b_at: Any,
    n: Any,
) -> tuple[Any, Callable[..., None]]:
    """For compiled code: out[out_at + j] = a[a_at + j] + b[b_at + j] for j < n, n in sixteens."""
    size = types.intp
    signature = types.void(out, size, a, size, b, size, size)

    def generate(context: Any, builder: Any, signature: Any, values: Any) -> None:
        arrays = [
            (context.make_array(signature.args[i])(context, builder, values[i]).data, values[i + 1])
            for i in (0, 2, 4)
        ]
        n_vectors = builder.udiv(values[6], values[6].type(LANES))
        with cgutils.for_range(builder, n_vectors) as loop:
            step = builder.mul(loop.index, values[6].type(LANES))
            to, first, second = (
                builder.bitcast(builder.gep(base, [builder.add(start, step)]), _VECTOR.as_pointer())
                for base, start in arrays
            )
            total = builder.fadd(builder.load(first, align=4), builder.load(second, align=4))
            builder.store(total, to, align=4)

    return signature, generate


@intrinsic
def put(
    typing_context: Any, out: Any, out_at: Any, a: Any, a_at: Any, n: Any
) -> tuple[Any, Callable[..., None]]:
    """For compiled code: out[out_at + j] = a[a_at + j] for j < n, n in sixteens."""
    size = types.intp
    signature = types.void(out, size, a, size, size)

    def generate(context: Any, builder: Any, signature: Any, values: Any) -> None:
        out, a = (
            context.make_array(signature.args[i])(context, builder, values[i]).data for i in (0, 2)
        )
        n_vectors = builder.udiv(values[4], values[4].type(LANES))
        with cgutils.for_range(builder, n_vectors) as loop:
            step = builder.mul(loop.index, values[4].type(LANES))
            to, first = (
                builder.bitcast(builder.gep(base, [builder.add(start, step)]), _VECTOR.as_pointer())
                for base, start in ((out, values[1]), (a, values[3]))
            )
            builder.store(builder.load(first, align=4), to, align=4)

    return signature, generate
