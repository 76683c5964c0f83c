"""A page for each system: what it makes after a few minutes, beside what its report says.

For each named recipe: trains its laptop preset for --minutes on the data that suits it, makes clips
from nothing, continues held-out music, reconstructs it and goes from one piece to another (what the
system can of these), measures it beside real music, and writes docs/systems/NAME.{md,json,png};
then docs/systems/README.md, of all that have been measured. What a report did and said is in
benchmarks/reports/NAME.toml. Trainings stay in --work: a stopped one goes on, a finished one is
used again.

  MENURA_DATA=... python benchmarks/systems.py stft-lstm gruv-lstm [--minutes 5] [--work DIR]
"""

import argparse
import json
import tempfile
import time
from pathlib import Path
from typing import Any

from clip_sets import Clips, continue_all, generated
from machine import machine
from materials import KINDS, N_CLIPS, Material
from measures import against, continuation, copies, floors, levels
from menura import models
from menura.audio import Clip
from menura.audio.picture import spectrograms_png
from menura.training.stage import METRICS
from menura.workflows.load import load
from once import train_once
from system_page import REPORTS, index, page, report
from through_latents import evenness, fidelity, passing_rows

PAGES = Path(__file__).resolve().parents[1] / "docs" / "systems"
PRESET = "laptop"
SPEED_S = 20.0  # of the clips by which making is timed
N_ENDS = 6  # clips between which paths are measured


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    names = sorted(file.stem for file in REPORTS.glob("*.toml"))
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(names))
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--work", type=Path, help="folder to keep what is trained in")
    options = parser.parse_args()
    if unknown := set(options.names) - set(names):
        parser.error(f"no report of {sorted(unknown)[0]!r}; there is: {', '.join(names)}")
    PAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        for name in options.names:
            measure(name, options.work or Path(scratch), options.minutes)
    # All pages are written again, so that they agree whatever was measured when.
    found = {file.stem: json.loads(file.read_text("utf-8")) for file in PAGES.glob("*.json")}
    for name, figures in sorted(found.items()):
        (PAGES / f"{name}.md").write_text(page(name, figures), encoding="utf-8")
    (PAGES / "README.md").write_text(index(found), encoding="utf-8")
    print(PAGES / "README.md")  # noqa: T201


def measure(name: str, work: Path, minutes: float) -> None:
    """Train and measure one system; its figures and picture are written."""
    kind = KINDS[report(name)["data"]]
    corpus = kind.prepare(work)
    run = work / f"{name}-{minutes:g}"
    train_once(name, PRESET, corpus, run, minutes)
    system = load(run)
    material = kind.hear(corpus, system)
    powers = models.powers_of(type(system.model))
    figures: dict[str, Any] = {
        "machine": machine(),
        "asked_minutes": minutes,
        "training": trained(run),
        "parameters": sum(p.numel() for p in system.model.parameters()),
    }
    rows: list[tuple[str, Clip]] = []
    short_rows: list[tuple[str, Clip]] = []
    if "generate" in powers:
        made = generated(system, N_CLIPS, material.clip_s)
        figures["clips"] = {
            "real: floor": {**floors(material.held_out, made), **levels(material.going_on)},
            name: {
                **against(material.held_out, made),
                **levels(made),
                **copies(material.train, made),
            },
        }
        figures["speed"] = speed(system)
        long = generated(system, 2, material.seed_s + material.new_s)
        rows += beside(material, "02", "generated from nothing", long["00"])
        rows += beside(material, "03", "generated from nothing", long["01"])
    if "continue" in powers:
        continued = continue_all(system, material.seeds, material.new_s)
        figures["continuations"] = {
            "real": going_on(material, material.going_on),
            name: going_on(material, continued),
        }
        figures["seed_s"], figures["new_s"] = material.seed_s, material.new_s
        seed_s = f"{material.seed_s:g} s"
        rows += beside(material, "00", f"its first {seed_s}, continued", continued["00"])
        rows += beside(material, "01", f"its first {seed_s}, continued", continued["01"])
    if "reconstruct" in powers and material.short:
        figures["reconstructions"] = fidelity(system, name, material.short)
    if "interpolate" in powers and material.short:
        figures["paths"] = evenness(system, dict(list(material.short.items())[:N_ENDS]))
        short_rows = passing_rows(system, material.short)
    figures["clip_s"] = material.clip_s
    (PAGES / f"{name}.png").write_bytes(spectrograms_png(rows, columns=2))
    if short_rows:
        picture = spectrograms_png(short_rows, columns=4, width_in=13.0)
        (PAGES / f"{name}-between.png").write_bytes(picture)
    (PAGES / f"{name}.json").write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    print(PAGES / f"{name}.json", flush=True)  # noqa: T201


def trained(run: Path) -> dict[str, Any]:
    said = json.loads((run / METRICS).read_text(encoding="utf-8"))
    return {
        "minutes": round(said["minutes"], 2),
        "steps": said["steps"],
        "held_out": said["held_out"],
        "stopped": said["stopped"],
    }


def going_on(material: Material, clips: Clips) -> dict[str, float]:
    return continuation(
        *(material.held_out, material.seeds, clips, material.train),
        *(material.seed_s, material.new_s),
    )


def speed(system: Any) -> dict[str, float]:
    """Seconds of sound made in a second, the way back to sound included."""
    system.generate(1, 1.0, seed=0)  # what is compiled on first use
    found = {}
    for n in (1, N_CLIPS):
        started = time.perf_counter()
        system.generate(n, SPEED_S, seed=0)
        found["one clip" if n == 1 else f"{n} at once"] = round(
            n * SPEED_S / (time.perf_counter() - started), 1
        )
    return found


def beside(material: Material, real: str, title: str, clip: Clip) -> list[tuple[str, Clip]]:
    """A line of the picture: real music on the left, what was made on the right."""
    return [("held-out (real)", material.going_on[real]), (title, clip)]


if __name__ == "__main__":
    main()
