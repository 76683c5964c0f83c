"""The loop: what it keeps is the best, what it says is true, and it ends when it should."""

import json
import shutil
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from menura.audio import read_comment
from menura.foundation.devices import Compute
from menura.foundation.errors import MenuraError
from menura.foundation.reporting import Collected
from menura.models import Batch, Model, Optimizer, Phase
from menura.models._players import Generator
from menura.prepared import PreparedCorpus
from menura.recipes import load as load_recipe
from menura.representations import Spec
from menura.systems import TrainedSystem
from menura.training import checkpoint, fit, stepping
from menura.training.assembly import learning_data
from menura.training.batches import WindowBatches
from menura.training.device import fabric_on
from menura.training.evaluating import held_out_value
from menura.workflows.load import load
from menura.workflows.train import train
from tunes import folder_of_tunes


def log_of(run: Path) -> list[dict[str, float]]:
    return [json.loads(line) for line in (run / "log.jsonl").read_text().splitlines()]


def value_of(run: Path, corpus: Path) -> float:
    """The held-out value of the saved system, computed anew."""
    system = load(run)
    preset = load_recipe("stft-lstm").preset("tiny")
    data = learning_data(system, PreparedCorpus.open(corpus), preset, 0, run, Collected())
    assert data.held_out is not None
    return held_out_value(system.model, data.held_out.batch, preset.training.n_held_out)


def same_checkpoint(one: Path, other: Path) -> None:
    a, b = checkpoint._tensors(one), checkpoint._tensors(other)
    assert a.keys() == b.keys()
    assert all(torch.equal(a[name], b[name]) for name in a)


# A rate so high that the held-out value goes up and down.
WILD = {"model.optimizer.learning_rate": "0.5", "training.evaluate_every": "5"}


@pytest.mark.parametrize("ema_decay", ["0", "0.9"])
def test_the_best_system_is_the_one_that_is_kept(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ema_decay: str
) -> None:
    settings = {"training.evaluate_every": "5", "training.ema_decay": ema_decay}
    for name, values in (("longer", [3.0, 1.0, 2.0, 1.5]), ("to the best", [3.0, 1.0])):
        coming = iter(values)
        monkeypatch.setattr(fit, "held_out_value", lambda *_, coming=coming: next(coming))
        result = train(
            *("stft-lstm", corpus, tmp_path / name),
            preset="tiny",
            steps=5 * len(values),
            settings=settings,
        )
        assert result.held_out == 1.0
    saved = [tmp_path / name / "weights.safetensors" for name in ("longer", "to the best")]
    assert saved[0].read_bytes() == saved[1].read_bytes()
    assert load(tmp_path / "longer").description.provenance.training.startswith("10 steps")


def test_the_last_weights_are_kept_where_that_is_asked(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = {"training.evaluate_every": "5", "training.keep": "last"}
    coming = iter([3.0, 1.0, 2.0])
    monkeypatch.setattr(fit, "held_out_value", lambda *_: next(coming))
    result = train("stft-lstm", corpus, tmp_path, preset="tiny", steps=15, settings=settings)
    assert result.held_out == 1.0
    system, tensors = load(tmp_path), checkpoint._tensors(tmp_path)
    assert system.description.provenance.training.startswith("15 steps")
    for name, value in system.model.state_dict().items():
        assert torch.equal(value, tensors[f"model.{name}"])


def test_what_a_model_says_of_itself_at_two_looks_is_told_once(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    coming = iter(["all alike", "", "all alike", "all alike", "all alike"])
    monkeypatch.setattr(fit, "held_out_remark", lambda *_: next(coming))
    said = Collected()
    settings = {"training.evaluate_every": "2"}
    train("gan", corpus, tmp_path, preset="tiny", steps=10, settings=settings, reporter=said)
    assert [line for line in said.warnings if "all alike" in line] == ["step 8: all alike"]


def test_a_gan_that_makes_one_clip_is_told_of(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A planted collapse: a generator that hears none of its noise."""
    made = Generator.forward
    monkeypatch.setattr(Generator, "forward", lambda self, noise: made(self, 0 * noise))
    said = Collected()
    settings = {"training.evaluate_every": "2"}
    train("gan", corpus, tmp_path, preset="tiny", steps=4, settings=settings, reporter=said)
    assert any("mode collapse" in line for line in said.warnings)


def test_gradients_are_clipped_by_value_where_that_is_asked() -> None:
    """Of one step of plain descent no weight moves further than the rate times the value."""
    for clip_value, moved in ((0.0, 4.0), (0.5, 0.5)):
        model = Lever()
        settings = replace(load_recipe("gan").preset("tiny").training, clip_norm=1e6)
        settings = replace(settings, clip_value=clip_value)
        stepper = stepping.Stepper(model, settings, Compute("cpu", "float32"), seed=0)
        stepper.step(Batch(torch.ones(1, 1, 1)), 0, rate=1.0)
        assert float(model.weight.detach()) == pytest.approx(-moved)


class Lever(Model):
    """One weight, with a gradient of 4."""

    Config = type(None)
    tiny = None

    def __init__(self) -> None:
        super().__init__(None, Spec(8000, 1, 1))
        self.weight = torch.nn.Parameter(torch.zeros(()))

    def phases(self) -> dict[str, Phase]:
        return {"model": Phase((self.weight,), Optimizer("sgd", learning_rate=1.0))}

    def losses(self, batch: Batch, phase: str, rng: torch.Generator) -> dict[str, torch.Tensor]:
        return {"total": 4 * self.weight * batch.frames.mean()}


def test_the_held_out_value_is_that_of_the_saved_system(corpus: Path, tmp_path: Path) -> None:
    settings = {"training.ema_decay": "0.9"}
    result = train("stft-lstm", corpus, tmp_path, preset="tiny", steps=30, settings=settings)
    assert value_of(tmp_path, corpus) == pytest.approx(result.held_out, rel=1e-5)


def test_a_resumed_run_is_the_unbroken_one(corpus: Path, tmp_path: Path) -> None:
    """More of this, with kills, is in test_killed_runs."""
    settings = {"training.evaluate_every": "5", "training.ema_decay": "0.9"}
    for name, stops in (("unbroken", [20]), ("resumed", [10, 20])):
        for steps in stops:
            train(
                *("stft-lstm", corpus, tmp_path / name),
                preset="tiny",
                steps=steps,
                resume=True,
                settings=settings,
            )
    same_checkpoint(tmp_path / "unbroken", tmp_path / "resumed")


def test_a_run_inside_its_own_source_does_not_learn_from_itself(tmp_path: Path) -> None:
    source = folder_of_tunes(tmp_path / "tunes")
    for steps in (2, 4):
        result = train("stft-lstm", source, source / "run", preset="tiny", steps=steps, resume=True)
        folder_of_tunes(source / "run" / "previews", n_files=1)
    assert result.steps == 4


def test_a_run_killed_in_its_last_look_logs_it_once(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = {"training.evaluate_every": "5"}
    train("stft-lstm", corpus, tmp_path / "unbroken", preset="tiny", steps=12, settings=settings)
    run, real = tmp_path / "killed", fit.Fit._save_system

    def killed(self: fit.Fit) -> None:
        if self.progress.step == 12:
            raise KeyboardInterrupt
        real(self)

    monkeypatch.setattr(fit.Fit, "_save_system", killed)
    with pytest.raises(KeyboardInterrupt):
        train("stft-lstm", corpus, run, preset="tiny", steps=12, settings=settings)
    monkeypatch.setattr(fit.Fit, "_save_system", real)
    train("stft-lstm", corpus, run, preset="tiny", steps=12, settings=settings, resume=True)
    logs = [[{**line, "seconds": 0} for line in log_of(r)] for r in (tmp_path / "unbroken", run)]
    assert logs[0] == logs[1]


def test_the_average_is_not_the_weights(corpus: Path, tmp_path: Path) -> None:
    settings = {"training.ema_decay": "0.9"}
    train("stft-lstm", corpus, tmp_path, preset="tiny", steps=10, settings=settings)
    saved = load(tmp_path).model.state_dict()
    tensors = checkpoint._tensors(tmp_path)
    assert not torch.equal(saved["output.linear.bias"], tensors["model.output.linear.bias"])
    assert torch.equal(saved["output.linear.bias"], tensors["average.output.linear.bias"])


def test_it_stops_when_nothing_improves(corpus: Path, tmp_path: Path) -> None:
    settings = {**WILD, "training.patience": "2", "training.n_drops": "1"}
    reporter = Collected()
    result = train(
        "stft-lstm",
        corpus,
        tmp_path,
        preset="tiny",
        steps=5000,
        settings=settings,
        reporter=reporter,
    )
    assert result.steps < 5000
    assert result.stopped == "the held-out value has stopped falling"
    assert any("rate lowered" in line for line in reporter.lines)


def test_it_stops_when_the_minutes_are_over(corpus: Path, tmp_path: Path) -> None:
    result = train("stft-lstm", corpus, tmp_path, preset="tiny", minutes=0.05)
    assert result.stopped == "0.05 minutes are over"
    assert 0.05 <= result.minutes < 0.25


def test_it_says_what_it_will_cost_before_it_starts(corpus: Path, tmp_path: Path) -> None:
    reporter = Collected()
    train("stft-lstm", corpus, tmp_path, preset="tiny", steps=2, reporter=reporter)
    estimate = next(line for line in reporter.lines if "GB of memory" in line)
    assert "2 steps in about" in estimate
    assert "GB of disk" in estimate
    assert any("round trip" in line for line in reporter.lines)


def test_ctrl_c_leaves_a_usable_system(corpus: Path, tmp_path: Path) -> None:
    reporter = Collected()

    def interrupt() -> None:
        while not checkpoint.exists(tmp_path):
            time.sleep(0.01)
        time.sleep(0.5)
        signal.raise_signal(signal.SIGINT)

    threading.Thread(target=interrupt, daemon=True).start()
    with pytest.raises(KeyboardInterrupt):
        train("stft-lstm", corpus, tmp_path, preset="tiny", steps=100_000, reporter=reporter)
    assert len(load(tmp_path).generate(1, 0.5, seed=0)) == 1
    assert any(str(tmp_path) in line for line in reporter.lines)
    # and the run goes on
    steps = int(json.loads(checkpoint._header(tmp_path)["progress"])["step"]) + 3
    result = train("stft-lstm", corpus, tmp_path, preset="tiny", steps=steps, resume=True)
    assert result.steps == steps


def poisoned(monkeypatch: pytest.MonkeyPatch, bad: Callable[[int], bool]) -> None:
    """Training batches of the bad steps hold NaN."""
    real = WindowBatches.batch

    def batch(self: WindowBatches, step: int) -> Batch:
        made = real(self, step)
        is_training = self.seed != 0  # the held-out batches have seed 0
        return (
            replace(made, frames=made.frames * float("nan")) if is_training and bad(step) else made
        )

    monkeypatch.setattr(WindowBatches, "batch", batch)


def test_a_hopeless_run_leaves_a_usable_system(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    poisoned(monkeypatch, lambda step: step > 2)
    reporter = Collected()
    with pytest.raises(MenuraError, match="learning_rate"):
        train("stft-lstm", corpus, tmp_path, preset="tiny", steps=200, reporter=reporter)
    assert any("last good weights" in line for line in reporter.warnings)
    assert np.isfinite(load(tmp_path).generate(1, 0.5, seed=0)[0].samples).all()


def test_a_resumed_run_goes_back_to_the_same_good_weights(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    poisoned(monkeypatch, lambda step: 15 <= step <= 17)
    settings = {"training.evaluate_every": "10", "training.ema_decay": "0.9"}
    for name, stops in (("unbroken", [30]), ("resumed", [10, 30])):
        for steps in stops:
            train(
                *("stft-lstm", corpus, tmp_path / name),
                preset="tiny",
                steps=steps,
                resume=True,
                settings=settings,
            )
    same_checkpoint(tmp_path / "unbroken", tmp_path / "resumed")


def test_a_run_that_stopped_by_itself_stays_stopped(corpus: Path, tmp_path: Path) -> None:
    settings = {**WILD, "training.patience": "1", "training.n_drops": "0"}
    results = [
        train(
            *("stft-lstm", corpus, tmp_path),
            preset="tiny",
            steps=5000,
            settings=settings,
            resume=True,
        )
        for _ in range(2)
    ]
    assert results[0].steps == results[1].steps < 5000


def test_a_preview_that_fails_does_not_end_the_run(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("no sound today")

    monkeypatch.setattr(TrainedSystem, "generate", broken)
    reporter = Collected()
    result = train("stft-lstm", corpus, tmp_path, preset="tiny", steps=3, reporter=reporter)
    assert result.steps == 3
    assert any("no sound today" in line for line in reporter.warnings)


def test_previews_can_be_heard_and_seen(corpus: Path, tmp_path: Path) -> None:
    train("stft-lstm", corpus, tmp_path, preset="tiny", steps=3)
    assert {path.name for path in (tmp_path / "previews").iterdir()} == {
        "step-0000003.png",
        "step-0000003.wav",
    }
    assert "step 3" in read_comment(tmp_path / "previews" / "step-0000003.wav")


def test_a_resumed_raw_folder_needs_its_source_no_more(tmp_path: Path) -> None:
    source = folder_of_tunes(tmp_path / "tunes")
    train("stft-lstm", source, tmp_path / "run", preset="tiny", steps=2)
    shutil.rmtree(source)
    result = train("stft-lstm", source, tmp_path / "run", preset="tiny", steps=4, resume=True)
    assert result.steps == 4
    assert load(tmp_path / "run").description.provenance.data == "tunes"


def test_dropout_goes_by_the_step(corpus: Path, tmp_path: Path) -> None:
    """PyTorch's own generator is seeded for every step, and left as it was."""
    model = torch.nn.Dropout(0.5)
    drawn = []
    for _ in range(2):
        stepper = object.__new__(stepping.Stepper)
        stepper._seed, stepper.fabric = 3, fabric_on(Compute())
        before = torch.get_rng_state()
        with stepper._drawing_alike(7, "model"):
            drawn.append(model(torch.ones(64)))
        assert torch.equal(torch.get_rng_state(), before)
    assert torch.equal(drawn[0], drawn[1])


def test_no_audio_file_is_opened_while_training(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import soundfile

    opened = []
    real = soundfile.SoundFile.__init__

    def note(self: object, file: object, *rest: object, **named: object) -> None:
        opened.append(file)
        real(self, file, *rest, **named)

    monkeypatch.setattr(soundfile.SoundFile, "__init__", note)
    train("stft-lstm", corpus, tmp_path, preset="tiny", steps=20)
    assert [name for name in map(str, opened) if "previews" not in name] == []


def test_one_recording_alone_trains_with_a_warning(tmp_path: Path) -> None:
    reporter = Collected()
    source = folder_of_tunes(tmp_path / "one", n_files=1)
    result = train(
        "stft-lstm", source, tmp_path / "run", preset="tiny", steps=12, reporter=reporter
    )
    assert result.held_out is None
    assert any("no recording is held out" in line for line in reporter.warnings)
    assert load(tmp_path / "run").generate(1, 0.5, seed=0)


def test_recordings_shorter_than_a_window_are_looped(tmp_path: Path) -> None:
    reporter = Collected()
    source = folder_of_tunes(tmp_path / "short", n_files=5, seconds=0.6)
    settings = {"batching.n_frames": "100"}
    train(
        "stft-lstm",
        source,
        tmp_path / "run",
        preset="tiny",
        steps=3,
        settings=settings,
        reporter=reporter,
    )
    assert any("looped" in line for line in reporter.warnings)
