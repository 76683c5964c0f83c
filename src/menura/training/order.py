"""What a run was asked for."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Order:
    """Whatever the stage. init: "none", a system's folder, or `base`."""

    recipe: str
    preset: str
    init: str = "none"
    seed: int = 0
    device: str = "auto"
    precision: str = "auto"
