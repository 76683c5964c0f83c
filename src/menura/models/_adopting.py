"""Weights of a flow that learnt of other labels or channels, fitted to one of these."""

from math import gcd

import torch
from jaxtyping import Float32
from torch import Tensor


def labels_adopted(
    width: int,
    names: tuple[str, ...],
    theirs: Float32[Tensor, "width their_labels"] | None,
    their_names: tuple[str, ...],
) -> Float32[Tensor, "width labels"]:
    """What they learnt of the labels that have the same names. New ones say nothing: whatever they
    said at random would only have to be unlearnt."""
    table = torch.zeros(width, len(names))
    for number, name in enumerate(names):
        if theirs is not None and name in their_names:
            table[:, number] = theirs[:, their_names.index(name)]
    return table


def channels_adopted(
    enter: Float32[Tensor, "width their_entering"],
    leave: Float32[Tensor, "their_channels width"],
    bias: Float32[Tensor, " their_channels"],
    n_theirs: int,
    n_ours: int,
) -> tuple[
    Float32[Tensor, "width entering"],
    Float32[Tensor, "channels width"],
    Float32[Tensor, " channels"],
]:
    """First and last layer of a flow over n_theirs features, for one over n_ours: both are some
    audio channels of equally many features. Each channel is heard as its share of the sum, and
    says what their channels say on the mean."""
    n_each = gcd(n_theirs, n_ours)  # of mono and stereo: those of one channel
    n_now = n_ours // n_each
    noisy, told, known = enter[:, :n_theirs], enter[:, n_theirs:-1], enter[:, -1:]
    shares = [
        part.reshape(len(part), -1, n_each).sum(dim=1).repeat(1, n_now) / n_now
        for part in (noisy, told)
    ]
    said = leave.reshape(-1, n_each, leave.shape[1]).mean(dim=0).repeat(n_now, 1)
    biased = bias.reshape(-1, n_each).mean(dim=0).repeat(n_now)
    return torch.cat([*shares, known], dim=1), said, biased
