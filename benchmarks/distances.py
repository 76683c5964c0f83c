"""What the Fréchet distances of the pages are computed on, in words and in numbers of samples."""

from collections.abc import Mapping, Sequence

from clip_sets import Clips
from menura.evaluation import cepstra, embeddings, windows
from menura.evaluation.embeddings import Embedding

SPECTRAL, MFCC = "frechet-spectral", "frechet-mfcc"
DISTANCES = (SPECTRAL, MFCC)
IN_FULL = {
    SPECTRAL: f"{windows.IN_WORDS}, frames of {1000 * windows.N_FFT / windows.SAMPLE_RATE:g} ms, "
    f"{windows.FRAMES_A_SECOND} a second",
    MFCC: f"{cepstra.IN_WORDS}, frames of {1000 * cepstra.N_FFT / cepstra.SAMPLE_RATE:g} ms, "
    f"{cepstra.SAMPLE_RATE / cepstra.HOP_LENGTH:g} a second",
}


def in_words(names: Sequence[str] = DISTANCES) -> str:
    """One sentence: of each distance what it is between, and what a point of that is."""
    said = (f"{name} is between {_embedding(name).counted} ({IN_FULL[name]})" for name in names)
    return f"{'; '.join(said)}."


def samples(clips: Clips, names: Sequence[str] = DISTANCES) -> dict[str, int]:
    """How many points of all clips together each distance rests on."""
    return {name: sum(_embedding(name).n_points(c) for c in clips.values()) for name in names}


def counted(numbers: Mapping[str, int]) -> str:
    """The same in words: "192 windows and 6,024 frames"."""
    return " and ".join(f"{n:,} {_embedding(name).counted}" for name, n in numbers.items())


def _embedding(name: str) -> Embedding:
    return embeddings.load(name.removeprefix("frechet-"))
