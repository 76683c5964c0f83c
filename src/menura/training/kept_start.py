"""The system that a run sets off from: a run keeps a copy of it in its own folder. So it goes on
where that was moved, deleted or trained on, or where another is called so (`base` of another
Menura), and what it learns always stands over the codec that it was begun with.
"""

import shutil
from dataclasses import replace
from pathlib import Path

from menura.foundation import shipped
from menura.foundation.atomic import replacing
from menura.foundation.errors import MenuraError
from menura.foundation.printable import printable
from menura.systems import content_hash, is_system, read_description
from menura.systems.format import CARD, CODEC_WEIGHTS, DESCRIPTION, WEIGHTS
from menura.training.carrying import METRICS, STAGES
from menura.training.order import NOTHING, Start

FOLDER = "start"
# The description last: a folder that has one is whole.
FILES = (CARD, METRICS, STAGES, CODEC_WEIGHTS, WEIGHTS, DESCRIPTION)


def start_named(init: str) -> Start | None:
    """What the name stands for now: None for NOTHING. Raises MenuraError where no system is."""
    return None if init == NOTHING else _start_in(shipped.folder_of(init), init)


def kept_start(init: str, run: Path) -> Start | None:
    """What a run that goes on was begun with: its own copy, or the system of that name where there
    is none, as in runs that were begun before copies were kept."""
    kept = run / FOLDER
    return _start_in(kept, init) if init != NOTHING and is_system(kept) else start_named(init)


def keep(start: Start, run: Path) -> Start:
    """The same, copied into the run's folder in place of what a try that was broken off left.

    Raises MenuraError where it cannot be copied.
    """
    kept = run / FOLDER
    try:
        if kept.exists():
            shutil.rmtree(kept)
        for name in FILES:
            if (start.folder / name).is_file():
                with replacing(kept / name) as temporary:
                    shutil.copyfile(start.folder / name, temporary)
    except OSError as error:
        raise MenuraError(
            f"{printable(str(kept))}: the system that the run starts from cannot be copied there "
            f"({error}); make room, or give --out on another disk"
        ) from None
    return replace(start, folder=kept)


def _start_in(folder: Path, init: str) -> Start:
    description = read_description(folder)
    try:
        return Start(init, folder, description, content_hash(folder))
    except OSError as error:
        raise MenuraError(
            f"--init {printable(init)}: its weights cannot be read ({error}); train it again, or "
            "restore them"
        ) from None
