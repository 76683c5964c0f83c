"""Corpora brought into one readable form: sound in shards, an index, splits, renditions."""

from menura.prepared.corpus import PreparedCorpus
from menura.prepared.outcome import Outcome
from menura.prepared.planning import Settings
from menura.prepared.preparing import build
from menura.prepared.refusals import NotWritableError
from menura.prepared.rendition import Rendition, RenditionTrack
from menura.prepared.tracks import PreparedTrack

__all__ = [
    "NotWritableError",
    "Outcome",
    "PreparedCorpus",
    "PreparedTrack",
    "Rendition",
    "RenditionTrack",
    "Settings",
    "build",
]
