"""Whether a set has what a figure is of, as notes or a beat; of what it has not, none is told."""

USUAL = 0.5  # of the excerpts: the usual one has it, and a mean over those that do is of the set


def rare(what: str, n_with: int, n: int) -> str | None:
    """Why the reference is nothing to be near to: fewer than half of its n excerpts have `what`.
    None where more have."""
    if n_with >= USUAL * n:
        return None
    return f"too few excerpts of the reference have {what}: {n_with} of {n}; there is none to meet"


def rarer(what: str, made: tuple[int, int], real: tuple[int, int]) -> str | None:
    """Why the candidates have too little to measure where the reference has it: `what` is in theirs
    less than half as often. None where it is there.

    made, real: of the candidates and of the reference, how many excerpts have it, and how many
    there are.
    """
    if made[0] * real[1] >= USUAL * real[0] * made[1]:
        return None
    return (
        f"too few excerpts of the candidates have {what}: {made[0]} of {made[1]}, of the reference "
        f"{real[0]} of {real[1]}"
    )


def not_counted(what: str, side: str, n_with: int, n: int) -> tuple[str, ...]:
    """The remark that some excerpts have none of it; none where all have."""
    lost, none = n - n_with, what.removeprefix("a ")
    if not lost:
        return ()
    verbs = ("has", "is") if lost == 1 else ("have", "are")
    return (
        f"{lost} of {n} excerpts of the {side} {verbs[0]} no {none}, and {verbs[1]} not counted",
    )
