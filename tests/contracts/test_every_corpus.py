"""What every corpus promises, asked of each that is found, third parties' included."""

import json
from collections import defaultdict
from pathlib import Path

import pytest

from menura import corpora
from menura.audio import probe, read_score
from menura.foundation.config import from_dict, to_dict
from menura.foundation.errors import MenuraError, UsageError
from menura.prepared import PreparedCorpus
from menura.workflows.prepare import prepare

NAMES = corpora.room.names()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "miniature"


@pytest.mark.parametrize("name", NAMES)
def test_loads_its_miniature(name: str, root: Path) -> None:
    corpus = corpora.load(name)
    corpus.miniature(root)
    found = corpus.find(root)
    assert len(found.tracks) >= 2
    assert found.dropped == ()
    ids = [track.id for track in found.tracks]
    assert ids == sorted(set(ids)), "ids are unique and in order"
    for track in found.tracks:
        if not track.is_score:
            probe(track.path)
        if track.score is not None:
            assert read_score(track.score).notes
        assert not Path(track.id).is_absolute()
    assert corpus.find(root) == found


@pytest.mark.parametrize("name", NAMES)
def test_labels_are_known(name: str, root: Path) -> None:
    corpus = corpora.load(name)
    corpus.miniature(root)
    labels = [label for track in corpus.find(root).tracks for label in track.labels.items()]
    assert labels
    assert all(kind and value for kind, value in labels)


@pytest.mark.parametrize("name", NAMES)
def test_prepares_with_splits_by_recording(name: str, root: Path, tmp_path: Path) -> None:
    corpus = corpora.load(name)
    corpus.miniature(root)
    report = prepare(root, tmp_path / "prepared", corpus=name)
    assert report.dropped == ()
    sides: dict[str, set[str]] = defaultdict(set)
    for track in PreparedCorpus.open(tmp_path / "prepared").tracks:
        sides[track.group].add(track.split)
    assert all(len(splits) == 1 for splits in sides.values())
    assert {"train", "valid"} <= report.splits.keys()


@pytest.mark.parametrize("name", NAMES)
def test_scores_come_back(name: str, root: Path, tmp_path: Path) -> None:
    corpus = corpora.load(name)
    corpus.miniature(root)
    scores = {track.id: track.score for track in corpus.find(root).tracks}
    prepare(root, tmp_path / "prepared", corpus=name)
    prepared = PreparedCorpus.open(tmp_path / "prepared")
    for index, track in enumerate(prepared.tracks):
        path = scores[track.id]
        if path is not None:
            assert prepared.score(index) == read_score(path)
        assert (track.score is None) == (path is None)


@pytest.mark.parametrize("name", NAMES)
def test_settings_are_plain_and_refused_when_unknown(name: str) -> None:
    config = corpora.load(name).config
    plain = json.loads(json.dumps(to_dict(config)))
    assert from_dict(type(config), plain) == config
    with pytest.raises(UsageError, match="'nonsense'"):
        corpora.load(name, {"nonsense": "1"})


@pytest.mark.parametrize("name", NAMES)
def test_licence_and_citation_are_stated(name: str) -> None:
    corpus = corpora.load(name)
    assert len(corpus.licence) > 3
    assert len(corpus.citation) > 3
    assert corpora.room.summary(name)


@pytest.mark.parametrize("name", NAMES)
def test_a_folder_without_sound_is_one_clear_error(name: str, root: Path) -> None:
    root.mkdir()
    with pytest.raises(MenuraError) as error:
        corpora.load(name).find(root)
    assert str(root) in str(error.value)
    assert "\n" not in str(error.value)
    with pytest.raises(MenuraError):
        corpora.load(name).find(root / "nowhere")
