"""Datasets, one file a layout: what tracks there are, and what is known of each."""

from menura.corpora.contract import Corpus, Dropped, Found, Split, Track
from menura.foundation.rooms import Room

__all__ = ["Corpus", "Dropped", "Found", "Split", "Track", "load", "room"]

room = Room("menura.corpora", "corpus")


def load(name: str) -> Corpus:
    """The corpus layout of that name. Raises UsageError, listing those there are."""
    return room.load_class(name, Corpus)()
