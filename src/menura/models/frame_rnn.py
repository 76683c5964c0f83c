"""Recurrent network that predicts the next frame, or the next clip: LSTM or GRU, linear output.

The network of the STFT-LSTM report (Dubey, Singh & Dabral 2017, section 3), of GRUV (Nayebi &
Vitelli 2015) and of the MFCC-LSTM report. Trained on contiguous windows: the state is carried
from one window to the next and the gradient stops at the border (truncated back-propagation
through time, as long as a window).

Fed with its own output it goes astray, since it never saw its own errors. Against that it can be
trained on frames with noise, on frames of its own (scheduled sampling, Bengio et al. 2015), to
say a mixture of futures instead of their mean, and be played at the temperature that suits it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Literal

import torch
from jaxtyping import Float32
from torch import Tensor

from menura.foundation.seeds import derive
from menura.models._bounds import Bounds
from menura.models._frame_maker import Bits, FrameMaker
from menura.models._outputs import MeanOutput, MixtureOutput, Output
from menura.models._recurrence import Cell, Masks, Recurrence, State
from menura.models._steadiness import N_FRAMES, steadiest
from menura.models._streaming import StreamingModel
from menura.models.contract import (
    AS_LEARNT,
    Batch,
    Losses,
    Optimizer,
    Phase,
    Rngs,
    Sampling,
    Schedule,
    noise,
)
from menura.representations import Frames, Spec

Sequence = Float32[Tensor, "batch frames features"]
Chances = Float32[Tensor, "batch frames draws"]
BLOCK_FRAMES = 64  # of a stream; its random numbers are drawn together
N_PIECES = 8  # that go on from music at each temperature, and that are made from nothing
THINNED = 4  # one of so many frames of the music is looked at


@dataclass(frozen=True)
class FrameRnnConfig:
    """cell, n_layers, n_hidden: the recurrent network.

    n_ahead: how many frames after the one heard the output stands for. 1 is the next frame; with
        the frames of a clip it is clip in, next clip out (windows must then hold both, and share
        n_ahead frames: the batching's n_shared).
    recurrent_dropout: share of the units that the recurrence does not hear in a window.
    output: "mean" by squared error, or "mixture" of n_components Gaussians whose means differ
        along n_directions.
    input_noise: deviation of the noise on frames heard in training (a feature's own is 1).
    own_share: share of frames heard in training that are the network's own predictions, reached
        after own_rise_steps steps, from 0.
    bounded: keep the frames that are made within the range of each feature in training.
    steadied: when training is over, look for the temperature at which what it makes stays as the
        music is. It is played at that times what is asked for, so a preset's own should be 1.
    n_opening: frames drawn at random that a piece made from nothing sets off from.
    bits: of each weight while frames of a mixture are made: 16 is as learnt, 8 is for speed
        (docs/log.md has what they differ by).
    """

    cell: Cell = "lstm"
    n_layers: int = 1
    n_hidden: int = 1500
    n_ahead: int = 1
    recurrent_dropout: float = 0.0
    output: Literal["mean", "mixture"] = "mean"
    n_components: int = 8
    n_directions: int = 16
    input_noise: float = 0.0
    own_share: float = 0.0
    own_rise_steps: int = 1000
    bounded: bool = False
    steadied: bool = False
    n_opening: int = 4
    bits: Bits = 16
    optimizer: Optimizer = field(default_factory=Optimizer)
    schedule: Schedule = field(default_factory=Schedule)

    def __post_init__(self) -> None:
        for name in ("n_layers", "n_hidden", "n_ahead", "n_components", "n_directions"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, not {getattr(self, name)}")
        if self.n_opening < 1 or self.own_rise_steps < 1:
            raise ValueError("n_opening and own_rise_steps must be at least 1")
        if not 0 <= self.recurrent_dropout < 1:
            raise ValueError(f"recurrent_dropout must be 0…1, not {self.recurrent_dropout:g}")
        if not 0 <= self.own_share <= 1:
            raise ValueError(f"own_share must be 0…1, not {self.own_share:g}")
        if not 0 <= self.input_noise <= 100:
            raise ValueError(f"input_noise must be 0…100, not {self.input_noise:g}")


class FrameRnn(StreamingModel):
    """Predicts by what it heard so far. Generates by feeding its own output back, without end."""

    Config = FrameRnnConfig
    tiny: ClassVar[FrameRnnConfig] = FrameRnnConfig(n_hidden=32, n_opening=2)
    gains_from_bfloat16 = False
    carried: Tensor
    n_steps: Tensor
    steady: Tensor

    def __init__(self, config: FrameRnnConfig, spec: Spec):
        super().__init__(config, spec)
        c = config
        self.network = Recurrence(c.cell, spec.n_channels, c.n_hidden, c.n_layers)
        self.output: Output = (
            MeanOutput(c.n_hidden, spec.n_channels)
            if c.output == "mean"
            else MixtureOutput(c.n_hidden, spec.n_channels, c.n_components, c.n_directions)
        )
        self.register_buffer("carried", self.network.at_rest(0), persistent=False)
        self.register_buffer("n_steps", torch.zeros((), dtype=torch.int64))
        if c.steadied:
            self.register_buffer("steady", torch.ones(()))
        self.bounds = Bounds(spec.n_channels)

    def phases(self) -> dict[str, Phase]:
        c = self.config
        return {"model": Phase(tuple(self.parameters()), c.optimizer, c.schedule)}

    @property
    def calibrates(self) -> bool:
        return bool(self.config.steadied)

    @property
    def steady_temperature(self) -> float:
        """What a temperature that is asked for is multiplied by."""
        return float(self.steady) if self.config.steadied else 1.0

    def calibrate(self, batches: Iterable[Batch]) -> str:
        """Find the temperature at which it plays steadily, from nothing and on from the music."""
        first, *others = (batch.frames for batch in batches)
        music = torch.cat([frames[:, :, ::THINNED] for frames in (first, *others)])
        seed = first[:N_PIECES]

        def made(temperature: float) -> Frames:
            sampling = Sampling(temperature)
            on = self.continue_(seed, N_FRAMES, _rngs("on", len(seed)), sampling)
            from_nothing = self.generate(_rngs("from nothing", N_PIECES), N_FRAMES, sampling)
            return torch.cat([on, from_nothing])

        self.steady.fill_(1.0)
        self.steady.fill_(steadiest(made, music))
        return f"plays most steadily at {self.steady_temperature:.2f} × the temperature it learnt"

    def adopted(self, weights: Mapping[str, Tensor], theirs: Spec) -> dict[str, Tensor]:
        """All but the temperature, which is found anew."""
        kept = {name: weight for name, weight in weights.items() if name != "steady"}
        return kept | ({"steady": torch.ones(())} if self.config.steadied else {})

    def losses(self, batch: Batch, phase: str, rng: torch.Generator) -> Losses:
        frames, n = batch.frames.transpose(1, 2), self.config.n_ahead
        if frames.shape[1] <= n:
            raise ValueError(f"windows of {frames.shape[1]} frames say nothing {n} frames ahead")
        heard, state = frames[:, :-n], self._resume(batch)
        masks = None
        if self.training:
            heard, masks = self._hindered(heard, state, rng)
            self.bounds.hear(frames)
            self.n_steps += 1
        hidden, state = self.network(heard, state, masks)
        self.carried = state.detach()
        return {"total": self.output.loss(hidden, frames[:, n:])}

    def stream(
        self, seed: Frames | None, rngs: Rngs, sampling: Sampling = AS_LEARNT
    ) -> Iterator[Frames]:
        """Pieces of frames that follow the seed (None: nothing), without end."""
        heard = self._opening(rngs) if seed is None else seed.transpose(1, 2)
        temperature = sampling.temperature * self.steady_temperature
        if self.config.n_ahead == 1:
            return self._frame_by_frame(heard, rngs, temperature)
        return self._clip_by_clip(heard, rngs, temperature)

    def reconstruct(self, frames: Frames) -> Frames:
        """Every frame as predicted from the true ones before it (the first n_ahead are kept)."""
        n = self.config.n_ahead
        if frames.shape[2] <= n:
            return frames
        inputs = frames.transpose(1, 2)
        with torch.no_grad():
            hidden, _ = self.network(inputs[:, :-n], self.network.at_rest(inputs.shape[0]))
            predicted = self.output.expected(hidden)
        return torch.cat([inputs[:, :n], predicted], dim=1).transpose(1, 2)

    def _hindered(
        self, heard: Sequence, state: State, rng: torch.Generator
    ) -> tuple[Sequence, Masks | None]:
        """What makes training harder and the network sturdier."""
        c, masks = self.config, None
        if c.recurrent_dropout:
            masks = self.network.draw_masks(c.recurrent_dropout, rng)
        share = c.own_share * min(1.0, int(self.n_steps) / c.own_rise_steps)
        if share:
            heard = self._partly_own(heard, state, share, rng)
        if c.input_noise:
            drawn = torch.randn(heard.shape, generator=rng, device=rng.device)
            heard = heard + c.input_noise * drawn
        return heard, masks

    def _partly_own(
        self, heard: Sequence, state: State, share: float, rng: torch.Generator
    ) -> Sequence:
        """Frames, a share of which is drawn from what the network says of them.

        It says so in one pass over the true frames (parallel scheduled sampling, Duckworth et al.
        2019): frame by frame, as Bengio et al. (2015) have it, a step would take many times as
        long.
        """
        n, (rows, n_frames, _) = self.config.n_ahead, heard.shape
        if n_frames <= n:
            return heard
        with torch.no_grad():
            hidden, _ = self.network(heard[:, :-n], state)
            normal = torch.randn(heard[:, n:].shape, generator=rng, device=rng.device)
            shape = rows, n_frames - n, self.output.n_draws
            chance = torch.rand(shape, generator=rng, device=rng.device)
            own = self.output.draw(hidden, normal, chance, 1.0)
            taken = torch.rand(rows, n_frames - n, 1, generator=rng, device=rng.device) < share
            return torch.cat([heard[:, :n], torch.where(taken, own, heard[:, n:])], dim=1)

    def _opening(self, rngs: Rngs) -> Sequence:
        """Noise to set off from; the piece begins after it."""
        shape = max(self.config.n_opening, self.config.n_ahead), self.spec.n_channels
        return noise(rngs, *shape).to(self.carried.device)

    def _frame_by_frame(self, heard: Sequence, rngs: Rngs, temperature: float) -> Iterator[Frames]:
        with torch.no_grad():
            _, state = self.network(heard, self.network.at_rest(heard.shape[0]))
        makes = self._makes
        if isinstance(self.output, MixtureOutput):
            makes = FrameMaker(self.network, self.output, self.config.bits).make
        while True:
            with torch.no_grad():
                made, state = makes(state, *self._chances(rngs, BLOCK_FRAMES), temperature)
            yield self._within_bounds(made).transpose(1, 2)

    def _makes(
        self, state: State, normal: Sequence, chance: Chances, temperature: float
    ) -> tuple[Sequence, State]:
        """A block of frames after the state, and the state after them."""
        made = torch.empty_like(normal)
        for t in range(normal.shape[1]):
            made[:, t] = self.output.draw(state[0, -1], normal[:, t], chance[:, t], temperature)
            state = self.network.step(made[:, t], state)
        return made, state

    def _clip_by_clip(self, heard: Sequence, rngs: Rngs, temperature: float) -> Iterator[Frames]:
        """n_ahead frames at once: none of them needs another. A shorter seed is repeated."""
        n = self.config.n_ahead
        n_missing = max(0, n - heard.shape[1])
        if n_missing:
            places = torch.arange(-n_missing, heard.shape[1]) % heard.shape[1]
            heard = heard[:, places]
        state = self.network.at_rest(heard.shape[0])
        while True:
            with torch.no_grad():
                hidden, state = self.network(heard, state)
                normal, chance = self._chances(rngs, n)
                heard = self.output.draw(hidden[:, -n:], normal, chance, temperature)
            yield self._within_bounds(heard).transpose(1, 2)

    def _within_bounds(self, made: Sequence) -> Sequence:
        """Without rare draws beyond all that was heard, which sound as bursts.

        The network hears what it has drawn: with the draws below a silent feature cut off, and
        those above it not, it would hear itself louder and louder (docs/log.md).
        """
        return self.bounds(made) if self.config.bounded else made

    def _chances(self, rngs: Rngs, n_frames: int) -> tuple[Sequence, Chances]:
        """What frames are drawn by, each row from its own generator."""
        normal = noise(rngs, n_frames, self.spec.n_channels)
        chance = torch.stack(
            [torch.rand(n_frames, self.output.n_draws, generator=rng) for rng in rngs]
        )
        return normal.to(self.carried.device), chance.to(self.carried.device)

    def _resume(self, batch: Batch) -> State:
        """The state each row starts from: carried where the row goes on, zero where it is new."""
        n = batch.frames.shape[0]
        if batch.continues is None or self.carried.shape[2] != n:
            return self.network.at_rest(n)
        return self.carried * batch.continues.float()[None, None, :, None]


def _rngs(what: str, n: int) -> Rngs:
    """Of the pieces by which the temperature is found: the same at every temperature."""
    seeds = (derive(row, "calibrating", what) for row in range(n))
    return [torch.Generator().manual_seed(seed) for seed in seeds]
