"""How many processor cores there are to work with."""

import os


def n_cores() -> int:
    """Cores this process may use (a container may give fewer than the machine has); at least 1."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
