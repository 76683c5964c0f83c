"""What all tests share: repeatable hypothesis runs, and the folder of real recordings."""

import os
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

# The same examples on every run and machine: a test that fails, fails again. No deadline,
# because the first call of much of this code compiles or imports something.
hypothesis.settings.register_profile(
    "menura",
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture],
)
hypothesis.settings.load_profile("menura")


@pytest.fixture(scope="session")
def recordings() -> Path:
    """The folder of real recordings named by MENURA_DATA; the test is skipped without it."""
    folder = Path(os.environ.get("MENURA_DATA") or "no-such-folder")
    if not folder.is_dir():
        pytest.skip("MENURA_DATA names no folder of real recordings")
    return folder


@pytest.fixture
def three_threads() -> Iterator[None]:
    """What goes by PyTorch's number of threads has three: the suite itself runs with one."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(3)
    yield
    torch.set_num_threads(before)
