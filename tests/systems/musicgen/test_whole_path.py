"""MusicGen through the real command line, from a folder and from the hub's cache, offline."""

import json
import shutil
import sys
from pathlib import Path

import numpy as np
import psutil
import pytest

import menura
from menura.audio import Clip, read, read_comment, write
from menura.cli import run
from menura.foundation.errors import MenuraError, UsageError
from menura.systems.musicgen import MusicGen
from tunes import tune

WORDS = "Give me a sad song with happy beats without heavy rap"
NAME, COMMIT = "facebook/musicgen-small", "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty cache of the hub, and no network."""
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    return tmp_path / "hub"


def cached(hub: Path, checkpoint: Path) -> None:
    """As the hub's own client lays a checkpoint out."""
    place = hub / f"models--{NAME.replace('/', '--')}"
    shutil.copytree(checkpoint, place / "snapshots" / COMMIT)
    (place / "refs").mkdir()
    (place / "refs" / "main").write_text(COMMIT)


def test_generate_from_a_folder(
    checkpoint: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["generate", "musicgen", "--set", f"checkpoint={checkpoint}", "--prompt", WORDS]
    sound = ["--seconds", "1.5", "--seed", "7", "-n", "2", "--out", str(tmp_path / "out")]
    assert run([*words, *sound, "--guidance", "2", "--temperature", "0.9", "--json"]) == 0
    out, err = capsys.readouterr()
    files = [Path(name) for name in json.loads(out)["files"]]
    assert [read(file).n_samples for file in files] == [12_000, 12_000]
    assert all(np.abs(read(file).samples).max() > 1e-3 for file in files)
    assert "not wanted: heavy rap" in err
    assert "licence CC-BY-NC 4.0" in err
    comment = read_comment(files[1])
    assert "seed 8" in comment
    assert "weights under CC-BY-NC 4.0" in comment
    assert "transformers" not in err.lower()


def test_the_same_words_make_the_same_music(hub: Path, checkpoint: Path, tmp_path: Path) -> None:
    cached(hub, checkpoint)
    files = [
        menura.generate(
            "musicgen", tmp_path / str(number), prompt=WORDS, settings={"seconds": "1.5"}
        )[0]
        for number in range(2)
    ]
    first, second = map(read, files)
    np.testing.assert_array_equal(first.samples, second.samples)
    assert first.duration_s == 1.5
    assert f"system {NAME}@{COMMIT[:12]}; seed 0" in read_comment(files[0])


def test_continue(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    seed, out = tmp_path / "seed.wav", tmp_path / "on.flac"
    write(Clip(tune(1.0, 16_000), 16_000), seed)
    words = ["--preset", "tiny", "--prompt", "slow rain", "--negative-prompt", "drums"]
    asked = ["continue", "musicgen", str(seed), *words, "--seconds", "2.5", "--out", str(out)]
    assert run(asked) == 0
    assert read(out).duration_s == 3.5
    err = capsys.readouterr().err
    assert "16000 Hz → 8000 Hz" in err
    assert "slow rain; not wanted: drums" in err
    assert "CC-BY-NC" not in err, "random weights are nobody's"


def test_it_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["list", "recipes"]) == 0
    [line] = [line for line in capsys.readouterr().out.splitlines() if line.startswith("musicgen")]
    assert "CC-BY-NC 4.0" in line


REFUSALS = [
    ("train musicgen c --out o", 2, "comes trained, and is not trained here", "stft-lstm"),
    ("generate stft-lstm --out o", 2, "is trained first", "menura train stft-lstm CORPUS"),
    ("generate musicgen --preset huge --out o", 2, "no preset 'huge'", "laptop"),
    ("generate musicgen --set sise=3 --out o", 2, "'sise' is not a setting", "checkpoint"),
    ("generate musicgen --set checkpoint=none/there/x --out o", 2, "no such folder", "facebook/"),
    ("generate musicgen --set checkpoint=. --out o", 2, "holds no checkpoint", ""),
    ("generate musicgen --preset tiny --label jazz --out o", 2, "has no labels", "prompt"),
    ("vary musicgen c.wav --strength 1 --out o.wav", 2, "cannot vary", "latent-flow"),
    ("generate musicgen --out o", 1, "(2.4 GB) is not on this machine", "hf download facebook/mu"),
    ("generate musicgen --preset paper --out o", 1, "-large (13.7 GB)", "--exclude '*.bin'"),
    ("generate musicgen --set device=mps --preset tiny --out o", 1, "device=mps", "doctor"),
]  # fmt: skip


@pytest.mark.parametrize(("words", "status", "said", "mend"), REFUSALS)
def test_what_cannot_be_is_said_in_one_line(
    words: str,
    status: int,
    said: str,
    mend: str,
    hub: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(words.split()) == status
    line = capsys.readouterr().err.splitlines()[-1]
    assert line.startswith("menura: ")
    assert said in line
    assert mend in line
    assert not (tmp_path / "o").exists()


def test_a_hub_that_does_not_answer(hub: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(MenuraError, match=r"\(2.4 GB\) is not on this machine and cannot"):
        menura.load("musicgen")


def test_without_transformers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "transformers.utils", None)
    with pytest.raises(MenuraError, match=r'pip install "menura\[text\]"'):
        menura.load("musicgen", preset="tiny")


def test_too_little_memory(checkpoint: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Full:
        available = 1000

    monkeypatch.setattr(psutil, "virtual_memory", Full)
    with pytest.raises(MenuraError, match=r"needs 0\.0 GB of memory on cpu, and 0\.0 GB are free"):
        menura.load("musicgen", settings={"checkpoint": str(checkpoint), "device": "cpu"})


def test_damaged_checkpoints(checkpoint: Path, tmp_path: Path) -> None:
    folder = tmp_path / "copy"

    def refused(kind: type[MenuraError], said: str) -> None:
        with pytest.raises(kind, match=said):
            menura.load("musicgen", settings={"checkpoint": str(folder)})
        shutil.rmtree(folder)

    def settings() -> dict[str, object]:
        shutil.copytree(checkpoint, folder)
        return dict(json.loads((folder / "config.json").read_text()))

    settings()
    (folder / "config.json").write_text("{")
    refused(UsageError, "no config.json that can be read")
    (folder / "config.json").write_text(json.dumps(settings() | {"model_type": "bert"}))
    refused(UsageError, "a checkpoint of 'bert', not of MusicGen")
    (folder / "config.json").write_text(json.dumps(settings() | {"model_type": "musicgen_melody"}))
    refused(UsageError, "a MusicGen of melodies")
    settings()
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    refused(MenuraError, "weights as pickles are not read")
    settings()
    (folder / "model.safetensors").write_bytes(b"nothing")
    refused(MenuraError, "cannot be loaded")
    settings()
    (folder / "tokenizer.json").unlink()
    refused(MenuraError, "cannot be loaded")


def test_missing_weights_are_not_made_up(checkpoint: Path, tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    folder = tmp_path / "copy"
    shutil.copytree(checkpoint, folder)
    weights = load_file(folder / "model.safetensors")
    del weights["decoder.lm_heads.2.weight"]
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(MenuraError, match=r"missing or of another shape: decoder\.lm_heads\.2"):
        menura.load("musicgen", settings={"checkpoint": str(folder)})


def test_a_run_takes_no_preset(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="a run is as it was trained"):
        menura.load(tmp_path, preset="laptop")


def test_python_api(checkpoint: Path) -> None:
    system = menura.load("musicgen", settings={"checkpoint": str(checkpoint), "seconds": "2"})
    assert isinstance(system, MusicGen)
    assert system.seconds == 2.0
    [clip] = system.generate(1, 0.5, 0, prompt=WORDS)
    assert clip.n_samples == 4000
