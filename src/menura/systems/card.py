"""The model card: what a system is, in a page a person can read."""

from menura.models import powers_of
from menura.representations import ScoreRepresentation
from menura.systems.bound import BoundSystem
from menura.systems.format import Forerunner, Provenance

MOST_IN_A_ROW = 4  # licences, of which base alone has dozens: each source is named


def model_card(system: BoundSystem) -> str:
    """Markdown."""
    d = system.description
    n_parameters, n_heard = (
        sum(p.numel() for p in part.parameters()) for part in (system.model, system.representation)
    )
    channels = {1: "mono", 2: "stereo"}.get(d.n_audio_channels, f"{d.n_audio_channels} channels")
    of_notes = isinstance(system.representation, ScoreRepresentation)
    licences, below = _licences(d.provenance)
    return f"""# A {d.recipe} system, made with Menura {d.menura}

| | |
|---|---|
| recipe, preset | {d.recipe}, {d.preset} |
| {"notes, played at" if of_notes else "sound"} | {d.sample_rate} Hz, {channels} |
| representation | {d.representation.name}{f", {n_heard:,} parameters" if n_heard else ""} |
| model | {d.model.name}, {n_parameters:,} parameters |
| can | {", ".join(powers_of(type(system.model)))} |
| labels | {", ".join(d.labels) or "none"} |
| trained | {d.provenance.training} |
| data | {d.provenance.data}, {d.provenance.data_minutes:.1f} minutes |
{_set_off_from(d.provenance)}| licences of the data | {licences} |
| licence of the code | Apache-2.0 |
{below}
The weights are yours, as far as the rights in the recordings allow: what you may do with them
and with what they make depends on the licences of the data above.

Use it: `menura generate FOLDER --out clips -n 4`, where FOLDER is the one this file is in.
"""


def _licences(provenance: Provenance) -> tuple[str, str]:
    """What the table says of them; and a list below it where there are too many for a row."""
    counts = sorted(provenance.data_licences.items())
    stated = [f"{name} ({count} track{'s' if count > 1 else ''})" for name, count in counts]
    if len(stated) <= MOST_IN_A_ROW:
        return ", ".join(stated) or "not stated", ""
    return "below", "\n".join(["", "Licences of the data:", "", *(f"- {s}" for s in stated), ""])


def _set_off_from(provenance: Provenance) -> str:
    """A row on the systems that this one goes back to; nothing where there are none."""
    if not provenance.set_off_from:
        return ""
    return f"| set off from | {'; that from '.join(map(_learnt, provenance.set_off_from))} |\n"


def _learnt(one: Forerunner) -> str:
    return (
        f"{one.name} (hash {one.weights}), which learnt from {one.data}, "
        f"{one.data_minutes:.1f} minutes ({one.training})"
    )
