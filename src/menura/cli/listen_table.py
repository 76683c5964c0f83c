"""The results of a listening test as lines for a terminal."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from menura.foundation.printable import printable

if TYPE_CHECKING:
    from menura.evaluation.listening.bootstrap import Interval
    from menura.evaluation.listening.choices import ChoiceResult
    from menura.evaluation.listening.results import ListeningResults
    from menura.evaluation.listening.scores import ScaleResult

Row = Sequence[str]


def lines(results: "ListeningResults") -> list[str]:
    """Who answered, a table a question, who is left out, and what to know."""
    n_out = len(results.left_out)
    return [
        f"{printable(results.title)}: {results.n_raters} raters have answered "
        f"{results.n_trials} trials, {results.n_finished} of them to the end; "
        + (
            f"{n_out} contradict themselves and are kept"
            if results.keep_all
            else f"{n_out} left out"
        ),
        *(line for scale in results.scales for line in _scale(scale, results.real)),
        *(line for choice in results.choices for line in _choice(choice, results.real)),
        "",
        *(f"left out: rater {one.rater}: {one.reason}" for one in results.left_out),
        f"the rule: {results.rule} It finds {results.found_by_chance:.0%} of raters who answer at "
        "random.",
        *(f"note: {remark}" for remark in results.remarks),
    ]


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
    yield _agreement(result.alpha, result.same_again)


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
    yield f"{_agreement(result.alpha, result.same_again)}; A chosen in {result.share_a:.0%}"


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


def _agreement(alpha: float | None, again: float | None) -> str:
    told = "agreement cannot be told" if alpha is None else f"agreement (alpha) {alpha:.2f}"
    return told if again is None else f"{told}; asked again, {again:.0%} answered alike"


def _p(value: float) -> str:
    return "< 0.001" if value < 0.001 else f"{value:.3f}"
