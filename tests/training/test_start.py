"""What a run sets off from is kept in it, and told of in what it makes."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from menura import recipes, systems
from menura.foundation.errors import MenuraError
from menura.foundation.reporting import Collected
from menura.prepared import PreparedCorpus
from menura.prepared.tracks import PreparedTrack
from menura.systems import Forerunner, Provenance
from menura.training import checkpoint
from menura.training.assembly import new_system
from menura.training.kept_start import FOLDER, keep, kept_start, start_named
from menura.training.order import NOTHING, Start
from menura.training.progress import Progress
from menura.training.provenance import provenance_of
from menura.workflows.load import load
from menura.workflows.starting import started
from menura.workflows.train import train


def fresh(recipe: str, folder: Path, seed: int = 0) -> Path:
    """A system that has learnt nothing: quicker than a trained one."""
    system = new_system(recipe, "tiny", recipes.trainable(recipe).preset("tiny"), seed)
    systems.save(system, folder)
    return folder


def changed(folder: Path) -> None:
    """Other weights of the same shapes, as another system of that name has them."""
    weights = load_file(folder / "weights.safetensors")
    moved = {k: v + 0.1 if v.is_floating_point() else v for k, v in weights.items()}
    save_file(moved, folder / "weights.safetensors")


def begun(run: Path, corpus: Path, start: Path, recipe: str = "stft-lstm") -> Path:
    settings = {"tuning.codec": "keep"}
    train(recipe, corpus, run, preset="tiny", steps=2, init=str(start), settings=settings)
    return run


def gone_on(run: Path, corpus: Path, start: Path | None = None, recipe: str = "stft-lstm") -> None:
    train(
        *(recipe, corpus, run),
        preset="tiny",
        steps=4,
        init=None if start is None else str(start),
        settings={"tuning.codec": "keep"},
        resume=True,
    )


@pytest.mark.parametrize("fate", ["gone", "changed"])
def test_a_run_goes_on_without_what_it_was_begun_from(
    corpus: Path, tmp_path: Path, fate: str
) -> None:
    start = fresh("stft-lstm", tmp_path / "start")
    hash_ = systems.content_hash(start)
    run = begun(tmp_path / "run", corpus, start)
    assert {path.name for path in (run / FOLDER).iterdir()} == {
        "README.md",
        "system.json",
        "weights.safetensors",
    }
    shutil.rmtree(start) if fate == "gone" else changed(start)
    gone_on(run, corpus, start if fate == "gone" else None)
    plan = checkpoint.read_plan(run)
    assert (plan["init"], plan["start"]) == (str(start), hash_)
    assert checkpoint.read_progress(run).step == 4
    [before] = load(run).description.provenance.set_off_from
    assert (before.name, before.weights) == ("start", hash_)
    assert f"| set off from | start (hash {hash_})" in (run / "README.md").read_text()


def test_another_system_of_that_name_does_not_take_the_place_of_a_copy_that_is_gone(
    corpus: Path, tmp_path: Path
) -> None:
    start = fresh("stft-lstm", tmp_path / "start")
    run = begun(tmp_path / "run", corpus, start)
    shutil.rmtree(run / FOLDER)
    gone_on(run, corpus)  # it is still the same
    shutil.rmtree(run / FOLDER, ignore_errors=True)
    changed(start)
    with pytest.raises(
        MenuraError, match=r"copy of .* is gone, and .*start is another now"
    ) as said:
        gone_on(run, corpus)
    assert "\n" not in str(said.value)


def test_codecs_are_never_mixed(corpus: Path, tmp_path: Path) -> None:
    """A run of a Menura that kept no copy, whose start has another codec now."""
    start = fresh("latent-flow", tmp_path / "start")
    run = begun(tmp_path / "run", corpus, start, "latent-flow")
    shutil.rmtree(run / FOLDER)
    forget_the_hash(run)
    changed(start)
    files = sorted((run / "latents").glob("*.f16"))
    before = [file.read_bytes() for file in files]
    gone_on(run, corpus, recipe="latent-flow")
    assert [file.read_bytes() for file in files] == before, "of the codec that it was begun with"


def forget_the_hash(run: Path) -> None:
    header = checkpoint._header(run)
    plan = checkpoint.read_plan(run)
    del plan["start"]
    tensors = checkpoint._tensors(run)
    save_file(tensors, run / checkpoint.FILE, {**header, "plan": json.dumps(plan)})


def test_a_run_goes_on_from_nothing_else_than_it_was_begun_from(
    corpus: Path, tmp_path: Path
) -> None:
    start = fresh("stft-lstm", tmp_path / "start")
    run = begun(tmp_path / "run", corpus, start)
    for other in (Path(NOTHING), fresh("stft-lstm", tmp_path / "other", seed=1)):
        with pytest.raises(MenuraError, match=r"begun with init = .*start, not .*leave --init out"):
            gone_on(run, corpus, other)


def test_what_a_try_that_was_broken_off_left_goes(tmp_path: Path) -> None:
    start, run = named(fresh("stft-lstm", tmp_path / "start")), tmp_path / "run"
    left = run / FOLDER / "codec.safetensors"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"of another")
    kept = keep(start, run)
    assert not left.exists()
    assert systems.content_hash(kept.folder) == start.weights == kept.weights
    assert kept_start(start.init, run) == kept
    (run / FOLDER / "system.json").unlink()
    assert kept_start(start.init, run) == start, "half a copy is none"
    assert kept_start(NOTHING, run) is start_named(NOTHING) is None


def test_a_start_without_its_weights_is_a_line(tmp_path: Path) -> None:
    folder = fresh("stft-lstm", tmp_path / "start")
    (folder / "weights.safetensors").unlink()
    with pytest.raises(MenuraError, match="weights cannot be read"):
        start_named(str(folder))


@pytest.mark.parametrize("recipe", ["stft-lstm", "latent-flow"])
def test_another_rate_is_refused_before_anything_is_learnt(recipe: str, tmp_path: Path) -> None:
    start = fresh(recipe, tmp_path / "start")
    preset = recipes.trainable(recipe).preset("tiny").with_settings({"sample_rate": "16000"})
    out = tmp_path / "run"
    with pytest.raises(MenuraError, match=r"has another sample rate \(8000, not 16000\)"):
        started(str(start), recipe, preset, {}, out, out / "codec", Collected())


def test_a_flow_begins_from_what_its_codec_was_trained_on_from(tmp_path: Path) -> None:
    """The codec's stage is done, the flow's is not begun, and the copy is gone."""
    start, out = named(fresh("latent-flow", tmp_path / "start")), tmp_path / "run"
    preset = recipes.trainable("latent-flow").preset("tiny")

    def begun(recipe: str, weights: str) -> Start | None:
        plan = json.dumps({"recipe": recipe, "init": start.init, "start": weights})
        (out / "codec").mkdir(parents=True, exist_ok=True)
        file, header = out / "codec" / checkpoint.FILE, {"version": checkpoint.VERSION}
        save_file({"some": torch.zeros(1)}, file, {**header, "plan": plan})
        init = None if recipe == "latent-flow" else NOTHING
        return started(init, "latent-flow", preset, {}, out, out / "codec", Collected())[0]

    assert begun("latent-flow", start.weights) == start
    with pytest.raises(MenuraError, match="is another now"):
        begun("latent-flow", "0123456789ab")
    assert begun("spectral-codec", "0123456789ab") is None, "a run of its own"


def named(folder: Path) -> Start:
    start = start_named(str(folder))
    assert start is not None
    return start


def corpus_of(name: str, licence: str, n_tracks: int) -> PreparedCorpus:
    track = PreparedTrack(
        id=f"{name}.wav",
        group=name,
        split="train",
        labels={},
        licence=licence,
        shard=0,
        offset=0,
        n_samples=60 * 8000,
        sample_rate=8000,
        n_channels=1,
        scale=1.0,
        silent=(),
        content="",
    )
    about = {"fingerprint": f"print of {name}", "source": {"name": name}}
    return PreparedCorpus(Path(name), (track,) * n_tracks, about, ())


def started_from(provenance: Provenance, init: str, start: Start) -> Start:
    return replace(start, init=init, description=replace(start.description, provenance=provenance))


def test_all_that_was_learnt_before_is_told_of(tmp_path: Path) -> None:
    """A from one corpus, B from another after A, C from the first again after B."""
    some = named(fresh("stft-lstm", tmp_path / "start"))
    one, other = corpus_of("one", "CC BY 4.0", 2), corpus_of("other", "CC0", 3)
    a = provenance_of(one, 0, Progress(step=1), None)
    assert a.set_off_from == ()
    b = provenance_of(other, 0, Progress(step=2), started_from(a, "base", some))
    assert b.data_licences == {"CC BY 4.0": 2, "CC0": 3}
    assert b.set_off_from == (
        Forerunner("base", some.weights, "one", "print of one", 2.0, "1 steps"),
    )
    c = provenance_of(one, 0, Progress(step=3), started_from(b, "/home/me/runs/b/", some))
    assert c.data_licences == b.data_licences, "what was heard twice is counted once"
    assert (c.data, c.data_minutes, c.training) == ("one", 2.0, "3 steps")
    assert [each.name for each in c.set_off_from] == ["b", "base"]
    assert c.set_off_from[1:] == b.set_off_from
