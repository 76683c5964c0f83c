"""From a prepared corpus to a shipped folder, at tiny size: sittings, refusals, what is packed."""

import csv
import json
import shutil
import sys
from argparse import Namespace
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest
from safetensors import safe_open

import pack
import train as training
from allowlist import Permitted
from learnt import heard
from material import BUILT_IN_LICENCE
from menura import systems
from menura.foundation import shipped
from menura.foundation.errors import MenuraError, UsageError
from menura.foundation.reporting import Collected
from menura.prepared import PreparedCorpus
from menura.training import carrying, checkpoint
from menura.workflows.compare.starts import minutes_behind
from menura.workflows.load import load
from menura.workflows.prepare import prepare
from tunes import folder_of_tunes

MINUTES = 0.01


def corpus_of(work: Path, licences: dict[str, str]) -> Path:
    """Tunes with families; licences: file → licence where it is not that of composed pieces."""
    tunes = folder_of_tunes(work / "tunes", n_files=5)
    with (tunes / "labels.csv").open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["file", "split", "licence", "family"])
        for number, name in enumerate(sorted(path.name for path in tunes.glob("*.wav"))):
            split = "valid" if number == 1 else "train"
            licence = licences.get(name, BUILT_IN_LICENCE)
            rows.writerow([name, split, licence, ["flute", "piano"][number % 2]])
    prepare(tunes, work / "corpus", workers=1)
    return work / "corpus"


def options(work: Path, **changed: object) -> Namespace:
    given = {
        "work": work, "seed": 3, "codec_minutes": MINUTES, "flow_minutes": MINUTES,
        "sitting": None, "codec_from": None, "codec": None, "codec_alone": False, "preset": "tiny",
        "settings": ["model.n_steps=3"],
    }  # fmt: skip
    return Namespace(**{**given, **changed})


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Trained in two sittings, of which the first ends within the codec's stage."""
    place = tmp_path_factory.mktemp("work")
    corpus_of(place, {})
    (place / "composed").mkdir()
    order = {"seed": 5, "composer": "c0", "font": "f0"}
    (place / "composed" / "order.json").write_text(json.dumps(order))
    told = Collected()
    training.make(options(place, sitting=MINUTES / 2), told)
    assert told.lines[-1] == "this sitting is over; the same command goes on"
    assert not checkpoint.exists(place / "run")
    training.make(options(place), told)
    assert told.lines[-1].startswith("trained; pack it: python base/pack.py --work")
    return place


@pytest.fixture(scope="module")
def packed(work: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("shipped") / "base"
    pack.pack(work, out)
    return out


@pytest.fixture
def unmeasured(monkeypatch: pytest.MonkeyPatch) -> None:
    """The precision is not chosen by measuring: bfloat16 is taken."""
    monkeypatch.setattr(pack, "_difference", lambda *given: 2.0 if "bfloat16" in given else 1.0)


def test_both_stages_are_trained_as_long_as_was_asked(work: Path) -> None:
    made = json.loads((work / "run" / training.MADE).read_text())
    for stage in ("codec", "flow"):
        assert made["steps"][stage] > 0
    assert made["command"] == (
        "python base/train.py --work work --seed 3 --codec-minutes 0.01 --flow-minutes 0.01 "
        "--preset tiny --set model.n_steps=3"
    )
    assert made["order"]["seed"] == 5
    for folder in (work / "run", work / "run" / "codec"):
        assert checkpoint.read_progress(folder).seconds >= 60 * MINUTES
    assert load(work / "run").labels == ("flute", "piano")


def test_once_the_flow_has_begun_the_codec_stays(work: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(work, tmp_path / "copy")
    steps = checkpoint.read_progress(copy / "run" / "codec").step
    training.make(options(copy, codec_minutes=10.0, flow_minutes=2 * MINUTES), Collected())
    assert checkpoint.read_progress(copy / "run" / "codec").step == steps
    assert checkpoint.read_progress(copy / "run").seconds >= 120 * MINUTES


def test_the_codec_may_set_off_from_an_earlier_one(work: Path, tmp_path: Path) -> None:
    again = tmp_path / "again"
    shutil.copytree(work / "corpus", again / "corpus")
    told = Collected()
    training.make(options(again, codec_from=work), told)
    made = json.loads((again / "run" / training.MADE).read_text())
    before = json.loads((work / "run" / training.MADE).read_text())
    assert made["before"] == before
    assert "--codec-from earlier" in made["command"]
    assert checkpoint.read_plan(again / "run" / "codec")["init"] == str(work / "run" / "codec")
    pack.pack(again, tmp_path / "packed")
    told = json.loads((tmp_path / "packed" / STAGES).read_text())
    assert [one["stage"] for one in told] == ["codec", "codec", "flow"], "not the flow before"
    assert told[0]["minutes"] == before["minutes"]["codec"]
    assert minutes_behind(tmp_path / "packed") == sum(one["minutes"] for one in told)
    card = (tmp_path / "packed" / "README.md").read_text(encoding="utf-8")
    assert f"after {before['minutes']['codec']:g} ({before['steps']['codec']:,})" in card
    assert "python base/train.py --work earlier --seed 3" in card


def test_an_earlier_codec_of_which_nothing_is_written_is_refused(
    work: Path, tmp_path: Path
) -> None:
    for given in ({"codec_from": tmp_path}, {"codec": tmp_path}):
        with pytest.raises(MenuraError, match=r"made\.json: is not there; give --codec-from the"):
            training.make(options(work, **given), Collected())


@pytest.fixture(scope="module")
def codec(work: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("base") / "codec"
    pack.pack_codec(work, out)
    return out


def test_a_packed_codec_is_taken_as_it_is(work: Path, codec: Path, tmp_path: Path) -> None:
    again = tmp_path / "again"
    shutil.copytree(work / "corpus", again / "corpus")
    told = Collected()
    training.make(options(again, codec=codec), told)
    assert not any("first stage" in line for line in told.lines)
    made = json.loads((again / "run" / training.MADE).read_text())
    assert "--codec base/codec" in made["command"]
    assert "--codec-minutes" not in made["command"]
    assert list(made["steps"]) == ["flow"]
    pack.pack(again, tmp_path / "packed")
    card = (tmp_path / "packed" / "README.md").read_text(encoding="utf-8")
    before = made["before"]
    assert (
        f"{before['minutes']['codec']:g} minutes of training ({before['steps']['codec']:,}" in card
    )
    assert "python base/pack.py --work work-of-codec --codec" in card
    assert "learnt from | the codec 0." in card
    ours, theirs = tmp_path / "packed" / "codec.safetensors", codec / "weights.safetensors"
    assert ours.read_bytes() == theirs.read_bytes(), "one content in the history for all versions"
    with safe_open(tmp_path / "packed" / "weights.safetensors", "pt") as file:
        assert not any(".codec." in name for name in file.keys())  # noqa: SIM118
    whole, halved = load(again / "run"), load(tmp_path / "packed")
    a, b = (one.generate(1, 0.5, seed=1)[0].samples for one in (whole, halved))
    assert abs(a - b).max() < 0.05 * abs(a).max() + 1e-3
    systems.save(halved, tmp_path / "whole")
    shutil.copy(ours, tmp_path / "whole")
    systems.save(halved, tmp_path / "whole")  # over what had a file of its own
    assert not (tmp_path / "whole" / "codec.safetensors").exists()
    with pytest.raises(UsageError, match="is not the codec of this system"):
        systems.save(load(work / "run"), tmp_path / "other", codec=codec)
    hash_ = systems.content_hash(tmp_path / "packed")
    (tmp_path / "packed" / "codec.safetensors").write_bytes(b"not weights")
    assert systems.content_hash(tmp_path / "packed") != hash_
    with pytest.raises(MenuraError, match=r"codec\.safetensors: cannot be read"):
        load(tmp_path / "packed")
    (tmp_path / "packed" / "codec.safetensors").unlink()
    with pytest.raises(MenuraError, match=r"does not fit this system: .*codec.* is missing"):
        load(tmp_path / "packed")


def test_a_codec_may_be_trained_alone(work: Path, tmp_path: Path) -> None:
    alone = tmp_path / "alone"
    shutil.copytree(work / "corpus", alone / "corpus")
    told = Collected()
    for _ in range(2):  # done, it is not gone on from
        training.make(options(alone, codec_alone=True), told)
        assert told.lines[-1].endswith(" --codec")
        assert not checkpoint.exists(alone / "run")
    made = json.loads((alone / "run" / training.MADE).read_text())
    assert list(made["steps"]) == ["codec"]
    assert "--codec-alone" in made["command"]
    pack.pack_codec(alone, tmp_path / "codec")
    with pytest.raises(UsageError, match="leave one of them out"):
        training.make(options(alone, codec_alone=True, codec=tmp_path / "codec"), Collected())


def test_a_codec_that_is_not_to_be_taken_is_refused_and_nothing_is_changed(
    work: Path, codec: Path, tmp_path: Path
) -> None:
    copy = shutil.copytree(work, tmp_path / "copy")
    with pytest.raises(MenuraError, match="is not the codec of --codec"):
        training.make(options(copy, codec=codec), Collected())
    assert (copy / "run" / training.MADE).read_text() == (work / "run" / training.MADE).read_text()
    with pytest.raises(UsageError, match=r"codec of --codec is finished"):
        training.make(options(copy, codec=codec, settings=["codec.model.stride=1"]), Collected())
    (tmp_path / "other").mkdir()
    for name in ("system.json", "made.json"):
        text = (codec / name).read_text(encoding="utf-8").replace("base material", "a folder")
        (tmp_path / "other" / name).write_text(text, encoding="utf-8")
    with pytest.raises(MenuraError, match=r"was not packed by `base/pack\.py --codec`"):
        training.make(options(copy, codec=tmp_path / "other"), Collected())


def test_a_flow_over_a_taken_codec_may_be_broken_off_at_once(
    work: Path, codec: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    again = tmp_path / "again"
    shutil.copytree(work / "corpus", again / "corpus")

    def broken(*given: object, **named: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(training, "train", broken)
        with pytest.raises(KeyboardInterrupt):
            training.make(options(again, codec=codec), Collected())
    training.make(options(again, codec=codec), Collected())
    assert json.loads((again / "run" / training.MADE).read_text())["steps"]["flow"] > 0
    with pytest.raises(MenuraError, match="is packed already"):
        pack.pack_codec(again, tmp_path / "packed")


def test_what_is_packed_of_a_codec(work: Path, codec: Path) -> None:
    files = {*FILES, "metrics.json", "made.json", "checksums.json"}
    assert {path.name for path in codec.iterdir()} == files
    card = (codec / "README.md").read_text(encoding="utf-8")
    for fact in ("The codec of base", "--codec-minutes 0.01", "--work work --codec\n", "Frank Wen"):
        assert fact in card, fact
    with safe_open(codec / "weights.safetensors", "pt") as file:
        assert str(file.get_tensor("model.outline.weight").dtype) == "torch.float16"
        assert not any("critics" in name for name in file.keys())  # noqa: SIM118
    system = load(codec)
    assert set(system.powers) == {"reconstruct", "interpolate"}


FILES, STAGES = {"README.md", "system.json", "weights.safetensors"}, "stages.json"


def test_what_is_packed(work: Path, packed: Path) -> None:
    out = packed
    assert {path.name for path in out.iterdir()} == {*FILES, STAGES, "checksums.json"}
    with safe_open(out / "weights.safetensors", "pt") as file:
        kinds = {name: file.get_tensor(name).dtype for name in file.keys()}  # noqa: SIM118
    assert str(kinds["model.leave.weight"]) == "torch.float16"  # ten bits: nearer than bfloat16
    assert str(kinds["representation.normaliser.scale"]) == "torch.float32"
    sums = json.loads((out / "checksums.json").read_text())
    assert set(sums) == {*FILES, STAGES}
    assert sums["weights.safetensors"] == pack._sha256(out / "weights.safetensors")
    assert 0 < (carrying.its_own_db(work / "run") or 0) == carrying.its_own_db(out)
    card = (out / "README.md").read_text()
    for fact in ("Seed 3", "--codec-minutes 0.01", "## Rights", "Frank Wen", "--seed 5", "c0",
                 "flute, piano", "minutes of training", "licence of weights"):  # fmt: skip
        assert fact in card, fact
    whole, halved = (load(folder) for folder in (work / "run", out))
    a, b = (one.generate(1, 0.5, seed=1)[0].samples for one in (whole, halved))
    assert abs(a - b).max() < 0.05 * abs(a).max() + 1e-3


def test_what_is_packed_replaces_what_was_there(
    work: Path, tmp_path: Path, unmeasured: None
) -> None:
    out = tmp_path / "base"
    out.mkdir()
    (out / "stray").write_text("old")
    assert set(pack.pack(work, out)) == {*FILES, STAGES}
    assert {path.name for path in out.iterdir()} == {*FILES, STAGES, "checksums.json"}
    assert [path.name for path in tmp_path.iterdir()] == ["base"], "nothing is left beside it"
    assert "| bfloat16; noise" in (out / "README.md").read_text()


def test_a_folder_that_is_too_large_is_refused(
    work: Path, tmp_path: Path, unmeasured: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pack, "MOST_BYTES", 10_000)
    (tmp_path / "base").mkdir()
    (tmp_path / "base" / "before").write_text("as it was")
    with pytest.raises(MenuraError, match=r"more than 0\.01; train a smaller preset"):
        pack.pack(work, tmp_path / "base")
    assert [path.name for path in (tmp_path / "base").iterdir()] == ["before"]
    monkeypatch.setattr(training, "MOST_BYTES", 10_000)
    with pytest.raises(MenuraError, match="make them smaller"):
        training.make(options(work), Collected())


def test_another_corpus_is_refused(work: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(work, tmp_path / "copy")
    shutil.rmtree(copy / "corpus")
    prepare(folder_of_tunes(tmp_path / "other", n_files=4), copy / "corpus", workers=1)
    with pytest.raises(MenuraError, match="neither composed nor in the allowlist"):
        pack.pack(copy, tmp_path / "base")


def test_a_version_is_published_once(
    packed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(shipped.HOME / shipped.MANIFEST, tmp_path)
    monkeypatch.setattr(shipped, "HOME", tmp_path)
    pack.publish(packed, "7", "https://example.org/base-7/")
    version = shipped.newest()
    assert (version.name, version.url) == ("7", "https://example.org/base-7")
    assert set(version.files) == {*FILES, STAGES}
    with pytest.raises(UsageError, match="published already"):
        pack.publish(packed, "7", "https://example.org/base-7")


def test_the_preset_that_ships_is_small_enough() -> None:
    line = training._sized("base", {})
    codec = int(line.split()[1].replace(",", ""))
    assert codec <= 15_000_000
    with pytest.raises(MenuraError, match="more than 40"):
        training._sized("base", {"model.width": "512"})


ROW = Permitted("a.wav", "train", "r", "piano", "", "A", "someone", "CC0 1.0")


@pytest.mark.parametrize(
    ("use", "split", "problem"),
    [
        ("train", "train", ""),
        ("train", "valid", ""),
        ("valid", "valid", ""),
        ("valid", "train", "is kept for validation by the allowlist, and is in the training split"),
        ("test", "valid", "is kept for tests by the allowlist, and is in the corpus"),
        (None, "train", "is neither composed nor in the allowlist"),
    ],
)
def test_what_may_not_be_learnt_is_refused(work: Path, use: str, split: str, problem: str) -> None:
    prepared = PreparedCorpus.open(work / "corpus")
    own = prepared.tracks[0]
    track = replace(own, id="a.wav", split=split, licence="CC0 1.0")  # type: ignore[arg-type]
    prepared.tracks = (track, *prepared.tracks[1:])
    rows = [replace(ROW, use=use)] if use else []  # type: ignore[arg-type]
    if problem:
        with pytest.raises(MenuraError, match=problem):
            heard(prepared, rows)
    else:
        learnt = heard(prepared, rows)
        assert learnt.recorded_h == (own.duration_s / 3600 if split == "train" else 0.0)
        assert learnt.composed_h > 0


@pytest.mark.parametrize("script", [training, pack])
def test_mistakes_are_said_in_a_line(
    script: ModuleType,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(sys, "argv", ["base", "--work", str(tmp_path)])
    with pytest.raises(SystemExit) as ended:
        script.main()
    assert ended.value.code == 1
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith("error: ")
