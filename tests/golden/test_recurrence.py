"""LSTM and GRU against their equations, written out in numpy."""

import numpy as np
import pytest
import torch
from jaxtyping import Float64

from menura.models._recurrence import Recurrence

N_IN, N_HIDDEN, N_FRAMES, N_ROWS = 5, 7, 11, 3


def sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


def lstm(layer: list[np.ndarray], x: np.ndarray, h: np.ndarray, c: np.ndarray, kept: np.ndarray):  # type: ignore[no-untyped-def]
    """Hochreiter & Schmidhuber 1997 with forget gates (Gers et al. 2000); the mask on h(t − 1)."""
    w, u, b, d = layer
    i, f, g, o = np.split(w @ x + b + u @ (kept * h) + d, 4)
    c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
    return sigmoid(o) * np.tanh(c), c


def gru(layer: list[np.ndarray], x: np.ndarray, h: np.ndarray, c: np.ndarray, kept: np.ndarray):  # type: ignore[no-untyped-def]
    """Cho et al. 2014 with the reset gate after the product (as cuDNN)."""
    w, u, b, d = layer
    (r, z, n), (from_r, from_z, from_n) = np.split(w @ x + b, 3), np.split(u @ (kept * h) + d, 3)
    z = sigmoid(z + from_z)
    return (1 - z) * np.tanh(n + sigmoid(r + from_r) * from_n) + z * h, c


def by_hand(
    network: Recurrence, inputs: Float64[np.ndarray, "frames inputs"], masks: np.ndarray
) -> Float64[np.ndarray, "frames hidden"]:
    """One row, from rest."""
    move = {"lstm": lstm, "gru": gru}[network.cell]
    weights = [
        [w.detach().double().numpy() for w in network._weights(n)] for n in range(network.n_layers)
    ]
    h, c = (np.zeros((network.n_layers, N_HIDDEN)) for _ in range(2))
    found = []
    for x in inputs:
        for n, layer in enumerate(weights):
            h[n], c[n] = move(layer, x, h[n], c[n], masks[n])
            x = h[n]
        found.append(h[-1].copy())
    return np.stack(found)


@pytest.fixture(params=[("lstm", 1), ("lstm", 2), ("gru", 1), ("gru", 2)])
def network(request: pytest.FixtureRequest) -> Recurrence:
    torch.manual_seed(0)
    cell, n_layers = request.param
    return Recurrence(cell, N_IN, N_HIDDEN, n_layers)


INPUTS = torch.randn(N_ROWS, N_FRAMES, N_IN, generator=torch.Generator().manual_seed(1))


def test_a_window_is_the_recursion(network: Recurrence) -> None:
    hidden, _ = network(INPUTS, network.at_rest(N_ROWS))
    kept = np.ones((network.n_layers, N_HIDDEN))
    for row in range(N_ROWS):
        true = by_hand(network, INPUTS[row].double().numpy(), kept)
        np.testing.assert_allclose(hidden[row].detach().numpy(), true, atol=1e-6)


def test_a_window_with_dropout_is_the_recursion_with_a_mask(network: Recurrence) -> None:
    """Inside the recurrence: the mask is on h(t − 1), not on what leaves the layer."""
    masks = network.draw_masks(0.5, torch.Generator().manual_seed(2))
    assert set(masks.unique().tolist()) == {0.0, 2.0}
    hidden, _ = network(INPUTS, network.at_rest(N_ROWS), masks)
    for row in range(N_ROWS):
        true = by_hand(network, INPUTS[row].double().numpy(), masks.double().numpy())
        np.testing.assert_allclose(hidden[row].detach().numpy(), true, atol=1e-6)


def test_steps_are_the_recursion(network: Recurrence) -> None:
    state = network.at_rest(N_ROWS)
    found = []
    with torch.no_grad():
        for t in range(N_FRAMES):
            state = network.step(INPUTS[:, t], state)
            found.append(state[0, -1])
    hidden, last = network(INPUTS, network.at_rest(N_ROWS))
    torch.testing.assert_close(torch.stack(found, dim=1), hidden)
    torch.testing.assert_close(state, last)


def test_dropped_units_learn_nothing_from_the_window(network: Recurrence) -> None:
    masks = network.draw_masks(0.5, torch.Generator().manual_seed(2))
    network(INPUTS, network.at_rest(N_ROWS), masks)[0].square().sum().backward()
    for layer in range(network.n_layers):
        gradient = network._weights(layer)[1].grad
        assert gradient is not None
        dropped = masks[layer] == 0
        assert torch.all(gradient[:, dropped] == 0)
        assert torch.all(gradient[:, ~dropped].abs().sum(dim=0) > 0)


def test_dropout_keeps_the_mean_of_what_is_heard() -> None:
    network, draw = Recurrence("lstm", 2, 100, 2), torch.Generator().manual_seed(0)
    masks = torch.stack([network.draw_masks(0.3, draw) for _ in range(200)])
    assert float(masks.mean()) == pytest.approx(1, abs=0.02)
    assert float((masks == 0).float().mean()) == pytest.approx(0.3, abs=0.02)
