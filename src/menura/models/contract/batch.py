"""What a model is trained on."""

from dataclasses import dataclass

from jaxtyping import Bool, Float32
from torch import Tensor


@dataclass(frozen=True)
class Batch:
    """A batch of frames.

    continues: which rows go on where the same row of the batch before left off (contiguous
        windows with carried state); None for random crops.
    labels: which of the Spec's labels each row has; None where there are none.
    importance: how much each feature counts in what is heard, about 1; None where all count
        alike.
    """

    frames: Float32[Tensor, "batch features frames"]
    continues: Bool[Tensor, " batch"] | None = None
    labels: Bool[Tensor, "batch labels"] | None = None
    importance: Float32[Tensor, " features"] | None = None
