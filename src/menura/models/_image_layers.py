"""Layers that read and write images with few weights: columns alike, and sums of few products."""

import torch
from jaxtyping import Float, Float32, Int64
from torch import Tensor, nn

from menura.models._clusters import k_means

Window = Float32[Tensor, "batch window features"]
Frame = Float32[Tensor, "batch features"]
State = Float[Tensor, "batch hidden"]  # whatever the precision within


class ColumnReader(nn.Module):
    """Each column of each image as n_read numbers, by one map for all."""

    def __init__(self, n_rows: int, n_read: int):
        super().__init__()
        self.n_rows = n_rows
        self.map = nn.Linear(n_rows, n_read)

    def forward(self, window: Window) -> Float[Tensor, "batch window read"]:
        columns = window.reshape(*window.shape[:2], self.n_rows, -1).transpose(2, 3)
        read: Tensor = self.map(columns).flatten(2)
        return read


class ImageWriter(nn.Module):
    """Images as what sounds on of the one before, and a few spectra × courses in time."""

    def __init__(
        self, n_state: int, n_rows: int, n_columns: int, rank: int, n_held: int, n_modes: int
    ):
        super().__init__()
        self.rank, self.n_held = rank, n_held
        self.likely = nn.Linear(n_state, n_modes) if n_modes > 1 else None
        if self.likely is not None:
            self.mix = nn.Linear(n_state, n_state)
            self.modes = nn.Parameter(torch.randn(n_modes, n_state))
            self.templates = nn.Parameter(torch.zeros(n_modes, n_rows, n_columns))
        self.spectra = nn.Linear(n_state, self.rank * n_rows)
        self.courses = nn.Linear(n_state, self.rank * n_columns)
        self.mean = nn.Parameter(torch.zeros(n_rows, n_columns))
        self.holding = nn.Parameter(torch.full((n_rows, n_columns), 0.5))
        # Cosines to begin with (as of a DCT): the first is a steady sound, the others swell.
        turns = torch.arange(self.rank)[:, None] * (torch.arange(n_columns) + 0.5) / n_columns
        with torch.no_grad():
            self.courses.bias.copy_((torch.pi * turns).cos().flatten())

    def begin(self, mean: Float32[Tensor, " features"], windows: Window) -> None:
        """Set off from the mean image, and modes from kinds of change between images, or all
        would be one and the same that is always the nearest."""
        with torch.no_grad():
            self.mean.copy_(mean.reshape(self.mean.shape))
            if self.likely is not None:
                before, after = (w.flatten(0, 1) for w in (windows[:, :-1], windows[:, 1:]))
                changes = after.reshape(-1, *self.mean.shape) - self._steady(before)
                centres = k_means(changes.flatten(1), self.modes.shape[0])
                self.templates.copy_(centres.reshape(self.templates.shape))

    def _steady(self, last: Frame) -> Float[Tensor, "batch rows columns"]:
        held = (last.reshape(-1, *self.mean.shape) - self.mean)[:, :, -self.n_held :].mean(2)
        return self.mean + self.holding * held[:, :, None]

    def forward(
        self, state: State, last: Frame, mode: Int64[Tensor, " batch"] | None
    ) -> Float[Tensor, "batch modes features"]:
        told, template = state[:, None], None
        if self.likely is not None:
            own = slice(None) if mode is None else mode[:, None]
            told, template = (
                torch.tanh(self.mix(state)[:, None] + self.modes[own]),
                self.templates[own],
            )
        spectra = self.spectra(told).unflatten(2, (self.rank, -1))
        courses = self.courses(told).unflatten(2, (self.rank, -1))
        images: Tensor = self._steady(last)[:, None] + spectra.transpose(2, 3) @ courses
        return (images if template is None else images + template).flatten(2)
