"""Where a checkpoint's files are: a folder, the Hugging Face cache, or the hub."""

import hashlib
import json
from pathlib import Path
from typing import Any

from menura.foundation.errors import MenuraError, UsageError
from menura.foundation.printable import printable
from menura.foundation.reporting import Reporter

# What Menura reads of a checkpoint; beside it lie the same weights as pickles, which it does not.
FILES = ("*.json", "*.safetensors", "spiece.model")
SIZES_GB = {
    "facebook/musicgen-small": 2.4,
    "facebook/musicgen-medium": 8.0,
    "facebook/musicgen-large": 13.7,
    "facebook/musicgen-stereo-small": 2.4,
    "facebook/musicgen-stereo-medium": 8.0,
    "facebook/musicgen-stereo-large": 13.8,
}
"""In float32, as the hub keeps them."""


def find(checkpoint: str, reporter: Reporter) -> Path:
    """The folder of a checkpoint: its own, or the cache's, fetched into it if need be.

    Raises UsageError for a folder or name that is no MusicGen checkpoint, and MenuraError for one
    that is not on this machine and cannot be fetched.
    """
    folder = Path(checkpoint)
    if not folder.is_dir():
        if folder.exists() or checkpoint.count("/") != 1 or checkpoint.startswith(("/", ".")):
            raise UsageError(
                f"checkpoint={printable(checkpoint)}: there is no such folder; give one that "
                f"holds a MusicGen, or a name on the hub, such as {next(iter(SIZES_GB))}"
            )
        folder = _cached(checkpoint, reporter)
    _check(folder)
    return folder


def signature(folder: Path, checkpoint: str) -> str:
    """Names the weights: the commit on the hub, or a hash of the files."""
    if folder.parent.name == "snapshots":
        return f"{checkpoint}@{folder.name[:12]}"
    digest = hashlib.blake2b(digest_size=6)
    for path in sorted(folder.glob("*.safetensors")):
        with path.open("rb") as file:
            while piece := file.read(1 << 20):
                digest.update(piece)
    return digest.hexdigest()


def _cached(name: str, reporter: Reporter) -> Path:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    patterns = list(FILES)
    try:
        return Path(snapshot_download(name, allow_patterns=patterns, local_files_only=True))
    except LocalEntryNotFoundError:
        reporter.say(f"fetching {name}{_size(name)} from the Hugging Face hub, once")
    except HFValidationError as error:
        raise UsageError(f"checkpoint={printable(name)}: not a name on the hub: {error}") from None
    return _fetched(name, patterns)


def _fetched(name: str, patterns: list[str]) -> Path:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import (
        GatedRepoError,
        HfHubHTTPError,
        LocalEntryNotFoundError,
        RepositoryNotFoundError,
    )

    mend = (
        f"with a network: hf download {name} --exclude '*.bin'; "
        "or name a folder that has it: --set checkpoint=FOLDER"
    )
    try:
        return Path(snapshot_download(name, allow_patterns=patterns))
    except GatedRepoError:
        raise MenuraError(f"{name} is only for those who signed in: hf auth login") from None
    except RepositoryNotFoundError:
        raise UsageError(
            f"checkpoint={printable(name)}: the Hugging Face hub has none of this name"
        ) from None
    except (LocalEntryNotFoundError, HfHubHTTPError, ConnectionError) as error:
        raise MenuraError(
            f"{name}{_size(name)} is not on this machine and cannot be fetched "
            f"({type(error).__name__}); {mend}"
        ) from None


def _size(name: str) -> str:
    return f" ({SIZES_GB[name]:g} GB)" if name in SIZES_GB else ""


def _check(folder: Path) -> None:
    """The files are there, and are those of a kind that this room knows."""
    named = printable(str(folder))
    try:
        settings: Any = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        kind = settings.get("model_type")
    except (OSError, ValueError, AttributeError):
        raise UsageError(
            f"{named}: holds no checkpoint (no config.json that can be read)"
        ) from None
    if kind == "musicgen_melody":
        raise UsageError(
            f"{named}: a MusicGen of melodies, which Menura cannot run: take a checkpoint "
            "without melody; to go on from a clip, `menura continue`"
        )
    if kind != "musicgen":
        raise UsageError(f"{named}: holds a checkpoint of {kind!r}, not of MusicGen")
    if not any(folder.glob("*.safetensors")):
        raise MenuraError(
            f"{named}: has no weights as .safetensors; weights as pickles are not read, since "
            "they can run code: convert them, or take another checkpoint"
        )
