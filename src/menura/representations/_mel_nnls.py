"""Exact non-negative least squares for mel filters: all frames at once, by an interior point.

Minimise ½|F·x − mel|² over x ≥ 0 (a primal-dual path: Nocedal & Wright 2006, section 16.6). Only
neighbouring triangles overlap, so each Newton step needs a tridiagonal system of n_mels unknowns
a frame instead of one of n_bins. Frames that are done rest: none depends on another.
"""

import torch
from jaxtyping import Float32, Float64
from torch import Tensor

from menura.representations._mel_filters import Banded, MelFilters

Power = Float32[Tensor, "rows bins frames"]
Mel = Float32[Tensor, "rows mels frames"]
Columns = Float64[Tensor, "1 bins columns"]
Bands = Float64[Tensor, "1 mels columns"]

MOST_STEPS = 100
MOST_COLUMNS = 1024  # frames at once: bounds the memory
CENTRING = 0.1  # how far each step goes towards the middle of the path, of where it stands
SHY = 0.995  # of the way to the nearest bound
GAP = 1e-10  # of |mel|²: how far above the least the value found may be
LOST = 1e3  # a gap this many times its least is rounding: no more is to be had


def nnls(filters: MelFilters, mel: Mel) -> Power:
    """Exact non-negative least squares: no spectrum comes nearer to these bands, frame by frame.

    Where many come as near, the one found is inside their set, not at a corner with most bins
    empty. Computed in float64 on the CPU: not every device knows it.
    """
    path = _Path(filters)
    columns = mel.detach().cpu().double().transpose(0, 1).flatten(1)[None]
    starts = range(0, columns.shape[2], MOST_COLUMNS)
    parts = [path.solve(columns[:, :, start : start + MOST_COLUMNS]) for start in starts]
    found = torch.cat(parts, dim=2)
    power = torch.zeros(filters.matrix.shape[1], found.shape[2])
    power[path.reached] = found[0].float()
    rows = power.reshape(len(power), mel.shape[0], mel.shape[2]).transpose(0, 1)
    return rows.contiguous().to(mel.device)


class _Path:
    """The steps for one filter bank, over the bins that any triangle reaches."""

    def __init__(self, filters: MelFilters):
        whole = filters.matrix.cpu().double()
        self.reached = whole.sum(dim=0) > 0
        matrix = whole[:, self.reached]
        self.audible = (matrix.sum(dim=1) > 0)[None, :, None]
        # Bins in units in which each weighs 1: they differ by orders of magnitude otherwise.
        self.unit: Tensor = 1 / matrix.norm(dim=0)[:, None]
        matrix = matrix * self.unit.T
        self.filters = Banded(matrix)
        self.diagonal = Banded(matrix.square())
        self.beside = Banded(matrix[:-1] * matrix[1:])

    def solve(self, mel: Bands) -> Columns:
        """The best power for each column of `mel`."""
        mel = mel * self.audible
        size = mel.norm(dim=1, keepdim=True)
        target = mel / size.clamp_min(1e-300)
        found = target.new_zeros(1, len(self.unit), target.shape[2])
        active = torch.nonzero(size[0, 0] > 0)[:, 0]
        target = target[:, :, active]
        least = torch.full((len(active),), torch.inf, dtype=torch.float64)
        x = 1e-3 + self.filters.transposed(target)
        z = 1e-3 / x
        for _ in range(MOST_STEPS):
            if not len(active):
                break
            x, z, gap = self.step(x, z, target)
            better = gap < least
            least = torch.where(better, gap, least)
            found[:, :, active[better]] = x[:, :, better]
            left = (gap > GAP) & (gap < LOST * least)
            active, least, target = active[left], least[left], target[:, :, left]
            x, z = x[:, :, left], z[:, :, left]
        power: Columns = found * size * self.unit
        return power

    def step(
        self, x: Columns, z: Columns, mel: Bands
    ) -> tuple[Columns, Columns, Float64[Tensor, " columns"]]:
        """One Newton step towards x·z = μ, slope = z; and what is then left of the gap."""
        pull = CENTRING * (x * z).mean(dim=1, keepdim=True)
        slope = self.filters.transposed(self.filters(x) - mel)
        wanted = pull / x - slope
        theta = x / z
        moved = _solve_tridiagonal(
            1 + self.diagonal(theta), self.beside(theta), self.filters(theta * wanted)
        )
        dx = theta * (wanted - self.filters.transposed(moved))
        dz = pull / x - z - dx / theta
        far = torch.minimum(_reach(x, dx), _reach(z, dz))
        x, z = x + far * dx, z + far * dz
        off = (self.filters.transposed(self.filters(x) - mel) - z).abs()
        return x, z, (x * (z + off)).sum(dim=1)[0]


def _reach(value: Columns, change: Columns) -> Float64[Tensor, "1 1 columns"]:
    """The longest step, at most 1, after which all of a column is still positive."""
    most = torch.where(change < 0, -value / change, torch.inf)
    return (SHY * most.amin(dim=1, keepdim=True)).clamp_max(1)


def _solve_tridiagonal(diagonal: Bands, beside: Tensor, right: Bands) -> Bands:
    """Columns of unknowns of symmetric tridiagonal systems (Thomas's algorithm)."""
    d, b, r = diagonal[0], beside[0], right[0].clone()
    n = len(d)
    factor = torch.empty_like(b)
    pivot = d[0]
    for i in range(n - 1):
        factor[i] = b[i] / pivot
        r[i + 1] -= factor[i] * r[i]
        r[i] /= pivot
        pivot = d[i + 1] - factor[i] * b[i]
    r[n - 1] /= pivot
    for i in range(n - 2, -1, -1):
        r[i] -= factor[i] * r[i + 1]
    return r[None]
