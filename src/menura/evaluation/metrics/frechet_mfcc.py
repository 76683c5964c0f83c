"""Fréchet distance between the MFCC frames of two sets."""

from menura.evaluation.metrics._frechet import Frechet


class FrechetMfcc(Frechet):
    """The distance that a report of 2024 on GAN, LSTM, WaveNet and CVAE calls FAD.

    It says "the first 13 coefficients, out of the total 40"; rate, lengths and counts are not
    stated there, so only figures of one run compare with each other. Frames of one clip are
    alike: their number overstates how much was heard.
    """

    means = "how unlike the timbre is from moment to moment, loudness included"
    embedded_by = "mfcc"
