"""A WaveNet against plain convolutions; its compiled loops against the network that is trained."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn.functional import conv1d, one_hot, pad

from menura.foundation.errors import UsageError
from menura.models import Batch
from menura.models._wavenet import Player, Stack, StackSizes
from menura.models._wavenet.player import Drawing
from menura.models.contract import Sampling
from menura.models.wavenet import Wavenet, WavenetConfig
from menura.representations import Spec

SMALL = StackSizes(width=12, n_skip=20, n_cycles=2, n_doublings=6, n_classes=24)
STANDARD = StackSizes(width=32, n_skip=128, n_cycles=5, n_doublings=10, n_classes=256)


def a_stack(sizes: StackSizes = SMALL, seed: int = 0) -> Stack:
    torch.manual_seed(seed)
    stack = Stack(sizes)
    with torch.no_grad():  # biases too
        for parameter in stack.parameters():
            parameter += 0.05 * torch.randn_like(parameter)
    return stack


def numbers(sizes: StackSizes, n: int, n_rows: int = 3, seed: int = 1) -> Tensor:
    rng = torch.Generator().manual_seed(seed)
    return torch.randint(sizes.n_classes, (n_rows, n), generator=rng)


def by_convolutions(stack: Stack, heard: Tensor, told: Tensor | None = None) -> Tensor:
    """The paper's network by PyTorch's convolutions of one-hot samples: (rows, time, classes).

    told: added to the gates, (rows, time, layers, gates).
    """
    sizes, w = stack.sizes, stack.sizes.width
    inputs = one_hot(pad(heard + 1, (2, 0))[:, :-1], sizes.n_classes + 1).float().transpose(1, 2)
    x = conv1d(inputs, torch.stack([end.T for end in stack.entering], dim=2))
    total = stack.skip_bias[:, None].expand(heard.shape[0], -1, heard.shape[1])
    for layer, dilation in enumerate(sizes.dilations):
        kernel = torch.stack([stack.past[layer].T, stack.now[layer].T], dim=2)
        gates = conv1d(pad(x, (dilation, 0)), kernel, stack.gate_bias[layer], dilation=dilation)
        if told is not None:
            gates = gates + told[:, :, layer].transpose(1, 2)
        z = torch.tanh(gates[:, :w]) * torch.sigmoid(gates[:, w:])
        total = total + conv1d(z, stack.skip[layer * w : (layer + 1) * w].T[:, :, None])
        if layer + 1 < len(sizes.dilations):
            x = x + conv1d(z, stack.residual[layer].T[:, :, None], stack.residual_bias[layer])
    after = conv1d(total.relu(), stack.between.T[:, :, None], stack.between_bias).relu()
    return conv1d(after, stack.leaving.T[:, :, None], stack.leaving_bias).transpose(1, 2)


def by_loops(
    stack: Stack, heard: Tensor, told: Tensor | None = None, hold: int = 1, first: int = 0
) -> Tensor:
    """Teacher-forced logits of the compiled loops, in two goes if `first` says where to stop."""
    player, n = Player(stack), heard.shape[0]
    strands, said = player.strands(n), player.told(told, n)
    found = []
    for part in (heard[:, :first], heard[:, first:]):
        logits = np.zeros((n, part.shape[1], stack.sizes.n_classes), np.float32)
        if part.shape[1]:
            player.play(strands, said, hold, part.numpy(), np.zeros(part.shape), Drawing(), logits)
        found.append(torch.from_numpy(logits))
    return torch.cat(found, dim=1)


def a_model(labels: tuple[str, ...] = (), seed: int = 0, n_classes: int = 24) -> Wavenet:
    torch.manual_seed(seed)
    spec = Spec(8000, 1, 1, n_classes=n_classes, labels=labels)
    return Wavenet(Wavenet.tiny, spec)


def rngs(*seeds: int) -> list[torch.Generator]:
    return [torch.Generator().manual_seed(seed) for seed in seeds]


@torch.no_grad()
@pytest.mark.parametrize(("sizes", "n"), [(SMALL, 200), (STANDARD, 1200)])
def test_the_network_is_the_papers(sizes: StackSizes, n: int) -> None:
    stack, heard = a_stack(sizes), numbers(sizes, n, n_rows=2)
    torch.testing.assert_close(stack(heard), by_convolutions(stack, heard), atol=1e-4, rtol=1e-4)


def test_its_size_is_the_standard_one() -> None:
    stack = Stack(STANDARD)
    assert len(STANDARD.dilations) == 50
    assert STANDARD.receptive_field == 5 * 1023 + 2
    per_layer = 2 * 32 * 64 + 32 * 128
    by_hand = 50 * per_layer + 49 * 32 * 32 + 128 * 128 + 128 * 256
    assert STANDARD.n_products == by_hand
    tables, biases = 2 * 257 * 32, 50 * 64 + 49 * 32 + 128 + 128 + 256
    assert sum(p.numel() for p in stack.parameters()) == by_hand + tables + biases


@torch.no_grad()
@pytest.mark.parametrize(("sizes", "n"), [(SMALL, 300), (STANDARD, 1500)])
def test_the_loops_say_what_the_network_says(sizes: StackSizes, n: int) -> None:
    stack, heard = a_stack(sizes), numbers(sizes, n)
    expected = stack(heard)
    torch.testing.assert_close(by_loops(stack, heard), expected, atol=1e-4, rtol=0)
    torch.testing.assert_close(by_loops(stack, heard, first=77), expected, atol=1e-4, rtol=0)


@torch.no_grad()
def test_four_thousand_likeliest_samples_are_the_networks() -> None:
    """Each of them is what the network says is likeliest after the same ones before."""
    stack = a_stack(STANDARD, seed=2)
    player, seed = Player(stack), numbers(STANDARD, 50, n_rows=1)
    strands, told = player.strands(1), player.told(None, 1)
    made = player.play(strands, told, 1, seed.numpy(), np.zeros((1, 4050)), Drawing(0.0))
    heard = torch.from_numpy(made)
    assert torch.equal(heard[:, :50], seed)
    assert torch.equal(stack(heard).argmax(dim=2)[:, 50:], heard[:, 50:])
    assert len(heard[0, 50:].unique()) > 10, "a drone proves little"


@torch.no_grad()
def test_what_layers_are_told_is_held_until_the_next_step() -> None:
    stack, heard, hold = a_stack(), numbers(SMALL, 100), 24
    rng = torch.Generator().manual_seed(3)
    steps = torch.randn(3, 5, len(SMALL.dilations), 2 * SMALL.width, generator=rng)
    each = steps.repeat_interleave(hold, dim=1)[:, :100]
    expected = by_convolutions(stack, heard, each)
    torch.testing.assert_close(stack(heard, steps, hold), expected, atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(by_loops(stack, heard, steps, hold), expected, atol=1e-4, rtol=1e-4)


@torch.no_grad()
def test_it_is_blind_to_the_future_and_to_what_is_out_of_reach() -> None:
    stack, at = a_stack(), 20
    heard = numbers(SMALL, at + SMALL.receptive_field + 30, n_rows=1)
    changed = heard.clone()
    changed[0, at] = (heard[0, at] + 5) % SMALL.n_classes
    for say in (stack, lambda one: by_loops(stack, one)):
        moved = (say(heard) - say(changed)).abs().amax(dim=2)[0]
        assert moved[: at + 1].max() == 0, "a sample has a say in itself or in what was before"
        assert moved[at + 1] > 1e-3
        assert moved[at + SMALL.receptive_field] > 0, "it does not reach as far back as it should"
        assert moved[at + SMALL.receptive_field + 1 :].max() == 0


@torch.no_grad()
def test_a_seed_is_heard_as_far_as_it_is_in_reach() -> None:
    model = a_model()
    n_reach = model.stack.sizes.receptive_field
    long = numbers(model.stack.sizes, 3 * n_reach, n_rows=1)[:, None].float()
    whole = model.continue_(long, 20, rngs(1), Sampling(temperature=0.0))
    cut = model.continue_(long[:, :, -n_reach:], 20, rngs(1), Sampling(temperature=0.0))
    assert torch.equal(whole, cut)
    heard = torch.cat([long, whole], dim=2)[:, 0].long()
    assert torch.equal(model.stack(heard).argmax(dim=2)[:, -20:], heard[:, -20:])


def test_the_farthest_sample_in_reach_is_heard_and_the_next_is_not() -> None:
    """It has little to say: of many seeds, with weights that are large, some go on otherwise."""
    model = a_model()
    with torch.no_grad():
        for parameter in model.stack.parameters():
            parameter *= 3
    n_reach = model.stack.sizes.receptive_field
    seeds = numbers(model.stack.sizes, n_reach + 1, n_rows=300)[:, None].float()

    def next_ones(changed: int | None) -> Tensor:
        heard = seeds.clone()
        if changed is not None:
            heard[:, :, changed] = (heard[:, :, changed] + 12) % 24
        return model.continue_(heard, 1, rngs(*[0] * 300), Sampling(temperature=0.0))

    assert torch.equal(next_ones(None), next_ones(0))
    assert not torch.equal(next_ones(None), next_ones(1))


def test_a_piece_is_the_same_to_the_bit_however_many_are_made_with_it() -> None:
    model = a_model()
    alone = [model.generate([rng], 500) for rng in rngs(*range(7))]
    for n in (2, 3, 7):
        assert torch.equal(model.generate(rngs(*range(n)), 500), torch.cat(alone[:n]))


def test_gates_open_as_the_functions_say() -> None:
    from menura.models._wavenet.loops import open_gates

    values = np.linspace(-100, 100, 640, dtype=np.float32)
    pairs = np.concatenate([values, values[::-1], 0.1 * values, 0.2 * values[::-1]])
    z = np.zeros(1280, np.float32)
    for part in (0, 1):
        open_gates(pairs, part * 1280, 640, z, part * 640)
    x = pairs.astype(np.float64).reshape(2, 2, 640)
    expected = np.tanh(x[:, 0]) / (1 + np.exp(-x[:, 1]))
    np.testing.assert_allclose(z.reshape(2, 640), expected, atol=2e-7)


def test_numbers_are_drawn_as_often_as_they_are_likely() -> None:
    from menura.models._wavenet.loops import draw

    logits = np.random.default_rng(0).normal(size=40).astype(np.float32)
    shares = np.zeros(30, np.float32)  # 30 of the 40 are numbers
    for temperature in (0.5, 1.0, 2.0):
        places = (np.arange(20_000) + 0.5) / 20_000
        drawn = np.array([draw(logits, place, temperature, shares) for place in places])
        expected = torch.from_numpy(logits[:30] / temperature).softmax(dim=0).numpy()
        found = np.bincount(drawn, minlength=30) / len(places)
        np.testing.assert_allclose(found, expected, atol=1e-4)
    assert draw(logits, 0.99, 0.0, shares) == logits[:30].argmax()
    assert draw(np.zeros(40, np.float32), 0.5, 0.0, shares) == 0


@torch.no_grad()
def test_guidance_goes_beyond_what_the_label_changes() -> None:
    model = a_model(labels=("a", "b"))
    stack, label = model.stack, torch.tensor([True, False])
    told = model._told(label[None])
    asked = Sampling(temperature=0.0, labels=label, guidance=2.5)
    made = model.generate(rngs(1), 60, asked)[:, 0].long()
    untold = stack(made)
    guided = untold + 2.5 * (stack(made, told) - untold)
    assert torch.equal(guided.argmax(dim=2), made)
    assert not torch.equal(stack(made, told).argmax(dim=2), made), "guidance changes nothing"


@torch.no_grad()
def test_its_loss_is_the_surprise_at_each_sample() -> None:
    model = a_model()
    heard = numbers(model.stack.sizes, 50)
    chances = by_convolutions(model.stack, heard).double().softmax(dim=2)
    expected = -chances.gather(2, heard[:, :, None]).log().mean()
    found = model.losses(Batch(heard[:, None].float()), "model", rngs(0)[0])["total"]
    assert float(found) == pytest.approx(float(expected), rel=1e-4)


def test_hidden_labels_are_as_if_there_were_none() -> None:
    torch.manual_seed(0)
    spec = Spec(8000, 1, 1, n_classes=24, labels=("a", "b"))
    model = Wavenet(replace(Wavenet.tiny, label_dropout=1.0), spec)
    heard = numbers(model.stack.sizes, 30)[:, None].float()
    told = Batch(heard, labels=torch.ones(3, 2, dtype=torch.bool))
    a, b = (model.losses(one, "model", rngs(0)[0])["total"] for one in (told, Batch(heard)))
    assert torch.equal(a, b)


def test_wrong_settings_are_refused() -> None:
    for wrong in ({"width": 0}, {"n_doublings": 17}, {"label_dropout": 2.0}, {"guidance": -1.0}):
        with pytest.raises(ValueError, match=next(iter(wrong))):
            WavenetConfig(**wrong)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="n_audio_channels"):
        Wavenet(Wavenet.tiny, Spec(8000, 1, 1))
