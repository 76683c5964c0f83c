"""Runs that start from a system: what is trained, and that nothing is lost."""

import json
import shutil
import signal
from collections.abc import Iterable
from pathlib import Path

import pytest
import torch

from menura.foundation.errors import MenuraError, UsageError
from menura.foundation.reporting import Collected
from menura.models import Batch
from menura.models.frame_rnn import FrameRnn
from menura.models.latent_flow import LatentFlow
from menura.recipes import Tuning
from menura.recipes import load as load_recipe
from menura.representations import Spec
from menura.training import checkpoint, fit
from menura.training.origin import Origin, origin_for, say_origin
from menura.workflows.load import load
from menura.workflows.prepare import prepare
from menura.workflows.train import train
from started import plant, tuned
from tunes import folder_of_tunes

SPEC = Spec(8000, 4, 128)
LITTLE = Tuning(rate=0.5, adapter_rank=4, adapter_minutes=10.0, adapter_rate=0.7)


@pytest.mark.parametrize(("minutes", "wanted"), [(9.9, Origin(0.7, 4)), (10.0, Origin(0.5, 0))])
def test_adapters_by_the_size_of_the_folder(minutes: float, wanted: Origin) -> None:
    assert origin_for(LITTLE, LatentFlow(LatentFlow.tiny, SPEC), minutes) == wanted


def test_all_weights_where_there_is_no_other_way() -> None:
    rnn = FrameRnn(FrameRnn.tiny, FrameRnn.tiny_spec)
    assert origin_for(LITTLE, rnn, 1.0) == Origin(0.5, 0)
    flow = LatentFlow(LatentFlow.tiny, SPEC)
    assert origin_for(Tuning(adapter_minutes=10.0), flow, 1.0) == Origin(1.0, 0)


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(9.0, "below 10: adapters of rank 4 are trained"), (11.0, "all weights are trained on")],
)
def test_what_is_trained_is_said(minutes: float, words: str) -> None:
    said, model = Collected(), LatentFlow(LatentFlow.tiny, SPEC)
    say_origin(origin_for(LITTLE, model, minutes), LITTLE, model, minutes, said)
    [line] = said.lines
    assert line.startswith(f"{minutes:.1f} min of training music")
    assert words in line


def test_where_there_is_no_choice_nothing_is_said() -> None:
    said, model = Collected(), FrameRnn(FrameRnn.tiny, FrameRnn.tiny_spec)
    say_origin(Origin(), LITTLE, model, 1.0, said)
    assert said.lines == []


def test_over_a_codec_that_is_kept_all_is_said_before_anything_long(
    learnt: Path, corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(monkeypatch, 1.0)
    said = tuned(learnt, corpus, tmp_path, steps=4)
    begins = [next(n for n, line in enumerate(said.lines) if line.startswith(words))
              for words in ("ahead: ", "encoding the recordings before")]  # fmt: skip
    assert begins == sorted(begins)
    again = tuned(learnt, corpus, tmp_path, steps=8, resume=True)
    assert not any(line.startswith("ahead: ") for line in again.lines)


def all_in(split: str, folder: Path) -> Path:
    """A folder of tunes whose table puts all of them into one split, prepared."""
    tunes = folder_of_tunes(folder / "tunes", n_files=3)
    rows = [f"{path.name},{split}" for path in sorted(tunes.glob("*.wav"))]
    (tunes / "labels.csv").write_text("\n".join(["file,split", *rows]))
    prepare(tunes, folder / "prepared", workers=1)
    return folder / "prepared"


@pytest.mark.parametrize("split", ["test", "valid"])
def test_where_there_is_nothing_to_learn_it_is_said_first(
    learnt: Path, tmp_path: Path, split: str
) -> None:
    said = Collected()
    with pytest.raises(MenuraError, match="no track is in the training split"):
        train(
            *("latent-flow", all_in(split, tmp_path), tmp_path / "run"),
            preset="tiny",
            init=str(learnt),
            reporter=said,
        )
    assert not any("comes back" in line for line in said.lines)


def test_what_would_learn_for_ever_is_refused(learnt: Path, tmp_path: Path) -> None:
    with pytest.raises(MenuraError, match=r"no recording is held out.*give --minutes"):
        tuned(learnt, all_in("train", tmp_path), tmp_path / "run", steps=None)


@pytest.fixture(scope="module")
def unbroken(learnt: Path, corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("unbroken")
    tuned(learnt, corpus, folder, tuning__codec="tune", training__fall="0.5")
    return folder


@pytest.mark.parametrize(("stage", "at"), [("codec", 1), ("resumed", 0), ("resumed", 5)])
def test_a_resumed_run_is_the_unbroken_one(
    learnt: Path,
    unbroken: Path,
    corpus: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    stage: str,
    at: int,
) -> None:
    """Stopped in the codec's stage, right at the flow's first look, and in the middle; and what it
    was begun from is gone when it goes on."""
    resumed, start = tmp_path / "resumed", tmp_path / "elsewhere" / learnt.name
    shutil.copytree(learnt, start)
    real = fit.Fit._reason_to_end

    def stopped(self: fit.Fit, *rest: object) -> str:
        if self.folder.name == stage and self.progress.step == at:
            signal.raise_signal(signal.SIGINT)
        return real(self, *rest)  # type: ignore[arg-type]

    plant(monkeypatch, 50.0)  # poor, so that the codec is trained on
    monkeypatch.setattr(fit.Fit, "_reason_to_end", stopped)
    with pytest.raises(KeyboardInterrupt):
        tuned(start, corpus, resumed, training__fall="0.5")
    shutil.rmtree(start)
    monkeypatch.setattr(fit.Fit, "_reason_to_end", real)
    plant(monkeypatch, 0.0)  # what was found when it began is abided by
    tuned(start, corpus, resumed, resume=True, training__fall="0.5")
    for name in ("weights.safetensors", "system.json", "codec/weights.safetensors"):
        assert (unbroken / name).read_bytes() == (resumed / name).read_bytes(), name
    for place in ("", "codec"):
        a, b = (checkpoint._tensors(run / place) for run in (unbroken, resumed))
        assert a.keys() == b.keys()
        assert all(torch.equal(a[name], b[name]) for name in a)
    logs = [
        [json.loads(line) for line in (run / "log.jsonl").read_text().splitlines()]
        for run in (unbroken, resumed)
    ]
    assert [{**line, "seconds": 0} for line in logs[0]] == [
        {**one, "seconds": 0} for one in logs[1]
    ]


def test_a_run_that_gains_nothing_keeps_what_it_began_with(
    learnt: Path, corpus: Path, tmp_path: Path
) -> None:
    ruinous = {"model__optimizer__learning_rate": "400", "tuning__rate": "0.25"}
    said = tuned(learnt, corpus, tmp_path, tuning__codec="keep", **ruinous)
    first = json.loads((tmp_path / "log.jsonl").read_text().splitlines()[0])
    assert (first["step"], first["rate"]) == (0, 0.25)
    before, after = load(learnt).model.state_dict(), load(tmp_path).model.state_dict()
    assert all(torch.equal(before[name], after[name]) for name in before)
    metrics = json.loads((tmp_path / "metrics.json").read_text())
    assert metrics["best_step"] == 0
    assert metrics["held_out"] == metrics["held_out_before"]
    assert any("before the first step" in line for line in said.lines)


def test_what_is_nearest_is_looked_for_once_before_the_first_look(
    learnt: Path, corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def noted(self: LatentFlow, batches: Iterable[Batch], labels: tuple[str, ...]) -> str:
        asked.append((len(list(batches)), labels))
        with torch.no_grad():
            self.leave.bias.add_(0.01)
        return "sets off from there"

    monkeypatch.setattr(LatentFlow, "set_off_near", noted)
    ruinous = {"model__optimizer__learning_rate": "400", "tuning__codec": "keep"}
    said = tuned(learnt, corpus, tmp_path, steps=4, **ruinous)
    tuned(learnt, corpus, tmp_path, resume=True, **ruinous)
    assert asked == [(8, ())]
    assert "sets off from there" in said.lines
    before, after = load(learnt).model.state_dict(), load(tmp_path).model.state_dict()
    assert torch.equal(after["leave.bias"], before["leave.bias"] + 0.01)


def test_a_preset_is_looked_at_otherwise_when_a_system_is_started_from() -> None:
    preset = load_recipe("latent-flow").preset("laptop")
    settings = preset.with_settings(
        {
            "tuning.evaluate_every": "7",
            "tuning.patience": "3",
            "tuning.n_drops": "2",
            "codec.tuning.evaluate_every": "5",
        }
    ).tuned()
    training = settings.training
    assert (training.evaluate_every, training.patience, training.n_drops) == (7, 3, 2)
    assert settings.codec is not None
    assert settings.codec.training.evaluate_every == 5


@pytest.mark.parametrize(
    "wrong", ["rate=0", "adapter_rank=-1", "codec_share=1", "codec_steps=0", "codec=perhaps"]
)
def test_settings_that_make_no_sense_are_refused(wrong: str) -> None:
    key, _, value = wrong.partition("=")
    with pytest.raises(UsageError, match=key):
        load_recipe("latent-flow").preset("tiny").with_settings({f"tuning.{key}": value})
