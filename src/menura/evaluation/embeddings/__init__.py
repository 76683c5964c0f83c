"""Sound as points that a distance is taken of. One file an embedding; its file name is its name.

A new one is one file here, and one in `evaluation/metrics` that names it in `embedded_by`: a few
lines, since what the figure means must be said in words. `mfcc` and `spectral` need nothing;
`vggish`, `clap` and `encodec` are networks of others, and their weights are looked for on this
machine only (`_weights.py`).
"""

from menura.evaluation.embeddings.contract import Embedding
from menura.foundation.rooms import Room

__all__ = ["Embedding", "load", "room"]

room = Room("menura.evaluation.embeddings", "embedding", group="menura.embeddings")


def load(name: str) -> Embedding:
    """The embedding of that name. Raises UsageError, listing those there are."""
    return room.load_class(name, Embedding)()
