"""explore: every point is placed and heard, on a page that needs nothing else."""

import re
from pathlib import Path

import numpy as np
import pytest
import soundfile

from menura.audio import Clip, read
from menura.foundation.errors import MenuraError, UsageError
from menura.foundation.reporting import Collected
from menura.systems import TrainedSystem
from menura.training.trained_on import corpus_of
from menura.workflows import explore as workflow
from menura.workflows.explore import explore, recipes_with_a_plane
from menura.workflows.load import load
from menura.workflows.prepare import prepare
from menura.workflows.train import train
from tunes import tune

RATE = 8000


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny mel-vae, trained on a prepared corpus of two labels beside it."""
    place = tmp_path_factory.mktemp("explored")
    folder = place / "tunes"
    folder.mkdir()
    lines = ["file,mood,take"]
    for number in range(8):
        soundfile.write(folder / f"{number}.wav", tune(2.0, RATE, seed=number).T, RATE)
        lines.append(f"{number}.wav,{'calm' if number % 2 else 'wild'},{number}")
    (folder / "labels.csv").write_text("\n".join(lines), encoding="utf-8")
    prepare(folder, place / "prepared", labels=folder / "labels.csv")
    train("mel-vae", place / "prepared", place / "run", preset="tiny", steps=6)
    return place / "run"


@pytest.fixture(autouse=True)
def few_fields(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workflow, "N_FIELDS", 2)
    monkeypatch.setattr(workflow, "MOST_HEARD", 4)


def test_a_page_of_points_and_fields_that_are_all_heard(run: Path, tmp_path: Path) -> None:
    reporter = Collected()
    page = explore(run, tmp_path / "plane.html", reporter=reporter).read_text("utf-8")
    n_train = sum(1 for _ in re.finditer(r'class="mark( mute)?" cx=|class="mark( mute)?" x=', page))
    players = re.findall(r'<audio id="(sound-\d+)"[^>]* src="data:audio/mpeg;base64,', page)
    assert players == [f"sound-{i}" for i in range(2 * 2 + 4)]
    assert re.findall(r'data-plays="([^"]+)"', page) == players
    system = load(run)
    assert isinstance(system, TrainedSystem)
    assert n_train > 4  # with the two of the legend
    assert page.count("<image ") == 4
    assert "coloured by mood" in page
    assert "http" not in re.sub(r"http://www\.w3\.org\S*", "", page)
    assert not reporter.warnings


def test_points_lie_where_the_system_hears_them(run: Path) -> None:
    system = load(run)
    assert isinstance(system, TrainedSystem)
    n_window = system.representation.samples_for(16)
    clip = Clip(tune(1.0, RATE, seed=3)[:, :n_window], RATE)
    [again] = system.at([system.place(clip)])
    np.testing.assert_allclose(again.samples, system.reconstruct(clip).samples, atol=1e-4)


def test_labels_are_chosen_or_asked_for(run: Path, tmp_path: Path) -> None:
    page = explore(run, tmp_path / "plane.html", by="take").read_text("utf-8")
    assert "coloured by take" in page
    with pytest.raises(UsageError, match=r"--by 'colour': no kind of label \(there is: mood, take"):
        explore(run, tmp_path / "plane.html", by="colour")


def test_a_corpus_that_has_moved_is_asked_for(run: Path, tmp_path: Path) -> None:
    corpus = corpus_of(run)
    assert corpus is not None
    assert corpus.resolve() == (run.parent / "prepared").resolve()
    noted = run / "trained_on.json"
    before = noted.read_text()
    noted.unlink()
    try:
        with pytest.raises(MenuraError, match="give it by --corpus"):
            explore(run, tmp_path / "plane.html")
        reporter = Collected()
        explore(run, tmp_path / "plane.html", corpus=corpus, reporter=reporter)
        assert not reporter.warnings
    finally:
        noted.write_text(before)


def test_systems_without_a_plane_are_refused_with_those_that_have_one(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"a musicgen system has no plane.*mel-vae"):
        explore("musicgen", tmp_path / "plane.html")
    assert {"mel-vae", "mfcc-vae", "conv2d-autoencoder"} <= set(recipes_with_a_plane())
    assert not {"stft-lstm", "deepjazz", "latent-flow"} & set(recipes_with_a_plane())


def test_a_run_starts_from_another_s_weights(run: Path, tmp_path: Path) -> None:
    """--init on an autoencoder: the same sound before the first step, the Gaussian taken along."""
    again = tmp_path / "again"
    train("mel-vae", run.parent / "prepared", again, preset="tiny", steps=1, init=str(run))
    clip = read(next((run.parent / "tunes").glob("*.wav")))
    first, second = load(run), load(again)
    apart = np.abs(first.reconstruct(clip).samples - second.reconstruct(clip).samples).max()
    assert apart < 0.2 * np.abs(first.reconstruct(clip).samples).max() + 0.05


def test_the_page_must_be_html(run: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"must end in \.html"):
        explore(run, tmp_path / "plane.png")
