"""All stages of a run: a codec's first, where the recipe learns a codec's latents and there is none
that carries this music; then the system itself."""

import json
from dataclasses import replace
from pathlib import Path

from menura import systems
from menura.foundation.reporting import Reporter
from menura.prepared import PreparedCorpus
from menura.recipes import Preset, Training
from menura.systems import TrainedSystem
from menura.training import carrying, checkpoint
from menura.training.ahead import say_ahead, stage_limits
from menura.training.assembly import labels_to_learn, rendition_of
from menura.training.enough import refuse_endless, refuse_nothing, too_little
from menura.training.fit import Limits
from menura.training.fitting import fitted
from menura.training.kept_start import keep
from menura.training.order import Order, Start
from menura.training.rows import Tracks
from menura.training.stage import METRICS, StageResult, run_stage
from menura.training.starting import hears
from menura.training.starting_codec import begun_codec, codec_inside, learning_on

CODEC = "codec"


def run_stages(
    order: Order,
    preset: Preset,
    prepared: PreparedCorpus,
    out: Path,
    limits: Limits,
    reporter: Reporter,
) -> tuple[StageResult, float]:
    """What the last stage came to, and the minutes of all. Goes on from where the folder is."""
    refuse_nothing(prepared)
    preset = fitted(order, preset, prepared, Reporter() if is_begun(out) else reporter)
    refuse_endless(prepared, _learning(order, preset), limits)
    if not is_begun(out):
        labels = labels_to_learn(preset, prepared, order.known, Reporter())
        if remark := too_little(prepared.tracks, labels, is_fresh=order.start is None):
            reporter.warn(remark)
        if order.start is not None:
            order = replace(order, start=keep(order.start, out))
    codec, left = None, limits
    if preset.codec is not None and _needs_codec(order, preset, prepared, out, limits, reporter):
        codec, left = _codec(order, preset, prepared, out, limits, reporter)
    elif preset.codec is not None and not is_begun(out):
        say_ahead(order, preset, prepared, out, (limits,), reporter)
    result = run_stage(order, preset, prepared, out, left, reporter, codec)
    return result, result.minutes + (0.0 if codec is None else _minutes(out / CODEC))


def is_begun(out: Path) -> bool:
    """Whether any stage was."""
    return any(checkpoint.exists(place) for place in (out, out / CODEC))


def _learning(order: Order, preset: Preset) -> list[Training]:
    """How the stages learn that have no end of their own (see `Tuning.codec_steps`)."""
    codec = preset.codec if order.start is None else None
    return [own.training for own in (codec, preset) if own is not None]


def _needs_codec(
    order: Order,
    preset: Preset,
    prepared: PreparedCorpus,
    out: Path,
    limits: Limits,
    reporter: Reporter,
) -> bool:
    """Whether a codec is to be trained, or trained on, before the rest. A run that goes on abides
    by what was found when it began."""
    if order.start is None or checkpoint.exists(out / CODEC):
        return True
    if checkpoint.exists(out):
        return False
    if hears(order.known) is None:
        return False  # it is refused with its reason where the flow starts from it
    return _is_trained_on(preset, prepared, order.start, out, limits, reporter)


def _is_trained_on(
    preset: Preset,
    prepared: PreparedCorpus,
    start: Start,
    out: Path,
    limits: Limits,
    reporter: Reporter,
) -> bool:
    """Measure this music through the codec of `start`, and say what comes of it."""
    rendition = rendition_of(prepared, preset, out, reporter)
    indices = sorted(rendition.of_split("train") + rendition.of_split("valid"))
    codec = codec_inside(start, preset.n_audio_channels)
    tracks = Tracks(rendition, codec, tuple(indices))
    value, its_own = carrying.carried_db(tracks), carrying.its_own_db(start.folder)
    reporter.say(carrying.in_words(value, its_own, start.init))
    choice, is_poor = preset.tuning.codec, carrying.is_poor(value, its_own)
    if choice == "keep":
        if is_poor:
            reporter.warn("that is poor, and no music can come out better (tuning.codec is keep)")
        return False
    if choice == "auto" and not is_poor:
        return False
    length = "" if limits == Limits() else f" for {preset.tuning.codec_share:.0%} of the time"
    reporter.say(
        f"that is {'poor' if is_poor else 'no worse than it should be'}: the codec is trained "
        f"on{length} first ("
        + ("tuning.codec=keep leaves it)" if choice == "auto" else "tuning.codec is tune)")
    )
    return True


def _codec(
    order: Order,
    preset: Preset,
    prepared: PreparedCorpus,
    out: Path,
    limits: Limits,
    reporter: Reporter,
) -> tuple[TrainedSystem, Limits]:
    """The codec's stage, unless it is done, and what is left to the next."""
    assert preset.codec is not None, "asked for by those who have one"
    folder, tuning = out / CODEC, preset.tuning
    share = preset.codec_share if order.start is None else tuning.codec_share
    own, left = stage_limits(share, limits)
    if not (folder / METRICS).is_file():
        how = preset.codec
        if order.start is not None:
            how = learning_on(how, begun_codec(order, how))
            own = Limits(tuning.codec_steps) if own == Limits() else own
        if not is_begun(out):
            say_ahead(order, replace(preset, codec=how), prepared, out, (own, left), reporter)
        reporter.say("first stage: the codec")
        run_stage(order, how, prepared, folder, own, reporter)
        reporter.say("second stage: the music in its latents")
    codec = systems.load(folder)
    assert isinstance(codec, TrainedSystem), "codecs are of sound"
    return codec, left


def _minutes(stage: Path) -> float:
    return float(json.loads((stage / METRICS).read_text(encoding="utf-8"))["minutes"])
