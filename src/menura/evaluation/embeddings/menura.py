"""Menura's own: 96 numbers a second, by a small network that learnt to tell instruments."""

from functools import lru_cache
from pathlib import Path

from menura.audio import Clip
from menura.evaluation.classifiers import Embeds, open_saved
from menura.evaluation.embeddings.contract import Embedding, Points
from menura.evaluation.once_per_clip import once_per_clip
from menura.foundation.errors import MenuraError

FOLDER = Path(__file__).parent / "shipped"
"""A classifier, as `menura classify train` leaves it (base/classifier.py)."""
FILES = ("classifier.json", "weights.safetensors")


class Menura(Embedding):
    """The last layer but one of the classifier that comes with Menura: offline, below a megabyte.

    It learnt to tell single notes by their instrument and music by what plays in it, from pieces
    that Menura composed and from recordings that are free for any use (its README.md says what it
    learnt, how well, and whose they are); it hears each whole second by itself. It computes on the
    processor, in float32, whatever else the machine has: figures of two machines are to compare.
    They do between equal editions alone: who ships other weights counts the edition up.
    """

    in_words = "Menura's own network (edition 1), 96 numbers over 1 s, 16 kHz"
    counted = "windows"
    points_a_second = 1.0

    def unavailable(self) -> str | None:
        if all((FOLDER / name).is_file() for name in FILES):
            return None
        return "this Menura came without the weights of its own network; leave the metric out"

    def n_points(self, clip: Clip) -> int:
        return max(1, int(clip.duration_s + 1e-6))

    def points(self, clip: Clip) -> Points:
        if (reason := self.unavailable()) is not None:
            raise MenuraError(f"menura: {reason}")
        return _points(clip, FOLDER)


@once_per_clip
def _points(clip: Clip, folder: Path) -> Points:
    return _opened(folder).embed(clip)


@lru_cache(maxsize=1)
def _opened(folder: Path) -> Embeds:
    classifier, about = open_saved(folder)
    if not isinstance(classifier, Embeds):
        raise MenuraError(f"a {about.name} classifier has no layer to embed by; take log-mel-cnn")
    return classifier
