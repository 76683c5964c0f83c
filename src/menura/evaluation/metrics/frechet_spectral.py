"""Fréchet distance between one-second windows of two sets, by their log-mel statistics."""

from menura.evaluation.metrics._frechet import Frechet


class FrechetSpectral(Frechet):
    """The Fréchet audio distance (Kilgour et al. 2019) on an embedding that needs no network.

    A window is the means and the deviations over one second of 64 log-mel bands: timbre, register
    and level in the one half, how lively each band is in the other. Blind to melody and to
    anything slower than a second.
    """

    means = "how unlike the seconds are in timbre, register, level and liveliness"
    embedded_by = "spectral"
