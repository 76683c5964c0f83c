"""Menura: train small generative models of music on your own audio, and make new clips.

The verbs of the command line are functions here: `menura.train(...)`, `menura.generate(...)`.
Importing the package is instant; a verb's own libraries are imported when it is first used.
"""

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_VERBS = {
    "continue_": "continue_",
    "demo": "demo",
    "doctor": "doctor",
    "generate": "generate",
    "inpaint": "inpaint",
    "interpolate": "interpolate",
    "list_labels": "list_parts",
    "list_parts": "list_parts",
    "load": "load",
    "prepare": "prepare",
    "reconstruct": "reconstruct",
    "spectrogram": "spectrogram",
    "train": "train",
    "vary": "vary",
}
"""Verb → the file of the workflows room that holds it."""

__all__ = ["__version__", *_VERBS]  # noqa: PLE0604


def __getattr__(name: str) -> Any:
    if name in _VERBS:
        return getattr(import_module(f"menura.workflows.{_VERBS[name]}"), name)
    raise AttributeError(f"module 'menura' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
