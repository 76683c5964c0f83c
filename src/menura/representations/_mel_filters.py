"""The mel filter bank as a product in small blocks: most of its matrix is zero."""

import numpy as np
import torch
from jaxtyping import Float, Float32
from torch import Tensor, nn

Power = Float[Tensor, "rows bins frames"]
Mel = Float[Tensor, "rows mels frames"]
Matrix = Float[Tensor, "mels bins"]
Span = tuple[int, int, int, int]

BLOCK_MELS = 32  # bands to a block: few enough to skip the zeros, enough for fast products
WEAKEST = 1e-4  # of the Gram matrix's eigenvalues: below it bands cannot be told apart


class Banded(nn.Module):
    """A matrix whose rows reach over few, rising columns; products with it and its transpose.

    A bin lies in two mel triangles at most, so a block of neighbouring bands reaches over few
    bins. Each block is one dense product: the same sums as the whole matrix without its zeros.
    """

    matrix: Tensor

    def __init__(self, matrix: Matrix):
        super().__init__()
        # Computed from a config, hence not saved with the weights.
        self.register_buffer("matrix", matrix, persistent=False)
        reach = matrix.cpu().numpy()
        starts = range(0, len(reach), BLOCK_MELS)
        self.spans = [_span(reach, a, min(a + BLOCK_MELS, len(reach))) for a in starts]

    def forward(self, power: Power) -> Mel:
        """Band = sum over bins of filter × power."""
        if power.stride(1) == 1:  # frame by frame in memory, as `stft_power` makes it: so is this
            rows = power.transpose(1, 2)
            parts = [rows[:, :, c:d] @ self.matrix[a:b, c:d].T for a, b, c, d in self.spans]
            return torch.cat(parts, dim=2).transpose(1, 2)
        blocks = [self.matrix[a:b, c:d] @ power[:, c:d] for a, b, c, d in self.spans]
        return torch.cat(blocks, dim=1)

    def transposed(self, mel: Mel) -> Power:
        """Bin = sum over bands of filter × mel."""
        power = mel.new_zeros(mel.shape[0], self.matrix.shape[1], mel.shape[2])
        for a, b, c, d in self.spans:
            power[:, c:d] += self.matrix[a:b, c:d].T @ mel[:, a:b]
        return power


class MelFilters(Banded):
    """The mel filter bank (n_mels × n_bins, no negatives) with what its inverses need."""

    band_sums: Tensor
    bin_sums: Tensor
    gram_inverse: Tensor

    def __init__(self, matrix: Float32[np.ndarray, "mels bins"]):
        super().__init__(torch.from_numpy(matrix))
        buffers = {
            "band_sums": matrix.sum(axis=1)[:, None],
            "bin_sums": matrix.sum(axis=0)[:, None],
            "gram_inverse": _gram_inverse(matrix),
        }
        for name, values in buffers.items():
            self.register_buffer(name, torch.from_numpy(values), persistent=False)

    def pseudo_inverse(self, mel: Mel) -> Power:
        """The smallest power (negatives too) with these bands: transposed(Gram⁻¹ mel)."""
        return self.transposed(self.gram_inverse @ mel)


def _span(matrix: Float[np.ndarray, "mels bins"], first: int, last: int) -> Span:
    """Bands first…last and the bins they reach over (none if all their triangles are empty)."""
    reached = np.flatnonzero(matrix[first:last].any(axis=0))
    low, high = (int(reached[0]), int(reached[-1]) + 1) if len(reached) else (0, 0)
    return first, last, low, high


def _gram_inverse(matrix: Float32[np.ndarray, "mels bins"]) -> Float32[np.ndarray, "mels mels"]:
    """(matrix · matrixᵀ)⁻¹, of what can be told apart; 0 for empty triangles."""
    rows = matrix.astype(np.float64)
    norm = np.linalg.norm(rows, axis=1, keepdims=True)
    # Equal norms first: Slaney's triangles differ by far in height, which is no dependence.
    scale = np.divide(1.0, norm, out=np.zeros_like(norm), where=norm > 0)
    unit = rows * scale
    inverse = np.linalg.pinv(unit @ unit.T, rcond=WEAKEST, hermitian=True)
    inverse *= scale * scale.T
    gram_inverse: Float32[np.ndarray, "mels mels"] = inverse.astype(np.float32)
    return gram_inverse
