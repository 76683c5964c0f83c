"""What a seeded mistake is."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """One mistake: in `file`, the text `old` (found exactly once) becomes `new`.

    tests: files or test names (as pytest takes them) of which at least one must then fail.
    """

    name: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]
