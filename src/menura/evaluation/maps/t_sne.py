"""t-SNE: neighbours stay neighbours; how far groups lie apart says nothing."""

from typing import ClassVar

import numpy as np

from menura.evaluation.maps._principal import reduced
from menura.evaluation.maps.contract import Laid, Map, Rows

PERPLEXITY = 30.0


class TSne(Map):
    """Barnes-Hut t-SNE (van der Maaten 2014) of the first 50 principal components.

    It sets off from the first two of them (Kobak & Berens 2019), so that what is far apart has a
    chance to stay so. Perplexity 30, or a third of the sounds where they are fewer than 91. In one
    thread: sums of several threads come in any order, and the map would differ from run to run.
    """

    title: ClassVar[str] = "t-SNE"
    paper: ClassVar[str] = "van der Maaten & Hinton 2008"
    least: ClassVar[int] = 4

    def lay(self, rows: Rows, seed: int) -> Laid:
        from sklearn.manifold import TSNE
        from threadpoolctl import threadpool_limits

        rows = reduced(rows)
        perplexity = min(PERPLEXITY, (len(rows) - 1) / 3)
        said = (f"perplexity {perplexity:.3g}",)
        if not np.ptp(rows, axis=0).any():  # all in one place, which has no direction to spread in
            return Laid(np.zeros((len(rows), 2)), said)
        way = TSNE(
            perplexity=perplexity,
            init="pca" if rows.shape[1] >= 2 else "random",
            random_state=seed % 2**32,
        )
        with threadpool_limits(1):
            points = way.fit_transform(rows)
        return Laid(points.astype(np.float64), said)
