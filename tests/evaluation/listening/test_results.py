"""Whose answers count, and what is said of them before anybody believes a figure."""

import csv
from dataclasses import replace
from pathlib import Path

import pytest

from listening_answers import NOW, better, found_in, taken
from listening_site import small_test
from menura.cli.listen_table import lines
from menura.evaluation.listening.bootstrap import Raters
from menura.evaluation.listening.definition import Item, ListeningTest
from menura.evaluation.listening.opinions import Opinion, opinions
from menura.evaluation.listening.page import results_page
from menura.evaluation.listening.questions import question
from menura.evaluation.listening.results import ListeningResults, RaterLeftOut
from menura.evaluation.listening.scores import ScaleResult, scale_result
from menura.evaluation.listening.sheet import write_sheet
from menura.store import Trial

SIDES = "the other sound chosen in 4 of 4 pairs"


def by_the_side(rater: int, item: Item, trial: Trial) -> int:
    """The last of twelve always takes sound A, and is fine on scales."""
    return 1 if rater == 11 and item.kind == "preference" else better(rater, item, trial)


def turned(rater: int, item: Item, trial: Trial) -> int:
    """The last of twelve says the opposite whenever asked again."""
    said = better(rater, item, trial)
    again = rater == 11 and trial.repeats is not None
    return (3 if item.kind == "preference" else 6) - said if again else said


@pytest.fixture
def eight(tmp_path: Path) -> ListeningTest:
    """So many clips that four of each kind are asked again."""
    return small_test(tmp_path, n_clips=8, n_repeats=4)


def told(results: ListeningResults) -> str:
    return "\n".join(lines(results))


def test_who_goes_by_the_side_still_counts_on_scales(eight: ListeningTest, tmp_path: Path) -> None:
    given = taken(eight, 12, by_the_side)
    found = found_in(eight, given)
    assert found.left_out == (RaterLeftOut(12, SIDES, only_choices=True),)
    assert {score.n_raters for scale in found.scales for score in scale.scores} == {12}
    assert [duel.n_raters for duel in found.choices[0].duels] == [11]
    assert found.n_counted == 12
    assert f"choices left out: rater 12: {SIDES}" in told(found)
    assert "leaves out the choices of 6% of honest raters" in told(found)
    page = results_page(found).html()
    assert "leaves out the choices of 6% of honest raters" in page
    assert ">choices</td>" in page
    write_sheet(eight, opinions(eight, given), found.left_out, tmp_path / "sheet.csv")
    with (tmp_path / "sheet.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["rater"] == "12"]
    assert {(row["question"], row["left_out"]) for row in rows} == {
        ("fluent", "0"),
        ("good", "0"),
        ("prefer", "1"),
    }


def test_where_only_choices_are_asked_such_a_rater_is_left_out(tmp_path: Path) -> None:
    test = small_test(tmp_path, n_clips=8, n_repeats=4, questions=("prefer",))
    found = found_in(test, taken(test, 12, by_the_side))
    assert found.left_out == (RaterLeftOut(12, SIDES, only_choices=False),)
    assert (found.n_raters, found.n_counted) == (12, 11)


def test_too_few_pairs_to_find_anybody_by_is_said(tmp_path: Path) -> None:
    test = small_test(tmp_path)  # three pairs, of which one comes again
    assert "Fewer than 4 pairs come again: no choices are left out." in told(
        found_in(test, taken(test, 3))
    )
    scales = small_test(tmp_path / "scales", questions=("good",))
    assert "pairs" not in found_in(scales, taken(scales, 3)).power


def test_answering_alike_is_told_of_all_raters(eight: ListeningTest) -> None:
    """Those who are counted answer alike, else they would be left out."""
    found = found_in(eight, taken(eight, 12, turned))
    [fluent, _], [prefer] = found.scales, found.choices
    for one in (fluent, prefer):
        assert one.same_again == pytest.approx(11 / 12)
    assert fluent.alpha_all == fluent.alpha, "first answers of the twelfth are like all others"
    assert "of all raters" not in told(found)

    def contrary(rater: int, item: Item, trial: Trial) -> int:
        if rater != 11 or item.kind == "preference":
            return better(rater, item, trial)
        return 1 if trial.repeats is None else 5

    found = found_in(eight, taken(eight, 12, contrary))
    [fluent, _] = found.scales
    assert fluent.alpha == 1
    assert fluent.alpha_all is not None
    assert fluent.alpha_all < 0.9
    words = f"(alpha) 1.00 of those counted, {fluent.alpha_all:.2f} of all raters"
    assert words in told(found)
    assert words in results_page(found).html()


@pytest.mark.parametrize(("n_raters", "is_said"), [(5, False), (6, True)])
def test_going_by_place_is_said_only_where_chance_is_unlikely(
    tmp_path: Path, n_raters: int, is_said: bool
) -> None:
    """All answers of one rater are one: five of five are no proof, whatever they add up to."""
    test = small_test(tmp_path, n_repeats=0, n_clips=6)
    found = found_in(
        test, taken(test, n_raters, lambda r, i, t: 1 if i.kind == "preference" else 3)
    )
    assert found.choices[0].share_a == 1
    assert found.choices[0].p_place == pytest.approx(2 * 0.5**n_raters)
    said = [remark for remark in found.remarks if "by place" in remark]
    assert bool(said) is is_said
    assert all("may have gone by place" in remark for remark in said)


def test_clips_that_are_not_as_loud_are_said_of_their_system(eight: ListeningTest) -> None:
    assert "heard blind and equally loud" in results_page(found_in(eight, taken(eight, 2))).html()
    first, second, third, *others = eight.clips
    clips = (replace(first, lufs=None), replace(second, lufs=-23.6), replace(third, lufs=-23.4))
    compared = replace(first, name="f" * 16, system="", lufs=-30.0)
    test = replace(eight, clips=(*clips, *others, compared))
    found = found_in(test, taken(test, 2))
    assert found.quieter == {"what is compared with": 1, "alpha-net": 2}
    page = results_page(found).html()
    assert "and equally loud" not in page
    assert "All clips were brought" not in page
    words = "1 of what is compared with, 2 of alpha-net"
    assert f"Clips were brought to −23.0 LUFS, but for {words}." in page
    assert f"not all clips are equally loud: {words}" in told(found)


def test_where_nothing_is_asked_again_nothing_else_is_said(tmp_path: Path) -> None:
    test = small_test(tmp_path, n_repeats=0)
    page = results_page(found_in(test, taken(test, 3))).html()
    assert "asked some of them again" not in page
    assert "Nothing is asked again, so it finds nobody" in page
    again = small_test(tmp_path / "again")
    assert "asked some of them again" in results_page(found_in(again, taken(again, 3))).html()


def test_who_is_kept_is_not_said_to_be_left_out(eight: ListeningTest) -> None:
    given = [one for one in taken(eight, 12, turned) if one.rater or one.position < 2]
    kept = told(found_in(eight, given, keep_all=True))
    assert "1 contradict themselves and are kept" in kept
    assert "left out:" not in kept
    assert "kept: rater 12: " in kept
    for said in (kept, told(found_in(eight, given))):
        assert "1 of 12 raters have answered too few repeats to be found by the rule" in said
    assert "left out: rater 12: " in told(found_in(eight, given))


def four_systems() -> ScaleResult:
    """Twenty raters, four systems, so six pairs."""
    given = [
        Opinion(
            *(rater, place, place, "good", (system,), 1 + (7 * rater + 3 * place) % 5),
            *(0, None, 1.0, 1, NOW),
        )
        for rater in range(20)
        for place, system in enumerate("abcd")
    ]
    return scale_result(question("good"), given, given, Raters(range(20), seed=0), None)


def test_differences_are_corrected_for_the_number_of_pairs(eight: ListeningTest) -> None:
    found = four_systems()
    assert len(found.differences) == 6
    values = {
        system: [(r, 1.0 + (7 * r + 3 * place) % 5) for r in range(20)]
        for place, system in enumerate("abcd")
    }
    for one in found.differences:
        alone = Raters(range(20), seed=0).difference(values[one.better], values[one.worse])
        assert one.points.mean == alone.mean
        assert one.points.low is not None
        assert alone.low is not None
        assert one.points.low < alone.low
    results = replace(found_in(eight, taken(eight, 2)), scales=(found,))
    assert "wide enough for all 6 to hold in 95 of 100" in results_page(results).html()
    assert "interval, 95 % for all 6" in told(results)


def test_the_terminal_tells_differences_and_of_which_clips_intervals_are(
    eight: ListeningTest,
) -> None:
    said = told(found_in(eight, taken(eight, 12)))
    assert "alpha-net over beta-net    2.00    2.00 … 2.00" in said
    assert "note: intervals are of these clips: others of the same systems were not heard" in said
