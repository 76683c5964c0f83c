"""Every answer as a row of a CSV file, for other people's statistics."""

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path

from menura.evaluation.listening.definition import HeardClip, ListeningTest
from menura.evaluation.listening.opinions import Opinion
from menura.evaluation.listening.results import RaterLeftOut
from menura.foundation.atomic import replacing

COLUMNS = (
    *("rater", "position", "question", "system", "other_system", "clips", "points", "chosen"),
    *("first_heard", "repeats_position", "left_out", "took_s", "plays", "at"),
)
"""What a row has. rater: from 1. position: of the trial in the rater's order, from 1. system:
whose sound is judged; other_system: the other one of a choice. clips: what was heard, in the order
of the test (for a choice: the clip of system, then that of other_system), with " + " between.
points: on a scale. chosen, first_heard: systems, for a choice. repeats_position: where the same was
asked first. left_out: 1 for answers of raters who contradict themselves. at: UTC."""


def write_sheet(
    test: ListeningTest, opinions: Iterable[Opinion], left_out: Iterable[RaterLeftOut], path: Path
) -> None:
    """One row an answer. left_out: raters whose answers, or choices, are left out."""
    clips = {clip.name: clip for clip in test.clips}
    only_choices = {one.rater - 1: one.only_choices for one in left_out}
    with replacing(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(COLUMNS)
        for one in opinions:
            is_out = one.rater in only_choices and (one.is_choice or not only_choices[one.rater])
            rows.writerow(_row(test, clips, one, is_out))


def _row(
    test: ListeningTest, clips: Mapping[str, HeardClip], one: Opinion, left_out: bool
) -> list[object]:
    heard = [clips[name].source for name in test.items[one.item].clips]
    choice = one.is_choice
    return [
        one.rater + 1,
        one.position + 1,
        one.question,
        one.systems[0],
        one.systems[1] if choice else "",
        " + ".join(heard),
        "" if choice else one.value,
        one.systems[one.value] if choice else "",
        one.systems[one.first_heard] if choice else "",
        "" if one.repeats is None else one.repeats + 1,
        int(left_out),
        f"{one.took_s:.3f}",
        one.plays,
        one.at.isoformat(timespec="milliseconds"),
    ]
