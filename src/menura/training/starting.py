"""A codec's stage that starts from the codec inside another system."""

from pathlib import Path

from menura import systems
from menura.foundation.errors import MenuraError
from menura.foundation.printable import printable
from menura.models.contract import Codes
from menura.systems import BoundSystem, coded
from menura.training.assembly import plain


def brings_codec(folder: Path) -> bool:
    """Whether the system in this folder learnt over a codec, which is then inside it."""
    return systems.read_description(folder).representation.name == coded.NAME


def codec_inside(folder: Path) -> coded.Coded:
    """The codec that a system brings. Raises MenuraError when it brings none."""
    representation = systems.load(folder).representation
    if not isinstance(representation, coded.Coded):
        raise MenuraError(f"{printable(str(folder))}: this system has no codec inside")
    return representation


def start_codec_from(system: BoundSystem, folder: Path) -> None:
    """Take the codec of another system to train on. Raises MenuraError when it is of other parts
    or sizes."""
    theirs, ours = codec_inside(folder), system.description
    assert isinstance(system.model, Codes), "a codec's stage"
    for own, other in (
        (ours.representation, theirs.config.representation),
        (ours.model, theirs.config.model),
    ):
        if plain(own) != plain(other):
            raise MenuraError(
                f"--init {printable(str(folder))}: has another codec ({plain(other)}, not "
                f"{plain(own)})"
            )
    system.representation.load_state_dict(theirs.samples.state_dict())
    system.model.take_up(theirs.codec.state_dict())
