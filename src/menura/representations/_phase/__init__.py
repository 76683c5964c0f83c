"""Phase from magnitude: a start, found without iterating, then rounds of Griffin-Lim.

Every start is one file. None of them lets a row depend on its neighbours in the batch.
"""

from collections.abc import Callable
from typing import Literal

from jaxtyping import Float32
from torch import Tensor

from menura.representations._phase.coarse import coarse
from menura.representations._phase.griffin_lim import griffin_lim
from menura.representations._phase.pghi import pghi
from menura.representations._phase.plain import noise, zero
from menura.representations._phase.rtpghi import PhaseStream, rtpghi

__all__ = ["STARTS", "PhaseStream", "Start", "griffin_lim", "recover"]

Magnitude = Float32[Tensor, "rows bins frames"]
Angles = Float32[Tensor, "rows bins frames"]
Start = Literal["noise", "zero", "coarse", "pghi", "rtpghi"]

STARTS: dict[Start, Callable[[Magnitude, int, int], Angles]] = {
    "noise": noise,
    "zero": zero,
    "coarse": coarse,
    "pghi": pghi,
    "rtpghi": rtpghi,
}
"""(magnitude, n_fft, hop_length) → radians for `stft`'s frames."""


def recover(
    magnitude: Magnitude, n_fft: int, hop_length: int, phase: Start, n_iter: int
) -> Float32[Tensor, "rows time"]:
    """Sound with (nearly) these magnitudes: (frames − 1) · hop_length samples a row."""
    start = STARTS[phase](magnitude, n_fft, hop_length)
    return griffin_lim(magnitude, n_fft, hop_length, n_iter, start=start)
