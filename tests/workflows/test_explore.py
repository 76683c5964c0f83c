"""explore RUN: every point is placed and heard, on a page that needs nothing else."""

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from menura.audio import Clip
from menura.evaluation import maps
from menura.foundation.errors import MenuraError, UsageError
from menura.foundation.reporting import Collected
from menura.systems import TrainedSystem
from menura.training.trained_on import corpus_of
from menura.workflows.explore import run as workflow
from menura.workflows.explore.explore import explore
from menura.workflows.explore.run import recipes_with_latents
from menura.workflows.generate import generate
from menura.workflows.load import load
from menura.workflows.prepare import prepare
from menura.workflows.sound import SoundOptions
from menura.workflows.train import train
from tunes import tune

RATE = 8000


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny mel-vae, trained on a prepared corpus of two labels beside it."""
    place = tmp_path_factory.mktemp("explored")
    folder = place / "tunes"
    folder.mkdir()
    lines = ["file,mood,zone"]
    for number in range(8):
        soundfile.write(folder / f"{number}.wav", tune(2.0, RATE, seed=number).T, RATE)
        lines.append(
            f"{number}.wav,{'calm' if number % 2 else 'wild'},{'near' if number < 4 else 'far'}"
        )
    (folder / "labels.csv").write_text("\n".join(lines), encoding="utf-8")
    prepare(folder, place / "prepared", labels=folder / "labels.csv")
    train("mel-vae", place / "prepared", place / "run", preset="tiny", steps=6)
    return place / "run"


def page_of(source: Path, out: Path, **words: Any) -> str:
    return Path(explore(source, out, **words).page).read_text("utf-8")


@pytest.fixture(autouse=True)
def little_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few fields, and PCA alone: the other maps take seconds, and have tests of their own."""
    monkeypatch.setattr(maps.room, "names", lambda: ["pca"])
    monkeypatch.setattr(workflow, "N_FIELDS", 2)
    monkeypatch.setattr(workflow, "MOST_HEARD", 4)


def test_a_page_of_points_and_fields_that_are_all_heard(run: Path, tmp_path: Path) -> None:
    reporter = Collected()
    report = explore(run, tmp_path / "plane.html", reporter=reporter)
    page = Path(report.page).read_text("utf-8")
    n_train = sum(1 for _ in re.finditer(r'class="mark( mute)?" cx=|class="mark( mute)?" x=', page))
    players = re.findall(r'<audio id="(sound-\d+)"[^>]* src="data:audio/mpeg;base64,', page)
    assert players == [f"sound-{i}" for i in range(2 * 2 + 4)]
    assert re.findall(r'data-plays="([^"]+)"', page) == players
    assert n_train > 4  # with the two of the legend
    assert page.count("<image ") == 4
    assert "coloured by mood" in page
    assert not re.search("https?://", page)
    assert not reporter.warnings
    assert [path.name for path in tmp_path.iterdir()] == ["plane.html"]


def test_the_latents_of_every_training_clip_are_mapped(run: Path, tmp_path: Path) -> None:
    report = explore(run, tmp_path / "plane.html")
    data = data_of(Path(report.page))
    n = report.tracks
    assert n == len(data["spots"])
    assert report.heard == n
    assert [sorted(chart["of"]) for chart in data["charts"]] == [list(range(n))]
    assert [kind["name"] for kind in data["kinds"]] == ["mood", "zone", "split"]
    assert {"PCA (By its latents)", "placing the training clips"} < set(report.seconds)
    system = load(run)
    assert isinstance(system, TrainedSystem)
    assert system.has_latents


def test_generated_clips_stand_beside_the_real_ones(run: Path, tmp_path: Path) -> None:
    made = tmp_path / "made"
    generate(run, made, n=3, sound=SoundOptions(seconds=2.0))
    (made / "broken.wav").write_text("no sound")
    soundfile.write(made / "short.wav", tune(2.0, RATE, seed=1).T[:500], RATE)
    report = explore(run, tmp_path / "plane.html", generated=made)
    assert report.generated == 3
    data = data_of(Path(report.page))
    stars = [i for i, spot in enumerate(data["spots"]) if spot.get("made")]
    assert len(stars) == 3
    latents, features = data["charts"]
    assert not set(stars) & set(latents["of"])
    assert sorted(features["of"]) == list(range(len(data["spots"])))
    assert [item.file for item in report.dropped] == [
        *("generated: broken.wav", "generated: short.wav")
    ]


def test_what_was_learnt_by_heart_is_shown(run: Path, tmp_path: Path) -> None:
    """A generated sound is in no split: that it is a training clip is said, and nothing else."""
    tunes = run.parent / "tunes"
    explore(run, tmp_path / "page.html", generated=tunes)
    page = (tmp_path / "page.html").read_text("utf-8")
    assert "The same recording more than once" in page
    pairs = re.findall(r">(\d)\.wav</td><td[^>]*>generated: (\d)\.wav</td>", page)
    assert pairs
    assert all(real == made for real, made in pairs)
    assert "lie in different splits" not in page


def test_a_codec_and_a_flow_over_one_have_maps_and_no_plane(run: Path, tmp_path: Path) -> None:
    train("latent-flow", run.parent / "prepared", tmp_path / "flow", preset="tiny", steps=4)
    page = page_of(tmp_path / "flow", tmp_path / "flow.html")
    assert len(data_of(tmp_path / "flow.html")["charts"]) == 1
    assert "The plane of its latents" not in page
    system = load(tmp_path / "flow")
    assert isinstance(system, TrainedSystem)
    clip = Clip(tune(1.0, system.sample_rate, seed=3), system.sample_rate)
    vector = system.embed(clip)
    assert vector.ndim == 1
    assert np.isfinite(vector).all()
    longer = Clip(np.tile(clip.samples, (1, 2)), clip.sample_rate)
    assert system.embed(longer).shape == vector.shape


def test_points_lie_where_the_system_hears_them(run: Path) -> None:
    system = load(run)
    assert isinstance(system, TrainedSystem)
    n_window = system.representation.samples_for(16)
    clip = Clip(tune(1.0, RATE, seed=3)[:, :n_window], RATE)
    [again] = system.at([system.place(clip)])
    np.testing.assert_allclose(again.samples, system.reconstruct(clip).samples, atol=1e-4)


def test_labels_are_chosen_or_asked_for(run: Path, tmp_path: Path) -> None:
    page = page_of(run, tmp_path / "plane.html", by="zone")
    assert "coloured by zone" in page
    with pytest.raises(UsageError, match=r"--by 'colour': no kind of label \(there is: mood, zone"):
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


def test_systems_without_latents_are_refused_with_those_that_have_some(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"a musicgen system has no latents.*mel-vae"):
        explore("musicgen", tmp_path / "plane.html")
    able = set(recipes_with_latents())
    assert {"mel-vae", "mfcc-vae", "cvae", "latent-flow", "wavenet-autoencoder"} <= able
    assert not {"stft-lstm", "deepjazz", "gan"} & able


def test_a_run_starts_from_another_s_weights(run: Path, tmp_path: Path) -> None:
    """--init on an autoencoder: its weights, and the Gaussian of its latents, taken along."""
    again = tmp_path / "again"
    train("mel-vae", run.parent / "prepared", again, preset="tiny", steps=1, init=str(run))
    first, second = (load(folder) for folder in (run, again))
    assert isinstance(first, TrainedSystem)
    assert isinstance(second, TrainedSystem)
    before, after = first.model.state_dict(), second.model.state_dict()
    for name, _ in first.model.named_parameters():
        # One step of Adam moves a weight by its rate at most.
        assert float((after[name] - before[name]).abs().max()) < 0.01, name
    followed = "bottleneck.gaussian.n_followed"
    assert int(after[followed]) == int(before[followed]) + 1


def test_the_page_must_be_html(run: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"must end in \.html"):
        explore(run, tmp_path / "plane.png")


def test_words_of_a_corpus_are_refused(run: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--echonest is for the maps of a corpus"):
        explore(run, tmp_path / "plane.html", echonest=tmp_path)
    with pytest.raises(UsageError, match="give both, or leave it out"):
        explore(run, tmp_path / "plane.html", features=tmp_path / "t.csv")


def data_of(page: Path) -> dict[str, Any]:
    """What the maps of a page are drawn from."""
    text = page.read_text("utf-8")
    [found] = re.findall(r'<script type="application/json">(.*?)</script>', text, re.DOTALL)
    return dict(json.loads(found))
