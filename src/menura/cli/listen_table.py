"""The results of a listening test as lines for a terminal."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from menura.evaluation.listening.page import MOST_DIFFERENCES
from menura.evaluation.listening.results import OF_THESE_CLIPS
from menura.foundation.printable import printable

if TYPE_CHECKING:
    from menura.evaluation.listening.bootstrap import Interval
    from menura.evaluation.listening.choices import ChoiceResult
    from menura.evaluation.listening.results import ListeningResults
    from menura.evaluation.listening.scores import Difference, ScaleResult

Row = Sequence[str]


def lines(results: "ListeningResults") -> list[str]:
    """Who answered, a table a question, who is left out, and what to know."""
    return [
        f"{printable(results.title)}: {results.n_raters} raters have answered "
        f"{results.n_trials} trials, {results.n_finished} of them to the end; "
        + (
            f"{len(results.left_out)} contradict themselves and are kept"
            if results.keep_all
            else f"{results.n_raters - results.n_counted} left out"
        ),
        *(line for scale in results.scales for line in _scale(scale, results.real)),
        *(line for choice in results.choices for line in _choice(choice, results.real)),
        "",
        *_left_out(results),
        f"the rule: {results.rule} {results.power}",
        *(f"note: {remark}" for remark in results.remarks),
        f"note: {OF_THESE_CLIPS}",
    ]


def _left_out(results: "ListeningResults") -> Iterator[str]:
    for one in results.left_out:
        what = "choices left out" if one.only_choices else "left out"
        yield f"{'kept' if results.keep_all else what}: rater {one.rater}: {one.reason}"
    if results.n_untested:
        yield (
            f"{results.n_untested} of {results.n_raters} raters have answered too few repeats to "
            "be found by the rule"
        )


def _scale(result: "ScaleResult", real: str | None) -> Iterator[str]:
    question = result.question
    yield ""
    yield (
        f"{question.name}: {printable(question.text)} (1 {question.lowest}, 5 {question.highest})"
    )
    rows: list[Row] = [("system", "mean", "95 % interval", "answers", "raters")]
    for one in result.scores:
        counts = str(one.n_answers), str(one.n_raters)
        rows.append((_named(one.system, real), *_figures(one.points, 1), *counts))
    yield from _table(rows)
    yield from _differences(result.differences)
    yield _agreement(result)


def _differences(differences: Sequence["Difference"]) -> Iterator[str]:
    if len(differences) > MOST_DIFFERENCES:
        yield f"{len(differences)} differences of two systems: --json lists them"
        return
    if not differences:
        return
    n = len(differences)
    together = "95 % interval" if n == 1 else f"interval, 95 % for all {n}"
    rows: list[Row] = [("higher over lower", "points", together)]
    for one in differences:
        rows.append((f"{one.better} over {one.worse}", *_figures(one.points, 1)))
    yield ""
    yield from _table(rows)
    yield "an interval without 0 tells the two apart"


def _choice(result: "ChoiceResult", real: str | None) -> Iterator[str]:
    yield ""
    yield f"{result.question.name}: {printable(result.question.text)}"
    rows: list[Row] = [("system", "chosen, %", "95 % interval", "answers")]
    for one in result.standings:
        named = _named(one.system, real)
        rows.append((named, *_figures(one.share, 100), str(one.n_answers)))
    yield from _table(rows)
    yield ""
    duels: list[Row] = [
        ("pair", "chosen, %", "95 % interval", "answers", "p", "p by raters", "p all pairs")
    ]
    for duel in result.duels:
        duels.append(
            (
                f"{duel.better} over {duel.worse}",
                *_figures(duel.share, 100),
                f"{duel.n_better} of {duel.n_answers}",
                *map(_p, (duel.p, duel.p_raters, duel.p_all)),
            )
        )
    yield from _table(duels)
    yield f"{_agreement(result)}; A chosen in {result.share_a:.0%}"


def _table(rows: Sequence[Row]) -> Iterator[str]:
    """The first column to the left, figures to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for name, *figures in rows:
        cells = (cell.rjust(width) for cell, width in zip(figures, widths[1:], strict=True))
        yield "  ".join((name.ljust(widths[0]), *cells)).rstrip()


def _named(system: str, real: str | None) -> str:
    return f"{system} (hidden reference)" if system == real else system


def _figures(interval: "Interval", times: float) -> tuple[str, str]:
    places = 2 if times == 1 else 0
    mean = f"{times * interval.mean:.{places}f}"
    if interval.low is None or interval.high is None:
        return mean, "–"
    return mean, f"{times * interval.low:.{places}f} … {times * interval.high:.{places}f}"


def _agreement(result: "ScaleResult | ChoiceResult") -> str:
    told = "agreement cannot be told"
    if result.alpha is not None:
        told = f"agreement (alpha) {result.alpha:.2f}"
        if result.alpha_all is not None and result.alpha_all != result.alpha:
            told += f" of those counted, {result.alpha_all:.2f} of all raters"
    if result.same_again is None:
        return told
    return f"{told}; asked again, {result.same_again:.0%} of all answers were alike"


def _p(value: float) -> str:
    return "< 0.001" if value < 0.001 else f"{value:.3f}"
