"""What a run was asked for."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from menura.foundation.printable import printable
from menura.systems import Description

NOTHING = "none"
"""As `init`: fresh weights."""


@dataclass(frozen=True)
class Start:
    """The system that a run sets off from. init: what was asked for: a folder, or `base`.
    folder: where it lies. weights: names them by their content (`content_hash`)."""

    init: str
    folder: Path
    description: Description
    weights: str

    @property
    def name(self) -> str:
        """For those who do not know the folders of this machine."""
        name = Path(self.init).name
        return printable(name if name not in ("", "..") else Path(self.init).resolve().name)


@dataclass(frozen=True)
class Order:
    """Whatever the stage. start: None sets off from nothing."""

    recipe: str
    preset: str
    start: Start | None = None
    seed: int = 0
    device: str = "auto"
    precision: str = "auto"

    @property
    def known(self) -> Description | None:
        """What there is to say of the system that it sets off from."""
        return None if self.start is None else self.start.description

    def plan(self) -> dict[str, Any]:
        """What a run that goes on must be asked again; it may go on elsewhere."""
        return {
            "recipe": self.recipe,
            "preset": self.preset,
            "init": NOTHING if self.start is None else self.start.init,
            "start": "" if self.start is None else self.start.weights,
            "seed": self.seed,
        }
