"""The remark that a distance rests on too few samples."""

from menura.evaluation.gaussian import Gaussian


def remarks_on(reference: Gaussian, candidate: Gaussian, counted: str) -> tuple[str, ...]:
    """One remark for each side that has fewer samples than twice its dimensions."""
    return tuple(
        f"only {gaussian.n} {counted} of the {side} for {len(gaussian.mean)} dimensions: "
        "fewer make the distance larger, so compare only with figures of equal counts"
        for side, gaussian in (("candidates", candidate), ("reference", reference))
        if gaussian.too_few
    )
