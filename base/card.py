"""The model card of base: what it is, how it was made of what, and what may be done with it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from allowlist import Permitted
from attribution import sources
from menura.models import powers_of
from menura.systems import BoundSystem

LICENCE = "Apache-2.0"
RIGHTS = (
    "What it generates is yours to use for anything, as far as we know and as far as the law lets "
    "anyone own it: it has learnt from nothing but pieces that Menura composed itself and "
    "recordings under CC0, CC BY and MIT, whose authors are named below. It may, by chance, make "
    "something like what exists; listen before you publish. What you train further with it on "
    "other recordings depends on the rights in those."
)


@dataclass(frozen=True)
class Facts:
    """made: what train.py wrote down. kept_as: the precision of the file. differences: precision →
    how far it is from the whole numbers, in dB."""

    made: Mapping[str, Any]
    kept_as: str
    differences: Mapping[str, float]


def card(system: BoundSystem, facts: Facts, rows: Iterable[Permitted]) -> str:
    """Markdown."""
    d, made = system.description, facts.made
    codec, flow = (
        sum(p.numel() for p in module.parameters())
        for module in (system.representation, system.model)
    )

    def trained(stage: str) -> str:
        return f"{made['minutes'][stage]:g} minutes of training ({made['steps'][stage]:,} steps)"

    half = ", ".join(f"{name} {snr:.1f} dB" for name, snr in facts.differences.items())
    return f"""# base, the system that ships with Menura

A codec and a flow over its latents (recipe {d.recipe}, preset {d.preset}), made with Menura
{made["menura"]}. `menura generate base --label piano -n 4 --out clips`

| | |
|---|---|
| sound | {d.sample_rate} Hz, {"mono" if d.n_audio_channels == 1 else "stereo"} |
| codec | {codec:,} parameters, {trained("codec")}{_after(made["before"])} |
| flow | {flow:,} parameters, {trained("flow")} |
| can | {", ".join(powers_of(type(system.model)))} |
| labels | {", ".join(d.labels) or "none"} |
| learnt from | {_heard(made["heard"])} |
| trained on | {_machine(made["machine"])} |
| file | {facts.kept_as}; noise beside the whole numbers: {half} |
| licence of weights and code | {LICENCE} |

## Rights

{RIGHTS}

## How it was made

Seed {made["seed"]}. In the folder of Menura's sources, with FluidR3 as base/README.md says:

```
{_commands(made)}
```

{_order(made["order"])}
Minutes are those of training, over all sittings; more or faster minutes give other weights.

## Sources

{sources(rows, "###")}"""


def _heard(heard: Mapping[str, float]) -> str:
    return (
        f"{heard['composed_h']:.2f} hours that Menura composed and played, "
        f"{60 * heard['recorded_h']:.1f} minutes of recordings (sources below)"
    )


def _machine(machine: Mapping[str, Any]) -> str:
    return f"{machine['cores']} cores, {machine['processor']}, torch {machine['torch']}"


def _commands(made: Mapping[str, Any]) -> str:
    seed, hours = made["order"].get("seed", made["seed"]), made["heard"]["composed_h"]
    before = made["before"]
    earlier = ""
    if before:
        command = before["command"].replace("--work work", "--work earlier")
        earlier = f"mkdir -p earlier && ln -s ../work/corpus earlier/corpus\n{command}\n"
    return f"""python base/material.py --hours {hours / 0.95:.2f} --out work/composed --seed {seed}
python base/allowlist.py --out work/real.csv
menura prepare work/composed --out work/corpus
menura prepare "$MENURA_DATA" --labels work/real.csv --out work/corpus --append
{earlier}{made["command"]}
python base/pack.py --work work"""


def _after(before: Mapping[str, Any] | None) -> str:
    """What the codec had learnt in the run that it set off from."""
    if before is None:
        return ""
    return (
        f", after {before['minutes']['codec']:g} ({before['steps']['codec']:,}) of an earlier run"
    )


def _order(order: Mapping[str, Any]) -> str:
    if not order:
        return ""
    return f"Composer {order['composer']}, soundfont {order['font']} (their content, hashed).\n"
