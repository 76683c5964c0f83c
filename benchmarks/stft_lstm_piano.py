"""What `stft-lstm` makes of an hour of solo piano, in pictures and figures.

Trains the laptop preset on the train split, generates, continues held-out recordings, and writes
docs/results/stft-lstm-piano.{md,json,png}. Beside the made clips: held-out piano; beside our
Griffin-Lim: librosa's.

  MENURA_DATA=... python benchmarks/stft_lstm_piano.py [--minutes 10] [--work DIR]
"""

import argparse
import json
import os
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import librosa
import numpy as np
import torch

from machine import machine
from menura.audio import Clip
from menura.audio.picture import spectrograms_png
from menura.pages.demo import movement_db, peak_db, rms_db
from menura.prepared import PreparedCorpus
from menura.representations import log_mel_db
from menura.representations._phase import griffin_lim
from menura.representations._stft import stft
from menura.workflows.load import load
from menura.workflows.prepare import prepare
from menura.workflows.train import TrainResult, train

SEED_S, NEW_S, N_CLIPS = 4.0, 12.0, 4
RESULTS = Path(__file__).resolve().parents[1] / "docs" / "results"
NAME = "stft-lstm-piano"


@dataclass(frozen=True)
class Made:
    """Clips by what they are. real: held-out piano, as long as the continuations."""

    real: list[Clip]
    continued: list[Clip]
    generated: list[Clip]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--preset", default="laptop")
    parser.add_argument("--work", type=Path, help="folder to keep what is trained in")
    options = parser.parse_args()
    piano = Path(os.environ["MENURA_DATA"]) / "piano"
    with tempfile.TemporaryDirectory() as scratch:
        work = options.work or Path(scratch)
        prepare(piano, work / "piano", labels=piano / "maestro-v3.0.0.csv", resume=True)
        corpus = work / "piano"
        trained = train(
            *("stft-lstm", corpus, work / "run"),
            preset=options.preset,
            minutes=options.minutes,
            resume=True,
        )
        made, speed = make(work / "run", PreparedCorpus.open(corpus))
    figures = {
        "machine": machine(),
        "training": training_figures(trained),
        "speed": {**speed, **griffin_lim_speed(made.real[0])},
        "clips": clip_figures(made),
    }
    write(made, figures)


def make(run: Path, corpus: PreparedCorpus) -> tuple[Made, dict[str, float]]:
    """Held-out recordings, their beginnings continued, and clips from nothing."""
    system = load(run)
    rendition = corpus.rendition(system.sample_rate, system.n_audio_channels)
    n_samples = round((SEED_S + NEW_S) * system.sample_rate)
    real = [
        Clip(rendition.read(index, start, start + n_samples), system.sample_rate)
        for index in rendition.of_split("test")
        for start in [20 * system.sample_rate]
    ]
    continued = [system.continue_(clip.between(0, SEED_S), NEW_S, seed=1) for clip in real]
    started = time.perf_counter()
    generated = system.generate(1, SEED_S + NEW_S, seed=1)
    one_s = time.perf_counter() - started
    started = time.perf_counter()
    generated = system.generate(N_CLIPS, SEED_S + NEW_S, seed=1)
    all_s = time.perf_counter() - started
    return Made(real, continued, generated), {
        "one_clip_times_real_time": round((SEED_S + NEW_S) / one_s, 1),
        f"{N_CLIPS}_clips_times_real_time": round(N_CLIPS * (SEED_S + NEW_S) / all_s, 1),
    }


def training_figures(trained: TrainResult) -> dict[str, object]:
    return {
        "minutes": round(trained.minutes, 2),
        "steps": trained.steps,
        "held_out": trained.held_out,
        "stopped": trained.stopped,
    }


def griffin_lim_speed(clip: Clip) -> dict[str, float]:
    """Ours and librosa's on the same magnitudes, 32 rounds: time and what is left of the sound."""
    magnitude = stft(torch.from_numpy(clip.samples), 1024, 512).abs()
    started = time.perf_counter()
    ours = griffin_lim(magnitude, 1024, 512, n_iter=32).numpy()
    ours_s = time.perf_counter() - started
    started = time.perf_counter()
    theirs = librosa.griffinlim(
        magnitude[0].numpy(), n_iter=32, hop_length=512, pad_mode="constant", random_state=0
    )[None]
    theirs_s = time.perf_counter() - started
    n = ours.shape[1]
    return {
        "griffin_lim_times_real_time": round(clip.duration_s / ours_s, 1),
        "librosa_griffin_lim_times_real_time": round(clip.duration_s / theirs_s, 1),
        "ratio": round(theirs_s / ours_s, 2),
        "griffin_lim_log_mel_db": round(log_mel_db(clip.samples[:, :n], ours, clip.sample_rate), 3),
        "librosa_log_mel_db": round(
            log_mel_db(clip.samples[:, :n], theirs[:, :n], clip.sample_rate), 3
        ),
    }


def clip_figures(made: Made) -> dict[str, dict[str, object]]:
    """Levels, and how much the sound moves in each two seconds: a drone does not move."""
    return {
        kind: {
            "n": len(clips),
            "peak_dbfs": round(max(map(peak_db, clips)), 1),
            "rms_dbfs": round(float(np.mean([rms_db(clip) for clip in clips])), 1),
            "dc": round(float(np.mean([abs(clip.samples.mean()) for clip in clips])), 6),
            "movement_db": [
                round(float(np.mean([movement_db(clip.between(t, t + 2)) for clip in clips])), 2)
                for t in range(0, round(SEED_S + NEW_S), 2)
            ],
        }
        for kind, clips in vars(made).items()
    }


def write(made: Made, figures: dict[str, object]) -> None:
    """The figures as JSON, the pictures, and a page that shows both."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / f"{NAME}.json").write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    rows = [
        ("held-out piano (real)", made.real[0]),
        (f"its first {SEED_S:.0f} s, continued", made.continued[0]),
        ("another held-out piece (real)", made.real[1]),
        (f"its first {SEED_S:.0f} s, continued", made.continued[1]),
        ("generated from nothing", made.generated[0]),
        ("generated from nothing", made.generated[1]),
    ]
    (RESULTS / f"{NAME}.png").write_bytes(spectrograms_png(rows))
    (RESULTS / f"{NAME}.md").write_text(page(figures), encoding="utf-8")
    print(RESULTS / f"{NAME}.md")  # noqa: T201


def page(figures: dict[str, object]) -> str:
    training, speed, clips = (dict(figures[k]) for k in ("training", "speed", "clips"))  # type: ignore[call-overload]
    times = " | ".join(f"{t}–{t + 2} s" for t in range(0, round(SEED_S + NEW_S), 2))
    columns = "|---" * (3 + round((SEED_S + NEW_S) / 2))
    lines = "\n".join(
        f"| {kind} ({c['n']}) | {c['peak_dbfs']} | {c['rms_dbfs']} | "
        + " | ".join(f"{m:.1f}" for m in c["movement_db"])
        + " |"
        for kind, c in clips.items()
    )
    where = ", ".join(f"{k} {v}" for k, v in dict(figures["machine"]).items())  # type: ignore[call-overload]
    return f"""# stft-lstm on an hour of piano

Written by `python benchmarks/stft_lstm_piano.py`; not by hand. On {where}.

{training["steps"]} steps of the laptop preset in {training["minutes"]} minutes, until
{training["stopped"]}; best held-out value (squared error of normalised log power)
{training["held_out"]:.4f}.

![Spectrograms: held-out piano, its continuations, generated clips]({NAME}.png)

**It falls into a drone.** Within seconds of its seed of {SEED_S:.0f} s the picture turns into
steady lines or a hum in which hardly a note begins or ends. The table says the same: how much the
sound changes from one half second to the next, in dB, in each two seconds of the clips. `real` is
held-out piano, `continued` has the same first {SEED_S:.0f} s and is made from there on, `generated`
is made from nothing.

| clips | peak dBFS | RMS dBFS | {times} |
{columns}|
{lines}

Speed: one clip is made {speed["one_clip_times_real_time"]} × faster than it plays,
{N_CLIPS} at once {speed[f"{N_CLIPS}_clips_times_real_time"]} ×. Griffin-Lim alone, 32 rounds: ours
{speed["griffin_lim_times_real_time"]} × real time, librosa's
{speed["librosa_griffin_lim_times_real_time"]} × in the same run (ratio {speed["ratio"]}); log-mel
distance to the original {speed["griffin_lim_log_mel_db"]} dB and {speed["librosa_log_mel_db"]} dB.
"""


if __name__ == "__main__":
    main()
