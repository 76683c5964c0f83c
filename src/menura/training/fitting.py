"""A preset for recordings that are shorter than what its model looks at together."""

from menura.foundation.reporting import Reporter
from menura.prepared import PreparedCorpus
from menura.recipes import Preset
from menura.systems import TrainedSystem
from menura.training.assembly import new_system
from menura.training.order import Order
from menura.training.starting import hears


def fitted(order: Order, preset: Preset, prepared: PreparedCorpus, reporter: Reporter) -> Preset:
    """The preset, or one whose windows are as long as the longest recording that is learnt from,
    where it asks for that (see `Preset.fitted`). What comes of it is said."""
    if not preset.fits:
        return preset
    seconds = [track.duration_s for track in prepared.tracks if track.split == "train"]
    over = None if preset.codec is None else hears(order.known)
    system = new_system(order.recipe, order.preset, preset, order.seed, hears=over)
    assert isinstance(system, TrainedSystem), "crops are of sound"
    n_samples = round(max(seconds) * preset.sample_rate)
    found = preset.fitted(system.representation.frames_for(n_samples), max(seconds))
    if found != preset:
        reporter.say(
            f"no recording is longer than {max(seconds):.2f} s: they are learnt, and made, from "
            "beginning to end, with silence behind what is shorter (batching.fit=false repeats "
            "them to fill what is learnt at once)"
        )
    return found
