"""How many threads compute."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch


@contextmanager
def one_thread() -> Iterator[None]:
    """Within the block PyTorch computes in one thread.

    For music that is made step by step: a step is too little work to share, and threads that wait
    for each other take several times as long. Not to be entered step by step either, since
    changing the number costs more than a step.
    """
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
