"""What metrics share that see clips as points of one embedding."""

from functools import cached_property
from typing import ClassVar

from menura.evaluation import embeddings
from menura.evaluation.embeddings import Embedding
from menura.evaluation.metrics.contract import Metric


class Embedded(Metric):
    """embedded_by: a name in `menura.evaluation.embeddings`."""

    embedded_by: ClassVar[str]

    @cached_property
    def embedding(self) -> Embedding:
        """How a clip becomes points."""
        return embeddings.load(self.embedded_by)

    def unavailable(self) -> str | None:
        return self.embedding.unavailable()
