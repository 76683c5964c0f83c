"""A run that sets off from another system: what it takes of it, and what is its own."""

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from menura import models, representations
from menura.foundation.config import from_dict
from menura.foundation.errors import MenuraError, UsageError
from menura.foundation.printable import printable
from menura.models.contract import OF_RUN, Optimizer, Schedule, Windowed
from menura.recipes import Part, Preset
from menura.systems import (
    BoundSystem,
    Description,
    SavedPart,
    coded,
    load,
    take_over,
)
from menura.training.order import Start
from menura.training.plainness import plain


def refuse_another_rate(preset: Preset, start: Start) -> None:
    """Raises MenuraError where the system has another rate: at once, since a codec might be trained
    on for hours before its weights are looked at."""
    if start.description.sample_rate != preset.sample_rate:
        raise _another("sample_rate", start.init, start.description.sample_rate, preset.sample_rate)


def in_their_size(preset: Preset, start: Description, settings: Mapping[str, str]) -> Preset:
    """The preset with the model's Config of the system that it starts from, where that is one over
    a codec. How it learns (optimisers and schedules) stays the preset's, and so do the settings.

    Raises UsageError for a setting of the codec: the other brings its own along.
    """
    if preset.codec is None:
        return preset
    if start.representation.name != coded.NAME or start.model.name != preset.model.name:
        raise UsageError(
            f"--init: a {start.recipe} system cannot be the beginning of this recipe; give one of "
            "the same recipe, or --init none"
        )
    of_codec = [key for key in settings if key.startswith("codec.")]
    if of_codec:
        raise UsageError(
            f"--set {of_codec[0]}: the system it starts from brings its codec along; leave the "
            "setting out, or give --init none"
        )
    own = preset.model.config
    theirs = from_dict(type(own), start.model.config, "--init: model.")
    if isinstance(theirs, Windowed) and preset.fits:
        theirs = theirs.with_windows_of(own)  # its own fitted its own recordings
    sized = replace(
        preset,
        model=replace(preset.model, config=learning_as(own, theirs)),
        codec=_codec_of(start, preset.codec),
    )
    return sized.with_settings(
        {key: value for key, value in settings.items() if key.startswith("model.")}
    )


def _codec_of(start: Description, own: Preset) -> Preset:
    """The codec's preset with the parts of the system's own codec, which may be trained on."""
    inside = start.representation.config
    sound = representations.load(inside["representation"]["name"])
    model = models.load(inside["model"]["name"])
    sizes: Any = from_dict(model.Config, inside["model"]["config"], "--init: codec.")
    return replace(
        own,
        representation=Part(
            inside["representation"]["name"],
            from_dict(sound.Config, inside["representation"]["config"], "--init: codec."),
        ),
        model=Part(inside["model"]["name"], learning_as(own.model.config, sizes)),
    )


def learning_as(own: Any, theirs: Any) -> Any:
    """The Config `theirs` that learns as `own` does: with its optimisers and schedules, and what
    else is each run's own, where both are of one kind. A schedule that came to its end would let
    nothing more be learnt."""
    if type(own) is not type(theirs):
        return theirs
    return replace(theirs, **{name: getattr(own, name) for name in of_run(own)})


def of_run(config: Any) -> list[str]:
    """The fields of a Config that say nothing of what its weights are: they are each run's own."""
    return [
        one.name
        for one in fields(config)
        if isinstance(getattr(config, one.name), Optimizer | Schedule) or one.metadata == OF_RUN
    ]


def hears(start: Description | None) -> SavedPart | None:
    """How the system that is started from hears sound, where that was learnt: through a codec."""
    if start is None or start.representation.name != coded.NAME:
        return None
    return start.representation


def start_from(system: BoundSystem, start: Start) -> None:
    """Take weights and statistics of another system, which must hear sound in the same way.

    Raises MenuraError when it does not, or when its shapes are others.
    """
    theirs, ours = start.description, system.description
    same = ["sample_rate", "representation"]
    if hears(ours) is None:  # a codec codes channels one by one
        same.append("n_audio_channels")
    for what in same:
        if plain(getattr(theirs, what)) != plain(getattr(ours, what)):
            raise _another(what, start.init, getattr(theirs, what), getattr(ours, what))
    for problem in take_over(system, load(start.folder)):
        raise misfits(start.init, problem)


def _another(what: str, init: str, theirs: Any, ours: Any) -> MenuraError:
    return MenuraError(
        f"--init {printable(init)}: has another {what.replace('_', ' ')} "
        f"({plain(theirs)}, not {plain(ours)}); ask for the same, or give --init none"
    )


def misfits(init: str, problem: str) -> MenuraError:
    """The error where weights have another shape than what is to be trained."""
    return MenuraError(
        f"--init {printable(init)}: does not fit what is to be trained: {problem}; leave out the "
        "settings of sizes, or give --init none"
    )


def told(start: Description, preset: Preset, labels: tuple[str, ...]) -> list[str]:
    """What differs from the system that it starts from, in words."""
    said = []
    there, n = start.n_audio_channels, preset.n_audio_channels
    if there != n:
        words = {1: "mono", 2: "stereo"}
        said.append(f"it starts from a {words[there]} system: {words[n]} is learnt from there on")
    new = [name for name in labels if name not in start.labels]
    if new:
        said.append(
            f"labels that are new to the system it starts from: {', '.join(map(printable, new))}"
        )
    return said


def fit_for(preset: Preset, recipe: str, settings: Mapping[str, str], start: Description) -> bool:
    """Whether the preset's runs can set off from a system of that description by themselves."""
    return (
        preset.codec is not None
        and (start.recipe, start.sample_rate) == (recipe, preset.sample_rate)
        and start.model.name == preset.model.name
        and not any(key.startswith("codec.") for key in settings)
    )
