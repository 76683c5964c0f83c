"""Low-rank adapters are what their paper says, and nobody else need know of them."""

import signal
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor
from torch.func import functional_call

from menura.foundation.devices import Compute
from menura.models import Batch
from menura.models.frame_rnn import FrameRnn
from menura.models.latent_flow import LatentFlow
from menura.recipes import Training
from menura.representations import Spec
from menura.training import checkpoint, fit
from menura.training.adapters import Adapters
from menura.training.stepping import Stepper
from menura.workflows.load import load
from menura.workflows.train import train

SPEC = Spec(8000, 4, 128)
RANK = 3
ADAPTED = {
    "tuning.adapter_rank": str(RANK),
    "tuning.adapter_minutes": "1000",
    "tuning.codec": "keep",
}


def flow() -> LatentFlow:
    """One whose gates are open, as a trained one's are: at first blocks of a fresh one pass nothing
    on."""
    torch.manual_seed(5)
    model = LatentFlow(LatentFlow.tiny, SPEC)
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.2)
    return model


def batch() -> Batch:
    return Batch(torch.randn(3, 4, 16, generator=torch.Generator().manual_seed(1)))


def loss_of(model: LatentFlow, weights: dict[str, Tensor] | None = None) -> Tensor:
    class Asking(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self) -> Tensor:
            rng = torch.Generator().manual_seed(2)
            return self.model.losses(batch(), "model", rng)["total"]

    return functional_call(Asking(), {f"model.{k}": w for k, w in (weights or {}).items()}, ())


def drawn(adapters: Adapters) -> None:
    for part in adapters.parameters():
        torch.nn.init.normal_(part, std=0.1)


def test_gradients_are_those_of_the_sum() -> None:
    """Against PyTorch's own, through W₀ + B·A written out."""
    model = flow()
    adapters = Adapters(model, RANK, seed=0)
    drawn(adapters)
    base = [weight.detach().clone() for weight in adapters._weights]
    adapters.merge()
    loss_of(model).backward()
    adapters.take_gradients()
    ups = [up.detach().clone().requires_grad_() for up in adapters.up]
    downs = [down.detach().clone().requires_grad_() for down in adapters.down]
    sums = [w + up @ down for w, up, down in zip(base, ups, downs, strict=True)]
    loss_of(model, dict(zip(model.adaptable(), sums, strict=True))).backward()
    for mine, theirs in zip((*adapters.up, *adapters.down), (*ups, *downs), strict=True):
        assert theirs.grad is not None
        assert mine.grad is not None
        assert theirs.grad.abs().max() > 0
        torch.testing.assert_close(mine.grad, theirs.grad, atol=1e-6, rtol=1e-4)


def test_merged_is_unmerged() -> None:
    """Against a path beside each projection: y = W₀x + B(Ax) (Hu et al. 2021, equation 3)."""
    model, beside = flow(), flow()
    adapters = Adapters(model, RANK, seed=0)
    drawn(adapters)
    before = loss_of(model)
    adapters.merge()
    for name, up, down in zip(model.adaptable(), adapters.up, adapters.down, strict=True):
        layer = beside.get_submodule(name.removesuffix(".weight"))
        layer.register_forward_hook(
            lambda _, given, out, up=up, down=down: out + given[0] @ down.T @ up.T
        )
    torch.testing.assert_close(loss_of(model), loss_of(beside), atol=1e-6, rtol=1e-6)
    assert not torch.isclose(loss_of(model), before, atol=1e-4)


def test_only_they_are_trained_and_what_was_learnt_stays() -> None:
    model = flow()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    adapters = Adapters(model, RANK, seed=0)
    stepper = Stepper(model, Training(), Compute("cpu", "float32"), 0, adapters)
    for step in range(3):
        stepper.step(batch(), step, rate=1.0)
    assert set(model.adaptable()) == {
        f"transformer.blocks.{block}.{part}.weight"
        for block in range(2)
        for part in ("take", "give", "widen", "narrow")
    }
    for name, value in model.state_dict().items():
        moved = value - before[name]
        if name not in model.adaptable():
            assert not moved.any(), name
            continue
        assert moved.any(), name
        assert torch.linalg.matrix_rank(moved.double(), rtol=1e-4) <= RANK
    for number, name in enumerate(model.adaptable()):
        assert torch.equal(adapters.get_buffer(f"base_{number}"), before[name])


def test_how_many_numbers_are_trained() -> None:
    model = flow()
    adapters = Adapters(model, RANK, seed=0)
    width = 32  # attention: width → 3 width, width → width; then width → 4 width and back
    of_a_block = RANK * ((1 + 3) + (1 + 1) + (1 + 4) + (4 + 1)) * width
    assert adapters.n_numbers() == 2 * of_a_block
    stepper = Stepper(model, Training(), Compute("cpu", "float32"), 0, adapters)
    [optimizer] = stepper.optimizers.values()
    in_hand = sum(p.numel() for group in optimizer.param_groups for p in group["params"])
    assert in_hand == adapters.n_numbers()


def test_a_fresh_adapter_changes_nothing() -> None:
    model = flow()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    Adapters(model, RANK, seed=0).merge()
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())


def test_a_model_that_names_no_weights_has_none() -> None:
    model = FrameRnn(FrameRnn.tiny, FrameRnn.tiny_spec)
    with pytest.raises(ValueError, match="names no weights"):
        Adapters(model, RANK, seed=0)


@pytest.fixture(scope="module")
def learnt(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("learnt")
    train("latent-flow", corpus, folder, preset="tiny", steps=8)
    return folder


def tuned(learnt: Path, corpus: Path, run: Path, steps: int = 8, *, resume: bool = False) -> None:
    train(
        *("latent-flow", corpus, run),
        preset="tiny",
        init=str(learnt),
        steps=steps,
        settings=ADAPTED,
        resume=resume,
    )


def test_a_system_made_with_them_is_like_any_other(
    learnt: Path, corpus: Path, tmp_path: Path
) -> None:
    tuned(learnt, corpus, tmp_path / "run")
    system, before = load(tmp_path / "run"), load(learnt)
    assert len(system.generate(1, 0.5, seed=0)) == 1
    ours, theirs = system.model.state_dict(), before.model.state_dict()
    assert ours.keys() == theirs.keys()
    learnt_by_step = [name for name, _ in system.model.named_parameters()]
    moved = {name for name in learnt_by_step if not torch.equal(ours[name], theirs[name])}
    assert moved == set(system.model.adaptable())


def test_a_resumed_run_with_them_is_the_unbroken_one(
    learnt: Path, corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tuned(learnt, corpus, tmp_path / "unbroken")
    real = fit.Fit._one_step

    def stop_at_three(self: fit.Fit, *rest: object) -> None:
        if self.progress.step == 3:
            signal.raise_signal(signal.SIGINT)
        real(self, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(fit.Fit, "_one_step", stop_at_three)
    with pytest.raises(KeyboardInterrupt):
        tuned(learnt, corpus, tmp_path / "resumed")
    monkeypatch.setattr(fit.Fit, "_one_step", real)
    tuned(learnt, corpus, tmp_path / "resumed", resume=True)
    for name in ("weights.safetensors", "system.json"):
        one, other = (tmp_path / run / name for run in ("unbroken", "resumed"))
        assert one.read_bytes() == other.read_bytes()
    a, b = (checkpoint._tensors(tmp_path / run) for run in ("unbroken", "resumed"))
    assert any(name.startswith("adapters.base_") for name in a)
    assert a.keys() == b.keys()
    assert all(torch.equal(a[name], b[name]) for name in a)


def test_weights_that_go_wrong_are_put_back_with_their_adapters() -> None:
    from menura.foundation.reporting import Collected
    from menura.training.average import Average
    from menura.training.guard import SKIPS_BEFORE_RESTORING, Guard
    from menura.training.progress import Progress

    model = flow()
    adapters = Adapters(model, RANK, seed=0)
    settings = replace(Training(), ema_decay=0.5)
    stepper = Stepper(model, settings, Compute("cpu", "float32"), 0, adapters)
    stepper.step(batch(), 0, rate=1.0)
    guard = Guard(
        *(model, stepper.optimizers, Average(model, 0.5), Progress(), Collected()), adapters
    )
    good = {name: value.clone() for name, value in model.state_dict().items()}
    stepper.step(batch(), 1, rate=1.0)
    for _ in range(SKIPS_BEFORE_RESTORING):
        guard.before_step()
        guard.refuse("the loss of model")
    adapters.merge()
    for name, value in model.state_dict().items():
        torch.testing.assert_close(value, good[name], atol=1e-7, rtol=0)
