"""Bidirectional LSTM over a window of frames, which predicts the frame after it.

The network of the BiLSTM report (section 3.3), for frames that are images: each image of a window
of 16 is flattened, read by five bidirectional LSTM layers, and a dense layer writes the next one.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from typing import ClassVar

import torch
from jaxtyping import Float, Float32, Int64
from torch import Tensor, nn
from torch.nn import functional as F

from menura.foundation.errors import UsageError
from menura.models._bounds import Bounds
from menura.models._dropping import dropping_by
from menura.models._image_layers import ColumnReader, ImageWriter
from menura.models._opening import Opening
from menura.models._precision import in_float32
from menura.models._streaming import StreamingModel
from menura.models._window_reader import WindowReader
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
from menura.representations import Spec

Window = Float32[Tensor, "batch window features"]
Frame = Float32[Tensor, "batch features"]
State = Float[Tensor, "batch hidden"]  # whatever the precision within
Images = Float32[Tensor, "batch modes features"]
Likely = Float32[Tensor, "batch modes"]
RELAXED, CHOOSING = 0.005, 0.01
MOST_FITTED = 512  # frames that the opening is fitted to


@dataclass(frozen=True)
class BilstmConfig:
    """n_window: frames seen; batches must have one more. n_layers, n_hidden: the network, n_hidden
    in each direction. dropout: after every layer.

    n_read: numbers that each column of an image is read as, by one linear map for all columns; 0
        reads all values of the image as they are. rank: how many products of a spectrum and a
        course in time the next image is written as the sum of, on top of the last n_held columns
        of the image before it, which sound on; 0 writes every value by itself. The report's 0 and
        0 cost 8 · n_hidden weights to read and 2 · n_hidden to write each value of an image.
    n_modes: images that are written, of which the one is learnt that is nearest to what came
        (multiple choice learning, Guzmán-Rivera et al. 2012), and how likely each is; 1 learns
        the mean of all that may come, as reported: where a note may begin, a haze of all notes.
    input_noise: in training windows are blurred by this share, at most, of what an opening is
        drawn by, so that the model finds back from its own errors (and from its opening).
    n_opening: principal directions of the windows that a piece made from nothing sets off from,
        and, where there is one mode, of the randomness of a temperature.
    """

    n_window: int = 16
    n_layers: int = 5
    n_hidden: int = 128
    dropout: float = 0.2
    n_read: int = 0
    rank: int = 0
    n_held: int = 4
    n_modes: int = 1
    input_noise: float = 0.0
    n_opening: int = 16
    optimizer: Optimizer = field(default_factory=Optimizer)
    schedule: Schedule = field(default_factory=Schedule)

    def __post_init__(self) -> None:
        if min(self.n_window, self.n_layers, self.n_hidden, self.n_opening) < 1:
            raise ValueError("n_window, n_layers, n_hidden and n_opening must be at least 1")
        if not 0 <= self.dropout < 1:
            raise ValueError(f"dropout must be from 0 to below 1, not {self.dropout:g}")
        if self.n_read < 0 or self.rank < 0:
            raise ValueError("n_read and rank must not be negative")
        if self.n_held < 1 or self.n_modes < 1:
            raise ValueError("n_held and n_modes must be at least 1")
        if self.input_noise < 0:
            raise ValueError(f"input_noise must not be negative, not {self.input_noise:g}")
        if self.n_modes > 1 and not self.rank:
            raise ValueError("n_modes above 1 asks for a rank: every mode would cost a dense layer")


class Bilstm(StreamingModel):
    """Next-frame prediction from whole windows. Generates by feeding its own frames back.

    Where nothing is given, the first window is drawn (see Opening) and the piece begins after it.
    A seed shorter than a window is repeated to fill it, the end of the last repeat being the
    seed's own. No bin of what is made leaves the range that the first batches had there: errors
    that are fed back would else grow into blasts.

    `temperature` is that of the choice of a mode. Where there is but one, it adds to every frame
    that is fed back a Gaussian in the opening's directions, as wide as the errors of prediction in
    them (measured while training).
    """

    Config = BilstmConfig
    tiny: ClassVar[BilstmConfig] = BilstmConfig(
        n_window=8, n_layers=2, n_hidden=16, n_read=8, rank=2, n_modes=3, n_opening=4
    )
    tiny_frames: ClassVar[int] = 9
    gains_from_bfloat16 = False  # reading an image does, its gradient in an LSTM does not
    writer: nn.Linear | ImageWriter
    residual: Tensor

    def __init__(self, config: BilstmConfig, spec: Spec):
        super().__init__(config, spec)
        n_columns, n_rows = spec.n_columns, spec.n_channels // spec.n_columns
        self.reader = ColumnReader(n_rows, config.n_read) if config.n_read else nn.Identity()
        self.network = nn.LSTM(
            n_columns * (config.n_read or n_rows),
            config.n_hidden,
            config.n_layers,
            batch_first=True,
            bidirectional=True,
            dropout=config.dropout if config.n_layers > 1 else 0.0,
        )
        self.dropout = nn.Dropout(config.dropout)
        n_state = 2 * config.n_hidden
        if config.rank:
            self.writer = ImageWriter(
                n_state, n_rows, n_columns, config.rank, config.n_held, config.n_modes
            )
        else:
            self.writer = nn.Linear(n_state, spec.n_channels)
        self._first_weights()
        n_axes = min(config.n_opening, spec.n_channels)
        self.opening = Opening(spec.n_channels, n_axes)
        self.register_buffer("residual", torch.ones(n_axes))
        self.bounds = Bounds(spec.n_channels)

    def phases(self) -> dict[str, Phase]:
        c = self.config
        return {"model": Phase(tuple(self.parameters()), c.optimizer, c.schedule)}

    def begin(self, batches: Iterable[Batch]) -> None:
        """Fit the opening, and learn the range of each bin; a writer of few sums begins at the mean
        image."""
        windows = torch.cat([batch.frames.transpose(1, 2) for batch in islice(batches, 2)])
        n_frames = windows.shape[1]
        self.opening.fit(windows[: max(1, MOST_FITTED // n_frames)])
        rows = windows.reshape(windows.shape[0] * n_frames, -1, self.spec.n_columns)
        limits = rows.amin((0, 2)), rows.amax((0, 2))  # of a bin, in whatever column
        self.bounds.widen(*(limit.repeat_interleave(self.spec.n_columns) for limit in limits))
        if isinstance(self.writer, ImageWriter):
            self.writer.begin(self.opening.mean, windows)

    def losses(self, batch: Batch, phase: str, rng: torch.Generator) -> Losses:
        frames = batch.frames.transpose(1, 2)
        if frames.shape[1] != self.config.n_window + 1:
            raise UsageError(
                f"this model predicts from {self.config.n_window} frames: batching.n_frames must "
                f"be {self.config.n_window + 1}, not {frames.shape[1]}"
            )
        with dropping_by(rng):
            window = self._blurred(frames[:, :-1], rng)
            state = self._state(self.reader(window))
            images = self._images(state, window[:, -1])
        errors = (frames[:, -1:] - images).square().mean(dim=2)
        nearest = errors.argmin(dim=1)
        if self.training:
            self._follow_residual(frames[:, -1] - _of_each(images, nearest).detach())
        if self.config.n_modes == 1:
            return {"total": errors.mean()}
        image = errors.amin(dim=1).mean()
        choice = F.cross_entropy(self._likely(state), nearest)
        # Every mode is drawn a little towards everything: none is left behind for good.
        total = image + RELAXED * errors.mean() + CHOOSING * choice
        return {"total": total, "image": image, "choice": choice}

    def progress(self, batch: Batch, rng: torch.Generator) -> Float[Tensor, ""]:
        """The error of the nearest mode. That is the likelihood of a mixture of as many Gaussians
        but for the choice, a few nats beside the ten thousands of values of an image."""
        losses = self.losses(batch, "model", rng)
        return losses.get("image", losses["total"])

    def _blurred(self, window: Window, rng: torch.Generator) -> Window:
        if not self.training or self.config.input_noise == 0:
            return window
        shape = (*window.shape[:2], self.residual.shape[0])
        codes = torch.randn(shape, generator=rng, device=rng.device) * self.opening.widths
        share = torch.rand(shape[0], 1, 1, generator=rng, device=rng.device)
        blur: Tensor = self.config.input_noise * share * (codes @ self.opening.axes)
        return window + blur

    def stream(
        self,
        seed: Float32[Tensor, "batch features known"] | None,
        rngs: Rngs,
        sampling: Sampling = AS_LEARNT,
    ) -> Iterator[Float32[Tensor, "batch features 1"]]:
        """Frame after frame without end, after a seed or after an opening of its own."""
        n_window = self.config.n_window
        if seed is None:
            window = self.opening.draw(rngs, n_window)
        else:
            repeated = seed.repeat(1, 1, -(-n_window // seed.shape[2]))
            window = repeated[:, :, -n_window:].transpose(1, 2)
        reader = WindowReader(self.network)
        with torch.no_grad():
            heard, last = reader.hear(self.reader(window)), window[:, -1]
        while True:
            with self._playing():
                state = reader.read(heard)
                mode = self._mode(state, rngs, sampling.temperature)
                last = self._images(state, last, mode)[:, 0]
                if self.config.n_modes == 1:
                    drawn = noise(rngs, self.residual.shape[0]).to(last.device) * self.residual
                    last = last + sampling.temperature * (drawn @ self.opening.axes)
                last = self.bounds(last)
                heard = torch.cat([heard[:, 1:], reader.hear(self.reader(last[:, None]))], dim=1)
            yield last[:, :, None]

    def _mode(self, state: State, rngs: Rngs, temperature: float) -> Int64[Tensor, " batch"] | None:
        """A mode for each row, drawn as likely as it is; none where there is but one."""
        if self.config.n_modes == 1:
            return None
        likely = self._likely(state)
        even = torch.stack([torch.rand(likely.shape[1], generator=rng) for rng in rngs])
        # The largest after Gumbel noise is a draw from the softmax.
        gumbel = -even.clamp(1e-9, 1 - 1e-7).log().neg().log()
        return (likely + temperature * gumbel.to(likely.device)).argmax(dim=1)

    @contextmanager
    def _playing(self) -> Iterator[None]:
        """Without gradients and without dropout; the mode is put back."""
        was_training = self.training
        if was_training:  # eval() goes through all layers, and this is entered for every image
            self.eval()
        try:
            with torch.no_grad():
                yield
        finally:
            if was_training:
                self.train()

    def _state(self, read: Float[Tensor, "batch window read"]) -> State:
        _, (hidden, _) = self.network(read)
        # The last layer's state at the end of either direction, as Keras' return_sequences=False.
        state: Tensor = self.dropout(torch.cat([hidden[-2], hidden[-1]], dim=1))
        return state

    def _images(
        self, state: State, last: Frame, mode: Int64[Tensor, " batch"] | None = None
    ) -> Images:
        """What may follow `last`: the image of a mode, or of each."""
        images: Tensor = (
            self.writer(state, last, mode)
            if isinstance(self.writer, ImageWriter)
            else self.writer(state)[:, None]
        )
        return images.float()

    def _likely(self, state: State) -> Likely:
        """How likely each mode is: logarithms, up to a constant."""
        assert isinstance(self.writer, ImageWriter)
        assert self.writer.likely is not None
        likely: Tensor = self.writer.likely(state).float()
        return likely

    def _follow_residual(self, error: Frame) -> None:
        with in_float32(error):
            codes = self.opening.codes(error)
        self.residual.lerp_(codes.square().mean(dim=0).sqrt(), 0.02)

    def _first_weights(self) -> None:
        """As Keras draws them (Glorot, orthogonal, forget bias 1). PyTorch's own range does not
        shrink with the size of an image, and 262,144 values would saturate every gate."""
        n = self.config.n_hidden
        for name, weights in self.network.named_parameters():
            if name.startswith("weight_ih"):
                nn.init.xavier_uniform_(weights)
            elif name.startswith("weight_hh"):
                nn.init.orthogonal_(weights)
            else:
                nn.init.zeros_(weights)
            if name.startswith("bias_ih"):
                nn.init.ones_(weights[n : 2 * n])
        if isinstance(self.writer, nn.Linear):
            nn.init.xavier_uniform_(self.writer.weight)
            nn.init.zeros_(self.writer.bias)


def _of_each(images: Images, numbers: Int64[Tensor, " batch"]) -> Frame:
    """The image of this number in each row."""
    return images[torch.arange(images.shape[0], device=images.device), numbers]
