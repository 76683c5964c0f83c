"""Corpora brought into one readable form: sound in shards, an index, splits, renditions."""

from typing import TYPE_CHECKING

from menura.foundation.on_demand import on_demand

if TYPE_CHECKING:
    from menura.prepared.corpus import PreparedCorpus
    from menura.prepared.outcome import Outcome
    from menura.prepared.planning import Settings
    from menura.prepared.preparing import AnotherSourceError, build
    from menura.prepared.refusals import NotWritableError
    from menura.prepared.rendition import Rendition, RenditionTrack
    from menura.prepared.tracks import PreparedTrack
else:
    __getattr__ = on_demand(
        __name__,
        {
            "corpus": "PreparedCorpus",
            "outcome": "Outcome",
            "planning": "Settings",
            "preparing": "AnotherSourceError build",
            "refusals": "NotWritableError",
            "rendition": "Rendition RenditionTrack",
            "tracks": "PreparedTrack",
        },
    )

__all__ = [
    "AnotherSourceError",
    "NotWritableError",
    "Outcome",
    "PreparedCorpus",
    "PreparedTrack",
    "Rendition",
    "RenditionTrack",
    "Settings",
    "build",
]


def __dir__() -> list[str]:
    return __all__
