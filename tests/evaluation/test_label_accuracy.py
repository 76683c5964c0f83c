"""Label accuracy: planted shares come out as planted; the vote beside scikit-learn's own."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.neighbors import KNeighborsClassifier

from menura.audio import Clip
from menura.evaluation import metrics
from menura.evaluation.by_label import label_of
from menura.evaluation.floors import divisions, floor_of, floors_over
from menura.evaluation.metrics import Clips, Measurement
from menura.evaluation.votes import N_NEIGHBOURS, votes
from menura.foundation.errors import MenuraError
from toy_labels import RATE, toy_sound

HIGH, LOW = "high", "low"  # two timbres
METRIC = metrics.load("label-accuracy")


def sound(timbre: str, number: int, seconds: float = 2.0) -> Clip:
    return Clip(toy_sound(timbre, number, seconds)[None], RATE)


@pytest.fixture(scope="module")
def reference() -> Clips:
    return {f"{label}/{n}": sound(label, n, 5.0) for label in (HIGH, LOW) for n in range(4)}


def made(n_swapped: int, first: int = 20) -> Clips:
    """Ten for each label, of which so many sound like the other."""
    return {
        f"{label}/{n:02}": sound(other if n < n_swapped else label, first + n)
        for label, other in ((HIGH, LOW), (LOW, HIGH))
        for n in range(10)
    }


@pytest.mark.parametrize("n_swapped", [0, 3, 5, 10])
def test_the_figure_is_the_share_that_is_not_swapped(n_swapped: int, reference: Clips) -> None:
    found = METRIC.score(reference, made(n_swapped))
    share = 1 - n_swapped / 10
    assert found.value == pytest.approx(share, abs=1e-12)
    assert found.details["by seconds"] == pytest.approx(share, abs=1e-12)
    assert (found.details["of high"], found.details["of low"]) == (share, share)
    assert found.details["chance"] == 0.5
    assert (found.n_reference, found.n_candidate, found.counted) == (8, 20, "clips")
    assert {name for name, right in found.of_each.items() if not right} == {
        f"{label}/{n:02}" for label in (HIGH, LOW) for n in range(n_swapped)
    }
    assert not found.too_few
    assert not found.remarks


def test_labels_have_their_own_figures(reference: Clips) -> None:
    clips = {name: clip for name, clip in made(10).items() if label_of(name) == HIGH}
    clips |= {name: clip for name, clip in made(0).items() if label_of(name) == LOW}
    found = METRIC.score(reference, clips)
    assert (found.value, found.details["of high"], found.details["of low"]) == (0.5, 0.0, 1.0)


def test_seconds_of_another_label_do_not_outvote_the_clip(reference: Clips) -> None:
    """Two seconds high, one low: it is told to be high, and a third of its seconds is not."""
    mixed = np.concatenate([toy_sound(HIGH, 50, 2.0), toy_sound(LOW, 51, 1.0)])
    clips = {f"{HIGH}/{n}": Clip(mixed[None], RATE) for n in range(2)}
    found = METRIC.score(reference, {**clips, f"{LOW}/0": sound(LOW, 60, 3.0)})
    assert found.value == 1.0
    assert found.details["by seconds"] == pytest.approx(7 / 9)


def test_a_label_is_told_no_more_often_for_being_better_known() -> None:
    """Two clouds that overlap, one of them known by ten times as many points: in their middle,
    each is told as often as the other."""
    rng = np.random.default_rng(0)
    few, many = rng.normal(-0.5, 1, (300, 3)), rng.normal(0.5, 1, (3000, 3))
    known, labels = np.concatenate([few, many]), np.repeat([0, 1], [300, 3000])
    asked = rng.uniform(-1.5, 1.5, (500, 3))
    assert abs(votes(asked, known, labels).argmax(axis=1).mean() - 0.5) < 0.1
    unequal = KNeighborsClassifier(N_NEIGHBOURS, weights="distance").fit(known, labels)
    assert unequal.predict(asked).mean() > 0.9


points = st.lists(st.tuples(*[st.integers(-4, 4)] * 2), min_size=1, max_size=20)


@given(points, st.integers(0, 3))
@settings(max_examples=40)
def test_votes_are_those_of_scikit_learn(asked: list[tuple[int, int]], seed: int) -> None:
    """Where all labels are known by as many points, and no two points are at one place."""
    rng = np.random.default_rng(seed)
    known = rng.normal(0, 3, (45, 2))
    labels = np.repeat([0, 1, 2], 15)
    expected = KNeighborsClassifier(N_NEIGHBOURS, weights="distance").fit(known, labels)
    rows = np.array(asked, np.float64)
    np.testing.assert_allclose(
        votes(rows, known, labels), expected.predict_proba(rows), rtol=1e-9, atol=1e-12
    )
    own = votes(known, known, labels)
    np.testing.assert_array_equal(own, np.eye(3)[labels])


def test_fewer_known_points_than_votes_and_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    known = np.array([[0.0], [1.0]])
    np.testing.assert_allclose(
        votes(np.array([[0.25], [1.0]]), known, np.array([0, 1])), [[0.75, 0.25], [0, 1]]
    )
    rows = np.random.default_rng(0).normal(0, 1, (7, 1))
    whole = votes(rows, known, np.array([0, 1]))
    monkeypatch.setattr("menura.evaluation.votes.AT_ONCE", 3)
    np.testing.assert_array_equal(votes(rows, known, np.array([0, 1])), whole)
    assert votes(np.zeros((0, 1)), known, np.array([0, 1])).shape == (0, 2)


@pytest.mark.parametrize(
    ("reference_names", "candidate_names", "said"),
    [
        (["high/1", "low/1"], ["a", "b"], "the candidates are not in folders by label; put both"),
        (["a", "b"], ["high/1"], "the reference is not in folders by label; put both into"),
        (["high/1", "high/2"], ["high/1"], "sound of two labels or more, not of high"),
        (
            ["high/1", "low/1"],
            ["jazz/1", "high/1"],
            r"made for jazz, of which the reference has no sound \(it has: high, low\)",
        ),
    ],
)
def test_what_is_missing_and_how_to_lay_it_out(
    reference_names: list[str], candidate_names: list[str], said: str
) -> None:
    clip = sound(HIGH, 1)
    sides = dict.fromkeys(reference_names, clip), dict.fromkeys(candidate_names, clip)
    reason = METRIC.unsuited(*sides)
    assert reason is not None
    assert "\n" not in reason
    assert "rock/1.wav, jazz/2.wav" in reason
    with pytest.raises(MenuraError, match=said):
        METRIC.score(*sides)


def silence(seconds: float = 2.0) -> Clip:
    return Clip(np.zeros((1, round(seconds * RATE)), np.float32), RATE)


def test_silence_has_no_vote_and_is_told_wrong(reference: Clips) -> None:
    """The tails of notes are alike whatever the instrument."""
    tails = {
        name: Clip(np.concatenate([clip.samples, silence(4.0).samples], axis=1), RATE)
        for name, clip in reference.items()
    }
    clips = made(0)
    assert METRIC.score(tails, clips).details == METRIC.score(reference, clips).details
    quiet = {**clips, "high/00": silence(), "low/00": silence()}
    found = METRIC.score(reference, quiet)
    assert found.value == pytest.approx(0.9)
    assert found.details["by seconds"] == 1.0
    assert found.remarks == ("2 silent candidates told wrong",)
    unheard = {**reference, "mute/1": silence()}
    assert METRIC.score(unheard, clips).value == 1.0
    assert "made for mute" in str(METRIC.unsuited(unheard, {"mute/1": sound(HIGH, 1)}))
    assert METRIC.score(reference, {"high/1": silence()}).value == 0.0


def test_what_is_left_out_or_thin_is_said(reference: Clips) -> None:
    few = {**reference, "loose": sound(LOW, 9), "noisy/1": sound("noisy", 9, 3.0)}
    found = METRIC.score(few, {"high/1": sound(HIGH, 9), "odd": sound(LOW, 8)})
    assert found.value == 1.0
    assert found.too_few
    assert found.remarks == (
        "only 1 candidate: the share is mostly chance; 8 are needed",
        "the reference has little of noisy (1 clip, 3 s): what was made for it may be told wrong; "
        "2 clips and 15 s are needed",
        "left out, in no folder by label: 1 clip of the reference",
        "left out, in no folder by label: 1 clip of the candidates",
    )


def test_candidates_of_labels_that_are_hardly_known_do_not_count(reference: Clips) -> None:
    thin = {name: clip for name, clip in reference.items() if name not in ("low/1", "low/2")}
    del thin["low/0"]  # one clip of 5 s is left
    found = METRIC.score(thin, made(0))
    assert not found.too_few, "ten were made for the other label"
    assert "has little of low (1 clip, 5 s)" in found.remarks[0]
    fewer = {name: clip for name, clip in made(0).items() if name > "high/02"}
    assert METRIC.score(thin, fewer).too_few


def floor(reference: Clips, candidate: Clips, seed: int = 0) -> Measurement:
    found = floor_of(METRIC, reference, candidate, seed)
    assert found is not None
    return found.measured


def test_real_music_is_told_by_other_real_music(reference: Clips) -> None:
    candidate = made(0)
    told = floor(reference, candidate)
    assert told.value == 1.0
    assert told.n_reference == 4
    # With labels that say nothing, real music is told by chance, and so is what is made.
    names = [f"{'ab'[n // 2 % 2]}/{n}" for n in range(8)]
    meaningless = dict(zip(names, [reference[name] for name in sorted(reference)], strict=True))
    turned = {f"{'ab'[n % 2]}/{n}": clip for n, clip in enumerate(candidate.values())}
    told = floor(meaningless, turned)
    assert 0.2 <= told.value <= 0.8


def test_every_division_knows_all_labels(reference: Clips) -> None:
    """Also of two clips a label, and with a label of one clip: of it the other half has none."""
    two = {name: clip for name, clip in reference.items() if name[-1] in "01"}
    two["noisy/1"] = sound("noisy", 1, 4.0)
    divided = divisions(two, made(0), 0, labelled=True)
    assert len(divided) == 5
    for first, pieces in divided:
        assert {label_of(name) for name in first} == {HIGH, LOW, "noisy"}
        assert {label_of(name) for name in pieces} == {HIGH, LOW}
    assert len(floors_over(METRIC, divided)) == 5
    alone = {name: clip for name, clip in two.items() if name.endswith("1")}
    assert floor_of(METRIC, alone, made(0), 0) is None
