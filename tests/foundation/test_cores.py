"""Cores are counted as this process may use them."""

import os

import pytest

from menura.foundation.cores import n_cores


def test_only_cores_that_may_be_used_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 64)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {3, 5, 8}, raising=False)
    assert n_cores() == 3
    monkeypatch.delattr(os, "sched_getaffinity")
    assert n_cores() == 64
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert n_cores() == 1
