"""Fréchet distance on what EnCodec hears before it rounds: fine sound quality."""

from menura.evaluation.metrics._frechet import Frechet


class FrechetEncodec(Frechet):
    """The Fréchet audio distance on a codec's frames (Défossez et al. 2022; Gui et al. 2024).

    Sensitive to noise and artefacts, which a codec must know to keep, and little to style.
    """

    means = "how unlike the sound itself is, noise and artefacts included, to a learnt codec"
    embedded_by = "encodec"
    sample_rate = 24_000
