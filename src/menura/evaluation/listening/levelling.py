"""Copies that tell nothing but the music: equally loud, of one form, without tags or names."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from menura import audio
from menura.audio import Clip, SoundInfo, UnreadableAudioError
from menura.evaluation.listening.sources import Source
from menura.foundation.printable import printable
from menura.foundation.reporting import Reporter

SHORTEST_S = 0.5
PEAK_DB = -1.0  # EBU R 128
SLACK_DB = 0.5  # resampling moves the peak a little
MOST_LOWERED_DB = 12.0  # of the whole test, for the sake of one clip with high peaks
HIGHEST_RATE_HZ = 48_000  # what browsers play at
TWICE_LU = 10 * math.log10(2)  # BS.1770-4 §2 adds up the powers of channels
FADE_S = 0.02  # where a clip is cut


@dataclass(frozen=True)
class Audition:
    """A clip as it came, but of at most two channels and 48 kHz. reachable_lufs: as loud as it can
    be before its true peak is too high. is_part: whether there is more of it than is heard."""

    seconds: float
    sample_rate: int
    n_channels: int
    lufs: float
    reachable_lufs: float
    is_part: bool

    def on(self, n_channels: int) -> "Audition":
        """As it is once copied: a mono sound on two channels is twice the power, with one peak."""
        if self.n_channels != 1 or n_channels != 2:
            return self
        lufs, reachable = self.lufs + TWICE_LU, self.reachable_lufs + TWICE_LU
        return replace(self, n_channels=n_channels, lufs=lufs, reachable_lufs=reachable)


class Auditions:
    """Listens to each file once, as far as it will be heard, and keeps what was found, not the
    sound. left_out: source → why it cannot be in a test."""

    def __init__(self, seconds: float | None, reporter: Reporter):
        self.seconds, self._reporter = seconds, reporter
        self.found: dict[Source, Audition] = {}
        self.left_out: dict[Source, str] = {}

    def usable(self, source: Source) -> bool:
        """Whether it can be heard."""
        if source not in self.found and source not in self.left_out:
            self._reporter.progress(len(self.found), 0, "listening to the clips")
            try:
                self.found[source] = _audition(*heard_part(source, self.seconds))
            except UnreadableAudioError as error:
                self.left_out[source] = error.reason
        return source in self.found


def heard_part(source: Source, seconds: float | None) -> tuple[Clip, bool]:
    """What is heard of a sound file: at most `seconds` at its place, faded where it is cut; and
    whether there is more. No more is decoded, or held, than that takes.

    Raises UnreadableAudioError, also for a sound that is too short or holds what is no number.
    """
    file, info = source.file, audio.probe(source.file)
    n_wanted = None if seconds is None else round(seconds * info.sample_rate)
    start = _start(source, info, n_wanted)
    clip, is_end = _from(file, info, start, n_wanted)
    if start and n_wanted and clip.n_samples < n_wanted:  # a cut file claims more than it has
        start = _start(source, replace(info, n_samples=None), n_wanted)
        clip, is_end = _from(file, info, start, n_wanted)
    if clip.duration_s < SHORTEST_S:
        raise UnreadableAudioError(
            file, f"{clip.duration_s:.2f} s long; a test needs {SHORTEST_S:g} s"
        )
    if not np.isfinite(clip.samples).all():
        raise UnreadableAudioError(file, "holds samples that are not numbers")
    fades = FADE_S if start else 0.0, 0.0 if is_end else FADE_S
    return audio.whole(audio.fade(clip, *fades)), start > 0 or not is_end


def _start(source: Source, info: SoundInfo, n_wanted: int | None) -> int:
    """The sample from which on it is heard. Where no length is claimed, all is decoded to count."""
    if source.at == 0 or n_wanted is None:
        return 0
    n = info.n_samples
    if n is None:
        n = sum(block.shape[1] for block in audio.blocks(source.file, 5.0, info=info))
    return round(source.at * max(0, n - n_wanted))


def _from(file: Path, info: SoundInfo, start: int, n_wanted: int | None) -> tuple[Clip, bool]:
    """At most so many samples from `start` on, all for None; and whether the sound ends there."""
    blocks, n, is_end = [], 0, True
    for block in audio.blocks(file, 1.0, info=info):
        blocks.append(block[:, start:].copy())  # else what is skipped would stay in memory
        start = max(0, start - block.shape[1])
        n += blocks[-1].shape[1]
        if n_wanted is not None and n > n_wanted:
            is_end = False
            break
    samples = np.concatenate(blocks, axis=1)[:, :n_wanted]
    return Clip(np.ascontiguousarray(samples), info.sample_rate), is_end


def common_loudness(
    auditions: Mapping[Source, Audition], wanted_lufs: float, reporter: Reporter
) -> float | None:
    """The loudness, in LUFS, that every clip can have: the wanted one, or lower where the true
    peak of a clip would pass −1 dB; but not more than 12 dB lower for the sake of a few clips.

    auditions: as they will be copied. None where no clip is loud enough to be measured.
    """
    heard = {source: one for source, one in auditions.items() if one.lufs > -math.inf}
    for source in (source for source in auditions if source not in heard):
        reporter.warn(f"{_named(source)}: too quiet for its loudness to be measured; left as it is")
    if not heard:
        return None
    lowest = wanted_lufs - MOST_LOWERED_DB
    reachable = min(one.reachable_lufs for one in heard.values())
    common = max(lowest, min(wanted_lufs, reachable))
    if common < wanted_lufs:
        source = min(heard, key=lambda source: heard[source].reachable_lufs)
        reporter.say(
            f"all clips are brought to {common:.1f} LUFS, not {wanted_lufs:g}: louder, the "
            f"true peak of {_named(source)} would pass −1 dB"
        )
    return common


def is_as_loud(reached: float | None, common: float | None) -> bool:
    """Whether a copy has got as loud as the others; of one that cannot be measured nobody knows."""
    return reached is not None and common is not None and reached >= common - SLACK_DB


def warn_of_quieter(
    source: Source, reached: float | None, common: float | None, reporter: Reporter
) -> None:
    """Say so where a copy has not got as loud as the others."""
    if reached is not None and common is not None and not is_as_loud(reached, common):
        reporter.warn(
            f"{_named(source)}: stays {common - reached:.1f} dB quieter than the others, because "
            "of its high peaks"
        )


def warn_of_lengths(auditions: Mapping[Source, Audition], reporter: Reporter) -> None:
    """Say so where the systems can be told apart by how long their clips are."""
    lengths: dict[str, list[float]] = {}
    for source, one in auditions.items():
        if source.system:
            lengths.setdefault(source.system, []).append(one.seconds)
    medians = {system: float(np.median(seconds)) for system, seconds in lengths.items()}
    shortest, longest = min(medians.values()), max(medians.values())
    if longest > 1.1 * shortest:
        told = ", ".join(f"{system} {seconds:.1f} s" for system, seconds in medians.items())
        reporter.warn(
            f"raters can tell the systems by the length of their clips ({told}); "
            f"--seconds {math.floor(10 * shortest) / 10:g} makes them alike"
        )


def warn_of_beginnings(auditions: Mapping[Source, Audition], reporter: Reporter) -> None:
    """Say so where originals, or the ends of interpolations, are longer than what is heard."""
    cut = [one for one in auditions if not one.system and auditions[one].is_part]
    if cut:
        what = "a longer sound" if len(cut) == 1 else f"{len(cut)} longer sounds"
        reporter.warn(
            f"only the beginning is heard of {what} that clips are compared with, and of the clips "
            "themselves, so that they stay aligned; --seconds takes more"
        )


def common_form(auditions: Iterable[Audition]) -> tuple[int, int]:
    """Rate in Hz and channels of all copies: the most that any clip has, up to 48 kHz stereo, so
    that no file tells by its form whose it is."""
    every = list(auditions)
    return _form(max(one.sample_rate for one in every), max(one.n_channels for one in every))


def _form(sample_rate: int, n_channels: int) -> tuple[int, int]:
    return min(HIGHEST_RATE_HZ, sample_rate), min(2, n_channels)


def write_copy(
    source: Source,
    path: Path,
    *,
    seconds: float | None,
    lufs: float | None,
    form: tuple[int, int],
) -> float | None:
    """Write the copy that raters hear; its loudness in LUFS, None where there is none.

    form: rate in Hz and channels. The file has no comment, and neither name nor time of the
    source.
    """
    clip = audio.conform(heard_part(source, seconds)[0], *form)
    if lufs is None:
        audio.write(clip, path)
        return None
    levelled, reached = audio.to_loudness(clip, lufs, PEAK_DB + SLACK_DB)
    audio.write(levelled, path)
    return None if reached == -math.inf else reached


def _audition(clip: Clip, is_part: bool) -> Audition:
    clip = audio.conform(clip, *_form(clip.sample_rate, clip.n_channels))
    lufs = audio.integrated_lufs(clip)
    peak = audio.true_peak(clip.blocks())
    reachable = -math.inf if lufs == -math.inf else lufs + PEAK_DB - 20 * math.log10(peak)
    form = clip.sample_rate, clip.n_channels
    return Audition(clip.duration_s, *form, lufs, reachable, is_part)


def _named(source: Source) -> str:
    return printable(f"{source.system}: {source.name}" if source.system else source.name)
