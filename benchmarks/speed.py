"""How fast `latent-flow` is: its codec, its training with and without bfloat16, its generation.

Beside each figure a peer measured in the same run. Weights are fresh: speed does not depend on
what they have learnt. Run it with nothing else on the machine. Writes docs/results/speed.{md,json}.

  python benchmarks/speed.py
"""

import json
from pathlib import Path
from typing import Any

import librosa
import numpy as np
import torch

from machine import machine
from menura import recipes
from menura.audio import Clip
from menura.foundation.devices import Compute
from menura.models import Batch
from menura.systems import TrainedSystem
from menura.training.assembly import new_system
from menura.training.stepping import Stepper
from timing import seconds

RESULTS = Path(__file__).resolve().parents[1] / "docs" / "results"
NAME = "speed"
RECIPE, PRESET = "latent-flow", "laptop"
RATE, CLIP_S, N_TOGETHER = 32_000, 8.0, 16
N_MELS, N_FFT, HOP = 128, 2048, 512


def main() -> None:
    sound = noise_like_music(CLIP_S)
    system = fresh(RECIPE)
    codec = codec_speed(system, sound)
    figures = {
        "machine": machine(),
        "codec, × real time": {**codec, **peer_of_codec(sound, codec["encode and decode"])},
        "generation, × real time": generation_speed(system),
        "training, seconds of sound in a second": training_speed(),
    }
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / f"{NAME}.json").write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    (RESULTS / f"{NAME}.md").write_text(page(figures), encoding="utf-8")
    print(RESULTS / f"{NAME}.md")  # noqa: T201


def fresh(recipe: str) -> TrainedSystem:
    system = new_system(recipe, PRESET, recipes.load(recipe).preset(PRESET), 0)
    system.model.eval()
    return system


def noise_like_music(seconds: float, rate: int = RATE) -> Clip:
    """Decaying tones over noise, so that no part of a computation is spared."""
    t = np.arange(round(seconds * rate)) / rate
    tones = [np.sin(2 * np.pi * f * t) * np.exp(-3 * (t % 0.5)) for f in (220, 277, 330, 880)]
    noise = np.random.default_rng(0).standard_normal(len(t))
    return Clip((0.1 * sum(tones) + 0.01 * noise)[None].astype(np.float32), rate)


def codec_speed(system: TrainedSystem, sound: Clip) -> dict[str, float]:
    audio = torch.from_numpy(sound.samples)[None]
    part = system.representation
    with torch.no_grad():
        frames = part.encode(audio)
        encoding = seconds(lambda: part.encode(audio))
        decoding = seconds(lambda: part.decode(frames))
        whole = seconds(lambda: part.decode(part.encode(audio)))
    return {
        "encode": round(CLIP_S / encoding, 1),
        "decode": round(CLIP_S / decoding, 1),
        "encode and decode": round(CLIP_S / whole, 1),
    }


def peer_of_codec(sound: Clip, ours: float) -> dict[str, float]:
    """librosa: as many mels as the codec hears, and back by its Griffin-Lim with 32 rounds."""

    def there_and_back() -> None:
        mel = librosa.feature.melspectrogram(
            y=sound.samples[0], sr=RATE, n_fft=N_FFT, hop_length=HOP, n_mels=N_MELS
        )
        librosa.feature.inverse.mel_to_audio(mel, sr=RATE, n_fft=N_FFT, hop_length=HOP, n_iter=32)

    theirs = CLIP_S / seconds(there_and_back, 1)
    return {"librosa: mel and Griffin-Lim": round(theirs, 2), "ratio": round(ours / theirs, 1)}


def generation_speed(system: TrainedSystem) -> dict[str, float]:
    other = fresh("stft-lstm")
    one, together, long, theirs = (
        seconds(lambda work=work: work(), 1)
        for work in (
            lambda: system.generate(1, CLIP_S, seed=0),
            lambda: system.generate(N_TOGETHER, CLIP_S, seed=0),
            lambda: system.generate(1, 60.0, seed=0),
            lambda: other.generate(1, CLIP_S, seed=0),
        )
    )
    return {
        f"one clip of {CLIP_S:g} s": round(CLIP_S / one, 1),
        f"{N_TOGETHER} clips of {CLIP_S:g} s": round(N_TOGETHER * CLIP_S / together, 1),
        "one clip of 60 s": round(60 / long, 1),
        f"stft-lstm, one clip of {CLIP_S:g} s": round(CLIP_S / theirs, 1),
        "ratio": round(theirs / one, 1),
    }


def training_speed() -> dict[str, float]:
    """Of both stages, before the critics join; the ratio is bfloat16 over float32."""
    found: dict[str, float] = {}
    preset = recipes.load(RECIPE).preset(PRESET)
    assert preset.codec is not None
    for stage, one in (("codec", preset.codec), ("flow", preset)):
        speeds = {precision: steps_speed(one, precision) for precision in ("float32", "bfloat16")}
        found |= {f"{stage}, {precision}": round(s, 1) for precision, s in speeds.items()}
        found[f"{stage}, ratio"] = round(speeds["bfloat16"] / speeds["float32"], 2)
    return found


def steps_speed(preset: Any, precision: str) -> float:
    """Seconds of sound learnt from in a second, reading aside."""
    system = new_system(RECIPE, PRESET, preset, 0)
    spec = system.representation.spec
    stepper = Stepper(system.model, preset.training, Compute("cpu", precision), seed=0)
    shape = preset.batching.batch_size, spec.n_channels, preset.batching.n_frames
    rng = torch.Generator().manual_seed(0)
    frames = (1.0 if preset.codec else 0.1) * torch.randn(shape, generator=rng)
    step_s = seconds(lambda: stepper.step(Batch(frames), 0, 1.0), 5)
    return float(shape[0] * shape[2] / (spec.frame_rate_hz or 1) / step_s)


def page(figures: dict[str, Any]) -> str:
    where = ", ".join(f"{k} {v}" for k, v in figures["machine"].items())
    tables = "\n\n".join(
        f"## {title[0].upper()}{title[1:]}\n\n| what | figure |\n|---|---|\n"
        + "\n".join(f"| {what} | {value:g} |" for what, value in rows.items())
        for title, rows in figures.items()
        if title != "machine"
    )
    return f"""# How fast `latent-flow` is

Written by `python benchmarks/speed.py`; not by hand. On {where}.
Preset {PRESET}; clips in mono at {RATE} Hz; float32 but where training says otherwise. Training
steps are those before the codec's critics join.

{tables}
"""


if __name__ == "__main__":
    main()
