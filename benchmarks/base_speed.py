"""How fast `base` makes music, beside MusicGen-small of its true size through `transformers`.

Sound made from nothing, and by label with the usual guidance, for one clip and for eight together,
in how many times real time; how long the first sound takes with the system loaded; the peak memory
of the process. Weights are fresh, of both: speed does not depend on what they have learnt. MusicGen
in bfloat16 and float32, guidance 3, as it is used. And `menura generate base` as it is called, from
the start of Python to its last file, with the weights that ship. Each in a process of its own, the
best of some turns. Run it with nothing else on the machine. Writes docs/results/base_speed.{md,
json}.

  python benchmarks/base_speed.py [--rounds 2]
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import torch

from machine import machine
from menura import audio, recipes
from menura.systems import TrainedSystem
from menura.systems.musicgen.quiet import quiet_transformers
from menura.training.assembly import new_system
from page_parts import table, where
from recurrent import said
from timing import seconds

RESULTS = Path(__file__).resolve().parents[1] / "docs" / "results"
NAME, OURS = "base_speed", "base"
LABEL, ALL_LABELS = "piano", 15  # as many as the one that ships has
LABELLED = f"base, label {LABEL}, usual guidance"
N_COMMAND = 4
COMMAND = ("generate", "base", "--label", LABEL, "-n", str(N_COMMAND))
CALLED = f"menura {' '.join(COMMAND)}"
CLIP_S, TOGETHER = 10.0, 8
PEERS = {f"MusicGen-small, {dtype}": dtype for dtype in ("bfloat16", "float32")}
PEER_S, FRAMES_A_SECOND = 2.0, 50  # of MusicGen
ONE, MANY = "one clip, × real time", f"{TOGETHER} clips, × real time"
WHOLE, WHOLE_S = "whole command, × real time", "whole command, s"
FIRST, MEMORY = "first sound, s", "peak memory, MiB"
LESS_IS_BETTER = (WHOLE_S, FIRST, MEMORY)
ASKED, FIRST_ASKED_S, MEMORY_ASKED = 30, 1.5, 1536


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--turn", help="measure one alone and print it")
    options = parser.parse_args()
    if options.turn:
        torch.set_num_threads(os.cpu_count() or 1)
        print(json.dumps(TURNS[options.turn]()))  # noqa: T201
        return
    rows: dict[str, dict[str, float]] = {}
    for _ in range(options.rounds):
        for name in TURNS:
            turn = said([sys.executable, __file__, "--turn", name], {})
            rows[name] = _better(rows.get(name, turn), turn)
    figures = {"machine": machine(), "rows": rows}
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / f"{NAME}.json").write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    (RESULTS / f"{NAME}.md").write_text(page(figures), encoding="utf-8")
    print(RESULTS / f"{NAME}.md")  # noqa: T201


def own(label: str | None = None, preset: str = "base") -> dict[str, float]:
    """The preset base, as `menura generate base` makes its clips, at the guidance that is usual."""
    chosen = recipes.load("latent-flow").preset(preset)
    labels = () if label is None else (label, *(f"label {n}" for n in range(1, ALL_LABELS)))
    system = new_system("latent-flow", preset, chosen, 0, labels=labels)
    assert isinstance(system, TrainedSystem)
    system.model.eval()
    system.compute_on("auto", "auto")  # as the command does by itself
    start = time.perf_counter()
    system.generate(1, CLIP_S, seed=0, label=label)  # whole before it can be heard
    first = time.perf_counter() - start
    one = seconds(lambda: system.generate(1, CLIP_S, seed=0, label=label))
    many = seconds(lambda: system.generate(TOGETHER, CLIP_S, seed=0, label=label), 2)
    return _figures(CLIP_S, one, many) | {FIRST: round(first, 2), MEMORY: _peak_mib()}


def called() -> dict[str, float]:
    """The command, from the start of Python to the last of its files."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "menura", *COMMAND, "--out", "clips"]
        start = time.perf_counter()
        subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
        took = time.perf_counter() - start
        made_s = sum(audio.read(file).duration_s for file in Path(folder, "clips").iterdir())
    return {
        WHOLE: round(made_s / took, 2),
        WHOLE_S: round(took, 2),
        MEMORY: _peak_mib(resource.RUSAGE_CHILDREN),
    }


def peer(dtype: str) -> dict[str, float]:
    """Tokens and sound of `facebook/musicgen-small`'s shape (Copet et al. 2023)."""
    model = _musicgen_small().to(getattr(torch, dtype)).eval()
    n_tokens = round(PEER_S * FRAMES_A_SECOND)

    def make(n: int) -> None:
        torch.manual_seed(0)
        words = torch.randint(1, 1000, (n, 12))
        model.generate(
            input_ids=words, attention_mask=torch.ones_like(words), guidance_scale=3.0,
            do_sample=True, min_new_tokens=n_tokens, max_new_tokens=n_tokens,
        )  # fmt: skip

    one, many = seconds(lambda: make(1), 1), seconds(lambda: make(TOGETHER), 1)
    return _figures(PEER_S, one, many) | {MEMORY: _peak_mib()}


def _musicgen_small() -> Any:
    with quiet_transformers():
        from transformers import (
            EncodecConfig,
            MusicgenConfig,
            MusicgenDecoderConfig,
            MusicgenForConditionalGeneration,
            T5Config,
        )

        text = T5Config(d_model=768, d_ff=3072, num_layers=12, num_heads=12)
        codec = EncodecConfig(
            sampling_rate=32_000,
            upsampling_ratios=[8, 5, 4, 4],
            num_filters=64,
            codebook_size=2048,
            target_bandwidths=[2.2],
            use_causal_conv=False,
        )
        decoder = MusicgenDecoderConfig()  # small's: 24 layers of 1024, four codebooks of 2048
        return MusicgenForConditionalGeneration(
            MusicgenConfig(text_encoder=text, audio_encoder=codec, decoder=decoder)
        )


def _figures(clip_s: float, one_s: float, many_s: float) -> dict[str, float]:
    return {ONE: round(clip_s / one_s, 2), MANY: round(TOGETHER * clip_s / many_s, 2)}


def _better(a: dict[str, float], b: dict[str, float]) -> dict[str, float]:
    """The faster of each, in the less memory."""
    return {name: (min if name in LESS_IS_BETTER else max)(a[name], b[name]) for name in a}


def _peak_mib(of: int = resource.RUSAGE_SELF) -> float:
    return round(resource.getrusage(of).ru_maxrss / 1024)


TURNS = {
    OURS: own,
    LABELLED: lambda: own(LABEL),
    CALLED: called,
    **{name: partial(peer, dtype) for name, dtype in PEERS.items()},
}


def beside_peer(rows: Mapping[str, Mapping[str, float]]) -> dict[str, dict[str, float]]:
    """Sound made in the time in which MusicGen at its faster precision makes one: of as many clips
    together, of a whole command beside the better of both."""
    best = {what: max(rows[name][what] for name in PEERS) for what in (ONE, MANY)}
    best[WHOLE] = max(best.values())
    return {
        name: {
            what.removesuffix(", × real time"): round(rows[name][what] / best[what], 1)
            for what in best
            if what in rows[name]
        }
        for name in (OURS, LABELLED, CALLED)
    }


def page(figures: Mapping[str, Any]) -> str:
    rows = figures["rows"]
    return f"""# How fast base is

Written by `python benchmarks/{NAME}.py`; not by hand. On {where(figures["machine"])}.

Clips of {CLIP_S:g} s from nothing (MusicGen: of {PEER_S:g} s), fresh weights of true size, each in
a process of its own. A label costs twice the looks at the network: its guidance sets what is made
with it beside what is made without. First sound: from the first call with the system loaded, the
clip whole (asked: within {FIRST_ASKED_S:g} s; peak memory at most {MEMORY_ASKED:,} MiB). A whole
command makes {N_COMMAND} clips of the usual length, from the start of Python to the last file, with
the weights that ship.

{table(rows, "system")}

Sound made beside MusicGen at its faster precision and guidance 3 (asked: {ASKED} × for one clip); a
whole command beside the better of MusicGen's two figures, whose start is not counted:

{table(beside_peer(rows), "× MusicGen")}
"""


if __name__ == "__main__":
    main()
