"""Note F1 against a matching that is the largest by construction."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import maximum_bipartite_matching

from menura.audio import Note, Score
from menura.representations import note_f1

ONSETS = st.lists(
    st.tuples(st.integers(0, 40).map(lambda n: n / 100), st.integers(60, 62)), max_size=20
)


def score(onsets: list[tuple[float, int]]) -> Score:
    return Score(tuple(Note(start, start + 1, pitch) for start, pitch in onsets))


@settings(max_examples=200)
@given(a=ONSETS, b=ONSETS)
def test_as_many_notes_match_as_can(a: list[tuple[float, int]], b: list[tuple[float, int]]) -> None:
    """scipy's maximum matching of the graph of notes that may match, as mir_eval makes it."""
    graph = np.array(
        [[p == q and round(abs(s - t), 4) <= 0.05 for t, q in b] for s, p in a], bool
    ).reshape(len(a), len(b))
    n_matched = int((maximum_bipartite_matching(csr_matrix(graph)) >= 0).sum()) if graph.size else 0
    expected = 2 * n_matched / (len(a) + len(b)) if a or b else 1.0
    assert note_f1(score(a), score(b)) == pytest.approx(expected)


def test_by_hand() -> None:
    reference = [(0.0, 60), (1.0, 60), (2.0, 61), (3.0, 62)]
    candidate = [(0.04, 60), (1.06, 60), (2.0, 60), (3.05, 62), (4.0, 62)]
    assert note_f1(score(reference), score(candidate)) == pytest.approx(2 * 2 / 9)
    assert note_f1(score([]), score([])) == 1.0
    assert note_f1(score(reference), score([])) == 0.0


def test_drums_do_not_match_notes() -> None:
    drums = Score((Note(0, 1, 60, is_drum=True),))
    assert note_f1(score([(0.0, 60)]), drums) == 0.0
    assert note_f1(drums, drums) == 1.0
