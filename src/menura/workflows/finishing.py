"""From a sound as a system made it to the sound as it was asked for."""

import math

from menura import audio
from menura.audio import Signal
from menura.workflows.sound import LOOP_S, SoundOptions

LEAST_S = 0.01  # of silence that is worth saying


def finish(
    clip: Signal, seconds: float | None, options: SoundOptions, *, is_loop: bool = False
) -> tuple[Signal, list[str]]:
    """Loop or exact length, stereo, fades and loudness, in that order; and remarks on what was not
    reached.

    Nothing is in memory at once: what is returned is read from `clip` block by block.
    seconds: length of the result; None leaves it as made. A loop takes what flows over from the
    end of the clip, so it is shorter than asked where too little was made. is_loop: its end flows
    into its start already.
    """
    remarks: list[str] = []
    if options.loop and not is_loop:
        clip, remarks = _looped(clip, seconds)
    elif seconds is not None:
        if clip.duration_s < seconds - LEAST_S:
            remarks.append(
                f"{clip.duration_s:.2f} s were made, and silence follows up to the {seconds:g} s "
                "that were asked for"
            )
        clip = audio.exact_length(clip, seconds)
    if options.stereo:
        clip = audio.widened(clip, is_loop=options.loop)
    if options.fade_in_s or options.fade_out_s:
        remarks += _shortened(clip.duration_s, options)
        clip = audio.fade(clip, options.fade_in_s, options.fade_out_s)
    if options.loudness_lufs is not None:
        clip, reached = audio.to_loudness(clip, options.loudness_lufs)
        remarks += _not_reached(options.loudness_lufs, reached)
    return clip, remarks


def _shortened(seconds: float, options: SoundOptions) -> list[str]:
    """That the fades are longer together than the clip, and by how much they are shortened."""
    together_s = options.fade_in_s + options.fade_out_s
    if together_s < seconds + LEAST_S:
        return []
    share = seconds / together_s
    return [
        f"the fades are longer together than the clip of {seconds:.2f} s: they last "
        f"{share * options.fade_in_s:.2f} s and {share * options.fade_out_s:.2f} s"
    ]


def _looped(clip: Signal, seconds: float | None) -> tuple[Signal, list[str]]:
    """A loop of `seconds`, or the longest that the clip gives, and whether it is shorter."""
    n_wanted = clip.n_samples if seconds is None else round(seconds * clip.sample_rate)
    n_fade = min(int(LOOP_S * clip.sample_rate), clip.n_samples // 3)
    n_loop = min(n_wanted, clip.n_samples - n_fade)
    n_fade = min(n_fade, n_loop // 2)
    used = audio.exact_length(clip, (n_loop + n_fade) / clip.sample_rate)
    looped = audio.loop(used, n_fade / clip.sample_rate)
    if n_loop == n_wanted:
        return looped, []
    return looped, [
        f"the loop is {looped.duration_s:.2f} s long, not {n_wanted / clip.sample_rate:.2f} s: "
        f"the last {n_fade / clip.sample_rate:.2f} s of the clip flow into its start"
    ]


def _not_reached(asked_lufs: float, reached_lufs: float) -> list[str]:
    if reached_lufs == -math.inf:
        return ["too quiet for its loudness to be measured: the level is left as made"]
    if asked_lufs - reached_lufs < 0.05:  # would read as the same figure
        return []
    return [
        f"the loudness is {reached_lufs:.1f} LUFS, not {asked_lufs:g}: "
        "louder, its true peak would pass −1 dB"
    ]
