"""Where a system makes music, and in which numbers."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch._dynamo.exc import BackendCompilerFailed
from torch._inductor.exc import TritonMissing

from menura.foundation.devices import Compute
from menura.foundation.errors import MenuraError, UsageError
from menura.recipes import trainable
from menura.systems import BoundSystem, TrainedSystem
from menura.training.assembly import new_system


def system(recipe: str) -> BoundSystem:
    return new_system(recipe, "tiny", trainable(recipe).preset("tiny"), seed=1)


def flow() -> TrainedSystem:
    made = system("latent-flow")
    assert isinstance(made, TrainedSystem)
    return made


def sound(made: TrainedSystem) -> np.ndarray:
    return made.generate(1, 1.0, seed=3)[0].samples


def test_bfloat16_makes_nearly_the_same_music() -> None:
    made = flow()
    exact = sound(made)
    made.compute_on("cpu", "bfloat16")
    rough = sound(made)
    assert not np.array_equal(rough, exact), "it is computed in other numbers"
    assert np.linalg.norm(rough - exact) < 0.1 * np.linalg.norm(exact)
    assert rough.dtype == np.float32
    assert made.compute == Compute("cpu", "bfloat16")
    made.compute_on("cpu", "float32")
    np.testing.assert_array_equal(sound(made), exact)


def test_auto_takes_bfloat16_where_it_is_faster(monkeypatch: pytest.MonkeyPatch) -> None:
    for faster, precision in ((True, "bfloat16"), (False, "float32")):
        monkeypatch.setattr(
            "menura.foundation.devices.bfloat16_is_faster", lambda device, faster=faster: faster
        )
        made = flow()
        made.compute_on("auto", "auto")
        assert made.compute.precision == precision


def test_what_is_played_step_by_step_stays_on_the_cpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("menura.foundation.devices.available", lambda: ["cuda", "cpu"])
    for recipe in ("stft-lstm", "deepjazz"):
        made = system(recipe)
        made.compute_on("auto", "auto")
        assert made.compute == Compute()
        for asked in ({"precision": "bfloat16"}, {"precision": "auto", "compiled": True}):
            with pytest.raises(UsageError, match="played in float32, as it is"):
                made.compute_on("cpu", **asked)  # type: ignore[arg-type]


def test_the_compiled_network_is_the_one_that_plays(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []

    def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*args: Any) -> Any:
            calls.append(args)
            return function(*args)

        return counted

    made = flow()
    plain = sound(made)
    monkeypatch.setattr(torch, "compile", compiled)
    made.compute_on("cpu", "float32", compiled=True)
    np.testing.assert_array_equal(sound(made), plain)
    assert calls
    calls.clear()
    made.compute_on("cpu", "float32")
    sound(made)
    assert not calls


@pytest.mark.slow
def test_it_can_be_compiled() -> None:
    made = flow()
    plain = sound(made)
    made.compute_on("cpu", "float32", compiled=True)
    np.testing.assert_allclose(sound(made), plain, atol=1e-3 * np.abs(plain).max())


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (BackendCompilerFailed(len, RuntimeError("no C++ compiler"), None), r"no C\+\+ compiler"),
        (TritonMissing(None), "triton"),
    ],
    ids=["no compiler", "no Triton"],
)
def test_where_it_cannot_be_compiled_it_is_a_line(
    monkeypatch: pytest.MonkeyPatch, error: Exception, words: str
) -> None:
    def failing(_: object) -> Callable[..., Any]:
        def call(*_: Any) -> Any:
            raise error

        return call

    made = flow()
    monkeypatch.setattr(torch, "compile", failing)
    made.compute_on("cpu", "float32", compiled=True)
    with pytest.raises(MenuraError, match=rf"--compile: .* cannot compile .*(?i:{words})"):
        sound(made)


def test_a_device_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("menura.foundation.devices.available", lambda: ["cpu"])
    with pytest.raises(MenuraError, match="--device mps: this machine has none"):
        flow().compute_on("mps", "auto")
