"""What a system is said to be like, against answers made by hand and scipy."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from scipy.stats import binomtest

from listening_answers import found_in
from listening_site import SYSTEMS, small_test
from menura.evaluation.listening.bootstrap import Raters
from menura.evaluation.listening.choices import Duel, choice_result
from menura.evaluation.listening.definition import ListeningTest
from menura.evaluation.listening.opinions import Opinion, opinions
from menura.evaluation.listening.orders import plan
from menura.evaluation.listening.page import results_page
from menura.evaluation.listening.questions import question
from menura.foundation.errors import MenuraError
from menura.store import Answered, Trial

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def answered(rater: int, position: int, trial: Trial, values: dict[str, int]) -> Answered:
    return Answered(rater, position, trial, values, 2.0, 1, NOW)


def choice(rater: int, systems: tuple[str, str], value: int, item: int = 0) -> Opinion:
    return Opinion(rater, item, item, "prefer", systems, value, 0, None, 1.0, 1, NOW)


def everyone(test: ListeningTest, n_raters: int, *, careless: int | None = None) -> list[Answered]:
    """Raters who give alpha-net 4 and 5, beta-net 2 and 3, and choose alpha-net; one may answer
    2 and 5 in turn, and the other sound whenever asked again."""
    found = []
    for rater in range(n_raters):
        for position, trial in enumerate(plan(test, rater)):
            item = test.items[trial.item]
            if item.kind == "preference":
                wrong = rater == careless and trial.repeats is not None
                values = {"prefer": 1 + (int(trial.swapped) ^ int(wrong))}
            else:
                base = 4 if item.systems == ("alpha-net",) else 2
                if rater == careless:
                    base = 1 if trial.repeats is None else 4
                values = {"fluent": base, "good": base + (rater + position) % 2}
            found.append(answered(rater, position, trial, values))
    return found


def test_points_and_choices_go_to_the_system_that_was_heard(tmp_path: Path) -> None:
    test = small_test(tmp_path)
    found = found_in(test, everyone(test, 12))
    fluent, good = found.scales
    assert [(one.system, one.points.mean) for one in fluent.scores] == [
        ("alpha-net", 4.0),
        ("beta-net", 2.0),
    ]
    assert fluent.scores[0].counts == (0, 0, 0, 12 * 3, 0), "repeats are not counted twice"
    assert fluent.alpha == 1.0
    assert fluent.same_again == good.same_again == 1.0
    assert good.scores[0].points.mean == pytest.approx(4.5, abs=0.2)
    [difference] = fluent.differences
    assert (difference.better, difference.points.low, difference.points.high) == ("alpha-net", 2, 2)
    [chosen] = found.choices
    [duel] = chosen.duels
    assert (duel.better, duel.worse, duel.share.mean) == (*SYSTEMS, 1.0)
    assert (duel.n_better, duel.n_answers, duel.n_raters) == (36, 36, 12)
    assert duel.p == pytest.approx(2 * 0.5**36)
    assert duel.p_raters == pytest.approx(2 * 0.5**12)
    assert chosen.share_a == pytest.approx(0.5, abs=0.2)
    assert (found.n_raters, found.n_finished, found.left_out) == (12, 12, ())


def test_who_contradicts_themselves_is_named_and_not_counted(tmp_path: Path) -> None:
    test = small_test(tmp_path)
    given = everyone(test, 12, careless=4)
    found = found_in(test, given)
    assert [one.rater for one in found.left_out] == [5]
    assert found.scales[0].scores[0].points.mean == 4.0
    assert found.scales[0].scores[0].n_raters == 11
    kept = found_in(test, given, keep_all=True)
    assert kept.left_out == found.left_out
    assert kept.scales[0].scores[0].points.mean == pytest.approx((11 * 4 + 1) / 12)


def test_who_stops_early_is_counted_as_far_as_it_goes(tmp_path: Path) -> None:
    test = small_test(tmp_path)
    given = [one for one in everyone(test, 3) if one.rater or one.position < 2]
    found = found_in(test, given)
    assert (found.n_raters, found.n_finished, found.n_untested) == (3, 2, 1)
    assert any("3 raters" in remark for remark in found.remarks)


def test_few_raters_are_counted_behind_each_figure(tmp_path: Path) -> None:
    """Twelve raters, one of whom alone has heard beta-net: nothing is said of how far it is."""
    test = small_test(tmp_path, questions=("good",))
    found = []
    for one in everyone(test, 12):
        heard = test.items[one.trial.item].systems
        if heard == ("alpha-net",) or one.rater == 3:
            found.append(replace(one, values={"good": one.values["good"]}))
    results = found_in(test, found)
    [good] = results.scales
    assert [score.n_raters for score in good.scores] == [12, 1]
    assert good.scores[1].points.low is None
    assert any("1 of 2 figures are one rater's word" in one for one in results.remarks)
    assert not any("too narrow" in one for one in results.remarks)
    page = results_page(results).html()
    assert "Too few raters to tell alpha-net and beta-net apart" in page
    assert "an interval that does not hold" not in page


def test_an_answer_to_another_test_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MenuraError, match="does not have"):
        opinions(small_test(tmp_path), [answered(0, 0, Trial(99), {"good": 3})])


def test_a_duel_against_the_exact_binomial_test_and_by_hand() -> None:
    """Raters 0 to 8 choose a three times of four, rater 9 b three times of four."""
    given = [
        choice(rater, ("a", "b"), int((k == 0) != (rater == 9)), item=k)
        for rater in range(10)
        for k in range(4)
    ]
    raters = Raters(range(10), seed=0)
    [duel] = choice_result(question("prefer"), given, given, raters, None).duels
    assert (duel.better, duel.n_better, duel.n_answers) == ("a", 28, 40)
    assert duel.p == pytest.approx(binomtest(28, 40).pvalue)
    assert duel.p_raters == pytest.approx(binomtest(9, 10).pvalue)
    assert duel.share.low is not None
    assert 0.5 < duel.share.low < 0.7 < (duel.share.high or 0) <= 0.75


def test_many_pairs_are_corrected_for_as_holm_has_it() -> None:
    """Raters' p of three pairs: 10 of 10, 8 of 10 and 5 of 10 against even chances."""
    given = [
        choice(rater, pair, int(rater >= wins))
        for pair, wins in ((("a", "b"), 10), (("a", "c"), 8), (("b", "c"), 5))
        for rater in range(10)
    ]
    duels = choice_result(question("prefer"), given, given, Raters(range(10), seed=0), None).duels
    plain = {frozenset((d.better, d.worse)): d for d in duels}

    def of(*pair: str) -> Duel:
        return plain[frozenset(pair)]

    assert of("a", "b").p_all == pytest.approx(3 * binomtest(10, 10).pvalue)
    assert of("a", "c").p_all == pytest.approx(2 * binomtest(8, 10).pvalue)
    assert of("b", "c").p_all == 1.0


def test_agreement_does_not_depend_on_which_system_is_named_first() -> None:
    """Nine of ten take the better of each of three pairs: chance would agree in half."""
    pairs = [("a", "b"), ("a", "c"), ("b", "c")]
    found = set()
    for turned in range(8):  # each pair as it is, or the other way round
        given = [
            choice(rater, pair[::-1] if back else pair, int(rater == 9) ^ back, item)
            for item, pair in enumerate(pairs)
            for back in [turned >> item & 1]
            for rater in range(10)
        ]
        raters = Raters(range(10), seed=0)
        agreed = choice_result(question("prefer"), given, given, raters, None).alpha
        assert agreed is not None
        found.add(round(agreed, 12))
    [agreed] = found
    assert agreed == pytest.approx(1 - 0.2 / (30 * 30 * 2 / (60 * 59)))


def test_that_all_say_the_same_is_not_taken_for_certain(tmp_path: Path) -> None:
    test = small_test(tmp_path)
    remarks = " ".join(found_in(test, everyone(test, 12)).remarks)
    assert "have no width: all raters said the same" in remarks


def test_going_by_place_is_seen() -> None:
    """Everyone takes A: every second time the sound of b, which is called A then."""
    given = [
        Opinion(r, k, k, "prefer", ("a", "b"), k % 2, k % 2, None, 1.0, 1, NOW)
        for r in range(5)
        for k in range(4)
    ]
    found = choice_result(question("prefer"), given, given, Raters(range(5), seed=0), None)
    assert found.share_a == 1.0
    assert found.duels[0].share.mean == 0.5
