"""Engines, one file each: where the work on the files of a corpus is done.

`local` is the cores of this machine; `ray` is a cluster. What they do is the same, byte for byte.
"""

from menura.foundation.errors import UsageError
from menura.foundation.rooms import Room
from menura.prepared.engines.contract import Engine

__all__ = ["Engine", "load", "room"]

room = Room("menura.prepared.engines", "engine")


def load(name: str, n_workers: int | None = None, address: str | None = None) -> Engine:
    """The engine of that name, to be used in a `with`.

    n_workers: tasks at a time; None takes one for each core there is. address: of the cluster.
    Raises UsageError for an unknown name, listing those there are, for fewer workers than one,
    and for an address where none can be.
    """
    if n_workers is not None and n_workers < 1:
        raise UsageError(f"--workers must be at least 1, not {n_workers}")
    return room.load_class(name, Engine)(n_workers, address)
