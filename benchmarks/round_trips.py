"""What is left of music, notes and piano after a round trip through every representation.

Every representation of sound that is found, its presets, and every way back that its settings
name: a few seconds of a few sounds each. Writes docs/results/round_trips.{md,json} and two
pictures.

  MENURA_DATA=... python benchmarks/round_trips.py [--seconds 3]
"""

import argparse
import json
import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

import librosa
import numpy as np
import torch

from machine import machine
from menura import audio, representations
from menura.audio import Clip, conform
from menura.audio.picture import spectrograms_png
from menura.evaluation import metrics
from menura.representations import Representation, snr_db

RESULTS = Path(__file__).resolve().parents[1] / "docs" / "results"
NAME = "round_trips"
RATE = 32_000
N_SOUNDS = 3
KINDS = {"music": "clips", "notes": "notes", "piano": "piano"}
WAYS_BACK = ("phase", "unmel")  # the settings that choose one, where there are such
START_ONLY = {"n_iter": 0}  # the start of the phase without any rounds
MEASURES = ("SNR dB", "LSD dB", "MR-STFT")
SHOWN = "piano"
Sounds = Mapping[str, Mapping[str, Clip]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=3.0, help="of each sound")
    seconds = parser.parse_args().seconds
    sounds = {kind: pieces(folder, seconds) for kind, folder in KINDS.items()}
    rows, returned = measure(sounds)
    figures = {
        "machine": machine(),
        "seconds": seconds,
        "sounds": {kind: list(clips) for kind, clips in sounds.items()},
        "round trips": rows,
    }
    RESULTS.mkdir(parents=True, exist_ok=True)
    draw(sounds, returned)
    (RESULTS / f"{NAME}.json").write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    (RESULTS / f"{NAME}.md").write_text(page(figures), encoding="utf-8")
    print(RESULTS / f"{NAME}.md")  # noqa: T201


def pieces(folder: str, seconds: float) -> dict[str, Clip]:
    """The loudest `seconds` of files that stand evenly through the folder, in mono."""
    root = Path(os.environ["MENURA_DATA"]) / folder
    files = sorted(f for f in root.rglob("*") if f.suffix in (".wav", ".ogg", ".mp3", ".flac"))
    chosen = [files[(2 * n + 1) * len(files) // (2 * N_SOUNDS)] for n in range(N_SOUNDS)]
    return {str(file.relative_to(root)): loudest(file, seconds) for file in chosen}


def loudest(file: Path, seconds: float) -> Clip:
    clip = conform(audio.read(file), RATE, 1)
    n = round(seconds * RATE)
    starts = range(0, max(1, clip.n_samples - n + 1), RATE // 2)
    powers = [float(np.square(clip.samples[:, s : s + n]).sum()) for s in starts]
    start = starts[int(np.argmax(powers))]
    return Clip(np.ascontiguousarray(clip.samples[:, start : start + n]), RATE)


def measure(sounds: Sounds) -> tuple[list[dict[str, Any]], dict[str, dict[str, Clip]]]:
    """A row for each way there and back, and what came back, by row and sound."""
    rows, returned = [], {}
    for name in representations.sound_names():
        for title, config in variants(name):
            part = representations.build(name, config, RATE)
            part.fit(torch.from_numpy(clip.samples) for clip in everything(sounds).values())
            there_and_back(part, next(iter(sounds[SHOWN].values())))  # compiles what is compiled
            start = time.perf_counter()
            back = {key: there_and_back(part, clip) for key, clip in everything(sounds).items()}
            took_s = time.perf_counter() - start
            total_s = sum(clip.duration_s for clip in back.values())
            row: dict[str, Any] = {
                "representation": name,
                "way": title,
                "× real time": round(total_s / took_s, 1),
            }
            for kind, clips in sounds.items():
                row[kind] = compared(clips, {key: back[key] for key in clips})
            rows.append(row)
            returned[f"{name}: {title}"] = back
            print(json.dumps(row), flush=True)  # noqa: T201
    return rows, returned


def everything(sounds: Sounds) -> dict[str, Clip]:
    return {key: clip for clips in sounds.values() for key, clip in clips.items()}


def there_and_back(part: Representation, clip: Clip) -> Clip:
    """In silence on both sides, so that all of it returns: edges are measured elsewhere."""
    beside = (part.context_frames + 1) * (part.spec.hop_length or 0)
    padded = np.pad(clip.samples, ((0, 0), (beside, beside)))
    with torch.no_grad():
        back = part.decode(part.encode(torch.from_numpy(padded)[None]))[0].numpy()
    return Clip(np.ascontiguousarray(back[:, beside : beside + clip.n_samples]), RATE)


def variants(name: str) -> Iterator[tuple[str, Any]]:
    """Titles and configs: the usual one, each preset, and each other way back of the usual."""
    usual = representations.load(name).Config()
    yield "default", usual
    for title, config in representations.presets(name).items():
        if config != usual:
            yield f"preset {title}", config
    hints = get_type_hints(type(usual))
    named = {field.name for field in fields(usual)}
    for field in WAYS_BACK:
        if field not in named or get_origin(hints[field]) is not Literal:
            continue
        for value in get_args(hints[field]):
            if value != getattr(usual, field):
                yield f"{field} {value}", replace(usual, **{field: value})
            if field == "phase" and "n_iter" in named and usual.n_iter > 0:
                yield f"{field} {value}, no rounds", replace(usual, **{field: value}, **START_ONLY)


def compared(originals: Mapping[str, Clip], copies: Mapping[str, Clip]) -> dict[str, float]:
    """Means over the sounds of one kind."""
    both = [(originals[key].samples, copies[key].samples) for key in originals]
    distance = metrics.load("multi-resolution-stft").score(originals, copies)
    values = (
        np.mean([snr_db(x[:, : y.shape[1]], y, RATE) for x, y in both]),
        np.mean([log_spectral_distance(x[0], y[0]) for x, y in both]),
        distance.value,
    )
    return {name: round(float(value), 2) for name, value in zip(MEASURES, values, strict=True)}


def log_spectral_distance(x: np.ndarray, y: np.ndarray) -> float:
    """Root mean square over the bins of the difference in dB, then the mean over the frames.

    n_fft 2048, hop 512; what is 80 dB below a full-scale sine counts as that.
    """
    floor = 1e-8 * (2048 / 4) ** 2
    n = min(len(x), len(y))
    power = [np.square(np.abs(librosa.stft(s[:n], n_fft=2048, hop_length=512))) for s in (x, y)]
    a, b = (10 * np.log10(np.maximum(p, floor)) for p in power)
    return float(np.sqrt(np.square(a - b).mean(axis=0)).mean())


def draw(sounds: Sounds, returned: Mapping[str, Mapping[str, Clip]]) -> None:
    """One sound through every representation as it is by default; MFCC for each kind."""
    key, original = next(iter(sounds[SHOWN].items()))
    rows = [(f"{SHOWN}: the sound itself", original)]
    rows += [
        (title.removesuffix(": default"), clips[key])
        for title, clips in returned.items()
        if title.endswith(": default")
    ]
    (RESULTS / f"{NAME}.png").write_bytes(spectrograms_png(rows, columns=2))
    cepstral = {title: clips for title, clips in returned.items() if title.startswith("mfcc")}
    shown = [title for title in cepstral if title.endswith("default") or "preset" in title]
    rows = [
        row
        for kind, clips in sounds.items()
        for key, clip in list(clips.items())[:1]
        for row in [(f"{kind}: the sound itself", clip), *((t, cepstral[t][key]) for t in shown)]
    ]
    if shown:
        picture = spectrograms_png(rows, columns=1 + len(shown))
        (RESULTS / f"{NAME}-mfcc.png").write_bytes(picture)


def table(rows: list[dict[str, Any]]) -> str:
    columns = [f"{kind}: {measure}" for kind in KINDS for measure in MEASURES]
    head = ["representation", "way there and back", *columns, "× real time"]
    lines = [f"| {' | '.join(head)} |", "|---" * len(head) + "|"]
    for row in rows:
        figures = [f"{row[kind][measure]:g}" for kind in KINDS for measure in MEASURES]
        cells = [row["representation"], row["way"], *figures, f"{row['× real time']:g}"]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def page(figures: Mapping[str, Any]) -> str:
    where = ", ".join(f"{k} {v}" for k, v in figures["machine"].items())
    heard = "\n".join(f"- {kind}: {', '.join(names)}" for kind, names in figures["sounds"].items())
    return f"""# Round trips: what each representation leaves of a sound

Written by `python benchmarks/round_trips.py`; not by hand. On {where}.

{figures["seconds"]:g} s each, the loudest of the file, in mono at {RATE} Hz:

{heard}

- SNR dB: signal-to-noise ratio, higher is better, 120 is exact. Where the phase is not kept it
  says nothing of how a sound is heard: waves of equal spectrum may differ in every sample.
- LSD dB: log-spectral distance, the root mean square over the bins in dB, mean over the frames
  (n_fft 2048, hop 512, floor −80 dB of full scale); lower is better.
- MR-STFT: the multi-resolution STFT distance of `menura evaluate`; lower is better.
- × real time: there and back, one sound at a time.

Statistics are fitted to these sounds, which are measured with silence on both sides: what a
representation loses at the very ends of a clip does not count. A way back is the default's but
for the setting named; "no rounds" is the start of the phase alone, without Griffin-Lim.

{table(figures["round trips"])}

![Spectrograms: piano and its round trips]({NAME}.png)

## MFCC

A report that generated music from 20 coefficients says that turning them to sound gave noise.
Here are the sounds themselves and their round trips: onsets, levels and the outline of the spectrum
stay at every number of coefficients, single harmonics only as far as the number allows. Where
nothing sounds, the step down to the floor comes back as faint stripes.

![Spectrograms: sounds and their round trips through MFCC]({NAME}-mfcc.png)
"""


if __name__ == "__main__":
    main()
