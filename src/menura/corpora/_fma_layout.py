"""Where the sound and the metadata of FMA lie, as people unpack them."""

from collections.abc import Iterator
from pathlib import Path

from menura.foundation.errors import MenuraError, UsageError
from menura.foundation.printable import printable

_FOLDERS = {f"fma_{size}": size for size in ("small", "medium", "large", "full")}
TRACKS = "tracks.csv"


def audio_folder(root: Path, subset: str | None) -> Path:
    """The folder that holds `000/000002.mp3`: `root`, or the fma_… in it.

    subset: which of several to take. Raises UsageError when there are several all the same.
    """
    inner = [name for name in _FOLDERS if (root / name).is_dir()]
    if len(inner) > 1 and f"fma_{subset}" in inner:
        inner = [f"fma_{subset}"]
    if len(inner) > 1:
        raise UsageError(
            f"{printable(str(root))} holds {' and '.join(inner)}, which share their tracks; "
            "give one of them"
        )
    return audio_folder(root / inner[0], subset) if inner else root


def subset_of(folder: Path) -> str | None:
    """The subset that the folder's name states: fma_small gives "small"."""
    return _FOLDERS.get(folder.absolute().name.lower().replace("-", "_"))


def tracks_file(root: Path, audio: Path, given: Path | None) -> Path:
    """Where `tracks.csv` is: the file or folder `given`, or fma_metadata in or beside `root`.

    Raises MenuraError, saying how to get it, when it is not there.
    """
    if given is not None:
        path = given / TRACKS if given.is_dir() else given
        if not path.is_file():
            raise MenuraError(f"there is no file {printable(str(path))}")
        return path
    for path in _places(root, audio):
        if path.is_file():
            return path
    raise MenuraError(
        f"there is no fma_metadata/{TRACKS} in or beside {printable(str(root))}; get it with "
        "menura download fma-metadata, or name it with --labels"
    )


def _places(root: Path, audio: Path) -> Iterator[Path]:
    for place in dict.fromkeys((audio, audio.absolute().parent, root, root.absolute().parent)):
        # Some programs unpack an archive into a folder of its own name.
        for folder in ("fma_metadata", "fma_metadata/fma_metadata", "."):
            yield place / folder / TRACKS
