"""Clips of one name: a reconstruction and its original, a continuation and its seed."""

from collections.abc import Iterable, Mapping

from menura.audio import Clip
from menura.evaluation.by_label import label_of
from menura.foundation.errors import MenuraError

ALIKE_S = 0.5  # by how much a reconstruction may be longer or shorter than its original


def pairs(
    reference: Mapping[str, Clip], candidate: Mapping[str, Clip]
) -> list[tuple[str, Clip, Clip]]:
    """(name, reference, candidate) for every name that both have, by name."""
    return [
        (name, reference[name], candidate[name]) for name in sorted(reference) if name in candidate
    ]


def paired_by_chance(reference: Iterable[str], candidate: Iterable[str]) -> bool:
    """Whether all names that both have are in folders, as clips made by label are: there a file
    of the same name is that of another clip of the label."""
    both = set(reference) & set(candidate)
    return bool(both) and all(label_of(name) is not None for name in both)


def not_reconstructions(reference: Mapping[str, Clip], candidate: Mapping[str, Clip]) -> str | None:
    """Why the candidates cannot be reconstructions of the reference, or None when they can."""
    both = pairs(reference, candidate)
    if not both:
        return "no candidate has the file name of a reference"
    for name, original, copy in both:
        if abs(original.duration_s - copy.duration_s) > ALIKE_S:
            return (
                f"{name} is {copy.duration_s:.1f} s long and its reference "
                f"{original.duration_s:.1f} s: not a reconstruction"
            )
    return None


def require(reason: str | None) -> None:
    """Raises MenuraError with the reason, where there is one."""
    if reason is not None:
        raise MenuraError(reason)


def unpaired(reference: Mapping[str, Clip], candidate: Mapping[str, Clip]) -> tuple[str, ...]:
    """A remark when candidates have no reference of their name."""
    n_alone = sum(name not in reference for name in candidate)
    return (f"{n_alone} candidates have no reference of their name",) if n_alone else ()
