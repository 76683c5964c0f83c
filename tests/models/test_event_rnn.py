"""event-rnn against a numpy recursion, on a repeated bar, and in windows as deepjazz has them."""

from itertools import islice

import numpy as np
import pytest
import torch

from menura.foundation.devices import Compute
from menura.models.contract import Batch, Optimizer, Sampling
from menura.models.event_rnn import EventRnn, EventRnnConfig, _Player
from menura.recipes import Training
from menura.representations import Spec
from menura.training.stepping import Stepper

SPEC = Spec(8000, 1, None, n_classes=11)


def model(n_embedding: int = 0, n_window: int = 0, dropout: float = 0.0) -> EventRnn:
    torch.manual_seed(3)
    config = EventRnnConfig(
        n_hidden=20,
        n_embedding=n_embedding,
        n_window=n_window,
        dropout=dropout,
        optimizer=Optimizer(learning_rate=1e-2),
    )
    return EventRnn(config, SPEC)


def rngs(n: int) -> list[torch.Generator]:
    return [torch.Generator().manual_seed(seed) for seed in range(n)]


def row(*events: int) -> torch.Tensor:
    return torch.tensor(events, dtype=torch.float32)[None, None]


def logits_by_hand(model: EventRnn, events: list[int], from_silence: bool) -> np.ndarray:
    """What is predicted after the events: Hochreiter & Schmidhuber's recursion with the gates in
    PyTorch's order, in numpy."""
    w = {name: value.detach().double().numpy() for name, value in model.named_parameters()}
    one_of = w.get("embedding.weight", np.eye(SPEC.n_classes or 0))
    inputs = [np.zeros(one_of.shape[1])] * from_silence + [one_of[event] for event in events]

    def sigmoid(x: np.ndarray) -> np.ndarray:
        return 1 / (1 + np.exp(-x))

    for layer in range(2):
        h = c = np.zeros(20)
        outputs = []
        for x in inputs:
            gates = (
                w[f"network.weight_ih_l{layer}"] @ x
                + w[f"network.weight_hh_l{layer}"] @ h
                + w[f"network.bias_ih_l{layer}"]
                + w[f"network.bias_hh_l{layer}"]
            )
            i, f, g, o = np.split(gates, 4)
            c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
            h = sigmoid(o) * np.tanh(c)
            outputs.append(h)
        inputs = outputs
    return w["output.weight"] @ inputs[-1] + w["output.bias"]


def nats(logits: np.ndarray, event: int) -> float:
    return float(np.log(np.exp(logits).sum()) - logits[event])


@pytest.mark.parametrize("n_embedding", [0, 7])
def test_the_loss_is_that_of_the_recursion_by_hand(n_embedding: int) -> None:
    made, events = model(n_embedding), [4, 0, 9, 9, 2]
    by_hand = [nats(logits_by_hand(made, events[:n], True), events[n]) for n in range(len(events))]
    loss = made.losses(Batch(row(*events)), "model", torch.Generator())["total"]
    assert float(loss.detach()) == pytest.approx(np.mean(by_hand), rel=1e-5)


def test_a_window_teaches_its_last_event_from_those_before_it() -> None:
    made, events = model(n_window=3), [1, 4, 0, 9, 5]
    loss = made.losses(Batch(row(*events)), "model", torch.Generator())["total"]
    by_hand = nats(logits_by_hand(made, events[1:4], False), 5)
    assert float(loss.detach()) == pytest.approx(by_hand, rel=1e-5)


@pytest.mark.parametrize("n_window", [0, 3])
def test_the_likeliest_continuation_is_that_of_the_recursion_by_hand(n_window: int) -> None:
    made, known = model(n_window=n_window), [4, 0, 9]
    made_events = made.continue_(row(*known), 6, rngs(1), Sampling(temperature=0.0))[0, 0]
    for event in made_events.int().tolist():
        seen = known[-n_window:] if n_window else known
        assert event == int(logits_by_hand(made, seen, not n_window).argmax())
        known.append(event)


def test_temperature_sharpens_and_flattens_as_the_softmax_does() -> None:
    made = model()
    wanted = logits_by_hand(made, [4, 0, 9], True)
    for temperature in (0.5, 2.0):
        shares = np.exp(wanted / temperature)
        shares /= shares.sum()
        drawn = made.continue_(
            row(4, 0, 9).expand(4000, 1, 3), 1, rngs(4000), Sampling(temperature=temperature)
        )
        counts = np.bincount(drawn[:, 0, 0].int().numpy(), minlength=11)
        error = np.sqrt(4000 * shares * (1 - shares))
        assert (np.abs(counts - 4000 * shares) < 4 * error + 1).all()


def trained(made: EventRnn, bar: list[int], n_steps: int) -> EventRnn:
    """On a bar that repeats, seen from every place."""
    stepper = Stepper(made, Training(), Compute("cpu", "float32"), seed=0)
    tape = torch.tensor(bar * 6, dtype=torch.float32)
    rows = torch.stack([tape[start : start + 2 * len(bar)] for start in range(len(bar))])[:, None]
    made.begin(Batch(rows) for _ in range(2))
    for step in range(n_steps):
        losses = stepper.step(Batch(rows), step, rate=1.0)
    assert losses["model/total"] < 0.5
    return made


@pytest.mark.parametrize("n_window", [0, 5])
def test_a_repeated_bar_is_learnt(n_window: int) -> None:
    bar = [1, 3, 3, 8, 0, 10, 4, 4]  # what follows a 3 or a 4 hangs on more than the last event
    made = trained(model(8, n_window), bar, 150)
    after = made.continue_(row(*bar), 16, rngs(1), Sampling(temperature=0.0))
    assert after[0, 0].int().tolist() == bar * 2


def test_pieces_of_a_windowed_model_set_off_from_the_training_music() -> None:
    bar = [1, 3, 3, 8, 0, 10, 4, 4]
    made = trained(model(8, n_window=5), bar, 150)
    for piece in made.generate(rngs(4), 8, Sampling(temperature=0.0))[:, 0].int().tolist():
        assert any(piece == (bar * 2)[start : start + 8] for start in range(8))


def test_a_long_piece_does_not_depend_on_how_many_are_made_with_it() -> None:
    made = model(7)
    together = torch.cat(list(islice(made.stream(None, rngs(9)), 300)), dim=2)
    alone = torch.cat(list(islice(made.stream(None, rngs(9)[4:5]), 300)), dim=2)
    assert torch.equal(together[4:5], alone)
    # Nor by a chance of one in a billion: what is drawn from differs by less than that.
    known, player = together[:, 0].long(), _Player(made)
    difference = player.after_silence(known)[0][4:5] - player.after_silence(known[4:5])[0]
    assert difference.abs().max() < 1e-12


def test_dropout_is_of_training_alone() -> None:
    made, batch = model(dropout=0.5), Batch(row(4, 0, 9, 9, 2))

    def loss() -> float:
        return float(made.losses(batch, "model", torch.Generator())["total"].detach())

    assert loss() != loss()
    made.eval()
    assert loss() == loss()


@pytest.mark.parametrize(
    "wrong", [{"n_hidden": 0}, {"n_layers": 0}, {"dropout": 1.0}, {"n_window": -1}]
)
def test_wrong_settings_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"must (not )?be"):
        EventRnnConfig(**wrong)  # type: ignore[arg-type]


def test_sound_is_refused() -> None:
    with pytest.raises(ValueError, match="alphabet"):
        EventRnn(EventRnn.tiny, Spec(8000, 1, 128))
