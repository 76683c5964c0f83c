"""Fréchet distance on Menura's own network, which needs nothing but the installation."""

from menura.evaluation.metrics._frechet import Frechet


class FrechetMenura(Frechet):
    """The Fréchet audio distance on the classifier that comes with Menura.

    It follows what tells instruments apart, and hardly what does not: sound quality, or melody.
    Larger networks heard far more music; this one is there offline, on every machine.
    """

    means = "how unlike the seconds are to a small network that learnt to tell instruments"
    embedded_by = "menura"
