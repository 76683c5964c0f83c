"""The model card of base: what it is, how it was made of what, and what may be done with it."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from allowlist import Permitted
from attribution import CHANGES, sources
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

    def precision(self) -> str:
        noise = ", ".join(f"{name} {snr:.1f} dB" for name, snr in self.differences.items())
        return f"{self.kept_as}; noise beside the whole numbers: {noise}"


def card(system: BoundSystem, facts: Facts, rows: Iterable[Permitted]) -> str:
    """Markdown."""
    d, made = system.description, facts.made
    of_codec = made_of_codec(made)
    codec, flow = (
        sum(p.numel() for p in module.parameters())
        for module in (system.representation, system.model)
    )
    return f"""# base, the system that ships with Menura

A codec and a flow over its latents (recipe {d.recipe}, preset {d.preset}), made with Menura
{made["menura"]}. `menura generate base --label piano -n 4 --out clips`

| | |
|---|---|
| sound | {d.sample_rate} Hz, {"mono" if d.n_audio_channels == 1 else "stereo"} |
| codec | {codec:,} parameters, {_trained(of_codec, "codec")}{_after(of_codec["before"])} |
| flow | {flow:,} parameters, {_trained(made, "flow")} |
| can | {", ".join(powers_of(type(system.model)))} |
| labels | {", ".join(d.labels) or "none"} |
| learnt from | {_heard(made, of_codec)} |
| trained on | {_machine(made["machine"])} |
| files | {facts.precision()} |
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

{sources(rows, "###", "`base`", CHANGES)}"""


def card_of_codec(system: BoundSystem, facts: Facts, rows: Iterable[Permitted]) -> str:
    """Markdown, of the codec alone."""
    d, made = system.description, facts.made
    n_parameters = sum(p.numel() for p in system.model.parameters())
    return f"""# The codec of base

Sound to few numbers and back (recipe {d.recipe}, preset {d.preset}), made with Menura
{made["menura"]}: the first stage of the system that ships. Its flow is trained over it by
`python base/train.py --codec base/codec`.

| | |
|---|---|
| sound | {d.sample_rate} Hz, {"mono" if d.n_audio_channels == 1 else "stereo"} |
| codec | {n_parameters:,} parameters, {_trained(made, "codec")}{_after(made["before"])} |
| learnt from | {_heard(made, made)} |
| trained on | {_machine(made["machine"])} |
| file | {facts.precision()} |
| licence of weights and code | {LICENCE} |

## How it was made

Seed {made["seed"]}. In the folder of Menura's sources, with FluidR3 as base/README.md says:

```
{_commands(made, " --codec")}
```

{_order(made["order"])}
## Sources

{sources(rows, "###", "`base`", CHANGES)}"""


def made_of_codec(made: Mapping[str, Any]) -> Mapping[str, Any]:
    """What was written down of the run that trained the codec: this one, or that of a codec which
    this one took as it was."""
    found: Mapping[str, Any] = made if "codec" in made["steps"] else made["before"]
    return found


def _trained(made: Mapping[str, Any], stage: str) -> str:
    return f"{made['minutes'][stage]:g} minutes of training ({made['steps'][stage]:,} steps)"


def _heard(made: Mapping[str, Any], of_codec: Mapping[str, Any]) -> str:
    words = _hours(made["heard"])
    return words if made is of_codec else f"the codec {_hours(of_codec['heard'])}; the flow {words}"


def _hours(heard: Mapping[str, float]) -> str:
    return (
        f"{heard['composed_h']:.2f} hours that Menura composed and played, "
        f"{60 * heard['recorded_h']:.1f} minutes of recordings (sources below)"
    )


def _machine(machine: Mapping[str, Any]) -> str:
    return f"{machine['cores']} cores, {machine['processor']}, torch {machine['torch']}"


def _commands(made: Mapping[str, Any], packing: str = "") -> str:
    """All that were given, the codec's in a folder of their own where it was taken as it was."""
    seed, hours = made["order"].get("seed", made["seed"]), made["heard"]["composed_h"]
    before = made["before"]
    earlier = ""
    if before and made_of_codec(made) is made:
        command = before["command"].replace("--work work", "--work earlier")
        earlier = f"mkdir -p earlier\ncp -r work/corpus earlier\n{command}\n"
    elif before:
        earlier = re.sub(r"(?<!-)\bwork\b", "work-of-codec", _commands(before, " --codec")) + "\n"
    return f"""python base/material.py --hours {hours / 0.95:.2f} --out work/composed --seed {seed}
python base/allowlist.py --out work/real.csv
menura prepare work/composed --out work/corpus
menura prepare "$MENURA_DATA" --labels work/real.csv --out work/corpus --append
{earlier}{made["command"]}
python base/pack.py --work work{packing}"""


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
