"""All that a listening test found: who answered, who is left out and why, and what was said."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from menura.evaluation.listening.bootstrap import FEWEST, Raters
from menura.evaluation.listening.choices import ChoiceResult, choice_result
from menura.evaluation.listening.consistency import (
    LEAST_CHOICES,
    NEAR,
    RULE,
    consistencies,
    found_by_chance,
    lost_without_preference,
)
from menura.evaluation.listening.definition import ListeningTest
from menura.evaluation.listening.levelling import is_as_loud
from menura.evaluation.listening.opinions import Opinion
from menura.evaluation.listening.orders import plan
from menura.evaluation.listening.scores import ScaleResult, scale_result
from menura.foundation import seeds
from menura.pages.table import written

FEW_RATERS = 10
LITTLE_AGREEMENT = 0.667  # Krippendorff: below it, not even tentative conclusions
BY_PLACE = 0.1  # from a half
BY_CHANCE = 0.05  # p, from which on it may well be
COMPARED_WITH = "what is compared with"  # sounds of no system
OF_THESE_CLIPS = "intervals are of these clips: others of the same systems were not heard"


@dataclass(frozen=True)
class RaterLeftOut:
    """A rater whose answers are left out. rater: number, in the order in which they came, from 1.
    only_choices: what the rater says on scales counts all the same."""

    rater: int
    reason: str
    only_choices: bool


@dataclass(frozen=True)
class ListeningResults:
    """n_begun: raters who came; n_raters: who answered; n_finished: who answered everything.
    n_counted: of whom answers are in the figures.

    quieter: system → clips that are not as loud as the others, or cannot be measured.
    n_trials: answered trials of all raters. n_repeated: trials that each is asked again.
    left_out: raters who contradict themselves; their answers are in no figure unless all are kept.
    n_untested: raters with too few repeats answered to be left out. found_by_chance: how probably
    one who answers at random is found, with all repeats answered. lost_without_preference: how
    probably the choices of an honest rater without one are left out; None where none are asked.
    remarks: what a reader must know before believing a figure.
    """

    title: str
    systems: tuple[str, ...]
    real: str | None
    loudness_lufs: float | None
    quieter: Mapping[str, int]
    n_begun: int
    n_raters: int
    n_counted: int
    n_finished: int
    n_trials: int
    n_repeated: int
    rule: str
    keep_all: bool
    left_out: tuple[RaterLeftOut, ...]
    n_untested: int
    found_by_chance: float
    lost_without_preference: float | None
    scales: tuple[ScaleResult, ...]
    choices: tuple[ChoiceResult, ...]
    remarks: tuple[str, ...]

    @property
    def power(self) -> str:
        """Whom the rule finds, and whom it loses, in sentences."""
        if not self.n_repeated:
            return "Nothing is asked again, so it finds nobody."
        told = (
            f"With every repeat answered, it finds {self.found_by_chance:.0%} of raters who answer "
            "at random."
        )
        if self.lost_without_preference is None:
            return told
        if self.lost_without_preference == 0:
            return f"{told} Fewer than {LEAST_CHOICES} pairs come again: no choices are left out."
        return (
            f"{told} It finds all who always choose the same side, and leaves out the choices of "
            f"{self.lost_without_preference:.0%} of honest raters who like both of every pair as "
            "well."
        )


def results_of(
    test: ListeningTest,
    opinions: Sequence[Opinion],
    n_trials: Mapping[int, int],
    *,
    keep_all: bool,
    seed: int,
) -> ListeningResults:
    """n_trials: rater → trials there are for them. keep_all: leave no rater out of the figures."""
    everyone = {one.rater: one for one in consistencies(opinions)}
    by_rule = [one for one in opinions if not everyone[one.rater].leaves_out(one)]
    kept = opinions if keep_all else by_rule
    raters = Raters([one.rater for one in kept], seeds.derive(seed, "bootstrap"))
    scales, choices = _figures(test, opinions, kept, raters)
    answered = {(one.rater, one.position) for one in opinions}
    n_scales, n_choices = _n_repeated(test)
    quieter = _quieter(test)
    still = {one.rater for one in by_rule}
    return ListeningResults(
        title=test.title,
        systems=test.systems,
        real=test.real,
        loudness_lufs=test.loudness_lufs,
        quieter=quieter,
        n_begun=len(n_trials),
        n_raters=len(everyone),
        n_counted=len(raters.raters),
        n_finished=_n_finished(answered, n_trials),
        n_trials=len(answered),
        n_repeated=sum(trial.repeats is not None for trial in plan(test, 0)),
        rule=RULE,
        keep_all=keep_all,
        left_out=tuple(
            RaterLeftOut(one.rater + 1, one.reason, one.rater in still)
            for one in everyone.values()
            if one.reason
        ),
        n_untested=sum(not one.is_testable for one in everyone.values()),
        found_by_chance=found_by_chance(n_scales, n_choices),
        lost_without_preference=(
            lost_without_preference(n_choices) if test.of_kind("preference") else None
        ),
        scales=tuple(scales),
        choices=tuple(choices),
        remarks=(*_of_level(quieter), *_remarks(len(raters.raters), scales, choices)),
    )


def _figures(
    test: ListeningTest, opinions: Sequence[Opinion], kept: Sequence[Opinion], raters: Raters
) -> tuple[list[ScaleResult], list[ChoiceResult]]:
    """Question by question. Whether the same is answered again is told of all raters: those who
    are kept are so because they did."""
    first = [one for one in kept if one.repeats is None]
    every = [one for one in opinions if one.repeats is None]
    scales, choices = [], []
    for question in test.questions:
        given, of_all = (
            [one for one in of if one.question == question.name] for of in (first, every)
        )
        again = _same_again(opinions, question.name)
        if not given:
            continue
        if question.kind == "preference":
            choices.append(choice_result(question, given, of_all, raters, again))
        else:
            scales.append(scale_result(question, given, of_all, raters, again))
    return scales, choices


def _quieter(test: ListeningTest) -> dict[str, int]:
    return dict(
        Counter(
            clip.system or COMPARED_WITH
            for clip in sorted(test.clips, key=lambda clip: clip.system)
            if not is_as_loud(clip.lufs, test.loudness_lufs)
        )
    )


def _of_level(quieter: Mapping[str, int]) -> Iterable[str]:
    if quieter:
        told = ", ".join(f"{n} of {system}" for system, n in quieter.items())
        yield (
            f"not all clips are equally loud: {told} stayed quieter, or could not be measured; "
            "raters may have gone by that"
        )


def _n_finished(answered: Iterable[tuple[int, int]], n_trials: Mapping[int, int]) -> int:
    done: dict[int, int] = {}
    for rater, _ in answered:
        done[rater] = done.get(rater, 0) + 1
    return sum(done.get(rater) == n for rater, n in n_trials.items())


def _n_repeated(test: ListeningTest) -> tuple[int, int]:
    """Questions on scales, and choices, that a rater is asked again."""
    counts = {True: 0, False: 0}
    for trial in plan(test, 0):
        kind = test.items[trial.item].kind
        if trial.repeats is not None:
            counts[kind == "preference"] += len(test.of_kind(kind))
    return counts[False], counts[True]


def _same_again(given: Iterable[Opinion], question: str) -> float | None:
    """The share of repeats of a question that were answered as the first time, to a point."""
    mine = [one for one in given if one.question == question]
    first = {(one.rater, one.position): one.value for one in mine}
    pairs = [
        (one, first[one.rater, one.repeats])
        for one in mine
        if one.repeats is not None and (one.rater, one.repeats) in first
    ]
    if not pairs:
        return None
    near = [abs(one.value - before) <= (0 if one.is_choice else NEAR) for one, before in pairs]
    return sum(near) / len(near)


def _few(
    n_raters: int, scales: Sequence[ScaleResult], choices: Sequence[ChoiceResult]
) -> Iterable[str]:
    """Few raters are few behind each figure: not all of them have heard every system."""
    if n_raters == 0:
        yield "there is no answer that can be counted yet"
        return
    if n_raters == 1:
        yield "one rater: nothing is known of how raters differ, so there are no intervals"
        return
    told = [(score.n_raters, score.points) for scale in scales for score in scale.scores]
    told += [(duel.n_raters, duel.share) for choice in choices for duel in choice.duels]
    behind = [n for n, _ in told]
    alone = sum(n < FEWEST for n in behind)
    if alone:
        yield f"{alone} of {len(behind)} figures are one rater's word, and have no interval"
    few = [n for n in behind if FEWEST <= n < FEW_RATERS]
    if few:
        fewest, most = min(few), max(few)
        raters = f"{fewest} raters" if fewest == most else f"{fewest} to {most} raters"
        where = "" if len(few) == len(behind) else f" behind {len(few)} of {len(behind)} figures"
        yield (
            f"{raters}{where}: intervals drawn from so few are too narrow; "
            f"{FEW_RATERS} or more are wanted"
        )
    known = [one for _, one in told if one.low is not None]
    if alike := sum(one.low == one.high for one in known):
        yield (
            f"{alike} of {len(known)} intervals have no width: all raters said the same, which "
            "does not say that others would"
        )


def _remarks(
    n_raters: int, scales: Sequence[ScaleResult], choices: Sequence[ChoiceResult]
) -> Iterable[str]:
    yield from _few(n_raters, scales, choices)
    every: list[ScaleResult | ChoiceResult] = [*scales, *choices]
    unknown = [one.question.name for one in every if one.alpha is None]
    if unknown:
        yield (
            f"agreement cannot be told for {', '.join(unknown)}: no sound was judged by two "
            "raters, or all answers are alike"
        )
    little = [
        f"{one.question.name} {written(one.alpha, 2)}"
        for one in every
        if one.alpha is not None and one.alpha < LITTLE_AGREEMENT
    ]
    if little:
        yield (
            f"raters agree little on single sounds (alpha below {LITTLE_AGREEMENT}: "
            f"{', '.join(little)}); means of many may be right all the same"
        )
    for choice in choices:
        if abs(choice.share_a - 0.5) > BY_PLACE and choice.p_place < BY_CHANCE:
            yield (
                f"{choice.question.name}: sound A was chosen in {choice.share_a:.0%}, whosever it "
                "was: raters may have gone by place"
            )
