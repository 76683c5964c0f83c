"""Figures that judge sound against sound. One file a metric; its file name is its name."""

from menura.evaluation.metrics.contract import Against, Clips, Measurement, Metric
from menura.foundation.rooms import Room

__all__ = ["Against", "Clips", "Measurement", "Metric", "load", "room"]

room = Room("menura.evaluation.metrics", "metric", group="menura.metrics")


def load(name: str) -> Metric:
    """The metric of that name. Raises UsageError, listing those there are."""
    return room.load_class(name, Metric)()
