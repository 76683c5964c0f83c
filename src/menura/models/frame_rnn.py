"""Recurrent network that predicts the next frame: LSTM or GRU, linear output, squared error.

The network of the STFT-LSTM report (Dubey, Singh & Dabral 2017, section 3) and of GRUV
(Nayebi & Vitelli 2015). Trained on contiguous windows: the state is carried from one window to
the next and the gradient stops at the border (truncated back-propagation).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar, Literal

import torch
from jaxtyping import Bool, Float32
from torch import Tensor, nn

from menura.models.contract import (
    AS_LEARNT,
    Batch,
    Losses,
    Model,
    Optimizer,
    Phase,
    Rngs,
    Sampling,
    Schedule,
    first_frames,
    noise,
)
from menura.representations import Frames, Spec

State = Float32[Tensor, "states layers batch hidden"]


@dataclass(frozen=True)
class FrameRnnConfig:
    """cell, n_layers, n_hidden: the recurrent network.

    n_opening: frames drawn at random that a piece made from nothing sets off from.
    """

    cell: Literal["lstm", "gru"] = "lstm"
    n_layers: int = 1
    n_hidden: int = 1500
    n_opening: int = 4
    optimizer: Optimizer = field(default_factory=Optimizer)
    schedule: Schedule = field(default_factory=Schedule)

    def __post_init__(self) -> None:
        if self.n_layers < 1 or self.n_hidden < 1 or self.n_opening < 1:
            raise ValueError("n_layers, n_hidden and n_opening must be at least 1")


class FrameRnn(Model):
    """Next-frame prediction. Generates by feeding its own output back; blind to the future.

    A squared error is the likelihood of a Gaussian of fixed width, so `temperature` adds that
    Gaussian (its width measured per feature while training) to every frame that is fed back.
    """

    Config = FrameRnnConfig
    tiny: ClassVar[FrameRnnConfig] = FrameRnnConfig(n_hidden=32, n_opening=2)
    gains_from_bfloat16 = False
    residual: Tensor
    carried: Tensor

    def __init__(self, config: FrameRnnConfig, spec: Spec):
        super().__init__(config, spec)
        network = {"lstm": nn.LSTM, "gru": nn.GRU}[config.cell]
        self.network = network(spec.n_channels, config.n_hidden, config.n_layers, batch_first=True)
        self.output = nn.Linear(config.n_hidden, spec.n_channels)
        self._open_forget_gates()
        self.register_buffer("residual", torch.ones(spec.n_channels))
        self.register_buffer("carried", self._silence(0), persistent=False)

    def phases(self) -> dict[str, Phase]:
        c = self.config
        return {"model": Phase(tuple(self.parameters()), c.optimizer, c.schedule)}

    def losses(self, batch: Batch, phase: str, rng: torch.Generator) -> Losses:
        frames = batch.frames.transpose(1, 2)
        predicted, state = self._run(frames[:, :-1], self._resume(batch))
        self.carried = state.detach()
        error = frames[:, 1:] - predicted
        if self.training:
            self._follow_residual(error.detach())
        return {"total": error.square().mean()}

    def generate(self, rngs: Rngs, n_frames: int, sampling: Sampling = AS_LEARNT) -> Frames:
        return self._first(self.stream(None, rngs, sampling), n_frames, len(rngs))

    def continue_(
        self,
        seed: Float32[Tensor, "batch features known"],
        n_frames: int,
        rngs: Rngs,
        sampling: Sampling = AS_LEARNT,
    ) -> Frames:
        return self._first(self.stream(seed, rngs, sampling), n_frames, len(rngs))

    def stream(
        self,
        seed: Float32[Tensor, "batch features known"] | None,
        rngs: Rngs,
        sampling: Sampling = AS_LEARNT,
    ) -> Iterator[Frames]:
        if seed is None:
            # Noise to set off from; the piece begins after it.
            opening = noise(rngs, self.spec.n_channels, self.config.n_opening)
            seed = opening.to(self.residual.device)
        inputs, state = seed.transpose(1, 2), self._silence(seed.shape[0])
        while True:
            with torch.no_grad():
                predicted, state = self._run(inputs, state)
                frame = predicted[:, -1]
                drawn = noise(rngs, self.spec.n_channels).to(frame.device)
                frame = frame + sampling.temperature * self.residual * drawn
            yield frame[:, :, None]
            inputs = frame[:, None]

    def reconstruct(self, frames: Frames) -> Frames:
        """Every frame as predicted from the true ones before it (the first is kept)."""
        if frames.shape[2] < 2:
            return frames
        inputs = frames.transpose(1, 2)
        with torch.no_grad():
            predicted, _ = self._run(inputs[:, :-1], self._silence(inputs.shape[0]))
        return torch.cat([inputs[:, :1], predicted], dim=1).transpose(1, 2)

    def _first(self, pieces: Iterator[Frames], n_frames: int, n: int) -> Frames:
        nothing = self.residual.new_zeros(n, self.spec.n_channels, 0)
        return torch.cat([nothing, *first_frames(pieces, n_frames)], dim=2)

    def _run(
        self, inputs: Float32[Tensor, "batch frames features"], state: State
    ) -> tuple[Float32[Tensor, "batch frames features"], State]:
        if self.config.cell == "lstm":
            hidden, (h, c) = self.network(inputs, (state[0], state[1]))
            return self.output(hidden).float(), torch.stack([h, c]).float()
        hidden, h = self.network(inputs, state[0].contiguous())
        return self.output(hidden).float(), h[None].float()

    def _resume(self, batch: Batch) -> State:
        """The state each row starts from: carried where the row goes on, zero where it is new."""
        n = batch.frames.shape[0]
        if batch.continues is None or self.carried.shape[2] != n:
            return self._silence(n)
        return self.carried * _column(batch.continues)

    def _silence(self, n: int) -> State:
        n_states = 2 if self.config.cell == "lstm" else 1
        like = self.output.weight
        return like.new_zeros(n_states, self.config.n_layers, n, self.config.n_hidden)

    def _follow_residual(self, error: Float32[Tensor, "batch frames features"]) -> None:
        self.residual.lerp_(error.square().mean(dim=(0, 1)).sqrt(), 0.02)

    def _open_forget_gates(self) -> None:
        """Forget bias 1 (Jozefowicz, Zaremba & Sutskever 2015), so that memory comes first."""
        if self.config.cell != "lstm":
            return
        n = self.config.n_hidden
        for layer in range(self.config.n_layers):
            bias = getattr(self.network, f"bias_hh_l{layer}")
            nn.init.constant_(bias[n : 2 * n], 1.0)


def _column(flags: Bool[Tensor, " batch"]) -> Float32[Tensor, "1 1 batch 1"]:
    return flags.float()[None, None, :, None]
