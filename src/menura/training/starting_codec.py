"""A codec's stage that starts from the codec inside another system."""

from collections.abc import Callable
from dataclasses import fields
from typing import Any

from menura import models, representations
from menura.foundation.config import from_dict
from menura.foundation.errors import MenuraError
from menura.foundation.printable import printable
from menura.models.contract import Codes, Optimizer, Schedule
from menura.systems import BoundSystem, SavedPart, coded, load
from menura.training.order import Start
from menura.training.plainness import plain


def codec_inside(start: Start, n_audio_channels: int = 1) -> coded.Coded:
    """The codec that a system brings, for sound of so many channels, which it codes one by one.

    Raises MenuraError when it brings none.
    """
    theirs = load(start.folder).representation
    if not isinstance(theirs, coded.Coded):
        raise MenuraError(f"{printable(start.init)}: this system has no codec inside")
    codec = coded.Coded(theirs.config, theirs.sample_rate, n_audio_channels)
    codec.load_state_dict(theirs.state_dict())
    return codec


def start_codec_from(system: BoundSystem, start: Start) -> None:
    """Take the codec of another system to train on. Raises MenuraError when it is of other parts
    or sizes."""
    theirs, ours = codec_inside(start), system.description
    assert isinstance(system.model, Codes), "a codec's stage"
    for own, other, room in (
        (ours.representation, theirs.config.representation, representations),
        (ours.model, theirs.config.model, models),
    ):
        if own.name != other.name or _sizes(own, room.load) != _sizes(other, room.load):
            raise MenuraError(
                f"--init {printable(start.init)}: has another codec ({plain(other)}, not "
                f"{plain(own)})"
            )
    system.representation.load_state_dict(theirs.samples.state_dict())
    system.model.take_up(theirs.codec.state_dict())


def _sizes(part: SavedPart, load_kind: Callable[[str], Any]) -> dict[str, Any]:
    """Its config without how it learns, which is each run's own."""
    config: Any = from_dict(load_kind(part.name).Config, part.config)
    return {
        one.name: plain(getattr(config, one.name))
        for one in fields(config)
        if not isinstance(getattr(config, one.name), Optimizer | Schedule)
    }
