"""A codec's stage that starts from the codec inside another system."""

from menura.foundation import shipped
from menura.foundation.errors import MenuraError
from menura.foundation.printable import printable
from menura.models.contract import Codes
from menura.systems import BoundSystem, coded, load
from menura.training.plainness import plain


def codec_inside(init: str, n_audio_channels: int = 1) -> coded.Coded:
    """The codec that a system brings, for sound of so many channels, which it codes one by one.

    Raises MenuraError when it brings none.
    """
    theirs = load(shipped.folder_of(init)).representation
    if not isinstance(theirs, coded.Coded):
        raise MenuraError(f"{printable(init)}: this system has no codec inside")
    codec = coded.Coded(theirs.config, theirs.sample_rate, n_audio_channels)
    codec.load_state_dict(theirs.state_dict())
    return codec


def start_codec_from(system: BoundSystem, init: str) -> None:
    """Take the codec of another system to train on. Raises MenuraError when it is of other parts
    or sizes."""
    theirs, ours = codec_inside(init), system.description
    assert isinstance(system.model, Codes), "a codec's stage"
    for own, other in (
        (ours.representation, theirs.config.representation),
        (ours.model, theirs.config.model),
    ):
        if plain(own) != plain(other):
            raise MenuraError(
                f"--init {printable(init)}: has another codec ({plain(other)}, not {plain(own)})"
            )
    system.representation.load_state_dict(theirs.samples.state_dict())
    system.model.take_up(theirs.codec.state_dict())
