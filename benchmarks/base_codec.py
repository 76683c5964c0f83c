"""What the codec of `base` leaves of music that it never heard, beside Griffin-Lim.

Pieces of 8 s of the test tracks of clips, piano and notes, there and back: through the codec of
base; through mel spectra of as many numbers a second, and of four times as many, back by
Griffin-Lim. Other real music is a row of the same tables, and what a trial before the building
came to stands beside. Writes docs/results/base_codec.{md,json,png}.

  MENURA_DATA=... python benchmarks/base_codec.py [--system base] [--pieces 24] [--work DIR]
"""

import argparse
import json
import os
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch

from clip_sets import Clips, cut_clips, whole
from distances import DISTANCES as FRECHET
from distances import counted, in_words, samples
from machine import machine
from materials import KINDS, RATE
from menura.audio import Clip
from menura.audio.picture import spectrograms_png
from menura.evaluation import metrics
from menura.models.spectral_codec import SpectralCodecConfig
from menura.prepared import PreparedCorpus
from menura.representations.log_mel import LogMel
from menura.systems.coded import Coded
from menura.workflows.load import load_of_sound
from menura.workflows.prepare import prepare
from page_parts import table, where
from timing import seconds

RESULTS = Path(__file__).resolve().parents[1] / "docs" / "results"
NAME, PIECE_S, N_PIECES = "base_codec", 8.0, 24
OURS = "codec of base"
ROUNDS = 32  # of Griffin-Lim
PEER = "Griffin-Lim, equally many numbers"
DISTANCES = (*FRECHET, "log-mel-distance", "multi-resolution-stft")
BARS = {"frechet-spectral": 0.5, "frechet-mfcc": 0.5, "log-mel-distance": 0.75}
TRIAL = "the trial of PROTOTYPE.md: one hour on two cores, 24 pieces of its own"
TRIED = {
    "clips": {"frechet-spectral": 0.64, "frechet-mfcc": 0.26},
    "piano": {"frechet-spectral": 0.31, "frechet-mfcc": 0.24},
}
"""What it says of its codec beside Griffin-Lim of equally many numbers: not measured here."""

Way = Callable[[Clip], Clip]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--system", default="base", help="base, or a folder with another")
    parser.add_argument("--pieces", type=int, default=N_PIECES, help="of each material")
    parser.add_argument("--work", type=Path, help="folder to keep prepared corpora in")
    options = parser.parse_args()
    system = load_of_sound(options.system)
    with tempfile.TemporaryDirectory() as scratch:
        pieces = materials(options.work or Path(scratch), options.pieces)
    figures, shown = measure(system, pieces)
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / f"{NAME}.png").write_bytes(spectrograms_png(shown))
    (RESULTS / f"{NAME}.json").write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    (RESULTS / f"{NAME}.md").write_text(page(figures), encoding="utf-8")
    print(RESULTS / f"{NAME}.md")  # noqa: T201


def materials(work: Path, n: int) -> dict[str, tuple[Clips, Clips]]:
    """By name: pieces of test tracks, and as many of other test tracks where there are some."""
    clips = work / "clips"
    prepare(Path(os.environ["MENURA_DATA"]) / "clips", clips, resume=True)
    corpora = {"clips": clips} | {name: KINDS[name].prepare(work) for name in ("piano", "notes")}
    found: dict[str, tuple[Clips, Clips]] = {}
    for name, corpus in corpora.items():
        rendition = PreparedCorpus.open(corpus).rendition(RATE, 1)
        tracks = list(whole(rendition, "test").values())
        if name == "notes":  # of 4 s, the end of each silent
            tracks = [_end_to_end(tracks[k::n]) for k in range(n)]
        else:
            # Base learns nothing of piano/, and of clips/ nothing that is held out here.
            tracks += list(whole(rendition, "valid").values())
        both = [cut_clips(tracks, n, PIECE_S, seed=seed) for seed in (1, 2)]
        found[name] = both[0], both[1]
    return found


def measure(
    system: Any, pieces: Mapping[str, tuple[Clips, Clips]]
) -> tuple[dict[str, Any], list[tuple[str, Clip]]]:
    """The figures, and the lines of the picture."""
    ways: dict[str, Way] = {OURS: system.round_trip, **griffin_lim(numbers_a_second(system))}
    one = next(iter(pieces["clips"][0].values()))
    figures: dict[str, Any] = {
        "machine": machine(),
        "pieces": {name: len(clips) for name, (clips, _) in pieces.items()},
        "samples": {name: samples(clips) for name, (clips, _) in pieces.items()},
        "numbers a second": round(numbers_a_second(system)),
        "× real time": {what: _speed(way, one) for what, way in ways.items()},
        "there and back": {},
    }
    shown: list[tuple[str, Clip]] = []
    for name, (clips, others) in pieces.items():
        back = {what: {key: way(clip) for key, clip in clips.items()} for what, way in ways.items()}
        back["other pieces (real)"] = dict(others)
        figures["there and back"][name] = {
            what: {
                metric: round(metrics.load(metric).score(clips, made).value, 3)
                for metric in (DISTANCES if what in ways else FRECHET)
            }
            for what, made in back.items()
        }
        first = next(iter(clips))
        shown += [(f"{name} (real)", clips[first])]
        shown += [(f"{name}: {what}", back[what][first]) for what in list(ways)[:2]]
    return figures, shown


def _speed(way: Way, clip: Clip) -> float:
    return round(clip.duration_s / seconds(lambda: way(clip)), 1)


def numbers_a_second(system: Any) -> float:
    c = _codec(system)
    return float(c.n_latent * system.sample_rate / (c.hop_length * c.stride))


def griffin_lim(n_numbers: float) -> dict[str, Way]:
    """Mels of about so many numbers a second, and of four times as many."""
    found = {}
    for what, n_mels, hop in (
        (PEER, 64, round(64 * RATE / n_numbers)),
        ("Griffin-Lim, four times as many", 128, round(128 * RATE / n_numbers / 4)),
    ):
        config = LogMel.Config(n_fft=2048, hop_length=hop, n_mels=n_mels, n_iter=ROUNDS)
        found[what] = _by(LogMel(config, RATE))
    return found


def _codec(system: Any) -> SpectralCodecConfig:
    """Of the codec that a system is over, or is."""
    over = system.representation
    config = (over.codec if isinstance(over, Coded) else system.model).config
    assert isinstance(config, SpectralCodecConfig)
    return config


def _by(part: LogMel) -> Way:
    def there_and_back(clip: Clip) -> Clip:
        with torch.no_grad():
            back = part.decode(part.encode(torch.from_numpy(clip.samples)[None]))[0].numpy()
        return Clip(np.ascontiguousarray(back[:, : clip.n_samples]), RATE)

    return there_and_back


def _end_to_end(clips: list[Clip]) -> Clip:
    return Clip(np.concatenate([clip.samples for clip in clips], axis=1), clips[0].sample_rate)


def page(figures: dict[str, Any]) -> str:
    parts = [
        f"""# What the codec of base leaves of music

Written by `python benchmarks/{NAME}.py`; not by hand. On {where(figures["machine"])}.

Pieces of {PIECE_S:g} s of test tracks, none of which the codec ever heard, there and back. The
codec has {figures["numbers a second"]} numbers a second. Fréchet distances are between the pieces
and what came back of them; 0 is the same. {in_words()} The log-mel distance is in dB."""
    ]
    for name, rows in figures["there and back"].items():
        parts += [
            f"## {name}",
            f"{figures['pieces'][name]} pieces, {counted(figures['samples'][name])} on each side.",
            table(rows, "way"),
            table(beside_peer(name, rows), f"× {PEER}"),
        ]
    speeds = ", ".join(f"{what} {value:g}" for what, value in figures["× real time"].items())
    parts += [
        f"One piece there and back, × real time: {speeds}.",
        f"![Spectrograms of a piece of each and what came back]({NAME}.png)",
    ]
    return "\n\n".join(parts) + "\n"


def beside_peer(name: str, rows: Mapping[str, Mapping[str, float]]) -> dict[str, Any]:
    """The codec of base, the trial where it had such music, and what is asked: at most so many
    times the distance of Griffin-Lim from equally many numbers."""
    ours = {metric: round(rows[OURS][metric] / rows[PEER][metric], 2) for metric in BARS}
    return {
        OURS: ours,
        **({TRIAL: TRIED[name]} if name in TRIED else {}),
        "asked: at most": BARS,
    }


if __name__ == "__main__":
    main()
