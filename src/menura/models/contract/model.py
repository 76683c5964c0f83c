"""What every model is: a network that owns its loss and says how it is trained."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

import torch
from jaxtyping import Float
from torch import Tensor, nn

from menura.models.contract.batch import Batch
from menura.models.contract.phase import Phase
from menura.representations import Spec

Losses = dict[str, Float[Tensor, ""]]


class Model(nn.Module, ABC):
    """Learns frames. One file a model; sizes come from the Spec, choices from the Config.

    tiny: a config small enough for tests to train in seconds, on batches of tiny_frames frames of
        data like tiny_spec.
    gains_from_bfloat16: whether autocast speeds it up on CPUs that have it (not so for LSTMs).
    plays_in_parallel: whether making music is many large products, which gain from a GPU and from
        bfloat16; not so where it is a chain of small ones, or over at once.
    adds_labels: whether it can go on from one that learnt fewer labels (see `adopted`).

    State carried from batch to batch (an LSTM's) is kept in buffers that are not persistent:
    checkpoints save it, systems do not.
    """

    Config: ClassVar[type]
    tiny: ClassVar[Any]
    tiny_spec: ClassVar[Spec] = Spec(sample_rate=8000, n_channels=24, hop_length=128)
    tiny_frames: ClassVar[int] = 17
    gains_from_bfloat16: ClassVar[bool] = True
    plays_in_parallel: ClassVar[bool] = False
    adds_labels: ClassVar[bool] = False

    def __init__(self, config: Any, spec: Spec):
        super().__init__()
        self.config, self.spec = config, spec

    @property
    def gains_from_threads(self) -> bool:
        """Whether a training step is faster in several threads: not where it is a long chain of
        small products, between which the threads wait for each other."""
        return True

    @abstractmethod
    def phases(self) -> dict[str, Phase]:
        """The players by name, in the order of their turns. Most models have one."""

    def begin(self, batches: Iterable[Batch]) -> None:
        """Look at data before the first step of a fresh run, to set off well."""

    def set_off_near(self, batches: Iterable[Batch], learnt: tuple[str, ...]) -> str:
        """Look at data before the first step of a run whose weights have learnt other music with
        these labels, to set off from what is nearest to it; that in one line, or nothing."""
        return ""

    @property
    def calibrates(self) -> bool:
        """Whether it is to look at data again when its training is over (see `calibrate`)."""
        return False

    def calibrate(self, batches: Iterable[Batch]) -> str:
        """Find out how it plays best, with the weights that are kept and without gradients; what
        the person should be told of it, in one line."""
        return ""

    def calibration_steps(self, batch_size: int) -> float:
        """About as many steps of training on so many rows as `calibrate` takes time for."""
        return 0.0

    def play_in(self, precision: str, *, compiled: bool = False) -> None:
        """Make music in this precision from now on, if it `plays_in_parallel`.

        compiled: by a network that is compiled when it is first used.
        """

    @abstractmethod
    def losses(self, batch: Batch, phase: str, rng: torch.Generator) -> Losses:
        """Named losses for this phase's turn; `total` is the one that is descended."""

    def progress(self, batch: Batch, rng: torch.Generator) -> Float[Tensor, ""]:
        """The value on held-out data that must fall. The first phase's total, unless overridden."""
        return self.losses(batch, next(iter(self.phases())), rng)["total"]

    def adopted(self, weights: Mapping[str, Tensor], theirs: Spec) -> dict[str, Tensor]:
        """The weights of a model of the same Config that learnt of other labels or channels, as
        far as they can be fitted to this one; the others are left as they are."""
        return dict(weights)

    def adaptable(self) -> tuple[str, ...]:
        """Names of the weight matrices in whose place low-rank adapters may be trained, where a
        system that knows music is to learn a little more; none where that makes no sense."""
        return ()

    def remark(self, batch: Batch, rng: torch.Generator) -> str:
        """What the person should be told of how it learns, in one line, seen on held-out data; ""
        where all is well."""
        return ""
