"""Fast Griffin-Lim: from any start, rounds towards a phase that fits the magnitudes."""

import torch
from jaxtyping import Complex64, Float32
from torch import Tensor

from menura.representations._phase.framing import Framing
from menura.representations._phase.plain import noise

Magnitude = Float32[Tensor, "rows bins frames"]
Phase = Float32[Tensor, "rows bins frames"] | Complex64[Tensor, "rows bins frames"]
Turned = Complex64[Tensor, "rows frames bins"]

TINY = 1e-30  # keeps silence from dividing by nothing


def griffin_lim(
    magnitude: Magnitude,
    n_fft: int,
    hop_length: int,
    n_iter: int,
    momentum: float = 0.99,
    start: Phase | None = None,
) -> Float32[Tensor, "rows time"]:
    """Sound with (nearly) these magnitudes: (frames − 1) · hop_length samples a row.

    Fast Griffin-Lim (Perraudin, Balazs & Søndergaard, WASPAA 2013, algorithm 2), rounds as in
    `librosa.griffinlim`. n_iter 0 takes the start as it is. Rows do not depend on each other.

    start: radians, or complex numbers of any size whose angles count; None is `noise`.
    Gradients flow to the magnitude as if the phase found were given.
    """
    if magnitude.shape[2] < 2:
        return magnitude.new_zeros(magnitude.shape[0], 0)
    framing = Framing(n_fft, hop_length, magnitude.shape[2], magnitude.device)
    sizes = magnitude.transpose(1, 2).contiguous()
    with torch.no_grad():
        begin = noise(magnitude, n_fft, hop_length) if start is None else start
        turned = _unit(begin.transpose(1, 2))
        if n_iter > 0:
            turned = _rounds(sizes, turned, framing, n_iter, momentum)
    return framing.trimmed(framing.sound(sizes * turned))


def _unit(phase: Tensor) -> Turned:
    """Complex numbers of size 1."""
    if phase.is_complex():
        # Where there is no angle, 0 is as good as any.
        return torch.where(phase == 0, torch.ones_like(phase), phase.sgn())
    return torch.complex(phase.cos(), phase.sin())


def _rounds(
    sizes: Float32[Tensor, "rows frames bins"],
    turned: Turned,
    framing: Framing,
    n_iter: int,
    momentum: float,
) -> Turned:
    # Only the angle of (1 + m) · projected − m · previous counts, so it is kept divided by 1 + m.
    pull = momentum / (1 + momentum)
    ahead = sizes * turned
    previous: Tensor | None = None
    for number in range(n_iter):
        projected = framing.frames(framing.sound(ahead))
        # The first round has nothing behind it; afterwards `previous` is not needed again.
        ahead = projected.clone() if previous is None else previous.mul_(-pull).add_(projected)
        previous = projected
        if number < n_iter - 1:
            ahead.mul_(sizes / _size(ahead))
    return ahead.div_(_size(ahead))


def _size(turned: Turned) -> Float32[Tensor, "rows frames bins"]:
    """|turned|, several times faster than `abs`, which guards against overflow."""
    parts = torch.view_as_real(turned)
    square = parts[..., 0].square().addcmul_(parts[..., 1], parts[..., 1])
    return square.clamp_min_(TINY).sqrt_()
