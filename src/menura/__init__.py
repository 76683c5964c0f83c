"""Menura: train small generative models of music on your own audio, and make new clips.

The verbs of the command line are functions here: `menura.train(...)`, `menura.generate(...)`.
Importing the package is instant; a verb's own libraries are imported when it is first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from menura.foundation.version import __version__

if TYPE_CHECKING:
    from menura.workflows.classify.predict import classify_predict
    from menura.workflows.classify.table import classify_table
    from menura.workflows.classify.train import classify_train
    from menura.workflows.compare.compare import compare
    from menura.workflows.continue_ import continue_
    from menura.workflows.demo import demo
    from menura.workflows.doctor import doctor
    from menura.workflows.download import download
    from menura.workflows.evaluate import evaluate
    from menura.workflows.explore.explore import explore
    from menura.workflows.features import features
    from menura.workflows.generate import generate
    from menura.workflows.inpaint import inpaint
    from menura.workflows.interpolate import interpolate
    from menura.workflows.list_parts import list_labels, list_parts
    from menura.workflows.list_presets import list_presets
    from menura.workflows.listen.create import listen_create
    from menura.workflows.listen.results import listen_results
    from menura.workflows.listen.serve import listen_serve
    from menura.workflows.load import load
    from menura.workflows.prepare import prepare
    from menura.workflows.reconstruct import reconstruct
    from menura.workflows.spectrogram import spectrogram
    from menura.workflows.train import train
    from menura.workflows.vary import vary
    from menura.workflows.verify import verify

_VERBS = {
    "classify_predict": "classify.predict",
    "classify_table": "classify.table",
    "classify_train": "classify.train",
    "compare": "compare.compare",
    "continue_": "continue_",
    "demo": "demo",
    "doctor": "doctor",
    "download": "download",
    "evaluate": "evaluate",
    "explore": "explore.explore",
    "features": "features",
    "generate": "generate",
    "inpaint": "inpaint",
    "interpolate": "interpolate",
    "list_labels": "list_parts",
    "list_parts": "list_parts",
    "list_presets": "list_presets",
    "listen_create": "listen.create",
    "listen_results": "listen.results",
    "listen_serve": "listen.serve",
    "load": "load",
    "prepare": "prepare",
    "reconstruct": "reconstruct",
    "spectrogram": "spectrogram",
    "train": "train",
    "vary": "vary",
    "verify": "verify",
}
"""Verb → the file of the workflows room that holds it, with its folder if it has one."""

__all__ = [
    "__version__",
    "classify_predict",
    "classify_table",
    "classify_train",
    "compare",
    "continue_",
    "demo",
    "doctor",
    "download",
    "evaluate",
    "explore",
    "features",
    "generate",
    "inpaint",
    "interpolate",
    "list_labels",
    "list_parts",
    "list_presets",
    "listen_create",
    "listen_results",
    "listen_serve",
    "load",
    "prepare",
    "reconstruct",
    "spectrogram",
    "train",
    "vary",
    "verify",
]

if not TYPE_CHECKING:  # to a type checker, a misspelt verb is an error

    def __getattr__(name: str) -> Any:
        if name in _VERBS:
            return getattr(import_module(f"menura.workflows.{_VERBS[name]}"), name)
        raise AttributeError(f"module 'menura' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
