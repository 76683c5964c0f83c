"""Whether a figure rests on too few samples, and the remarks that say so."""

from dataclasses import dataclass

from menura.evaluation.gaussian import Gaussian

# The mean of eight is off by 0.8 of their deviation (Student, 95 %), of four by 1.6.
FEWEST_CLIPS = 8


@dataclass(frozen=True)
class Sample:
    """What is wrong with the sample of a figure: as in `Measurement`."""

    remarks: tuple[str, ...]
    too_few: bool
    still_compares: bool


def sample(reference: int, candidate: int, *own: str) -> Sample:
    """Of a figure over frames, windows or excerpts of so many clips. own: what else is few in them.

    Where the reference's clips are few, and nothing else is, they are the same for all that is
    compared with them.
    """
    of_clips = _few_clips(candidate, reference)
    return Sample(
        (*of_clips, *own),
        too_few=bool(of_clips or own),
        still_compares=not own and candidate >= FEWEST_CLIPS,
    )


def remarks_on(reference: Gaussian, candidate: Gaussian, counted: str) -> tuple[str, ...]:
    """One remark for each side that has fewer samples than twice its dimensions."""
    return tuple(
        f"only {gaussian.n} {counted} of the {side} for {len(gaussian.mean)} dimensions: "
        "fewer make the distance larger, so compare only with figures of equal counts"
        for side, gaussian in (("candidates", candidate), ("reference", reference))
        if gaussian.too_few
    )


def _few_clips(candidate: int, reference: int) -> tuple[str, ...]:
    """One remark for each side that has fewer clips than eight: what is heard of one clip is alike,
    so that clips are the sample, and not the frames or windows in them."""
    return tuple(
        f"only {_clips(n)} of the {side}, each of which is much like itself: the figure is mostly "
        f"chance; {FEWEST_CLIPS} are needed"
        for side, n in (("candidates", candidate), ("reference", reference))
        if n < FEWEST_CLIPS
    )


def few_pairs(n: int) -> tuple[str, ...]:
    """The remark that there are fewer pairs than eight to take the mean of."""
    said = f"only {n} pair{'s' * (n != 1)}: the mean is mostly chance; {FEWEST_CLIPS} are needed"
    return (said,) if n < FEWEST_CLIPS else ()


def _clips(n: int) -> str:
    return "1 clip" if n == 1 else f"{n} clips"
