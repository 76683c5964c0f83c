"""Where the corpus of a run lies, for verbs that look at it again."""

import json
import os
from pathlib import Path

from menura.foundation.atomic import write_json
from menura.prepared import PreparedCorpus

FILE = "trained_on.json"


def note_corpus(run: Path, prepared: PreparedCorpus) -> None:
    """Write down where the corpus lies as seen from the run. It stays with the run's own files: a
    system says only the corpus's name. A URL, which may hold a password, is not noted."""
    if isinstance(prepared.folder, Path):
        where = os.path.relpath(prepared.folder.resolve(), run.resolve())
        write_json(run / FILE, {"corpus": where})


def corpus_of(run: Path) -> Path | None:
    """The prepared corpus that a run was trained on, if it is still where it was."""
    try:
        said = json.loads((run / FILE).read_text(encoding="utf-8"))
        corpus = run / str(said["corpus"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return corpus if PreparedCorpus.is_prepared(corpus) else None
