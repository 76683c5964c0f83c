"""What a run was asked for."""

from dataclasses import dataclass

NOTHING = "none"
"""As `init`: fresh weights."""


@dataclass(frozen=True)
class Order:
    """Whatever the stage. init: NOTHING, a system's folder, or `base`."""

    recipe: str
    preset: str
    init: str = NOTHING
    seed: int = 0
    device: str = "auto"
    precision: str = "auto"
