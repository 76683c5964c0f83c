"""One system of a comparison, in a process of its own: trained, then asked for all it can make."""

import errno
import math
import shutil
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from menura import audio
from menura.audio import Clip
from menura.evaluation.compare.material import Material, material_of
from menura.evaluation.compare.ways import WAYS, Way, possible
from menura.foundation.atomic import write_json
from menura.foundation.config import from_dict
from menura.foundation.errors import MenuraError, causes, is_out_of_memory
from menura.foundation.reporting import Reporter
from menura.foundation.version import __version__
from menura.prepared import PreparedCorpus
from menura.prepared.locking import alone
from menura.systems import BoundSystem, System, content_hash, load
from menura.training.latents import encoding_s
from menura.training.order import NOTHING
from menura.training.stage import METRICS
from menura.workflows.compare.order import FACTS, MADE, NOT_ITS_FAULT, RUN, read_json
from menura.workflows.compare.starts import start_of
from menura.workflows.learning import stages
from menura.workflows.machine import machine
from menura.workflows.train import train

WARM_UP_S = 1.0
LEAST_OVER_DB = 0.05  # less reads as 0.0 dB


@dataclass(frozen=True)
class Task:
    """corpus: a prepared folder or its URL. folder: of the system. start: of what it sets off from,
    "" from nothing. The rest as in the order."""

    corpus: str
    folder: str
    recipe: str
    preset: str
    minutes: float
    clips: int
    seconds: float
    seed: int
    start: str = ""


def make(payload: dict[str, Any], reporter: Reporter) -> dict[str, Any]:
    """Train unless that is done, make what is not made yet, write down what is known of it.

    payload: a Task as a dict. Everything that was begun before is gone on with.
    """
    task = from_dict(Task, payload)
    folder = Path(task.folder)

    def wait() -> None:
        reporter.say("waiting for a process that was left at work on it")

    folder.mkdir(parents=True, exist_ok=True)
    with alone(folder, wait):
        return _made(task, folder, reporter)


def _made(task: Task, folder: Path, reporter: Reporter) -> dict[str, Any]:
    run = folder / RUN
    if not (run / METRICS).is_file():
        train(
            task.recipe,
            task.corpus,
            run,
            preset=task.preset,
            init=task.start or NOTHING,
            minutes=task.minutes,
            resume=True,
            seed=task.seed,
            reporter=reporter,
        )
        write_json(folder / "memory.json", {"training_gb": peak_gb()})
    system = load(run)
    material = material_of(PreparedCorpus.open(task.corpus), task.clips, task.seconds, task.seed)
    made = _all_ways(system, material, task, content_hash(run), reporter)
    facts = {**_facts(system, run), **(read_json(folder / "memory.json") or {}), "made": made}
    write_json(folder / FACTS, facts)
    return facts


def peak_gb() -> float | None:
    """The most memory that this process has had; None where the system does not say."""
    try:
        import resource
    except ImportError:  # Windows
        return None
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (1e9 if sys.platform == "darwin" else 1e6)


def _facts(system: BoundSystem, run: Path) -> dict[str, Any]:
    trained = stages(run)
    last = trained[-1]
    modules = (system.model, system.representation)
    description = system.description
    return {
        "parameters": sum(p.numel() for module in modules for p in module.parameters()),
        "minutes": sum(stage["minutes"] for stage in trained),
        "encoding_s": encoding_s(run),
        "start": start_of(run),
        "steps": [stage["steps"] for stage in trained],
        "held_out": last["held_out"],
        "stopped": last["stopped"],
        "device": last["device"],
        "precision": last["precision"],
        "sample_rate": system.sample_rate,
        "channels": system.n_audio_channels,
        "labels": len(system.labels),
        "temperature": description.temperature,
        "powers": list(system.powers),
        "machine": machine(),
    }


def _all_ways(
    system: System, material: Material, task: Task, hash_: str, reporter: Reporter
) -> dict[str, Any]:
    """Way → what was made, or why not; nothing for a way that the system has no power for."""
    found: dict[str, Any] = {}
    warm = False
    for name, way in WAYS.items():
        folder = Path(task.folder) / MADE / name
        done = read_json(folder.with_suffix(".json"))
        if done is not None:
            found[name] = done
            continue
        reason = possible(way, system, material)
        if reason == "":
            continue
        if reason is None and way.verb is not None and not warm:
            _warm_up(system)
            warm = True
        if reason is None:
            tag = f"Menura {__version__}; compare: {name}; system {hash_}; seed {task.seed}"
            reporter.say(f"making clips: {way.title.lower()}")
            found[name] = _one_way(way, system, material, task.seed, folder, tag, reporter)
        else:
            found[name] = {"not_made": reason}
        write_json(folder.with_suffix(".json"), found[name])
    return found


def _one_way(
    way: Way,
    system: System,
    material: Material,
    seed: int,
    folder: Path,
    tag: str,
    reporter: Reporter,
) -> dict[str, Any]:
    shutil.rmtree(folder, ignore_errors=True)  # of a try that was broken off
    took_s, sound_s = 0.0, 0.0
    names: list[str] = []
    lowered_db: dict[str, float] = {}
    clips = way.make(system, material, seed)
    try:
        while True:
            started = time.perf_counter()
            made = next(clips, None)
            took_s += time.perf_counter() - started
            if made is None:
                break
            name, clip = made
            reporter.progress(len(names), material.n, f"{way.name}: {len(names)} clips made")
            _keep(clip, folder / f"{name}.flac", tag)
            sound_s += clip.duration_s
            names.append(name)
            if (over_db := _over_db(clip)) >= LEAST_OVER_DB:
                lowered_db[name] = over_db
    except (OSError, MemoryError):  # a full disk is not this system's fault
        raise
    except Exception as error:  # the other ways may be all right
        if (trouble := _of_the_machine(error)) is not None:
            raise trouble from None
        words = str(error) if isinstance(error, MenuraError) else f"{type(error).__name__}: {error}"
        return {"not_made": words}
    if not names:
        return {"not_made": "nothing could be made of the held-out pieces"}
    found: dict[str, Any] = {"names": names, "took_s": took_s, "sound_s": sound_s}
    if lowered_db:
        found["lowered_db"] = lowered_db
    if way.label is not None:
        asked = {name: way.label(system, material, name) for name in names}
        found["labels"] = {name: label for name, label in asked.items() if label is not None}
    return found


def _of_the_machine(error: BaseException) -> OSError | MemoryError | None:
    """What the error was raised for, where that is no lasting fault of the system."""
    for cause in (error, *causes(error)):
        if is_out_of_memory(cause):
            return MemoryError(str(cause))
        if isinstance(cause, OSError) and cause.errno in NOT_ITS_FAULT:
            return cause
    return None


def _over_db(clip: Clip) -> float:
    """By how much it is above full scale, and is lowered to be kept in a file."""
    peak = float(np.abs(clip.samples).max(initial=0.0))
    return 20 * math.log10(peak) if peak > 1 else 0.0


def _keep(clip: Clip, file: Path, tag: str) -> None:
    """Raises OSError where the file cannot be written; MenuraError for sound that is none."""
    try:
        audio.write(clip, file, comment=tag)
    except MenuraError as error:
        trouble = error.__cause__ or error.__context__
        if trouble is None:  # of the clip itself
            raise
        number = trouble.errno if isinstance(trouble, OSError) else None
        raise OSError(number or errno.EIO, str(error)) from error


def _warm_up(system: System) -> None:
    """What is compiled on first use is no part of a system's speed."""
    if "generate" in system.powers:
        try:
            system.generate(1, WARM_UP_S, seed=0)
        except (OSError, MemoryError):
            raise
        except Exception:  # it is told where it counts
            return


def as_payload(task: Task) -> dict[str, Any]:
    """What `make` takes."""
    return asdict(task)
