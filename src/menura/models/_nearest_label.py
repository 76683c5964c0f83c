"""From what a flow with labels sets off on other music: from what it knows that is nearest to that.

Near the noise, with nothing known, it is open what there will be, and a flow that is told the label
that fits errs least. That label is then what no label says, so that the first step is already made
in a world of, say, pianos, and not in one of all instruments. The labels' columns are added to the
same sum as a bias (`Transformer`), so that this changes nothing that a label says.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float32
from torch import Tensor

from menura.foundation.printable import printable

Errors = Float32[Tensor, "rows said"]
"""Of each row: with no label, then with each of the learnt ones."""

NEAR_NOISE = 0.05  # time at which errors are compared; docs/log.md has others
MARGIN = 0.01  # share of the error that a label must spare
N_LOOKED_AT = 96  # frames of a row, at most: it is dear, a look for every label
FEWEST = 6  # rows from which anything is concluded
SHOWN = 6  # labels, in words


@dataclass(frozen=True)
class SetOff:
    """table: what labels say beside `said`, which is what is now said without any. nearest: label
    that is new, or None for music without labels → learnt label that it sets off from."""

    table: Float32[Tensor, "width labels"]
    said: Float32[Tensor, " width"]
    nearest: dict[int | None, int]

    def words(self, names: Sequence[str]) -> str:
        """In a line; empty where nothing is near."""
        whole = self.nearest.get(None)
        own = [
            f"{printable(names[new])} from {printable(names[learnt])}"
            for new, learnt in self.nearest.items()
            if new is not None and learnt != whole
        ]
        if len(own) > SHOWN:
            own = [*own[:SHOWN], f"{len(own) - SHOWN} more labels"]
        parts = [] if whole is None else [f"this music from {printable(names[whole])}"]
        near = ", ".join(parts + own)
        return f"it sets off from what it knows that is nearest: {near}" if near else ""


def set_off(
    table: Float32[Tensor, "width labels"],
    learnt: Sequence[int],
    errors: Errors,
    flags: Bool[Tensor, "rows labels"],
) -> SetOff:
    """learnt: the labels that say something, by number, in the order of the errors' columns. flags:
    the labels of each row."""
    whole = nearest(errors)
    found: dict[int | None, int | None] = {None: whole}
    new = [number for number in range(table.shape[1]) if number not in learnt]
    for number in new:
        own = nearest(errors[flags[:, number]], beside=whole)
        found[number] = whole if own is None else own
    begun = table.detach().clone()
    for number in new:
        begun[:, number] = _column(table, learnt, found[number])
    said = _column(table, learnt, whole)
    known = {number: learnt[one] for number, one in found.items() if one is not None}
    return SetOff(begun - said[:, None], said, known)


def nearest(errors: Errors, beside: int | None = None) -> int | None:
    """The label, by its place, with which the rows are least unexpected; None where that is hardly
    less than with the label `beside`, or with none, and where there are too few rows to tell."""
    if len(errors) < FEWEST or errors.shape[1] < 2:
        return None
    nothing, *told = errors.mean(dim=0).tolist()
    best = min(range(len(told)), key=told.__getitem__)
    usual = nothing if beside is None else told[beside]
    return best if told[best] <= (1 - MARGIN) * usual else None


def _column(
    table: Float32[Tensor, "width labels"], learnt: Sequence[int], place: int | None
) -> Float32[Tensor, " width"]:
    if place is None:
        return torch.zeros_like(table[:, 0])
    return table[:, learnt[place]].detach().clone()
