"""What every benchmark says of where it ran."""

from menura.workflows.machine import machine

__all__ = ["machine"]
