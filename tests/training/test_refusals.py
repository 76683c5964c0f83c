"""What training refuses, in one clear line, before anything is lost."""

import re
from pathlib import Path

import pytest
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save_file

from menura.foundation.errors import MenuraError, UsageError
from menura.systems import tensors
from menura.training import checkpoint
from menura.workflows.train import train


def test_a_full_disk_is_one_clear_line(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise SafetensorError("I/O error: No space left on device")

    monkeypatch.setattr(tensors, "save_file", full)
    with pytest.raises(MenuraError, match=r"checkpoint\.safetensors: cannot be written.*No space"):
        train("stft-lstm", corpus, tmp_path, preset="tiny", steps=3)


def test_nothing_of_the_users_is_overwritten(corpus: Path, tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("mine")
    with pytest.raises(MenuraError, match=r"is not empty \(README\.md"):
        train("stft-lstm", corpus, tmp_path, preset="tiny", steps=3)
    assert (tmp_path / "README.md").read_text() == "mine"


def test_what_a_killed_try_left_is_nothing_of_the_users(corpus: Path, tmp_path: Path) -> None:
    (tmp_path / ".0123456789ab.tmp.safetensors").write_bytes(b"half")
    train("stft-lstm", corpus, tmp_path, preset="tiny", steps=1)


def test_a_system_without_a_checkpoint_is_not_trained_over(corpus: Path, tmp_path: Path) -> None:
    train("stft-lstm", corpus, tmp_path, preset="tiny", steps=3)
    (tmp_path / checkpoint.FILE).unlink()
    with pytest.raises(MenuraError, match="--init"):
        train("stft-lstm", corpus, tmp_path, preset="tiny", steps=6, resume=True)


def test_a_run_of_another_menura_whose_model_has_other_parts_is_refused_in_a_line(
    corpus: Path, tmp_path: Path
) -> None:
    train("stft-lstm", corpus, tmp_path, preset="tiny", steps=3)
    file = tmp_path / checkpoint.FILE
    with safe_open(file, "pt") as kept:
        header = dict(kept.metadata())
    had = load_file(file)
    gone = next(name for name in had if name.startswith("model.") and name.endswith("bias"))
    del had[gone]
    save_file(had, file, header)
    name = re.escape(gone.removeprefix("model."))
    with pytest.raises(MenuraError, match=f"another Menura's model: Missing.*{name}") as said:
        train("stft-lstm", corpus, tmp_path, preset="tiny", steps=6, resume=True)
    assert "\n" not in str(said.value)


def test_starting_from_a_system_that_hears_otherwise_is_refused(
    corpus: Path, tmp_path: Path
) -> None:
    train("stft-lstm", corpus, tmp_path / "a", preset="tiny", steps=3)
    for key, value in (("sample_rate", "16000"), ("representation.floor_db", "-40")):
        with pytest.raises(MenuraError, match="has another"):
            train(
                *("stft-lstm", corpus, tmp_path / "b"),
                preset="tiny",
                steps=3,
                init=str(tmp_path / "a"),
                settings={key: value},
            )


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"recipe": "stft-lsmt"}, "did you mean 'stft-lstm'"),
        ({"preset": "huge"}, "no preset 'huge'"),
        ({"settings": {"model.n_hiden": "3"}}, "model.n_hiden"),
        ({"settings": {"model.n_hidden": "many"}}, "whole number"),
        ({"settings": {"model.n_hidden": "0"}}, "at least 1"),
        ({"settings": {"model": "3"}}, "has parts"),
        ({"settings": {"model.optimizer.betas": "[2,3]"}}, "betas"),
        ({"settings": {"model.optimizer.learning_rate": "NaN"}}, "learning_rate"),
        ({"settings": {"model.schedule.decay_steps": "0"}}, "at least 1"),
        ({"settings": {"representation.floor_db": "500"}}, "floor_db"),
        ({"settings": {"batching.n_frames": "1"}}, "n_frames must be above"),
        ({"settings": {"seconds": "-1"}}, "seconds"),
        ({"steps": 0}, "--steps"),
        ({"minutes": -1.0}, "--minutes"),
        ({"steps": 1, "minutes": 1.0}, "not both"),
        ({"device": "tpu"}, "--device"),
        ({"precision": "int8"}, "--precision"),
    ],
)
def test_wrong_words_are_refused_before_anything_is_written(
    corpus: Path, tmp_path: Path, wrong: dict[str, object], says: str
) -> None:
    request = {"recipe": "stft-lstm", "preset": "tiny", **wrong}
    with pytest.raises(UsageError, match=says):
        train(corpus=corpus, out=tmp_path / "run", **request)  # type: ignore[arg-type]
    assert not (tmp_path / "run").exists()


def test_a_device_that_is_not_there(corpus: Path, tmp_path: Path) -> None:
    if torch.cuda.is_available():
        pytest.skip("this machine has it")
    with pytest.raises(MenuraError, match="menura doctor"):
        train("stft-lstm", corpus, tmp_path / "run", preset="tiny", steps=1, device="cuda")


@pytest.mark.parametrize(
    ("recipe", "setting", "instead"),
    [
        ("spectral-codec", "batching.transpose", "set batching.augmentation.tape_percent"),
        ("latent-flow", "codec.batching.transpose", "set codec.batching.augmentation.tape_percent"),
        ("latent-flow", "batching.augmentation.gain_db", "set codec.batching.augmentation"),
        ("spectral-codec", "batching.ends", "batching.ends is of latents"),
    ],
)
def test_what_changes_sound_does_not_change_latents_and_that_is_said_at_once(
    corpus: Path, tmp_path: Path, recipe: str, setting: str, instead: str
) -> None:
    out = tmp_path / "run"
    value = "true" if setting.endswith("ends") else "1"
    with pytest.raises(UsageError, match=re.escape(instead)):
        train(recipe, corpus, out, preset="tiny", steps=2, settings={setting: value})
    assert not out.exists()
