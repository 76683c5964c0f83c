"""`menura demo`: from recordings to new music and a page to hear it on, in three minutes."""

import csv
import json
import math
import shlex
import shutil
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from menura import audio, systems
from menura.foundation.atomic import replacing, write_json
from menura.foundation.errors import MenuraError, UsageError
from menura.foundation.reporting import Reporter
from menura.pages.demo import Continued, DemoStory, Heard, demo_page, peak_db, rms_db
from menura.prepared import PreparedCorpus
from menura.workflows.compare.starts import start_of
from menura.workflows.continue_ import continue_
from menura.workflows.generate import generate
from menura.workflows.learning import read_curve
from menura.workflows.prepare import prepare
from menura.workflows.sound import SoundOptions
from menura.workflows.train import train

RECIPE = "latent-flow"
PRESET = "laptop"
# Two minutes are short, and a look at what is made takes most of another.
SETTINGS = {"training.evaluate_every": "20", "model.matched": "false"}
N_CLIPS = 3
CLIP_S = 8.0
SEED_S = 4.0
NEW_S = 7.0
_MARK = "demo.json"
_MAKER = "menura demo"
_PAGE = "index.html"
_OURS = ("clips", "prepared", "run", "seeds", "generated", "continued")


@dataclass(frozen=True)
class DemoResult:
    """page: the page to open. run: the trained system's folder. figures: what the page states."""

    page: Path
    run: Path
    figures: dict[str, float]


def demo(out: Path, *, minutes: float = 1.9, reporter: Reporter | None = None) -> DemoResult:
    """Train on the bundled clips, generate, continue, and write `out`/index.html.

    minutes: of training; everything around it takes about half a minute more on two cores.
    A demo that was broken off starts again from the beginning; a finished one is kept, and is
    the result. Raises UsageError when `out` is a file or `minutes` is not more than 0, and
    MenuraError when `out` holds anything else.
    """
    if not (math.isfinite(minutes) and minutes > 0):
        raise UsageError(f"minutes must be more than 0, not {minutes:g}")
    out, reporter = Path(out), reporter or Reporter()
    finished = _finished(out)
    if finished is not None:
        reporter.say(f"A finished demo is here already; open its page: {finished.page.resolve()}")
        reporter.say("For another one, give another folder with --out, or delete this one")
        return finished
    begun = time.perf_counter()
    _claim(out, minutes, reporter)
    reporter.say("1/5 laying out the recordings that come with Menura")
    sources = _lay_out(out / "clips")
    reporter.say("2/5 preparing them")
    clips = out / "clips"
    prepare(clips, out / "prepared", labels=clips / "labels.csv", reporter=reporter)
    reporter.say(f"3/5 training {RECIPE} for {minutes:g} min")
    trained = train(
        RECIPE,
        out / "prepared",
        out / "run",
        preset=PRESET,
        minutes=minutes,
        settings=SETTINGS,
        reporter=reporter,
    )
    reporter.say("4/5 making music")
    making = time.perf_counter()
    generated = _generated(out, trained.run, reporter)
    continued = _continued(out, trained.run, sources, reporter)
    made_s = len(generated) * CLIP_S + len(continued) * NEW_S
    story = DemoStory(
        sources=tuple(sources),
        learned_s=PreparedCorpus.open(out / "prepared").duration_s("train"),
        trained_min=trained.minutes,
        steps=trained.steps,
        held_out=trained.held_out,
        stopped=trained.stopped,
        start=str(start["name"]) if (start := start_of(trained.run)) else "",
        made_per_s=made_s / (time.perf_counter() - making),
        curve=read_curve(trained.run / "log.jsonl"),
        held_out_clip=_held_out_clip(clips, sources),
        generated=tuple(generated),
        continued=tuple(continued),
        temperature=systems.read_description(trained.run).temperature,
        run_folder=shlex.quote(str(trained.run)),
    )
    reporter.say("5/5 writing the page")
    page = demo_page(story).write(out / _PAGE)
    figures = _figures(story, time.perf_counter() - begun)
    _mark(out, minutes, figures)
    reporter.say(f"Open this page in a browser: {page.resolve()}")
    return DemoResult(page, trained.run, figures)


def bundled_clips() -> Mapping[str, bytes]:
    """The files that come with Menura for the demo: recordings, labels.csv, ATTRIBUTION.md."""
    folder = resources.files("menura").joinpath("demo_clips")
    return {file.name: file.read_bytes() for file in folder.iterdir() if file.is_file()}


def _mark(out: Path, minutes: float, figures: Mapping[str, float] | None) -> None:
    """Say in `out` whose it is; with figures, that the demo there is finished."""
    write_json(out / _MARK, {"made_by": _MAKER, "minutes": minutes, "figures": figures})


def _marked(out: Path) -> dict[str, Any] | None:
    """What `_mark` said in `out`; None where a demo never was."""
    try:
        mark = json.loads((out / _MARK).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return mark if isinstance(mark, dict) and mark.get("made_by") == _MAKER else None


def _finished(out: Path) -> DemoResult | None:
    """The demo in `out`, if one was finished there."""
    mark = _marked(out)
    if mark is None or not mark.get("figures") or not (out / _PAGE).is_file():
        return None
    return DemoResult(out / _PAGE, out / "run", mark["figures"])


def _claim(out: Path, minutes: float, reporter: Reporter) -> None:
    """Make `out` ours, or refuse. Only a demo that was never finished is cleared."""
    if out.exists() and not out.is_dir():
        raise UsageError(f"--out {out} is a file: give a folder")
    mark = _marked(out)
    if mark is not None and mark.get("figures"):
        raise MenuraError(f"--out {out} holds a finished demo without its page: give a new folder")
    if mark is not None:
        reporter.say(f"{out} holds a demo that was broken off: starting it again")
        for name in _OURS:
            shutil.rmtree(out / name, ignore_errors=True)
    elif out.is_dir() and any(out.iterdir()):
        raise MenuraError(f"--out {out} is not empty: give a new folder")
    _mark(out, minutes, None)


def _lay_out(clips: Path) -> list[dict[str, str]]:
    """Copy the bundled files to where a person would have their own; the rows of labels.csv."""
    for name, content in bundled_clips().items():
        with replacing(clips / name) as temporary:
            temporary.write_bytes(content)
    with (clips / "labels.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _generated(out: Path, run: Path, reporter: Reporter) -> list[Heard]:
    sound = SoundOptions(seconds=CLIP_S)
    files = generate(run, out / "generated", n=N_CLIPS, sound=sound, reporter=reporter)
    return [Heard(f"New clip {i}", audio.read(path)) for i, path in enumerate(files, 1)]


def _continued(
    out: Path, run: Path, sources: Sequence[Mapping[str, str]], reporter: Reporter
) -> list[Continued]:
    """Go on from the first seconds of every recording that is held out."""
    made = []
    firsts = {row["recording"]: row for row in reversed(sources) if row["split"] != "train"}
    for row in firsts.values():
        whole = audio.read(out / "clips" / row["file"])
        name = Path(row["file"]).stem + ".wav"
        seed = out / "seeds" / name
        audio.write(whole.between(0.0, SEED_S), seed)
        sound = SoundOptions(seconds=NEW_S)
        file = continue_(run, seed, out / "continued" / name, sound=sound, reporter=reporter)
        real = whole.between(0.0, SEED_S + NEW_S)
        made.append(Continued(row["title"], SEED_S, real, audio.read(file)))
    return made


def _held_out_clip(clips: Path, sources: Sequence[Mapping[str, str]]) -> Heard:
    row = next(row for row in sources if row["split"] == "valid")
    return Heard(row["title"], audio.read(clips / row["file"]).between(0.0, CLIP_S))


def _figures(story: DemoStory, took_s: float) -> dict[str, float]:
    figures = {
        "took_s": took_s,
        "learned_s": story.learned_s,
        "minutes": story.trained_min,
        "steps": float(story.steps),
        "made_per_s": story.made_per_s,
        "peak_dbfs": max(peak_db(heard.clip) for heard in story.generated),
        "rms_dbfs": sum(rms_db(heard.clip) for heard in story.generated) / len(story.generated),
    }
    return figures if story.held_out is None else {**figures, "held_out": story.held_out}
