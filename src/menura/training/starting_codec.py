"""A codec's stage that starts from the codec inside another system."""

from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

from menura import models, representations
from menura.foundation.config import from_dict
from menura.foundation.errors import MenuraError
from menura.foundation.printable import printable
from menura.models.contract import Codes
from menura.recipes import Preset
from menura.systems import BoundSystem, SavedPart, coded, load
from menura.training.assembly import new_system
from menura.training.order import Order, Start
from menura.training.plainness import plain
from menura.training.starting import of_run


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


def begun_codec(order: Order, codec: Preset) -> BoundSystem:
    """What the codec's stage sets off with: the codec that the order starts from, or a fresh one.

    Raises MenuraError when that is of other parts or sizes.
    """
    system = new_system(order.recipe, order.preset, codec, order.seed)
    if order.start is not None:
        start_codec_from(system, order.start)
    return system


def learning_on(codec: Preset, system: BoundSystem) -> Preset:
    """The preset of a codec's stage that trains on what `system` has taken up; where critics play
    from its first step, it goes on to its limit and its last weights are kept.

    What critics bring is texture, for which the held-out distance gives nothing (docs/decisions/
    0022): by that the best would be the weights of before they had a say, or those that it set off
    with, and it would end soon after they had, with minutes of theirs thrown away. The last are no
    gamble: critics or not, the same distance is lowered, and by "laptop" the rate falls. In a trial
    of 600 steps critics in the second half made no distance worse by more than 0.02 of
    Griffin-Lim's, and that of MFCC better by up to 0.28 (docs/log.md, why the codec was foggy).
    """
    _, *others = system.model.phases().values()
    if not any(phase.start_step == 0 for phase in others):
        return codec
    training = replace(codec.training, keep="last", patience=codec.training.max_steps)
    return replace(codec, training=training)


def _sizes(part: SavedPart, load_kind: Callable[[str], Any]) -> dict[str, Any]:
    """Its config without how it learns, which is each run's own."""
    config: Any = from_dict(load_kind(part.name).Config, part.config)
    return {
        one.name: plain(getattr(config, one.name))
        for one in fields(config)
        if one.name not in of_run(config)
    }
