"""Fréchet distance on CLAP, a network that learnt what words fit to sound."""

from menura.evaluation.metrics._frechet import Frechet


class FrechetClap(Frechet):
    """The Fréchet audio distance on LAION's CLAP (Wu et al., ICASSP 2023), trained on music.

    Of the embeddings that Gui et al. (ICASSP 2024) compared, that of the kind which best followed
    listeners' judgements of musical quality.
    """

    means = "how unlike the sets sound to a network that learnt which words fit to music"
    embedded_by = "clap"
    sample_rate = 48_000
