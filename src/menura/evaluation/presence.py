"""Whether a set has what a figure is of, as notes or a beat; of what it has not, none is told."""

USUAL = 0.5  # of the excerpts: the usual one has it, and a mean over those that do is of the set


def rare(hardly: str, what: str, n_with: int, n: int) -> str | None:
    """Why the reference is nothing to be near to: fewer than half of its n excerpts have `what`.
    None where more have.

    hardly: the same in plain words, e.g. "hardly a note is heard".
    """
    if n_with >= USUAL * n:
        return None
    return (
        f"{hardly} in the reference: {what} in {n_with} of {n} excerpts; there is nothing to meet"
    )


def rarer(hardly: str, what: str, made: tuple[int, int], real: tuple[int, int]) -> str | None:
    """Why the candidates have nothing to measure where the reference has: `what` is in theirs less
    than half as often. None where it is there.

    made, real: of the candidates and of the reference, how many excerpts have it, and how many
    there are.
    """
    if made[0] * real[1] >= USUAL * real[0] * made[1]:
        return None
    return (
        f"{hardly} in the candidates: {what} in {made[0]} of {made[1]} excerpts, in the reference "
        f"in {real[0]} of {real[1]}"
    )


def not_counted(what: str, side: str, n_with: int, n: int) -> tuple[str, ...]:
    """The remark that some excerpts have none of it; none where all have."""
    said = f"{n - n_with} of {n} excerpts of the {side} have no {what}, and are not counted"
    return (said,) if n_with < n else ()
