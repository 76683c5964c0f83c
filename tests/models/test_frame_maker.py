"""The compiled loops against the same network in PyTorch."""

import json
import os
import subprocess
import sys
from functools import cache
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from jaxtyping import Float32
from numba import njit

from menura.models import _frame_loops as loops
from menura.models import _whole_products as whole_products
from menura.models._frame_maker import Bits, FrameMaker
from menura.models._outputs import MixtureOutput
from menura.models._recurrence import Recurrence
from menura.models.frame_rnn import FrameRnn, FrameRnnConfig
from menura.representations import Spec

N_FEATURES, N_HIDDEN, N_COMPONENTS, N_DIRECTIONS = 9, 10, 3, 2  # no rows by fours: 9, 30, 29


def parts(cell: str, n_layers: int) -> tuple[Recurrence, MixtureOutput]:
    torch.manual_seed(3)
    network = Recurrence(cell, N_FEATURES, N_HIDDEN, n_layers)  # type: ignore[arg-type]
    return network, MixtureOutput(N_HIDDEN, N_FEATURES, N_COMPONENTS, N_DIRECTIONS)


def drawn(network: Recurrence, n: int, n_frames: int) -> tuple[torch.Tensor, ...]:
    """A state and what frames are drawn by."""
    rng = torch.Generator().manual_seed(4)
    state = torch.randn(network.at_rest(n).shape, generator=rng)
    normal = torch.randn(n, n_frames, N_FEATURES, generator=rng)
    return state, normal, torch.rand(n, n_frames, N_COMPONENTS, generator=rng)


@pytest.mark.parametrize("temperature", [0.0, 1.3])
@pytest.mark.parametrize(("cell", "n_layers"), [("lstm", 1), ("lstm", 2), ("gru", 1), ("gru", 2)])
def test_frames_are_those_of_the_network(cell: str, n_layers: int, temperature: float) -> None:
    network, output = parts(cell, n_layers)
    start, normal, chance = drawn(network, 2, 12)
    made, after = FrameMaker(network, output).make(start, normal, chance, temperature)
    state, frames = start, []
    with torch.no_grad():
        for t in range(12):
            frame = output.draw(state[0, -1], normal[:, t], chance[:, t], temperature)
            frames.append(frame)
            state = network.step(frame, state)
    torch.testing.assert_close(made, torch.stack(frames, dim=1), atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(after, state, atol=1e-4, rtol=1e-4)


def rounded(values: Float32[torch.Tensor, "rows columns"]) -> Float32[torch.Tensor, "rows columns"]:
    """Of every row, multiples of 1/127 of its largest."""
    step = values.abs().amax(dim=1, keepdim=True) / 127
    return (values / step).round() * step


def test_eight_bits_are_products_of_numbers_rounded_to_254ths_of_the_largest() -> None:
    network, output = parts("lstm", 1)
    start, normal, chance = drawn(network, 1, 12)
    made, _ = FrameMaker(network, output, 8).make(start, normal, chance, 1.0)
    exact, _ = FrameMaker(network, output, 16).make(start, normal, chance, 1.0)
    with torch.no_grad():
        for weight in (*network.layers.parameters(), output.linear.weight):
            if weight.ndim == 2:
                weight.copy_(rounded(weight))
        [(from_input, from_h, *biases)] = network.weights()
        h, c = start[:, 0]
        for t in range(12):
            frame = output.draw(rounded(h), normal[:, t], chance[:, t], 1.0)
            torch.testing.assert_close(made[:, t], frame, atol=1e-4, rtol=1e-4)
            gates = rounded(frame) @ from_input.T + rounded(h) @ from_h.T + sum(biases)
            enter, forget, new, leave = gates.chunk(4, dim=1)
            c = forget.sigmoid() * c + enter.sigmoid() * new.tanh()
            h = leave.sigmoid() * c.tanh()
    assert 1e-4 < float((made - exact).abs().max()) < 0.1


@settings(max_examples=30)
@given(st.integers(1, 3), st.integers(1, 4), st.sampled_from([1, 7, 127]), st.integers(0, 99))
def test_both_ways_to_multiply_bytes_are_exact(n: int, m: int, most: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    shape = n * whole_products.ROWS, m * whole_products.COLUMNS
    weights = rng.choice(np.array([0, 1, 128, 254, 255], np.uint8), shape)
    x = rng.choice(np.array([-most, 0, most], np.int8), shape[1])
    expected = weights.astype(np.int64) @ x
    ways = [whole_products.plain_dots, whole_products.four_dots]
    for way in ways:
        for row in range(0, shape[0], whole_products.ROWS):
            dots = np.zeros(whole_products.ROWS, np.int32)
            four(way)(weights, row, x, dots)
            np.testing.assert_array_equal(dots, expected[row : row + whole_products.ROWS])


WITHOUT_AVX = """
from models.test_frame_maker import drawn, parts
from menura.models import _whole_products
from menura.models._frame_maker import FrameMaker

assert _whole_products.four_dots is _whole_products.plain_dots
network, output = parts("lstm", 1)
start, normal, chance = drawn(network, 1, 3)
print(FrameMaker(network, output, 8).make(start, normal, chance, 1.0)[0].flatten().tolist())
"""


def test_a_processor_without_the_instruction_makes_the_same_frames() -> None:
    network, output = parts("lstm", 1)
    start, normal, chance = drawn(network, 1, 3)
    made, _ = FrameMaker(network, output, 8).make(start, normal, chance, 1.0)
    environment = {
        **os.environ,
        "NUMBA_ENABLE_AVX": "0",
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
    }
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_AVX], env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == pytest.approx(made.flatten().tolist(), abs=1e-4)


def test_what_is_not_finite_stays_so() -> None:
    """A system that has gone wrong is not to play something likely."""
    network, output = parts("lstm", 1)
    start, normal, chance = drawn(network, 1, 3)
    for wrong in (torch.nan, torch.inf):
        start[0, 0, 0, 4] = wrong
        made, _ = FrameMaker(network, output, 8).make(start, normal, chance, 1.0)
        assert made.isnan().all()


@cache
def four(way: Any) -> Any:
    """Compiled: what stands for an instruction cannot be called from here."""
    return njit(lambda weights, row, x, dots: way(weights, row, x, dots))


@pytest.mark.usefixtures("three_threads")
@pytest.mark.parametrize("bits", [8, 16])
def test_a_piece_is_bit_by_bit_the_same_alone(bits: Bits) -> None:
    maker = FrameMaker(*parts("lstm", 2), bits)
    start, normal, chance = drawn(parts("lstm", 2)[0], 5, 12)
    together, after = maker.make(start, normal, chance, 1.0)
    for row in range(5):
        one = slice(row, row + 1)
        alone, state = maker.make(start[:, :, one].clone(), normal[one], chance[one], 1.0)
        assert torch.equal(alone, together[one])
        assert torch.equal(state, after[:, :, one])


def test_the_state_that_is_given_stays_as_it_is() -> None:
    network, output = parts("gru", 1)
    start, normal, chance = drawn(network, 1, 3)
    before = start.clone()
    FrameMaker(network, output).make(start, normal, chance, 1.0)
    assert torch.equal(start, before)


def test_frames_of_a_mixture_are_made_with_the_bits_of_the_config() -> None:
    made = []
    for bits in (8, 16):
        torch.manual_seed(0)
        config = FrameRnnConfig(n_hidden=16, output="mixture", bits=bits)  # type: ignore[arg-type]
        model = FrameRnn(config, Spec(sample_rate=8_000, n_channels=6, hop_length=100)).eval()
        made.append(model.generate([torch.Generator().manual_seed(1)], 20))
    difference = float((made[0] - made[1]).abs().max())
    assert 1e-5 < difference < 0.1


def test_its_exponentials_are_true() -> None:
    for x in np.linspace(-100, 100, 801, dtype=np.float32):
        exact = float(x)
        assert loops.decay(x) == pytest.approx(max(np.exp(-abs(exact)), np.exp(-87)), rel=2e-6)
        assert loops.sigmoid(x) == pytest.approx(1 / (1 + np.exp(-exact)), rel=2e-6, abs=1e-37)
        assert loops.tanh(x) == pytest.approx(np.tanh(exact), abs=3e-7)
        assert loops.softplus(x) == pytest.approx(np.logaddexp(0, exact), rel=2e-6, abs=1e-37)
