"""All stages of a run: a codec's first, where the recipe learns a codec's latents and there is none
that carries this music; then the system itself."""

import json
from dataclasses import replace
from pathlib import Path

from menura import systems
from menura.foundation.errors import MenuraError
from menura.foundation.reporting import Reporter
from menura.prepared import PreparedCorpus
from menura.recipes import Preset
from menura.systems import TrainedSystem
from menura.training import carrying, checkpoint
from menura.training.ahead import say_ahead, stage_limits
from menura.training.assembly import labels_to_learn, rendition_of
from menura.training.enough import too_little
from menura.training.fit import Limits
from menura.training.kept_start import keep
from menura.training.order import Order, Start
from menura.training.rows import Tracks
from menura.training.stage import METRICS, StageResult, run_stage
from menura.training.starting import hears
from menura.training.starting_codec import codec_inside

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
    if not is_begun(out):
        labels = labels_to_learn(preset, prepared, order.known, Reporter())
        if remark := too_little(prepared.tracks, labels, is_fresh=order.start is None):
            reporter.warn(remark)
        if order.start is not None:
            order = replace(order, start=keep(order.start, out))
    codec, left = None, limits
    if preset.codec is not None and _needs_codec(order, preset, prepared, out, reporter):
        codec, left = _codec(order, preset, prepared, out, limits, reporter)
    result = run_stage(order, preset, prepared, out, left, reporter, codec)
    return result, result.minutes + (0.0 if codec is None else _minutes(out / CODEC))


def is_begun(out: Path) -> bool:
    """Whether any stage was."""
    return any(checkpoint.exists(place) for place in (out, out / CODEC))


def _needs_codec(
    order: Order, preset: Preset, prepared: PreparedCorpus, out: Path, reporter: Reporter
) -> bool:
    """Whether a codec is to be trained, or trained on, before the rest. A run that goes on abides
    by what was found when it began."""
    if order.start is None or checkpoint.exists(out / CODEC):
        return True
    if checkpoint.exists(out):
        return False
    if hears(order.known) is None:
        return False  # it is refused with its reason where the flow starts from it
    return _carries_poorly(preset, prepared, order.start, out, reporter)


def _carries_poorly(
    preset: Preset, prepared: PreparedCorpus, start: Start, out: Path, reporter: Reporter
) -> bool:
    """Measure this music through the codec of `start`, and say what comes of it."""
    rendition = rendition_of(prepared, preset, out, reporter)
    indices = sorted(rendition.of_split("train") + rendition.of_split("valid"))
    codec = codec_inside(start, preset.n_audio_channels)
    tracks = Tracks(rendition, codec, tuple(indices))
    value, its_own = carrying.carried_db(tracks), carrying.its_own_db(start.folder)
    reporter.say(carrying.in_words(value, its_own, start.init))
    choice, is_poor = preset.tuning.codec, carrying.is_poor(value, its_own)
    if choice == "keep" and is_poor:
        reporter.warn("that is poor, and no music can come out better (tuning.codec is keep)")
    if choice == "auto" and is_poor:
        reporter.say(
            "that is poor: the codec is trained on for "
            f"{preset.tuning.codec_share:.0%} of the time first (tuning.codec=keep leaves it)"
        )
    return choice == "tune" or (choice == "auto" and is_poor)


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
    folder, is_fresh = out / CODEC, order.start is None
    share = preset.codec_share if is_fresh else preset.tuning.codec_share
    own, left = stage_limits(share, limits)
    if not (folder / METRICS).is_file():
        _refuse_endless(prepared, own)
        if not is_begun(out):
            say_ahead(order, preset, prepared, out, (own, left), reporter)
        reporter.say("first stage: the codec")
        run_stage(order, preset.codec, prepared, folder, own, reporter)
        reporter.say("second stage: the music in its latents")
    codec = systems.load(folder)
    assert isinstance(codec, TrainedSystem), "codecs are of sound"
    return codec, left


def _refuse_endless(prepared: PreparedCorpus, limits: Limits) -> None:
    """A first stage that nothing ends would never let the second begin."""
    is_limited = limits.steps is not None or limits.minutes is not None
    if not is_limited and not any(track.split == "valid" for track in prepared.tracks):
        raise MenuraError(
            "no recording is held out, so the codec's training would not stop by itself, and the "
            "music in its latents is learnt after it: give --minutes, or add recordings"
        )


def _minutes(stage: Path) -> float:
    return float(json.loads((stage / METRICS).read_text(encoding="utf-8"))["minutes"])
