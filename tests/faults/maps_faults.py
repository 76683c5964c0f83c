"""Mistakes in the maps: what is mapped, what is left out, and what a page says of it."""

from faults.fault import Fault

_MAPS, _ITS_TESTS = "src/menura/evaluation/maps/", ("tests/contracts/test_every_map.py",)
_KNOWN = ("tests/evaluation/test_maps.py",)
_PAGE, _PAGE_TESTS = "src/menura/pages/atlas.py", ("tests/pages/test_atlas.py",)
_CORPUS = ("tests/workflows/test_explore_corpus.py",)

MAPS_FAULTS = (
    Fault(
        "principal components of columns that are not centred",
        f"{_MAPS}_principal.py",
        "scores = found.fit_transform(rows)",
        "scores = rows @ found.fit(rows).components_.T",
        _KNOWN,
    ),
    Fault(
        "UMAP with a seed of its own",
        f"{_MAPS}umap.py",
        "random_state=seed % 2**32,",
        "random_state=None,",
        _ITS_TESTS,
    ),
    Fault(
        "gaps filled with nothing",
        "src/menura/evaluation/standardising.py",
        "np.median(there)",
        "0.0",
        _KNOWN,
    ),
    Fault(
        "a column that varies by rounding alone is blown up",
        "src/menura/evaluation/standardising.py",
        "np.ptp(there) <= _STEP * np.abs(there).max()",
        "np.ptp(there) < 0",
        _KNOWN,
    ),
    Fault(
        "a map stretched to fill its square",
        _PAGE,
        "half = max(float((high - low).max()) * 0.54, 1e-9)",
        "half = np.maximum((high - low) * 0.54, 1e-9)",
        _PAGE_TESTS,
    ),
    Fault(
        "data that ends the script it stands in",
        _PAGE,
        '.replace("<", "\\\\u003c")',
        '.replace("<", "<")',
        _PAGE_TESTS,
    ),
    Fault(
        "excerpts of the first label only",
        "src/menura/workflows/explore/labels.py",
        "rank.append((seen[label], number))",
        "rank.append((0, number))",
        _CORPUS,
    ),
    Fault(
        "duplicates looked for among real sounds only",
        "src/menura/workflows/explore/corpus.py",
        "alike = alike_among(hearable, results)",
        "alike = alike_among([one for one in hearable if not one.made], results)",
        _CORPUS,
    ),
    Fault(
        "an excerpt from the beginning",
        "src/menura/evaluation/hearing.py",
        "start = (signal.n_samples - n) // 2",
        "start = 0",
        ("tests/evaluation/test_hearing.py",),
    ),
)
