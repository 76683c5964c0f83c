"""Phases that run on from frame to frame, and pieces of them that begin at the right one."""

from abc import abstractmethod
from math import tau

import torch
from jaxtyping import Bool, Float, Float32
from torch import Tensor

from menura.representations._framed import Angles, Framed
from menura.representations.contract import Frames

Steps = Float[Tensor, "rows bins frames"]
Start = Float[Tensor, "rows bins 1"]
BLOCK_FRAMES = 4096


class Turning(Framed):
    """Phases told as steps from frame to frame. The first is a step from 0: the phase itself.

    Frames begin before the sound, in silence, whose phase is 0; so the first step is the same
    whether a sound is encoded whole or as a piece after silence.
    """

    leads = True
    second_panel = "frequency"

    def cut(self, frames: Frames, start: int, stop: int) -> Float32[Tensor, "batch features piece"]:
        """Frames start…stop, the first of which holds the phase that the ones before add up to."""
        if start == 0:
            return frames[:, :, :stop]
        rows = frames.reshape(frames.shape[0] * self.n_audio_channels, -1, frames.shape[2])
        raw = self.normaliser.invert(rows[:, :, : start + 1])
        phase: Tensor | None = None
        for first in range(0, start + 1, BLOCK_FRAMES):
            block = raw[:, :, first : first + BLOCK_FRAMES]
            levels, steps = block[:, : self.n_levels], block[:, self.n_levels :]
            phase = self.running(levels, steps, phase)[:, :, -1:]
        assert phase is not None
        piece = rows[:, :, start:stop].clone()
        piece[:, self.n_levels :, :1] = self.first_step(phase)
        return piece.reshape(frames.shape[0], -1, piece.shape[2])

    @abstractmethod
    def running(
        self,
        levels: Float32[Tensor, "rows levels frames"],
        steps: Float32[Tensor, "rows levels frames"],
        start: Start | None,
    ) -> Float[Tensor, "rows levels frames"]:
        """The phase of every feature that follows the phase `start` (None: 0)."""

    @abstractmethod
    def first_step(self, phase: Start) -> Float32[Tensor, "rows bins 1"]:
        """The step feature that leads from 0 to `phase`."""


def wrapped(angle: Angles) -> Angles:
    """The same angle within −π…π."""
    turns = (angle / tau).round()
    # In two parts, of which the first is short: float32's own 2π is off by 2e-7, the same way
    # every time, and thousands of frames are added up.
    return angle - turns * 6.28125 - turns * (tau - 6.28125)


def widened(steps: Steps) -> Steps:
    """In float64 where the device has it: summed over an hour, float32 would go astray."""
    return steps if steps.device.type == "mps" else steps.double()


def steps_between(angle: Angles) -> Angles:
    """From each frame to the next within −π…π, the first from 0. np.diff of np.unwrap."""
    before = torch.cat([torch.zeros_like(angle[:, :, :1]), angle[:, :, :-1]], dim=2)
    return wrapped(angle - before)


def summed(
    steps: Steps,
    start: Start | None = None,
    at_rest: Bool[Tensor, "rows bins frames"] | None = None,
) -> Steps:
    """phase(t) = phase(t − 1) + steps(t), and 0 where `at_rest`; phase(−1) is `start` or 0."""
    first = torch.zeros_like(steps[:, :, :1])
    running = steps.cumsum(dim=2) + (first if start is None else start)
    if at_rest is None:
        return running
    # What had been summed up to the latest rest is taken off again.
    frame = torch.arange(1, steps.shape[2] + 1, device=steps.device).expand(steps.shape)
    latest = torch.where(at_rest, frame, torch.zeros_like(frame)).cummax(dim=2).values
    return running - torch.cat([first, running], dim=2).gather(2, latest)
