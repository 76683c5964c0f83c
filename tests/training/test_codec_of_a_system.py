"""Runs that start from a system with a codec: whether that is trained on, and how."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from menura.foundation.errors import MenuraError, UsageError
from menura.models import Batch, Model
from menura.models.spectral_codec import HEAD_START, SpectralCodec
from menura.recipes import load as load_recipe
from menura.training import ahead, carrying, checkpoint
from menura.training.estimate import Estimate, soonest_end
from menura.training.order import Order
from menura.training.starting import in_their_size
from menura.training.starting_codec import begun_codec, codec_inside, learning_on
from menura.workflows.load import load
from menura.workflows.train import train
from started import codec_of, plant, there, tuned


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


@pytest.mark.parametrize(("value", "words"), [(1.0, "no worse than it should be"), (50.0, "poor")])
def test_that_it_is_asked_for_is_said(
    learnt: Path,
    corpus: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    value: float,
    words: str,
) -> None:
    plant(monkeypatch, value)
    said = tuned(learnt, corpus, tmp_path, steps=2, tuning__codec="tune")
    on = "the codec is trained on for 30% of the time first (tuning.codec is tune)"
    assert f"that is {words}: {on}" in said.lines


def test_without_a_limit_it_is_trained_on_for_some_steps(
    learnt: Path, corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(monkeypatch, 50.0)
    few = {"tuning__codec_steps": "3", "training__max_steps": "4"}
    said = tuned(learnt, corpus, tmp_path, steps=None, **few)
    assert json.loads((tmp_path / "codec" / "metrics.json").read_text())["steps"] == 3
    assert any("poor: the codec is trained on first (" in line for line in said.lines)


@pytest.fixture(scope="module")
def criticised(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Like base, whose codec critics have heard."""
    folder = tmp_path_factory.mktemp("criticised")
    early = {"codec.model.critic_start": "0"}
    train("latent-flow", corpus, folder, preset="tiny", steps=4, settings=early)
    return folder


def test_what_critics_bring_is_kept(
    criticised: Path, corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The held-out distance rises all the while."""

    def rising(self: SpectralCodec, batch: Batch, rng: torch.Generator) -> Tensor:
        return 1.0 + self.n_codec_steps.float()

    plant(monkeypatch, 50.0)
    monkeypatch.setattr(SpectralCodec, "progress", rising)
    tuned(criticised, corpus, tmp_path, steps=20)
    before, after = codec_of(criticised), codec_of(tmp_path)
    assert int(after["n_codec_steps"]) == 6 == round(0.3 * 20)
    assert any(not torch.equal(before[n], w) for n, w in after.items() if n.startswith("decoder"))


def test_critics_have_their_say_until_the_end(criticised: Path, learnt: Path) -> None:
    own = load_recipe("latent-flow").presets["tiny"].codec
    found = {}
    for start in (there(criticised), there(learnt)):
        order = Order("latent-flow", "tiny", start)
        how = in_their_size(load_recipe("latent-flow").presets["tiny"], start.description, {}).codec
        found[start.folder] = learning_on(how, begun_codec(order, how)).training
    assert found[learnt] == own.training
    assert found[criticised].keep == "last"
    assert soonest_end(found[criticised]) == own.training.max_steps, "no want of gain ends it"


def test_what_is_timed_before_it_is_what_is_trained(
    criticised: Path, corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    timed, real = [], ahead.measure

    def noted(model: Model, *rest: Any) -> Estimate:
        timed.append(model)
        return real(model, *rest)

    plant(monkeypatch, 50.0)
    monkeypatch.setattr(ahead, "measure", noted)
    tuned(criticised, corpus, tmp_path, steps=4)
    [codec] = [model for model in timed if isinstance(model, SpectralCodec)]
    assert codec.phases()["critic"].start_step == 0
    assert not any(p.requires_grad for p in codec.encoder.parameters())


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
