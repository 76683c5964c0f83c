"""The columns of the table of descriptors, in the order of FMA's features.csv."""

from typing import NamedTuple

SIZES = {
    "chroma_cens": 12,
    "chroma_cqt": 12,
    "chroma_stft": 12,
    "mfcc": 20,
    "rmse": 1,
    "spectral_bandwidth": 1,
    "spectral_centroid": 1,
    "spectral_contrast": 7,
    "spectral_rolloff": 1,
    "tonnetz": 6,
    "zcr": 1,
}
"""Descriptor → how many numbers it gives for every frame."""

STATISTICS = ("kurtosis", "max", "mean", "median", "min", "skew", "std")


class Column(NamedTuple):
    """One column. number: from 01, within its descriptor and statistic."""

    feature: str
    statistics: str
    number: str

    @property
    def flat(self) -> str:
        """Its name where a column has only one, e.g. "mfcc.mean.01"."""
        return ".".join(self)


FMA_COLUMNS = tuple(
    Column(feature, statistic, f"{number:02d}")
    for feature, size in SIZES.items()
    for statistic in STATISTICS
    for number in range(1, size + 1)
)
"""The 518 columns of FMA's features.csv (Defferrard et al. 2017), in its order: by name."""

TEMPO = Column("tempo", "bpm", "01")
"""Beats a minute, which FMA's file does not have; 0 where nothing begins anywhere."""

COLUMNS = (*FMA_COLUMNS, TEMPO)
