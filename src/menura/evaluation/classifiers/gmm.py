"""Mixture of Gaussians on descriptors, from k-means or random tracks, as a report tried it.

Report mel-interpolation: eight Gaussians for eight genres, "without kmeans mean init", accuracy
0.15. The Gaussians were taken for the genres by their numbers, which mean nothing: preset
`paper`. In the others each is named by the tracks that lie in it.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from menura.evaluation.classifiers._mixture import Mixture, MixtureConfig


class Gmm(Mixture):
    """The means set off from k-means; in preset `paper`, from random tracks."""

    presets: ClassVar[Mapping[str, Any]] = {
        "laptop": MixtureConfig(),
        "tiny": MixtureConfig(),
        "paper": MixtureConfig(start="random", covariance="full", naming="number"),
    }
