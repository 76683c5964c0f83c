"""UMAP: neighbours stay neighbours, and groups keep more of their places than in t-SNE."""

import importlib.util
import warnings
from typing import ClassVar

import numpy as np

from menura.evaluation.maps._neighbours import nearest
from menura.evaluation.maps._principal import reduced
from menura.evaluation.maps.contract import Laid, Map, Rows
from menura.foundation.errors import MenuraError

N_NEIGHBOURS, MIN_DIST = 15, 0.1
MISSING = 'UMAP needs one more library: pip install "menura[maps]"'


class Umap(Map):
    """UMAP of the first 50 principal components, by the package umap-learn (extra `maps`).

    15 neighbours (fewer where there are fewer sounds) and a least distance of 0.1: its authors'
    usual values. In one thread, so that the same seed gives the same map.
    """

    title: ClassVar[str] = "UMAP"
    paper: ClassVar[str] = "McInnes, Healy & Melville 2018"
    least: ClassVar[int] = 4

    def missing(self) -> str | None:
        return None if importlib.util.find_spec("umap") else MISSING

    def lay(self, rows: Rows, seed: int) -> Laid:
        n_neighbours = min(N_NEIGHBOURS, len(rows) - 1)
        rows = reduced(rows)
        # Exact ones: its own search draws lots, and half a minute goes by while it is compiled.
        distances, neighbours = nearest(rows, n_neighbours)
        with warnings.catch_warnings():
            # That TensorFlow is not there, and that new sounds could not be placed: none will be.
            warnings.simplefilter("ignore")
            try:
                from umap import UMAP
            except ImportError:
                raise MenuraError(MISSING) from None
            way = UMAP(
                n_neighbors=n_neighbours,
                min_dist=MIN_DIST,
                # Its spectral start takes eigenvectors of the graph, which few points have not.
                init="spectral" if len(rows) > N_NEIGHBOURS else "random",
                random_state=seed % 2**32,
                n_jobs=1,
                precomputed_knn=(neighbours, distances),
            )
            points = way.fit_transform(rows)
        return Laid(np.asarray(points, np.float64), (f"{n_neighbours} neighbours",))
