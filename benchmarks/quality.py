"""`latent-flow`, from base and from nothing, beside the systems of the reports: the same
recordings, the same minutes, every stage counted.

Trains each row from what it starts from, one after the other; makes 768 s of clips with each, in
three draws, and measures them against the held-out recordings. Pieces of the training recordings,
as many and as long, are the row of real music. Clips are as long as what is learnt from: 8 s of
piano, single notes of 4 s. Of notes also: those that are asked for by label, are they heard as
that, and in tune? A row that fails stands there with its reason. Writes
docs/results/quality-MATERIAL.{md,json,png}. It takes hours: rows that are there stay, --only says
what to do now, and what is in --work already is used.

  MENURA_DATA=... python benchmarks/quality.py piano|notes [--only NAME …] [--work DIR]
"""

import argparse
import json
import tempfile
import traceback
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import draws
import labelled_notes
from clip_sets import Clips, cut_clips
from distances import MFCC, SPECTRAL, counted, in_words, samples
from machine import machine
from materials import KINDS, Material
from measures import against, copies, levels
from menura.audio.picture import spectrograms_png
from menura.foundation.errors import MenuraError
from menura.training.latents import encoding_s
from menura.workflows.compare.starts import start_of
from menura.workflows.learning import stages
from menura.workflows.load import load_of_sound
from once import train_once
from page_parts import table, where

RESULTS = Path(__file__).resolve().parents[1] / "docs" / "results"
MATERIALS = ("piano", "notes")
SECONDS = 768.0  # of the clips of a row: of a third, two draws differed by up to two (docs/log.md)
CLIP_S = {"piano": 8.0, "notes": 4.0}  # many systems have heard nothing past the end of a note
EVERY_S = {"piano": None, "notes": 4.0}  # where pieces of real music begin: each a whole note
OURS, BASE, NOTHING = "latent-flow", "base", "none"
LONG = 3  # times the minutes
REAL = "real: pieces of the training recordings"
SAME = "real: pieces of the held-out recordings themselves"


@dataclass(frozen=True)
class Row:
    """What is trained. times: as long as the others."""

    recipe: str
    preset: str = "laptop"
    init: str = NOTHING
    times: int = 1


FROM_BASE, FROM_NOTHING = f"{OURS} from base", f"{OURS} from nothing"
LONGER = f"{FROM_NOTHING}, {LONG} × as long"
RIVALS = {
    f"{recipe} ({preset})": Row(recipe, preset)
    for recipe in ("stft-lstm", "mfcc-lstm", "mel-vae", "cvae", "gan")
    for preset in ("laptop", "paper")
}
ROWS = {
    FROM_BASE: Row(OURS, init=BASE),
    FROM_NOTHING: Row(OURS),
    LONGER: Row(OURS, times=LONG),
    **RIVALS,
    **{f"{n}, {LONG} × as long": Row(r.recipe, r.preset, times=LONG) for n, r in RIVALS.items()},
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("material", choices=MATERIALS)
    parser.add_argument("--only", nargs="+", metavar="NAME", help="rows to do (again) now")
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--work", type=Path, help="folder to keep what is trained in")
    options = parser.parse_args()
    if unknown := set(options.only or ()) - set(ROWS):
        parser.error(f"no row {sorted(unknown)[0]!r}; there is: {', '.join(ROWS)}")
    RESULTS.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        work = options.work or Path(scratch)
        corpus = KINDS[options.material].prepare(work)
        material = KINDS[options.material].hear(corpus, None)
        figures = begun(options.material, material, options.minutes)
        real = real_rows(figures["rows"], material, options.material)
        figures["rows"] = {**real, **figures["rows"]}
        for name in wanted(figures, options.only):
            trial = Trial(ROWS[name], options.material, corpus, material)
            enter(figures, name, partial(measure, trial, work, options.minutes))
            write(options.material, figures)  # after each: the next may not come to its end


def enter(figures: dict[str, Any], name: str, measured: Callable[[], dict[str, Any]]) -> None:
    """What is measured, as a row; or why it cannot be, whatever the fault: it must not cost the
    other rows their hours."""
    try:
        found = measured()
    except Exception as error:
        plain = isinstance(error, MenuraError)
        if not plain:
            traceback.print_exc()
        figures["rows"].pop(name, None)
        figures["failed"][name] = str(error) if plain else f"{type(error).__name__}: {error}"
    else:
        figures["rows"][name] = found
        figures["failed"].pop(name, None)


def begun(kind: str, material: Material, minutes: float) -> dict[str, Any]:
    """What is there of the same minutes, judged by the same music and by clips as many, as long and
    of the same seeds."""
    held_out_s = sum(clip.duration_s for clip in material.held_out.values())
    asked = {
        "minutes": minutes,
        "seconds": SECONDS,
        "clip_s": CLIP_S[kind],
        "seeds": list(draws.SEEDS),
        "held_out_s": round(held_out_s, 1),
        "samples": samples(material.held_out),
    }
    file = RESULTS / f"quality-{kind}.json"
    if file.is_file():
        before: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        if asked.items() <= before.items():
            return before
    return {**asked, "rows": {}, "failed": {}}


def real_rows(there: Mapping[str, Any], material: Material, kind: str) -> dict[str, Any]:
    """Rows of real music that are not there yet: what can be expected of others' music, and the
    least that any can have."""
    found, clip_s = {}, CLIP_S[kind]
    for name, recordings in ((SAME, material.held_out), (REAL, material.train)):
        if name not in there:
            clips, n = list(recordings.values()), round(SECONDS / clip_s)
            pieces = cut_clips(clips, n, clip_s, seed=2, every_s=EVERY_S[kind])
            found[name] = {
                "clips": {**against(material.held_out, pieces), **levels(pieces)},
                "thirds": draws.spread(material.held_out, draws.dealt(pieces)),
                "samples": samples(pieces),
                "machine": machine(),
            }
    return found


def wanted(figures: Mapping[str, Any], only: Iterable[str] | None) -> Iterable[str]:
    """What is named; or all that is missing, and of the rivals the best one for longer as well."""
    if only is not None:
        yield from only
        return
    rows = figures["rows"]
    for name in (FROM_BASE, FROM_NOTHING, LONGER, *RIVALS):
        if name not in rows and name not in figures["failed"]:
            yield name
    if rows.keys() & RIVALS:
        longer = f"{best(rows)}, {LONG} × as long"
        if longer not in rows and longer not in figures["failed"]:
            yield longer


def best(rows: Mapping[str, Any]) -> str:
    """The rival with the smallest spectral distance."""
    there = [name for name in RIVALS if name in rows]
    return min(there, key=lambda name: rows[name]["clips"][SPECTRAL])


@dataclass(frozen=True)
class Trial:
    """A row, and what it learns from and is judged by. kind: of the material, by name."""

    row: Row
    kind: str
    corpus: Path
    material: Material

    @property
    def clip_s(self) -> float:
        """How long its clips are."""
        return CLIP_S[self.kind]


def measure(trial: Trial, work: Path, minutes: float) -> dict[str, Any]:
    """The figures of a row; of the one from base it draws the picture as well."""
    row, corpus, material = trial.row, trial.corpus, trial.material
    folder = f"{corpus.name}-{row.recipe}-{row.preset}-{row.init}-{row.times * minutes:g}"
    run = work / folder
    train_once(row.recipe, row.preset, corpus, run, row.times * minutes, row.init)
    system = load_of_sound(run)
    in_draws = draws.drawn(system, round(SECONDS / trial.clip_s), trial.clip_s)
    clips = draws.together(in_draws)
    figures: dict[str, Any] = {
        "machine": machine(),
        "training": training(run),
        "clips": {
            **against(material.held_out, clips),
            **levels(clips),
            **copies(material.train, clips),
        },
        "thirds": draws.spread(material.held_out, in_draws),
    }
    if row.recipe == OURS and (by_label := labelled_notes.labelled_notes(system, corpus)):
        figures["by label"] = by_label
    if row == ROWS[FROM_BASE]:
        draw(trial, clips)
    return figures


def training(run: Path) -> dict[str, Any]:
    """Minutes of all stages; those that what it starts from was trained for are told apart."""
    trained, start = stages(run), start_of(run)
    last = trained[-1]
    return {
        "minutes": round(sum(stage["minutes"] for stage in trained), 2),
        **({"minutes of encoding": round(took_s / 60, 1)} if (took_s := encoding_s(run)) else {}),
        "steps": last["steps"],
        "held out": last.get("held_out"),
        "stopped": last.get("stopped"),
        **({f"minutes of {start['name']} before": start["minutes"]} if start else {}),
    }


def draw(trial: Trial, clips: Clips) -> None:
    seconds = trial.clip_s
    pieces = [clip for clip in trial.material.held_out.values() if clip.duration_s >= seconds]
    rows = [("held out (real)", clip.between(0, seconds)) for clip in pieces[:3]]
    rows += [("from base, made from nothing", clip) for clip in list(clips.values())[:3]]
    order = [rows[at] for at in (0, 3, 1, 4, 2, 5)]
    (RESULTS / f"quality-{trial.kind}.png").write_bytes(spectrograms_png(order, columns=2))


def write(kind: str, figures: Mapping[str, Any]) -> None:
    file = RESULTS / f"quality-{kind}.json"
    file.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    file.with_suffix(".md").write_text(page(kind, figures), encoding="utf-8")
    print(file.with_suffix(".md"), flush=True)  # noqa: T201


def page(kind: str, figures: Mapping[str, Any]) -> str:
    rows, clip_s = figures["rows"], CLIP_S[kind]
    n_clips = round(SECONDS / clip_s)
    shown = {name: rows[name] for name in (SAME, REAL, *ROWS) if name in rows}
    runs = {name: row["training"] for name, row in shown.items() if "training" in row}
    machines = dict.fromkeys(where(row["machine"]) for row in shown.values())
    by_label = {name: row["by label"] for name, row in shown.items() if "by label" in row}
    clips = {name: draws.with_spread(row["clips"], row["thirds"]) for name, row in shown.items()}
    failed = "".join(f"- {name} failed: {why}\n" for name, why in figures["failed"].items())
    told = [line for n, row in by_label.items() for line in labelled_notes.verdicts(n, row)]
    asked_for = (
        f"\n## Notes asked for by label\n\n{table(by_label, 'system')}\n\n{listed(told)}\n"
        if by_label
        else ""
    )
    return f"""# {KINDS[kind].words}: the same {figures["minutes"]:g} minutes

Written by `python benchmarks/quality.py {kind}`; not by hand. On {"; ".join(machines)}.

## Clips made from nothing

{n_clips} clips of {clip_s:g} s a row ({counted(rows[REAL]["samples"])}), against all held-out
recordings ({counted(figures["samples"])}). {in_words()}

The Fréchet distances are 0 for the same distribution; the first row is the least that so many clips
can have, the second what other real music scores. {draws.IN_WORDS}
Real music is dealt to as many sets by chance.
Systems of the reports in their own sizes (paper) and in ours (laptop).

{table(clips, "clips")}

{listed(verdicts(rows))}
{failed}{asked_for}
## Training

Minutes are of learning. Encoding, once and before it, says all recordings in a codec's latents.

{table(runs, "system")}

![Spectrograms: held-out recordings, and clips from base](quality-{kind}.png)
"""


def listed(lines: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def verdicts(rows: Mapping[str, Any]) -> list[str]:
    """What is asked of the system, and what was found; of the rows that are there."""
    there = [name for name in RIVALS if name in rows]
    if not there:
        return ["Systems of the reports are not measured yet."]
    rival = best(rows)
    of_rivals = f"{rival}, the best of {len(there)} of {len(RIVALS)} rows of the reports"
    longer = f"{rival}, {LONG} × as long"
    asked = [
        (FROM_BASE, SPECTRAL, rival, of_rivals, "at most 0.25"),
        (FROM_BASE, SPECTRAL, REAL, "real music", "at most 2"),
        (FROM_BASE, MFCC, REAL, "real music", "at most 3"),
        (FROM_NOTHING, SPECTRAL, rival, of_rivals, "below 1"),
        (LONGER, SPECTRAL, rival, rival, "at most 0.5"),
        (LONGER, SPECTRAL, longer, longer, "no figure"),
    ]
    return [
        f"{ours}, {metric}: {_ratio(rows, ours, other, metric)} × that of {words} (asked: {bar})."
        for ours, metric, other, words, bar in asked
        if ours in rows and other in rows
    ]


def _ratio(rows: Mapping[str, Any], ours: str, other: str, metric: str) -> float:
    return round(rows[ours]["clips"][metric] / rows[other]["clips"][metric], 3)


if __name__ == "__main__":
    main()
