"""How fast representations are and how near they come back, beside librosa in the same run.

Sound to frames: all representations. Frames to sound: 512 mels (n_fft 4096, hop 256, 32,768 Hz),
the whole curve of time against distance over starts of the phase, rounds and ways from bands to
bins. Real music from MENURA_DATA. Run it with nothing else on the machine; it takes some minutes.
Writes docs/results/representations.{md,json}.

  python benchmarks/representations.py [--codec RUN]

--codec: a run with a codec at 32 kHz, whose decoder stands in the curve as a neural vocoder.
"""

import argparse
import json
import os
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import librosa
import numpy as np
import torch

from machine import machine
from menura import representations
from menura.audio import Clip, conform, read
from menura.representations import Representation
from menura.representations._mel_inverse import UNMEL
from menura.representations._stft import stft_power
from menura.representations.log_mel import PRESETS, LogMel
from menura.systems import TrainedSystem
from menura.workflows.load import load
from timing import seconds

RESULTS = Path(__file__).resolve().parents[1] / "docs" / "results"
NAME = "representations"
RATE, FORWARD_S = 22_050, 20.0
BACK_RATE, BACK_S, START_S = 32_768, 3.0, 10.0
MOST_THREADS = 2
LOWEST = 1e-8  # of the loudest band: what is quieter is not compared
MUSIC = (
    "piano/2021/PIANO-MIDI_DE_BACH_bach_847.ogg",
    "clips/genres_original/classical/*",
    "clips/genres_original/rock/*",
)
# (unmel, phase, n_iter)
CURVE = (
    *(("multiplicative", "noise", n) for n in (4, 8, 16, 32, 64)),
    *(("multiplicative", "zero", n) for n in (8, 32)),
    *(("multiplicative", "pghi", n) for n in (0, 2, 4, 8, 16, 32)),
    *(("multiplicative", "rtpghi", n) for n in (0, 8)),
    *(("multiplicative", "coarse", n) for n in (0, 1, 2, 4, 8, 16)),
    *(("pinv", "coarse", n) for n in (2, 4)),
    *(("nnls", "coarse", n) for n in (2, 4)),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--codec", type=Path, help="a run with a codec")
    codec = parser.parse_args().codec
    torch.set_num_threads(min(MOST_THREADS, os.cpu_count() or 1))
    curve, peer = way_back(None if codec is None else load(codec))
    figures = {
        "machine": machine() | {"threads": torch.get_num_threads()},
        "forward": forward(),
        "unmel": unmel_errors(),
        "librosa": peer,
        "curve": curve,
    }
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / f"{NAME}.json").write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    (RESULTS / f"{NAME}.md").write_text(page(figures), encoding="utf-8")
    print(RESULTS / f"{NAME}.md")  # noqa: T201


def music(rate: int, seconds: float) -> list[np.ndarray]:
    """The pieces of music: (time,) each, the same on every run."""
    if "MENURA_DATA" not in os.environ:
        raise SystemExit("set MENURA_DATA to the folder of recordings that has piano/ and clips/")
    root = Path(os.environ["MENURA_DATA"])
    files = [sorted(root.glob(pattern))[0] for pattern in MUSIC]
    first, n = round(START_S * rate), round(seconds * rate)
    pieces = [conform(read(file), rate, 1).samples[0, first : first + n] for file in files]
    assert all(len(piece) == n for piece in pieces), "a file is too short"
    return pieces


def forward() -> list[dict[str, Any]]:
    """Every representation of one minute and a half, one piece at a time as librosa has it."""
    pieces = music(RATE, FORWARD_S)
    rows = []
    for name in representations.sound_names():
        kind = representations.load(name)
        part = kind(kind.Config(), RATE)
        ours = FORWARD_S * len(pieces) / seconds(lambda part=part: encoded(part, pieces), 20)
        row = {"name": name, "times_real_time": round(ours)}
        if name in PEERS:
            peer = PEERS[name]

            def theirs(peer: Any = peer, config: Any = part.config) -> None:
                for piece in pieces:
                    peer(piece, config)

            speed = FORWARD_S * len(pieces) / seconds(theirs, 20)
            row |= {"librosa": round(speed), "ratio": round(ours / speed, 2)}
        rows.append(row)
    return rows


def encoded(part: Representation, pieces: list[np.ndarray]) -> None:
    with torch.no_grad():
        for piece in pieces:
            part.encode(torch.from_numpy(piece)[None, None])


def librosa_power(y: np.ndarray, c: Any) -> np.ndarray:
    spectrum = librosa.stft(y, n_fft=c.n_fft, hop_length=c.hop_length)
    return np.abs(spectrum) ** 2


def librosa_mel(y: np.ndarray, c: Any) -> np.ndarray:
    return librosa.feature.melspectrogram(
        y=y, sr=RATE, n_fft=c.n_fft, hop_length=c.hop_length, n_mels=c.n_mels
    )


PEERS: dict[str, Callable[[np.ndarray, Any], np.ndarray]] = {
    "power": librosa_power,
    "log-power": lambda y, c: librosa.power_to_db(librosa_power(y, c)),
    "log-mel": lambda y, c: librosa.power_to_db(librosa_mel(y, c)),
    "mfcc": lambda y, c: librosa.feature.mfcc(
        S=librosa.power_to_db(librosa_mel(y, c)), n_mfcc=c.n_mfcc
    ),
}


def form(unmel: Any, phase: Any, n_iter: int) -> LogMel:
    preset = PRESETS["mel-interpolation"]
    config = replace(preset, unmel=unmel, phase=phase, n_iter=n_iter, normalisation="none")
    return LogMel(config, BACK_RATE)


def bands(part: LogMel, sound: np.ndarray) -> torch.Tensor:
    return part.filters(stft_power(torch.from_numpy(sound)[None], 4096, 256))


def distance(part: LogMel, mel: torch.Tensor, sound: np.ndarray) -> float:
    """Mean |Δ ln mel| of the 512 bands, not below 80 dB under the loudest."""
    lowest = LOWEST * float(mel.max())
    back = bands(part, sound)
    n = min(back.shape[2], mel.shape[2])
    a, b = (m[:, :, :n].clamp_min(lowest).log() for m in (mel, back))
    return float((a - b).abs().mean())


def way_back(codec: TrainedSystem | None) -> tuple[list[dict[str, Any]], dict[str, float]]:
    pieces = music(BACK_RATE, BACK_S)
    judge = form("pinv", "noise", 0)
    mels = [bands(judge, piece) for piece in pieces]

    def theirs(mel: torch.Tensor) -> np.ndarray:
        return librosa.feature.inverse.mel_to_audio(
            mel[0].numpy(), sr=BACK_RATE, n_fft=4096, hop_length=256
        )

    librosa.feature.inverse.mel_to_audio(mels[0][0, :, :9].numpy(), sr=BACK_RATE, n_fft=4096)
    start = time.perf_counter()
    sounds = [theirs(mel) for mel in mels]
    peer_s = (time.perf_counter() - start) / (len(pieces) * BACK_S)
    peer = float(np.mean([distance(judge, m, s) for m, s in zip(mels, sounds, strict=True)]))
    rows = []
    ways: list[tuple[Any, Any, int, TrainedSystem | None]] = [(*way, None) for way in CURVE]
    if codec is not None:
        ways += [("multiplicative", "pghi", n, codec) for n in (0, 4)]
    for unmel, phase, n_iter, vocoder in ways:
        part = form(unmel, phase, n_iter)
        frames = [m.clamp_min(part.floor).log() for m in mels]

        def ours(part: LogMel = part, frames: Any = frames, vocoder: Any = vocoder) -> Any:
            with torch.no_grad():
                return [voiced(part.decode(x)[0, 0].numpy(), vocoder) for x in frames]

        once, back = seconds(ours, 2), ours()
        found = float(np.mean([distance(part, m, s) for m, s in zip(mels, back, strict=True)]))
        ours_s = once / (len(pieces) * BACK_S)
        rows.append(
            {
                "unmel": unmel,
                "phase": phase,
                "n_iter": n_iter,
                "vocoder": "" if vocoder is None else vocoder.description.recipe,
                "times_real_time": round(1 / ours_s, 1),
                "ratio": round(peer_s / ours_s, 1),
                "distance": round(found, 4),
                "of_librosa": round(found / peer, 3),
            }
        )
    return rows, {"seconds_a_second": round(peer_s, 3), "distance": round(peer, 4)}


def voiced(sound: np.ndarray, vocoder: TrainedSystem | None) -> np.ndarray:
    """The sound, through a codec where there is one."""
    if vocoder is None:
        return sound
    fitting = conform(Clip(sound[None], BACK_RATE), vocoder.sample_rate, 1)
    return conform(vocoder.round_trip(fitting), BACK_RATE, 1).samples[0]


def unmel_errors() -> list[dict[str, Any]]:
    """Each way from 512 bands to 2,049 bins, before any phase."""
    part = form("pinv", "noise", 0)
    powers = [stft_power(torch.from_numpy(p)[None], 4096, 256) for p in music(BACK_RATE, BACK_S)]
    rows = []
    for name, unmel in UNMEL.items():
        mels = [part.filters(power) for power in powers]
        once = seconds(lambda unmel=unmel, mels=mels: [unmel(part.filters, m) for m in mels], 1)
        found = [unmel(part.filters, m) for m in mels]
        again = [part.filters(f) for f in found]
        lowest = [LOWEST * float(m.max()) for m in mels]
        both = list(zip(mels, again, lowest, strict=True))
        logs = [(m.clamp_min(w).log() - a.clamp_min(w).log()).abs().mean() for m, a, w in both]
        fit = [(m - a).norm() / m.norm() for m, a, _ in both]
        bins = [(p.sqrt() - f.sqrt()).norm() / p.norm(1).sqrt() for p, f in zip(powers, found)]  # noqa: B905
        rows.append(
            {
                "unmel": name,
                "times_real_time": round(len(powers) * BACK_S / once, 1),
                "log_mel": round(float(np.mean(logs)), 5),
                "residual": float(f"{np.mean(fit):.2g}"),
                "magnitude": round(float(np.mean(bins)), 4),
            }
        )
    return rows


def page(figures: dict[str, Any]) -> str:
    where = ", ".join(f"{k} {v}" for k, v in figures["machine"].items())
    peer = figures["librosa"]
    return f"""# How fast representations are, and how near they come back

Written by `python benchmarks/representations.py`; not by hand. On {where}. Music:
{", ".join(MUSIC)} (the first file of each).

## Sound to frames

Seconds of mono sound at {RATE:,} Hz in a second, default configs, one clip of {FORWARD_S:g} s at
a time; librosa with the same sizes in the same run.

{table(figures["forward"])}

## Mel bands to bins

512 mels of n_fft 4096, hop 256 at {BACK_RATE:,} Hz. log_mel: mean |Δ ln mel| of the bands that
the bins have; residual: of the power in bands, relative; magnitude: distance of the bins'
magnitudes to the true ones, relative, which no method can know.

{table(figures["unmel"])}

## Frames to sound

The same bands to sound. librosa.feature.inverse.mel_to_audio with its defaults took
{peer["seconds_a_second"]:g} s for each second at a distance of {peer["distance"]:g} (mean |Δ ln
mel| of the 512 bands, not below 80 dB under the loudest). ratio: speed over librosa's; of_librosa:
distance over librosa's. vocoder: the sound then passed through the codec of such a run, which
hears magnitudes alone, at 32 kHz: what it adds in distance is what its few numbers a second lose.

{table(figures["curve"])}
"""


def table(rows: list[dict[str, Any]]) -> str:
    titles = list(dict.fromkeys(key for row in rows for key in row))
    lines = [
        [f"{row[t]:g}" if _number(row.get(t)) else row.get(t, "") for t in titles] for row in rows
    ]
    return "\n".join("| " + " | ".join(r) + " |" for r in [titles, ["---"] * len(titles), *lines])


def _number(value: object) -> bool:
    return isinstance(value, int | float)


if __name__ == "__main__":
    main()
