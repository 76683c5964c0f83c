"""Memory of large tensors stays with the process while it trains, and only then."""

import resource

import pytest
import torch

from menura.training import blocks

PAGE = 4096


def faults_of_new_tensors(n_bytes: int) -> int:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(4):
        torch.zeros(n_bytes // 4).add_(1)
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before


@pytest.mark.skipif(blocks._glibc() is None, reason="the C library is not glibc")
def test_kept_blocks_are_not_asked_of_the_system_again() -> None:
    n_bytes = 64 * 2**20
    faults_of_new_tensors(n_bytes)
    with blocks.large_blocks_kept():
        faults_of_new_tensors(n_bytes)  # once they must come from somewhere
        kept = min(faults_of_new_tensors(n_bytes) for _ in range(3))  # or from elsewhere once more
    usual = faults_of_new_tensors(n_bytes)
    assert usual >= 4 * n_bytes // PAGE // 512  # of 2 MB at the least, if the system has such pages
    assert kept < usual / 10


def test_usual_memory_comes_back_after_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[dict[int, int]] = []
    monkeypatch.setattr(blocks, "_tell", lambda _, options: told.append(options))
    with pytest.raises(RuntimeError, match="broken"), blocks.large_blocks_kept():
        raise RuntimeError("broken")
    if blocks._glibc() is not None:
        assert told == [blocks.KEEPING, blocks.USUAL]


def test_elsewhere_nothing_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "_glibc", lambda: None)
    with blocks.large_blocks_kept():
        assert float(torch.ones(3).sum()) == 3
