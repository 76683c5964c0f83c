"""`base` by its name: every verb finds it, training starts from it, later versions are fetched."""

import hashlib
import json
import shutil
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

import menura
from menura import recipes, systems
from menura.audio import Clip, read_comment, write
from menura.cli import run as command
from menura.foundation import shipped
from menura.foundation.errors import MenuraError, UsageError
from menura.foundation.reporting import Collected
from menura.prepared import PreparedCorpus
from menura.systems import TrainedSystem
from menura.training import checkpoint
from menura.training.assembly import labels_to_learn, new_system
from menura.training.kept_start import start_named
from menura.training.order import NOTHING
from menura.training.starting import fit_for
from menura.workflows.download import download
from menura.workflows.load import load
from menura.workflows.starting import started
from menura.workflows.train import train
from tiny_base import LABELS, labelled_corpus, packed_base
from tunes import tune
from web_site import Site, serving

FILES = ("system.json", "weights.safetensors", "README.md")


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return packed_base(tmp_path_factory.mktemp("packed"))


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return labelled_corpus(tmp_path_factory.mktemp("own"), ("harp", "piano"), 5)


@pytest.fixture
def there(packed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The package has it; an empty working directory."""
    monkeypatch.delenv(shipped.VARIABLE, raising=False)
    home = tmp_path / "package"
    shutil.copytree(packed, home / shipped.BASE)
    shutil.copy(shipped.HOME / shipped.MANIFEST, home)
    monkeypatch.setattr(shipped, "HOME", home)
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return home / shipped.BASE


@pytest.fixture
def clip(there: Path) -> Path:
    write(Clip(tune(1.5, 8000, seed=8), 8000), Path("seed.wav"))
    return Path("seed.wav")


def test_every_verb_finds_it(clip: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(Clip(tune(1.5, 8000, seed=9), 8000), Path("other.wav"))
    for words in (
        "generate base --label piano -n 2 --seconds 0.5 --out clips",
        "continue base seed.wav --seconds 0.5 --out on.wav",
        "inpaint base seed.wav --from 0.5 --to 0.8 --out in.wav",
        "vary base seed.wav --strength 0.4 --out vary.wav",
        "interpolate base seed.wav other.wav --steps 2 --out between",
        "list labels base",
    ):
        assert command(words.split()) == 0, (words, capsys.readouterr().err)
    assert tuple(capsys.readouterr().out.split()[-2:]) == LABELS
    comment = read_comment(Path("clips/001.wav"))
    assert systems.content_hash(shipped.folder_of("base")) in str(comment)


def test_music_goes_through_it(clip: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for folder in ("made", "real"):
        for number in range(2):
            sound = tune(4.0, 8000, seed=number)
            write(Clip(sound, 8000), Path(folder) / f"{number}.wav")
    words = "evaluate made real --through base --metrics frechet-spectral"
    assert command(words.split()) == 0, capsys.readouterr().err


def test_it_is_what_python_loads_too(there: Path) -> None:
    system = menura.load("base")
    assert system.labels == LABELS
    assert isinstance(system, TrainedSystem)
    dtypes = {p.dtype for part in (system.model, system.representation) for p in part.parameters()}
    assert dtypes == {torch.float32}, "half precision is of the file alone"


def test_a_system_here_by_that_name_comes_first_and_that_is_said(there: Path, packed: Path) -> None:
    shutil.copytree(packed.parent / "run", "base")
    told = Collected()
    assert isinstance(load("base", reporter=told), TrainedSystem)
    assert told.lines == ["base: the system in the folder base here, not the one that ships"]


def test_without_weights_every_verb_says_so(
    there: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.rmtree(there)
    for words in ("generate base --out clips", "list labels base", "explore base --out p.html"):
        assert command(words.split()) == 1
        assert "came without its weights" in capsys.readouterr().err.splitlines()[-1]


def test_training_starts_from_it_where_it_fits(there: Path, corpus: Path) -> None:
    told = Collected()
    keep = {"tuning.codec": "keep"}
    train("latent-flow", corpus, Path("run"), preset="tiny", steps=2, settings=keep, reporter=told)
    assert told.lines[0].startswith("starting from base: its codec is taken")
    assert "--init none" in told.lines[0]
    assert not Path("run/codec").exists()
    ours, theirs = load("run"), load("base")
    assert isinstance(ours, TrainedSystem)
    assert isinstance(theirs, TrainedSystem)
    assert ours.labels == (*LABELS, "harp"), "theirs by name, the new one behind"
    assert "labels that are new to the system it starts from: harp" in told.lines
    codecs = [one.representation.state_dict() for one in (ours, theirs)]
    assert all(torch.equal(codecs[0][name], codecs[1][name]) for name in codecs[1])
    states = [one.model.state_dict() for one in (ours, theirs)]
    # Beside what is said always, which is what the nearest label said.
    new, old = (one["labels.weight"] + one["transformer.embed.2.bias"][:, None] for one in states)
    assert (new[:, :2] - old).abs().max() < 0.2 * old.abs().max(), "a few steps away"


def beginning(out: Path, *, init: str | None = None, **settings: str) -> tuple[str, str]:
    """What a run of `tiny` into `out` would start from, and the first line that it says."""
    told = Collected()
    tiny = recipes.trainable("latent-flow").preset("tiny")
    found, _ = started(init, "latent-flow", tiny, settings, out, out / "codec", told)
    return NOTHING if found is None else found.init, " ".join(told.lines)


def test_what_it_starts_from_is_said(there: Path) -> None:
    new = Path("new")
    assert beginning(new)[0] == "base"
    for found in (beginning(new, init="none"), beginning(new, **{"codec.model.n_latent": "3"})):
        assert found[0] == "none"
        assert found[1].startswith("starting from nothing: a codec is trained")
    shutil.rmtree(there)
    assert beginning(new)[0] == "none", "as before it shipped"
    with pytest.raises(MenuraError, match="came without its weights"):
        beginning(new, init="base")


def test_a_preset_that_hears_otherwise_does_not_start_from_it(there: Path) -> None:
    start = start_named("base").description  # type: ignore[union-attr]
    laptop, tiny = (recipes.trainable("latent-flow").preset(p) for p in ("laptop", "tiny"))
    assert not fit_for(laptop, "latent-flow", {}, start), "32 kHz, and it is of 8"
    assert fit_for(tiny, "latent-flow", {}, start)
    assert not fit_for(tiny, "another", {}, start)


def test_a_run_goes_on_as_it_was_begun(there: Path, packed: Path, corpus: Path) -> None:
    train("latent-flow", corpus, Path("run"), preset="tiny", steps=2)
    assert beginning(Path("run")) == ("base", "")
    train("latent-flow", corpus, Path("run"), preset="tiny", steps=4, resume=True)
    assert checkpoint.read_plan(Path("run"))["init"] == "base"
    assert checkpoint.read_progress(Path("run")).step == 4
    of_nothing = packed.parent / "run"
    assert beginning(of_nothing) == ("none", "")
    half = Path("half")  # its codec alone was begun
    shutil.copytree(of_nothing / "codec", half / "codec")
    assert beginning(half) == ("none", "")


def test_its_sizes_are_taken_and_settings_stay(there: Path, corpus: Path) -> None:
    settings = {"model.n_steps": "3", "model.optimizer.learning_rate": "0.5e-4"}
    train("latent-flow", corpus, Path("run"), preset="tiny", steps=1, settings=settings)
    config = load("run").model.config  # type: ignore[attr-defined]
    assert config.n_steps == 3
    assert config.optimizer.learning_rate == 0.5e-4
    wider = {"model.width": "48"}
    found, said = beginning(Path("wider"), **wider)
    assert found == "none", "it fits nothing that ships, and nothing was asked for"
    assert said.startswith("base does not fit the settings (")
    assert "starting from nothing" in said
    with pytest.raises(MenuraError, match=r"--init base: does not fit .*leave out the settings"):
        beginning(Path("wider"), init="base", **wider)
    with pytest.raises(UsageError, match="brings its codec along"):
        train(
            *("latent-flow", corpus, Path("other")),
            preset="tiny",
            init="base",
            steps=1,
            settings={"codec.model.n_latent": "3"},
        )
    lstm = new_system("stft-lstm", "tiny", recipes.trainable("stft-lstm").preset("tiny"), 0)
    systems.save(lstm, Path("lstm"))
    with pytest.raises(UsageError, match="cannot be the beginning of this recipe"):
        beginning(Path("flow"), init="lstm")


def test_stereo_starts_from_mono(there: Path, corpus: Path) -> None:
    told = Collected()
    settings = {"n_audio_channels": "2"}
    train(
        *("latent-flow", corpus, Path("run")),
        preset="tiny",
        steps=1,
        settings={**settings, "model.optimizer.learning_rate": "1e-9"},
        reporter=told,
    )
    assert "it starts from a mono system: stereo is learnt from there on" in told.lines
    [clip] = load("run").generate(1, 0.5, seed=0)
    assert clip.n_channels == 2


def test_labels_that_a_model_cannot_add_are_named(corpus: Path) -> None:
    preset, told = recipes.trainable("cvae").preset("tiny"), Collected()
    first = new_system("cvae", "tiny", preset, 0, labels=("oboe", "piano")).description
    assert labels_to_learn(preset, PreparedCorpus.open(corpus), first, told) == ("oboe", "piano")
    assert [line for line in told.warnings if "labels harp are not learnt" in line]


def test_a_codec_is_saved_once(packed: Path) -> None:
    weights = load_file(packed.parent / "run" / "weights.safetensors")
    sizes = [value.shape for name, value in weights.items() if name.endswith("outline.weight")]
    assert len(sizes) == 1


def published(site: Site, folder: Path, monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    site.files = {f"/base-2/{name}": (folder / name).read_bytes() for name in FILES}
    sums = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in FILES}
    entry = {"name": "2", "url": f"{site.url}/base-2", "files": sums, "bytes": 1000}
    home.mkdir()
    said = {"format": "menura-shipped", "version": 1, "versions": [entry]}
    (home / shipped.MANIFEST).write_text(json.dumps(said))
    monkeypatch.setattr(shipped, "HOME", home)


def test_a_later_version_is_fetched_when_asked_for(
    packed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = Collected()
    with serving() as site:
        published(site, packed, monkeypatch, tmp_path / "package")
        monkeypatch.chdir(tmp_path)
        with pytest.raises(MenuraError, match="menura download base"):
            load("base")
        assert site.asked == [], "nothing is fetched unasked"
        report = download("base", tmp_path / "got", reporter=told)
        assert report.folder == str(tmp_path / "got" / "base")
        assert report.n_files == len(FILES)
        with pytest.raises(MenuraError, match="is there already"):
            download("base", tmp_path / "got")
    assert told.lines[-1].startswith("to use it as base: export MENURA_BASE=")
    monkeypatch.setenv(shipped.VARIABLE, report.folder)
    assert load("base").labels == LABELS


def test_what_is_not_what_was_published_is_not_kept(
    packed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving() as site:
        published(site, packed, monkeypatch, tmp_path / "package")
        true = site.files["/base-2/weights.safetensors"]
        site.files["/base-2/weights.safetensors"] = true[:-1] + bytes([true[-1] ^ 1])
        with pytest.raises(MenuraError, match=r"sha256 is .*the file was deleted: try again"):
            download("base", tmp_path / "got")
        assert not (tmp_path / "got" / "base").exists(), "never half of it"
        site.files["/base-2/weights.safetensors"] = true
        asked = len(site.asked)
        download("base", tmp_path / "got")
        assert len(site.asked) - asked < len(FILES), "what had come is used"
    assert {path.name for path in (tmp_path / "got" / "base").iterdir()} == set(FILES)
