"""Fréchet distance on VGGish, the embedding of the first Fréchet audio distance."""

from menura.evaluation.metrics._frechet import Frechet


class FrechetVggish(Frechet):
    """The Fréchet audio distance as Kilgour et al. (Interspeech 2019) introduced it.

    Later work (Gui et al., ICASSP 2024) found that it follows what people hear in music less well
    than CLAP does; it is here because most published figures are on it.
    """

    means = "how unlike the sets sound to a network that learnt to name what is heard in videos"
    embedded_by = "vggish"
