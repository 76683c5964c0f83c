"""The recordings of a comparison: a prepared corpus, or a raw folder that is prepared into it."""

from collections.abc import Sequence
from pathlib import Path

from menura.corpora._scan import SOUND_SUFFIXES
from menura.foundation.errors import MenuraError
from menura.foundation.printable import printable
from menura.foundation.reporting import Reporter
from menura.prepared import AnotherSourceError, PreparedCorpus
from menura.prepared.index import read_about, read_parts
from menura.prepared.places import Remote, place_of
from menura.workflows.compare.order import CORPUS, Entry, learns_notes
from menura.workflows.prepare import prepare


def recordings(
    named: Path | str, out: Path, entries: Sequence[Entry], reporter: Reporter
) -> PreparedCorpus:
    """The corpus itself if it is prepared; else prepared into the folder, once: whoever joins later
    gets the same recordings in the same form.

    Raises MenuraError where the folder holds the recordings of another source, or of this one as
    it was before files came or went.
    """
    corpus = place_of(named)
    if isinstance(corpus, Remote) or PreparedCorpus.is_prepared(corpus):
        return PreparedCorpus.open(named)
    ours = out / CORPUS
    layout = _layout_before(ours) or _layout_of(corpus, entries)
    try:
        prepare(corpus, ours, corpus=layout, resume=True, reporter=reporter)
    except AnotherSourceError:
        raise MenuraError(
            f"--out {printable(str(out))}: compares other recordings than are in "
            f"{printable(str(corpus))} now; give another folder, or give "
            f"{printable(str(ours))} as CORPUS to go on with those it has"
        ) from None
    return PreparedCorpus.open(ours)


def _layout_before(ours: Path) -> str | None:
    """What the raw folder was taken for by those who are compared already."""
    about = read_about(ours)
    return None if about is None else read_parts(ours, about)[0].settings.corpus


def _layout_of(corpus: Path, entries: Sequence[Entry]) -> str:
    """Notes where nobody learns anything else, or there is nothing else to learn."""
    of_notes = [learns_notes(entry) for entry in entries]
    no_sound = any(of_notes) and corpus.is_dir() and not _has_sound(corpus)
    return "notes" if all(of_notes) or no_sound else "folder"


def _has_sound(folder: Path) -> bool:
    return any(file.suffix.lower() in SOUND_SUFFIXES for file in folder.rglob("*"))
