"""What must be said beside a table of figures for it to be read rightly."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from menura.workflows.compare.results import Found, Outcome

MANY = 0.25  # of a system's clips that were lowered: the table says so, and not a list alone


def asides(found: Found, way: str) -> Iterator[str]:
    """Of one way: who is last by having nothing to measure, which figures are in no rank, where
    real music is no limit of them, and whose clips were lowered."""
    with_way = [one for one in found.outcomes if one.figures(way)]
    measures = found.measures(way)
    chance = {name: [one for one in with_way if name in one.chance(way)] for name in measures}
    untaken = {
        name: [one for one in with_way if name not in {*one.figures(way), *one.lacking(way)}]
        for name in measures
    }
    lacking = {name: [one for one in with_way if name in one.lacking(way)] for name in measures}
    ranked = [name for name in measures if not chance[name] and not untaken[name]]
    if told := _listed({name: lacking[name] for name in ranked}, with_way):
        yield (
            "In what they made there is less than half as much to measure as in real music, so "
            f"they are last: {told}."
        )
    if told := _listed(chance, with_way):
        yield f"In no rank, since figures of so little sound are mostly chance: {told}."
    untaken = {
        name: [*those, *lacking[name]] if name not in ranked else those
        for name, those in untaken.items()
    }
    if told := _listed(untaken, with_way, "not of "):
        yield f"In no rank, since they could not be taken of all: {told}."
    unsure = [name for name in found.unsure_floors(way) if name in ranked]
    if unsure and len(with_way) > 1:
        yield (
            "What other real music scores is mostly chance, so few recordings are held out; so in "
            f"ranks what is nearer than that is still ahead: {', '.join(unsure)}."
        )
    if lowered := [told for one in with_way if (told := _lowered(one, way))]:
        yield (
            "Made louder than a file can hold, and lowered before they were measured, so that "
            f"measures that hear loudness are of softer sound: {'; '.join(lowered)}."
        )


def _listed(
    by_measure: Mapping[str, Sequence[Outcome]], everyone: Sequence[Outcome], before: str = ""
) -> str:
    def names(those: Sequence[Outcome]) -> str:
        return "all" if len(those) == len(everyone) > 1 else ", ".join(one.name for one in those)

    told = {measure: names(those) for measure, those in by_measure.items() if those}
    return "; ".join(f"{measure} ({before}{those})" for measure, those in told.items())


def _lowered(one: Outcome, way: str) -> str:
    """How many of its clips, and by how much; "" where they are few."""
    made: Mapping[str, Any] = {} if one.facts is None else one.facts["made"].get(way, {})
    by_db, n = made.get("lowered_db", {}), len(made.get("names", ()))
    if len(by_db) <= MANY * n:
        return ""
    return f"{one.name}, {len(by_db)} of {n} clips by up to {max(by_db.values()):.1f} dB"
