"""Runs that start from a system: what is trained, the codec it brings, and that nothing is lost."""

import json
import shutil
import signal
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from menura.foundation.errors import MenuraError, UsageError
from menura.foundation.reporting import Collected
from menura.models import Batch
from menura.models.frame_rnn import FrameRnn
from menura.models.latent_flow import LatentFlow
from menura.models.spectral_codec import HEAD_START, SpectralCodec
from menura.recipes import Tuning
from menura.recipes import load as load_recipe
from menura.representations import Spec
from menura.systems import coded
from menura.training import carrying, checkpoint, fit, stages
from menura.training.kept_start import start_named
from menura.training.order import Start
from menura.training.origin import Origin, origin_for, say_origin
from menura.training.starting_codec import codec_inside
from menura.workflows.load import load
from menura.workflows.train import train


@pytest.fixture(scope="module")
def learnt(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("learnt")
    train("latent-flow", corpus, folder, preset="tiny", steps=8)
    return folder


def tuned(
    learnt: Path, corpus: Path, run: Path, *, steps: int = 8, resume: bool = False, **more: Any
) -> Collected:
    said = Collected()
    train(
        *("latent-flow", corpus, run),
        preset="tiny",
        init=str(learnt),
        steps=steps,
        resume=resume,
        settings={key.replace("__", "."): value for key, value in more.items()},
        reporter=said,
    )
    return said


def there(folder: Path) -> Start:
    start = start_named(str(folder))
    assert start is not None
    return start


def codec_of(folder: Path) -> dict[str, Tensor]:
    representation = load(folder).representation
    assert isinstance(representation, coded.Coded)
    return representation.codec.state_dict()


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


@pytest.mark.parametrize(
    ("value", "its_own", "poor"),
    [
        (2.9, None, False),
        (3.1, None, True),
        (2.4, 1.0, False),  # clear enough, however much better its own music comes back
        (2.6, 1.0, True),
        (5.9, 5.0, False),
        (6.1, 5.0, True),
    ],
)
def test_when_a_codec_carries_music_poorly(value: float, its_own: float | None, poor: bool) -> None:
    assert carrying.is_poor(value, its_own) is poor


def test_a_system_says_how_its_own_music_comes_back(learnt: Path, tmp_path: Path) -> None:
    said = json.loads((learnt / "metrics.json").read_text())["round_trip_db"]
    assert 0 < said == carrying.its_own_db(learnt)
    assert carrying.its_own_db(learnt / "codec") is None, "a codec says nothing of itself"
    assert carrying.its_own_db(tmp_path) is None


def plant(monkeypatch: pytest.MonkeyPatch, value: float) -> None:
    """What is measured of the folder's music."""
    monkeypatch.setattr(stages.carrying, "carried_db", lambda _: value)


def test_a_codec_that_carries_it_well_is_kept(
    learnt: Path, corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(monkeypatch, 1.0)
    said = tuned(learnt, corpus, tmp_path)
    assert any("comes back through the codec of" in line for line in said.lines)
    assert any("music it was made for" in line for line in said.lines)
    assert not (tmp_path / "codec").exists()
    before, after = codec_of(learnt), codec_of(tmp_path)
    assert all(torch.equal(before[name], after[name]) for name in before)


def test_a_codec_that_carries_it_poorly_is_trained_on_first(
    learnt: Path, corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(monkeypatch, 50.0)
    said = tuned(learnt, corpus, tmp_path)
    assert any("poor: the codec is trained on for 30% of the time" in line for line in said.lines)
    assert sum(" stage: " in line for line in said.lines) == 2
    steps = json.loads((tmp_path / "codec" / "metrics.json").read_text())["steps"]
    assert steps == round(0.3 * 8)
    before, after = codec_of(learnt), codec_of(tmp_path)
    moved = {name.split(".")[0] for name in before if not torch.equal(before[name], after[name])}
    assert moved == {"decoder", "outline", "n_codec_steps"}, "latents mean what the flow has learnt"
    theirs = load(tmp_path / "codec").model.state_dict()
    assert all(torch.equal(after[name], theirs[name]) for name in after)


def test_poor_or_not_it_is_kept_where_that_is_asked(
    learnt: Path, corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(monkeypatch, 50.0)
    said = tuned(learnt, corpus, tmp_path, tuning__codec="keep")
    assert any("poor" in line for line in said.warnings)
    assert not (tmp_path / "codec").exists()


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


@pytest.mark.parametrize("wrong", ["rate=0", "adapter_rank=-1", "codec_share=1", "codec=perhaps"])
def test_settings_that_make_no_sense_are_refused(wrong: str) -> None:
    key, _, value = wrong.partition("=")
    with pytest.raises(UsageError, match=key):
        load_recipe("latent-flow").preset("tiny").with_settings({f"tuning.{key}": value})


def test_a_codec_of_another_size_is_refused(learnt: Path, corpus: Path, tmp_path: Path) -> None:
    with pytest.raises(MenuraError, match="brings its codec along"):
        tuned(learnt, corpus, tmp_path, tuning__codec="tune", codec__model__n_latent="3")


def test_a_codec_is_trained_on_at_a_rate_of_this_run(
    learnt: Path, corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That which it was made with may have come to its end."""
    ended = tmp_path / "ended"
    shutil.copytree(learnt, ended)
    said = json.loads((ended / "system.json").read_text())
    learning = said["representation"]["config"]["model"]["config"]["schedule"]
    learning |= {"kind": "trapezoid", "total_steps": 4, "decay_steps": 2}
    (ended / "system.json").write_text(json.dumps(said))
    plant(monkeypatch, 50.0)
    tuned(ended, corpus, tmp_path / "run")
    plan = checkpoint.read_plan(tmp_path / "run" / "codec")
    own = load_recipe("latent-flow").presets["tiny"].codec
    assert plan["model.config.schedule.kind"] == own.model.config.schedule.kind != "trapezoid"


def test_new_critics_play_from_the_first_step_where_there_were_some(learnt: Path) -> None:
    settled = codec_inside(there(learnt)).codec.state_dict()
    spec = SpectralCodec.tiny_spec
    heard, unheard = (SpectralCodec(SpectralCodec.tiny, spec) for _ in range(2))
    unheard.take_up({**settled, "n_critic_steps": torch.tensor(0)})
    heard.take_up({**settled, "n_critic_steps": torch.tensor(9)})
    assert unheard.phases()["critic"].start_step == SpectralCodec.tiny.critic_start
    assert heard.phases()["critic"].start_step == 0
    assert int(heard.n_critic_steps) == 0
    heard.n_critic_steps.fill_(HEAD_START)
    assert not heard._is_criticised(), "what has learnt nothing teaches nothing"
    heard.n_critic_steps.fill_(HEAD_START + 1)
    assert heard._is_criticised()
    assert not any(p.requires_grad for p in heard.encoder.parameters())
    assert all(p.requires_grad for p in heard.decoder.parameters())


def test_weights_of_another_codec_are_not_taken_up(learnt: Path) -> None:
    settled = codec_inside(there(learnt)).codec.state_dict()
    del settled["shortcut.bias"]
    with pytest.raises(UsageError, match="another shape"):
        SpectralCodec(SpectralCodec.tiny, SpectralCodec.tiny_spec).take_up(settled)
