"""Where the weights of an embedding are: in a folder of the user's, or in the hub's cache.

Nothing is fetched: a metric must not download a gigabyte unasked, and says what would.
"""

import os
from importlib.util import find_spec
from pathlib import Path

from menura.foundation.errors import MenuraError
from menura.foundation.printable import printable

VARIABLE = "MENURA_EMBEDDINGS"
"""The environment variable that names a folder with a folder an embedding in it."""


def missing(name: str, checkpoint: str | None) -> str | None:
    """Why the weights cannot be opened, or None when they can.

    name: the embedding's. checkpoint: its name on the Hugging Face hub; None where it has none.
    """
    if checkpoint is not None and find_spec("transformers") is None:
        return 'needs one more library: pip install "menura[text]"'
    folder = _found(name, checkpoint)
    if folder is None:
        what = f"hf download {checkpoint}, or put them" if checkpoint else "put them"
        return f"its weights are not on this machine: {what} into {_own_folder_in_words(name)}"
    if not any(folder.glob("*.safetensors")):
        return (
            f"{printable(str(folder))} has no weights as .safetensors, and pickles can run code: "
            "convert them (docs/guide/measuring.md)"
        )
    return None


def folder_of(name: str, checkpoint: str | None) -> Path:
    """The folder with the weights. Raises MenuraError with the reason of `missing`."""
    reason = missing(name, checkpoint)
    folder = _found(name, checkpoint)
    if reason is not None or folder is None:
        raise MenuraError(f"{name}: {reason}")
    return folder


def cannot_be_loaded(folder: Path, error: Exception | str) -> MenuraError:
    """The error for weights that are there and are not what they should be."""
    return MenuraError(
        f"{printable(str(folder))}: these weights cannot be loaded: {error}; fetch them again"
    )


def _found(name: str, checkpoint: str | None) -> Path | None:
    own = os.environ.get(VARIABLE)
    if own and (Path(own) / name).is_dir():
        return Path(own) / name
    return _cached(checkpoint) if checkpoint is not None else None


def _cached(checkpoint: str) -> Path | None:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import LocalEntryNotFoundError

    try:
        return Path(snapshot_download(checkpoint, local_files_only=True))
    except LocalEntryNotFoundError:
        return None


def _own_folder_in_words(name: str) -> str:
    own = os.environ.get(VARIABLE)
    return printable(str(Path(own) / name)) if own else f"a folder {name} in ${VARIABLE}"
