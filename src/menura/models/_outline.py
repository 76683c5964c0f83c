"""The linear way out of a codec: log magnitudes of all bins from latents, without a network."""

from math import log

import torch
from jaxtyping import Float32
from torch import Tensor, nn

Filters = Float32[Tensor, "mels bins"]
LEAST = 0.1  # of the mean length of the latents' ways
TINY = 1e-6


class Outline(nn.ConvTranspose1d):
    """The shape of the spectrum of every frame, from the latents of its step alone.

    Once `invert` was called it is what principal components leave of log-mel bands, each bin
    between the bands that it lies in: a network beside it learns what they do not tell.
    """

    def __init__(self, n_latent: int, n_bins: int, stride: int):
        super().__init__(n_latent, n_bins, stride, stride=stride)

    def invert(
        self,
        axes: Float32[Tensor, "axes dimensions"],
        centre: Float32[Tensor, " dimensions"],
        filters: Filters,
    ) -> None:
        """Undo `latents = axes @ (levels − centre)`: axes at right angles, of any length, over the
        natural logarithms of the amplitude in mel bands (a full-scale sine's is 0) of one step."""
        n_bands, stride = len(filters), self.kernel_size[0]
        between = _between(filters)
        # Of orthogonal rows the inverse is the transpose, divided by the squares of their lengths.
        back = axes / axes.square().sum(dim=1, keepdim=True)
        with torch.no_grad():
            weight, bias = self.weight.zero_(), self.bias
            assert bias is not None
            weight[: len(axes)] = between @ back.reshape(-1, n_bands, stride)
            n_fft = 2 * (filters.shape[1] - 1)
            mean = centre.reshape(n_bands, stride).mean(dim=1)
            bias.copy_(between @ mean + log(n_fft / 4))  # the magnitude of a full-scale sine

    def lengths(self) -> Float32[Tensor, " latents"]:
        """How far each latent moves the spectrum, in the root mean square of all bins; not
        nothing for one that the linear way leaves out."""
        found = self.weight.detach().square().mean(dim=(1, 2)).sqrt()
        return found + LEAST * found.mean() + TINY


def _between(filters: Filters) -> Float32[Tensor, "bins mels"]:
    """Shares of the bands in each bin, which add up to 1; a bin in none is as its neighbour is."""
    shares = filters / filters.amax(dim=1, keepdim=True).clamp_min(1e-8)
    total = shares.sum(dim=0)
    heard = (total > 1e-6).nonzero()[:, 0]
    bins = torch.arange(len(total), device=filters.device)
    nearest = heard[(bins[:, None] - heard).abs().argmin(dim=1)]
    return (shares[:, nearest] / total[nearest]).T.contiguous()
