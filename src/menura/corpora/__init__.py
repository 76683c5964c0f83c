"""Datasets, one file a layout: what tracks there are, and what is known of each."""

import dataclasses
from collections.abc import Mapping

from menura.corpora.contract import Corpus, Dropped, Found, NoSettings, Split, Track
from menura.foundation.config import with_setting
from menura.foundation.errors import UsageError
from menura.foundation.rooms import Room

__all__ = ["Corpus", "Dropped", "Found", "NoSettings", "Split", "Track", "load", "room"]

room = Room("menura.corpora", "corpus")


def load(name: str, settings: Mapping[str, str] | None = None) -> Corpus:
    """The corpus layout of that name, with `settings` (key → value as written) of its config.

    Raises UsageError, listing those there are, for a name, key or value that there is not.
    """
    cls = room.load_class(name, Corpus)
    config = cls.Config()
    if settings and not dataclasses.fields(config):
        raise UsageError(f"corpus {name!r} has no settings, so no {next(iter(settings))!r}")
    for key, text in (settings or {}).items():
        config = with_setting(config, key, text)
    return cls(config)
