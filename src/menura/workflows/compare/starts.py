"""Systems that set off from another: which one it was, and how long that had learnt before."""

from pathlib import Path

from menura.foundation import shipped
from menura.foundation.atomic import write_json
from menura.foundation.errors import MenuraError
from menura.foundation.printable import printable
from menura.systems import content_hash, is_system, read_description
from menura.training import checkpoint
from menura.training.order import NOTHING
from menura.workflows.compare.order import START, Entry, read_json
from menura.workflows.learning import stages


def note_start(entry: Entry, folder: Path) -> None:
    """Write down in the system's folder what it sets off from, if from any.

    Raises MenuraError where what is there set off from another system of that name: it would stand
    in the comparison for what it is not.
    """
    if not entry.start:
        return
    before, there = read_json(folder / START), is_system(Path(entry.start))
    if before is not None and not there:  # what it took from it, it has
        return
    weights = content_hash(Path(entry.start))
    if before is None:
        write_json(folder / START, {"run": entry.start, "weights": weights})
    elif before.get("weights") != weights:
        raise MenuraError(
            f"was begun from another system of that name than {printable(entry.start)} is now; "
            f"delete {folder} to begin it anew, or give {entry.started} another name"
        )


def start_of(run: Path) -> dict[str, str | float | None] | None:
    """Of a run that set off from another system: its name, the minutes that it had learnt (None:
    not written down), and from which music. None for a run that began from nothing."""
    init = _begun_from(run)
    if init is None:
        return None
    name = printable(init.resolve().name)
    data = read_description(init).provenance.data if is_system(init) else ""
    return {"name": name, "minutes": minutes_behind(init), "data": data}


def minutes_behind(run: Path) -> float | None:
    """All minutes of training that are in a system: its own stages, and those of the systems that
    it goes back to. None where some were not written down."""
    minutes, seen = 0.0, set[Path]()
    place: Path | None = run
    while place is not None:
        trained = stages(place)
        if not trained or place.resolve() in seen:
            return None
        seen.add(place.resolve())
        minutes += sum(stage["minutes"] for stage in trained)
        place = _begun_from(place)
    return minutes


def _begun_from(run: Path) -> Path | None:
    init = checkpoint.read_plan(run).get("init", NOTHING) if checkpoint.exists(run) else NOTHING
    return None if init == NOTHING else shipped.folder_of(init)
