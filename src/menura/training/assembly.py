"""From a preset and a corpus to what the loop needs: a system, batches, a description."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from menura import models
from menura.foundation.config import to_dict
from menura.foundation.errors import MenuraError, UsageError
from menura.foundation.printable import printable
from menura.foundation.reporting import Reporter
from menura.foundation.seeds import derive
from menura.models.contract import Conditioned
from menura.prepared import NotWritableError, PreparedCorpus, Rendition
from menura.prepared.naming import naming_kinds
from menura.recipes import (
    AS_RECORDED,
    PITCHED_KINDS,
    Augmentation,
    Batching,
    EventWindows,
    Preset,
    RandomCrops,
)
from menura.systems import (
    BoundSystem,
    Description,
    SavedPart,
    ScoreSystem,
    TrainedSystem,
    build,
    coded,
)
from menura.training.batches import batches
from menura.training.fit import Data
from menura.training.labels import label_names
from menura.training.latents import stored_latents
from menura.training.order import Start
from menura.training.plainness import plain
from menura.training.progress import Progress
from menura.training.provenance import provenance_of
from menura.training.rows import Tracks
from menura.training.score_tracks import ScoreTracks
from menura.training.source import Source
from menura.training.variants import ends_of, transpose_of

RENDITION = "rendition"


def new_system(
    recipe: str,
    name: str,
    preset: Preset,
    seed: int,
    codec: TrainedSystem | None = None,
    labels: tuple[str, ...] = (),
    hears: SavedPart | None = None,
) -> BoundSystem:
    """A system of a preset with fresh weights; over `codec` where the preset has one.

    Without a trained codec the system gets a fresh one, of the preset's form, or `hears` in its
    place. labels: those to learn (see `labels_to_learn`).
    """
    if preset.codec is not None and codec is None and hears is None:
        fresh = new_system(recipe, name, preset.codec, derive(seed, "codec"))
        assert isinstance(fresh, TrainedSystem), "codecs are of sound"
        codec = fresh
    description = Description(
        recipe=recipe,
        preset=name,
        sample_rate=preset.sample_rate,
        n_audio_channels=preset.n_audio_channels,
        seconds=preset.seconds,
        temperature=preset.temperature,
        representation=hears or _representation(preset, codec),
        model=SavedPart(preset.model.name, to_dict(preset.model.config)),
        labels=labels,
    )
    try:
        system = build(description, derive(seed, "weights"))
    except RuntimeError as error:  # PyTorch's allocator
        raise MenuraError(
            f"a model of this size does not fit into memory ({error}); make it smaller"
        ) from None
    if codec is not None and isinstance(system.representation, coded.Coded):
        system.representation.take(codec.representation, codec.model)
    return system


def _representation(preset: Preset, codec: TrainedSystem | None) -> SavedPart:
    if codec is not None:
        theirs = codec.description
        parts = coded.CodedConfig(theirs.representation, theirs.model)
        return SavedPart(coded.NAME, to_dict(parts))
    assert preset.representation is not None, "a preset has a representation or a codec"
    return SavedPart(preset.representation.name, to_dict(preset.representation.config))


def flat(preset: Preset) -> dict[str, Any]:
    """All settings of a preset by dotted name, as JSON gives them back."""
    return _flattened(plain(preset))


def _flattened(values: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, dict):
            found |= _flattened(value, f"{prefix}{name}.")
        else:
            found[f"{prefix}{name}"] = value
    return found


def labels_to_learn(
    preset: Preset, prepared: PreparedCorpus, start: Description | None, reporter: Reporter
) -> tuple[str, ...]:
    """Those of the training tracks, if the model follows labels. What the system that it starts
    from has learnt comes before them, or is all where the model can add none, which is said.

    Kinds that name recordings are left out, which is said: to be told which recording it hears
    would help a model to nothing but memorising. So are kinds that the preset does not ask for.
    Raises UsageError when the augmentation would make labels untrue.
    """
    kind = models.load(preset.model.name)
    if not issubclass(kind, Conditioned):
        return ()
    tracks = [track for track in prepared.tracks if track.split == "train"]
    naming = naming_kinds((track.group, track.labels) for track in prepared.tracks)
    there = {kind for track in tracks for kind in track.labels} - naming
    kinds = there & set(preset.label_kinds) or there
    own = label_names(
        {kind: value for kind, value in track.labels.items() if kind in kinds} for track in tracks
    )
    learnt = () if start is None else start.labels
    new = tuple(name for name in own if name not in learnt)
    if start is not None and not kind.adds_labels:
        if new:
            reporter.warn(
                f"labels {', '.join(map(printable, new))} are not learnt: a {start.recipe} system "
                "keeps the labels of the one it starts from; --init none learns them"
            )
        new = ()
    else:
        for one in sorted(naming):
            reporter.say(f"labels of kind {printable(one)!r} name recordings; they are not learnt")
    labels = (*learnt, *new)
    if _augmentation(preset.batching).changes_pitch:
        _refuse_untrue(_kinds_of(labels, [track.labels for track in tracks]))
    return labels


def _kinds_of(names: tuple[str, ...], tracks: Iterable[Mapping[str, str]]) -> set[str]:
    """The kinds of label, as the tracks have them, that the names belong to."""
    known = set(names)
    return {
        kind
        for labels in tracks
        for kind, value in labels.items()
        if {value, f"{kind}={value}"} & known
    }


def _refuse_untrue(kinds: set[str]) -> None:
    if untrue := {kind for kind in kinds if kind.lower() in PITCHED_KINDS}:
        raise UsageError(
            f"batching.augmentation changes the pitch, and labels of kind {min(untrue)!r} are "
            "learnt; keep pitch_semitones and the tape's semitones (6 % is one) within 0.5 together"
        )


def learning_data(
    system: BoundSystem,
    prepared: PreparedCorpus,
    preset: Preset,
    seed: int,
    run: Path,
    reporter: Reporter,
) -> Data:
    """Batches of the training and of the held-out recordings: of their notes, or of their sound at
    the preset's rate.

    Raises MenuraError when nothing is there to train on; says what is short or missing.
    """
    tracks: Source
    held_out: Source
    if isinstance(system, ScoreSystem):
        tracks, held_out = _notes(system, prepared)
    else:
        assert isinstance(system, TrainedSystem), "a system is of notes or of sound"
        tracks, held_out = _sound(system, prepared, preset, run, reporter)
    if not tracks.indices:
        raise MenuraError(
            f"{printable(str(prepared.folder))}: no track is in the training split; prepare the "
            "corpus again with other splits (--held-out)"
        )
    train = batches(tracks, preset.batching, derive(seed, "batches"))
    if (short := train.short_tracks()) and not ends_of(preset.batching):
        reporter.warn(
            f"{short} of {len(tracks.indices)} training tracks are shorter than one window of "
            "the model; they are looped"
        )
    if not held_out.indices:
        reporter.warn(
            "no recording is held out: training cannot tell learning from memorising, and ends by "
            "its limit alone; add recordings"
        )
        return Data(train, None)
    # The held-out batches are the same for every seed, so that runs can be compared.
    return Data(train, batches(held_out, _as_recorded(preset.batching), 0))


def _as_recorded(batching: Batching) -> Batching:
    """The same without what is changed to learn more from little."""
    if isinstance(batching, EventWindows):
        return replace(batching, transpose=0)
    if isinstance(batching, RandomCrops):
        return replace(batching, augmentation=AS_RECORDED)
    return batching


def refuse_misplaced(preset: Preset, within: str = "") -> None:
    """Raises UsageError for changes of sound where latents are heard that are made once, and for
    those of latents where sound is heard. within: what the names of its settings begin with."""
    if preset.codec is None:
        if transpose_of(preset.batching):
            raise UsageError(
                f"{within}batching.transpose is of latents that are made once, and this learns "
                f"from sound; set {within}batching.augmentation.tape_percent (6 is a semitone)"
            )
        if ends_of(preset.batching):
            raise UsageError(f"{within}batching.ends is of latents, and this learns from sound")
        return
    refuse_misplaced(preset.codec, f"{within}codec.")
    if _augmentation(preset.batching) != AS_RECORDED:
        raise UsageError(
            f"{within}batching.augmentation changes sound, and this recipe learns latents that are "
            f"made once; set {within}codec.batching.augmentation instead"
        )


def _augmentation(batching: Batching) -> Augmentation:
    return batching.augmentation if isinstance(batching, RandomCrops) else AS_RECORDED


def rendition_of(
    prepared: PreparedCorpus, preset: Preset, run: Path, reporter: Reporter
) -> Rendition:
    """The sound as the preset hears it, which is kept beside the corpus, or in `run` if the corpus
    is read-only."""
    form = (preset.sample_rate, preset.n_audio_channels, reporter)
    try:
        return prepared.rendition(*form)
    except NotWritableError:
        return prepared.rendition(*form, run / RENDITION)


def _sound(
    system: TrainedSystem, prepared: PreparedCorpus, preset: Preset, run: Path, reporter: Reporter
) -> tuple[Tracks, Tracks]:
    """Training and held-out tracks as sound."""
    rendition = rendition_of(prepared, preset, run, reporter)
    representation = system.representation
    tracks = Tracks(rendition, representation, rendition.of_split("train"), labels=system.labels)
    held_out = replace(tracks, indices=rendition.of_split("valid"))
    if isinstance(representation, coded.Coded) and tracks.indices:
        key = f"{prepared.fingerprint} {representation.content()}"
        tracks = stored_latents(tracks, key, preset.batching, run, reporter)
        held_out = replace(tracks, indices=held_out.indices)
    return tracks, held_out


def _notes(system: ScoreSystem, prepared: PreparedCorpus) -> tuple[ScoreTracks, ScoreTracks]:
    """Training and held-out tracks that have notes."""
    scored = [(i, track.split) for i, track in enumerate(prepared.tracks) if track.score]
    if not scored:
        raise MenuraError(
            f"{printable(str(prepared.folder))} holds sound and no notes, and a "
            f"{system.description.recipe} system learns notes: prepare MIDI files "
            "(--corpus notes), or maestro"
        )
    of = {split: tuple(i for i, own in scored if own == split) for split in ("train", "valid")}
    tracks = ScoreTracks(prepared, system.representation, of["train"], labels=system.labels)
    return tracks, replace(tracks, indices=of["valid"])


def describe(
    system: BoundSystem,
    prepared: PreparedCorpus,
    seed: int,
    progress: Progress,
    start: Start | None,
) -> Description:
    """The system's description at a point of its training. Nothing in it goes by the clock."""
    provenance = provenance_of(prepared, seed, progress, start)
    return replace(system.description, provenance=provenance)
