"""The page of a system, in words and tables, from its figures and what is known of its report."""

import importlib
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from materials import KINDS
from menura import recipes
from menura.evaluation.compare.reported import figures_of
from page_parts import table, where

REPORTS = Path(__file__).resolve().parent / "reports"
Figures = Mapping[str, Any]


def report(name: str) -> dict[str, Any]:
    """What is known of a system's report.

    title, did: which it is, and what it did. data: the material that suits the system.
    differs: what is different here, and why. figures: the report's own, each `of` what, with a
    value for every column; remark: what must be known to read them.
    """
    with (REPORTS / f"{name}.toml").open("rb") as file:
        known = tomllib.load(file)
    stated = figures_of(name)
    return {**known, "figures": stated} if stated else known


def page(name: str, figures: Figures) -> str:
    """The page as Markdown."""
    known = report(name)
    parts = [
        f"# {name}",
        f"Written by `python benchmarks/systems.py {name} --minutes {figures['asked_minutes']:g}`; "
        f"not by hand. On {where(figures['machine'])}.",
        "## The report",
        f"{known['title']}.",
        known["did"].strip(),
        _reported(known),
        f"## Here, trained for {figures['training']['minutes']:g} min",
        _training(known, figures),
        f"![Spectrograms: real music on the left, what was made on the right]({name}.png)",
        _clips(figures),
        _continuations(figures),
        _reconstructions(figures),
        _paths(figures),
        f"![Spectrograms: short pieces, and what is between two]({name}-between.png)"
        if "paths" in figures
        else "",
        "## What differs from the report, and why",
        "\n".join(f"- {_one_line(line)}" for line in known["differs"]),
        "The presets, as the recipe states them:",
        _quoted(str(importlib.import_module(_module(name)).__doc__)),
        "## The commands",
        _commands(name, known["data"], figures),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def index(found: Mapping[str, Figures]) -> str:
    """The list of all pages."""
    rows = {
        f"[{name}]({name}.md)": {
            "after": f"{one['training']['minutes']:g} min",
            **_of_clips(name, one),
            **_of_continuations(name, one),
            **_of_reconstructions(name, one),
        }
        for name, one in sorted(found.items())
    }
    return f"""# The systems

Written by `python benchmarks/systems.py`; not by hand. One page a system: what its report did, what
it makes here after a few minutes of training on one core or two (each page says), and what differs
and why.

{table(rows, "system")}

Fréchet distances are those of clips made from nothing to held-out music, beside what other real
music scores (× real); they are comparable only within a material: notes, recordings and
synthesised scores are different music. Drift is the worst second of the continuations beside
that of real music. Reconstructions: the log-mel distance of held-out pieces to themselves after a
passage through the system, in dB.
"""


def _reported(known: Mapping[str, Any]) -> str:
    if not known.get("figures"):
        return "It states no figures for this system."
    rows = {
        row["of"]: {key: value for key, value in row.items() if key != "of"}
        for row in known["figures"]
    }
    remark = _one_line(known.get("remark", ""))
    return (
        f"Its own figures:\n\n{table(rows, 'of')}\n\n"
        f"They are not comparable with ours: other data, other measures. {remark}".strip()
    )


def _training(known: Mapping[str, Any], figures: Figures) -> str:
    run = figures["training"]
    best = "" if run["held_out"] is None else f"; best held-out value {run['held_out']:.4f}"
    said = (
        f"The laptop preset ({figures['parameters']:,} parameters) on "
        f"{KINDS[known['data']].words}: {run['steps']} steps ({run['stopped']}){best}."
    )
    if "speed" in figures:
        times = ", ".join(f"{what} {value:g} ×" for what, value in figures["speed"].items())
        said += f" Speed of making music, the way back to sound included: {times} real time."
    return said


def _clips(figures: Figures) -> str:
    if "clips" not in figures:
        return ""
    return (
        f"### Made from nothing\n\nClips of {figures['clip_s']:g} s against all held-out music. "
        "The first row is what other real music scores, cut to as many pieces as long.\n\n"
        f"{table(figures['clips'], 'clips')}"
    )


def _continuations(figures: Figures) -> str:
    if "continuations" not in figures:
        return ""
    return (
        f"### Continuations\n\nOf held-out seeds of {figures['seed_s']:g} s, for "
        f"{figures['new_s']:g} s. The first row is how the music itself goes on.\n\n"
        f"{_turned(figures['continuations'])}"
    )


def _reconstructions(figures: Figures) -> str:
    if "reconstructions" not in figures:
        return ""
    return (
        "### Reconstructions\n\nOf short held-out pieces. The first row is what is lost on the way "
        "to frames and back, without any model; the last is how far apart two pieces are.\n\n"
        f"{table(figures['reconstructions'], 'of')}"
    )


def _paths(figures: Figures) -> str:
    if "paths" not in figures:
        return ""
    return (
        "### From one piece to another\n\nNine stops between held-out pieces: how even the steps "
        "are, by log-mel distance, and how far round they lead. Even steps have 1 and 1; a path "
        f"without detours has 1.\n\n{table(figures['paths'], 'path')}"
    )


def _turned(rows: Mapping[str, Mapping[str, object]]) -> str:
    """A table with a line for each measure: there are too many for columns."""
    measures = next(iter(rows.values()))
    return table(
        {measure: {name: row[measure] for name, row in rows.items()} for measure in measures},
        "measure",
    )


def _commands(name: str, kind: str, figures: Figures) -> str:
    layout, source = {
        "piano": ("--labels piano/maestro-v3.0.0.csv", "piano"),
        "piano-scores": ("--corpus maestro", "piano"),
        "notes": ("--corpus nsynth", "notes"),
    }[kind]
    seed = "seed.mid" if kind == "piano-scores" else "seed.wav"
    lines = [
        f"menura prepare {source} --out prepared {layout}",
        f"menura train {name} prepared --out run --minutes {figures['asked_minutes']:g}",
        "menura generate run --out clips -n 4",
    ]
    if "continuations" in figures:
        lines.append(f"menura continue run {seed} --out longer.wav")
    if "reconstructions" in figures:
        lines.append("menura reconstruct run clip.wav --out again.wav")
    if "paths" in figures:
        lines.append("menura interpolate run a.wav b.wav --out between --steps 5")
    return "\n".join(["```", *lines, "```"])


def _of_clips(name: str, figures: Figures) -> dict[str, str]:
    if "clips" not in figures:
        return {}
    floor, ours = figures["clips"]["real: floor"], figures["clips"][name]
    return {
        metric: f"{ours[metric]:g} ({ours[metric] / floor[metric]:.1f} × real)"
        for metric in ("frechet-spectral", "frechet-mfcc")
    }


def _of_continuations(name: str, figures: Figures) -> dict[str, object]:
    if "continuations" not in figures:
        return {}
    ours = figures["continuations"][name]
    return {key: ours[key] for key in ("drift: worst second, × real", "seed relatedness (AUC)")}


def _of_reconstructions(name: str, figures: Figures) -> dict[str, object]:
    if "reconstructions" not in figures:
        return {}
    [(_, value)] = figures["reconstructions"][name].items()
    return {"reconstructions (dB)": value}


def _module(name: str) -> str:
    return f"{recipes.__name__}.{name.replace('-', '_')}"


def _quoted(text: str) -> str:
    return "\n".join(["```", text.strip(), "```"])


def _one_line(text: str) -> str:
    return " ".join(text.split())
