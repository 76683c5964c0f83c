"""The results of a listening test as a page."""

from collections.abc import Sequence

from menura.evaluation.listening.bootstrap import Interval
from menura.evaluation.listening.choices import ChoiceResult
from menura.evaluation.listening.questions import POINTS
from menura.evaluation.listening.results import OF_THESE_CLIPS, ListeningResults
from menura.evaluation.listening.scores import Difference, ScaleResult
from menura.pages import Figure, Page
from menura.pages.intervals import Scale, Spread, intervals
from menura.pages.table import Cell

HIDDEN = "hidden reference"
MOST_DIFFERENCES = 28  # rows: those of eight systems


def results_page(results: ListeningResults) -> Page:
    """From what was found to how it was found."""
    page = Page(
        f"{results.title}: what the raters say",
        lead=(
            f"{len(results.systems)} systems, heard blind"
            f"{', not all equally loud' if results.quieter else ' and equally loud'}. "
            "Bars are 95 % intervals: what other raters like these might have said."
        ),
    )
    page.figures(
        [
            Figure("raters counted", results.n_counted),
            Figure("answered everything", results.n_finished),
            Figure("trials answered", results.n_trials),
            Figure("left out", results.n_raters - results.n_counted),
        ]
    )
    for remark in results.remarks:
        page.note(_sentence(remark))
    for scale in results.scales:
        _scale(page, scale, results.real)
    for choice in results.choices:
        _choice(page, choice, results.real)
    _raters(page, results)
    _method(page, results)
    return page


def _scale(page: Page, result: ScaleResult, real: str | None) -> None:
    question = result.question
    page.section(question.text)
    axis = Scale(1, POINTS, 1, f"1: {question.lowest}, {POINTS}: {question.highest}", decimals=2)
    drawn = [_spread(one.system, one.points, 1, real) for one in result.scores]
    page.intervals(
        intervals(drawn, axis, alt=f"{question.text} Mean points of each system."),
        caption=f"Mean points. {_agreement(result)}",
    )
    page.table(
        [
            *("system", "mean", "from", "to", "answers", "raters"),
            *(f"gave {point}" for point in range(1, POINTS + 1)),
        ],
        [
            [
                _named(one.system, real),
                *_cells(one.points),
                one.n_answers,
                one.n_raters,
                *one.counts,
            ]
            for one in result.scores
        ],
    )
    if len(result.differences) > MOST_DIFFERENCES:
        page.text(f"{len(result.differences)} differences of two systems: `--json` lists them.")
    elif result.differences:
        _differences(page, result.differences)


def _differences(page: Page, differences: Sequence[Difference]) -> None:
    told = [one for one in differences if one.points.low is not None]
    if told:
        page.table(
            ["higher", "lower", "points between", "from", "to"],
            [[one.better, one.worse, *_cells(one.points)] for one in told],
            caption=(
                "Differences, with the same raters drawn for both: an interval that does not hold "
                f"0 tells the two apart. {_widened(len(differences))}"
            ),
        )
    untold = [f"{one.better} and {one.worse}" for one in differences if one.points.low is None]
    if untold:
        page.text(
            f"Too few raters to tell {'; '.join(untold)} apart: two or more must have judged each."
        )


def _choice(page: Page, result: ChoiceResult, real: str | None) -> None:
    page.section(result.question.text)
    axis = Scale(0, 100, 25, "chosen, in per cent of all pairs", decimals=0, middle=50)
    drawn = [_spread(one.system, one.share, 100, real) for one in result.standings]
    page.intervals(
        intervals(drawn, axis, alt=f"{result.question.text} How often each system was chosen."),
        caption=(
            f"How often each system was chosen against another. "
            f"{_agreement(result)} "
            f"The sound called A was chosen in {result.share_a:.0%}."
        ),
    )
    page.table(
        [
            *("chosen more", "chosen less", "answers", "chosen, %", "from", "to"),
            *("p (answers)", "p (raters)", "p (all pairs)"),
        ],
        [
            [
                _named(one.better, real),
                _named(one.worse, real),
                one.n_answers,
                *(None if cell is None else 100 * cell for cell in _interval(one.share)),
                *map(_p, (one.p, one.p_raters, one.p_all)),
            ]
            for one in result.duels
        ],
        caption=(
            "p: how often chance alone would choose so unevenly (exact binomial test, two-sided); "
            "of answers, as if each came from another rater; of raters, each counted for the "
            "system chosen more often; and that corrected for the number of pairs (Holm)."
        ),
    )


def _raters(page: Page, results: ListeningResults) -> None:
    page.section("Raters who contradict themselves")
    page.text(results.rule)
    page.text(results.power)
    if results.keep_all and results.left_out:
        page.note("All answers are kept in the figures above, these too.")
    if results.left_out:
        page.table(
            ["rater", "left out", "why"],
            [
                [f"no. {one.rater}", "choices" if one.only_choices else "everything", one.reason]
                for one in results.left_out
            ],
        )
    else:
        page.text("Nobody is left out.")
    if results.n_untested:
        page.text(
            f"{results.n_untested} of {results.n_raters} raters have answered too few repeats to "
            "be found by it."
        )


def _method(page: Page, results: ListeningResults) -> None:
    page.section("How it was asked")
    again = (
        "heard each sound before answering, and was asked some of them again without being told. "
        "The first answer counts; the second serves only to find contradictions."
        if results.n_repeated
        else "and heard each sound before answering. Nothing was asked again."
    )
    page.text(
        f"{_level(results)}Copies carried no names and no tags. Every rater had an order of their "
        f"own, {again}"
    )
    page.text(
        "Intervals are bootstraps of raters (10,000 draws, percentiles): a rater is drawn with all "
        f"answers given. {_sentence(OF_THESE_CLIPS)} "
        "Agreement is Krippendorff's alpha over sounds that two raters or more judged, ordinal for "
        "points; for choices nominal, of every pair both ways round."
    )


def _level(results: ListeningResults) -> str:
    if results.loudness_lufs is None:
        return ""
    told = f"brought to {results.loudness_lufs:.1f} LUFS".replace("-", "−")
    if not results.quieter:
        return f"All clips were {told}. "
    but = ", ".join(f"{n} of {system}" for system, n in results.quieter.items())
    return f"Clips were {told}, but for {but}. "


def _widened(n_pairs: int) -> str:
    if n_pairs == 1:
        return ""
    return (
        f"Each interval is wide enough for all {n_pairs} to hold in 95 of 100 such tests "
        "(Bonferroni)."
    )


def _spread(system: str, interval: Interval, times: float, real: str | None) -> Spread:
    low, high = (None if x is None else times * x for x in (interval.low, interval.high))
    return Spread(system, times * interval.mean, low, high, system == real)


def _named(system: str, real: str | None) -> str:
    return f"{system} ({HIDDEN})" if system == real else system


def _cells(interval: Interval) -> Sequence[Cell]:
    return [None if x is None else round(x, 2) for x in _interval(interval)]


def _interval(interval: Interval) -> tuple[float, float | None, float | None]:
    return interval.mean, interval.low, interval.high


def _agreement(result: ScaleResult | ChoiceResult) -> str:
    told = "Agreement cannot be told."
    if result.alpha is not None:
        told = f"Agreement (alpha) {result.alpha:.2f}."
        if result.alpha_all is not None and result.alpha_all != result.alpha:
            told = f"{told[:-1]} of those counted, {result.alpha_all:.2f} of all raters."
    if result.same_again is not None:
        told += f" Asked again, {result.same_again:.0%} of all answers were alike."
    return told.replace("-", "−")


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}."


def _p(value: float) -> str:
    return "< 0.001" if value < 0.001 else f"{value:.3f}"
