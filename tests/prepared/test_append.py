"""--append: new tracks come in, what is there stays byte for byte, and a stop harms nothing."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from menura.audio import Clip, read, write
from menura.foundation.errors import MenuraError
from menura.foundation.reporting import Collected
from menura.prepared import PreparedCorpus, appending, planning, preparing
from menura.workflows.prepare import prepare
from menura.workflows.verify import verify

Tones = Callable[..., Path]
Content = Callable[[Path], dict[str, bytes]]


def noises(root: Path, names: list[str], seed: int = 0) -> Path:
    """A folder of different noises."""
    rng = np.random.default_rng(seed)
    for name in names:
        noise = rng.uniform(-0.5, 0.5, (1, 8000)).astype(np.float32)
        write(Clip(noise, 8000), root / name)
    return root


@pytest.fixture
def corpus(tones: Tones, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Of 6 tones in 3 shards, from tmp_path/source."""
    monkeypatch.setattr(planning, "SHARD_BYTES", (32_000, 32_000))
    prepare(tones(6), tmp_path / "out", workers=1)
    return tmp_path / "out"


def test_new_tracks_come_in(corpus: Path, tmp_path: Path, content: Content) -> None:
    before, old = content(corpus), PreparedCorpus.open(corpus).tracks
    more = noises(tmp_path / "more", [f"noise/{number}.wav" for number in range(5)])
    (more / "bad.wav").write_bytes(b"not sound")
    report = prepare(more, corpus, append=True, workers=1)
    grown = PreparedCorpus.open(corpus)
    after = content(corpus)
    assert grown.tracks[:6] == old
    assert [t.id for t in grown.tracks[6:]] == [f"noise/{number}.wav" for number in range(5)]
    for track in grown.tracks[6:]:
        stored = grown.read(track, 0, track.n_samples)
        assert np.allclose(stored, read(more / track.id).samples, atol=1e-4)
    shards = [name for name in before if name.startswith("shards/")]
    assert {name: after[name] for name in shards} == {name: before[name] for name in shards}
    assert after["tracks.jsonl"].startswith(before["tracks.jsonl"])
    assert after.keys() - before.keys() == {f"shards/0000{number}.pcm" for number in (3, 4, 5)}
    assert report.kept == 11
    assert [item.file for item in report.dropped] == ["bad.wav"]
    assert grown.about["source"]["name"] == "source + more"
    assert {"train", "valid"} == {track.split for track in grown.tracks[6:]}
    assert verify(corpus).whole
    made = grown.rendition(4000, 1)
    assert made.read(10, 0, 4000).any()


def test_ids_stay_unique(corpus: Path, tmp_path: Path) -> None:
    """Three folders with files of the same names; two of them are called alike."""
    for place, names in (
        ("1/more", ["low/000.wav", "low/x.wav"]),
        ("2/more", ["low/000.wav", "low/y.wav"]),
        ("3/other", ["low/000.wav", "low/x.wav"]),
    ):
        prepare(noises(tmp_path / place, names, seed=int(place[0])), corpus, append=True)
    ids = [track.id for track in PreparedCorpus.open(corpus).tracks]
    assert ids[6:] == [
        "more/low/000.wav",
        "more/low/x.wav",
        "more-2/low/000.wav",
        "more-2/low/y.wav",
        "other/low/000.wav",
        "other/low/x.wav",
    ]
    assert len(set(ids)) == len(ids)
    groups = [track.group for track in PreparedCorpus.open(corpus).tracks]
    assert len(set(groups)) == len(groups)
    notes = json.loads((corpus / "report.json").read_text())["notes"]
    assert any("begin with 'more/'" in note for note in notes)


def test_a_recording_that_is_there_keeps_its_side(corpus: Path, tmp_path: Path) -> None:
    old = {track.id: track for track in PreparedCorpus.open(corpus).tracks}
    held = next(track for track in old.values() if track.split == "valid")
    learnt = next(track for track in old.values() if track.split == "train")
    more = noises(tmp_path / "more", ["a.wav", "b.wav", "c.wav", "d.wav"])
    shutil.copy(tmp_path / "source" / held.id, more / "same sound.wav")
    lines = ["file,label,group", f"a.wav,x,{held.id}", f"b.wav,x,{learnt.id}"]
    lines += ["c.wav,x,c", "d.wav,x,d", "same sound.wav,x,other"]
    (more / "labels.csv").write_text("\n".join(lines) + "\n")
    report = prepare(more, corpus, append=True)
    new = {track.id: track for track in PreparedCorpus.open(corpus).tracks}
    assert (new["a.wav"].group, new["a.wav"].split) == (held.group, "valid")
    assert (new["b.wav"].group, new["b.wav"].split) == (learnt.group, "train")
    assert (new["same sound.wav"].group, new["same sound.wav"].split) == (held.group, "valid")
    assert {name: new[name] for name in old} == old
    assert any("3 of the 5 added tracks are of recordings" in note for note in report.notes)


def test_once_is_enough(corpus: Path, tmp_path: Path, content: Content) -> None:
    more, said = noises(tmp_path / "more", ["a.wav", "b.wav"]), Collected()
    first = prepare(more, corpus, append=True)
    before = content(corpus)
    assert prepare(more, corpus, append=True, reporter=said) == first
    assert "already prepared" in said.lines[0]
    assert prepare(tmp_path / "source", corpus) == first
    assert content(corpus) == before
    (more / "a.wav").unlink()
    with pytest.raises(MenuraError, match="with --append"):
        prepare(more, corpus)


def test_damage_of_either_source_is_made_good(
    corpus: Path, tmp_path: Path, content: Content
) -> None:
    more = noises(tmp_path / "more", ["low/000.wav", "b.wav", "c.wav"])
    prepare(more, corpus, append=True)
    before = content(corpus)
    for number, source in ((1, tmp_path / "source"), (4, more)):
        (corpus / f"shards/0000{number}.pcm").write_bytes(b"")
        prepare(source, corpus, resume=True)
        assert content(corpus) == before


def test_there_must_be_one_to_add_to(tones: Tones, tmp_path: Path) -> None:
    with pytest.raises(MenuraError, match="is not a prepared corpus"):
        prepare(tones(1), tmp_path / "nowhere", append=True)
    assert not (tmp_path / "nowhere").exists()


def test_nothing_usable_leaves_it_as_it_was(corpus: Path, tmp_path: Path, content: Content) -> None:
    before = content(corpus)
    (tmp_path / "more").mkdir()
    (tmp_path / "more/bad.wav").write_bytes(b"not sound")
    with pytest.raises(MenuraError, match="no file in"):
        prepare(tmp_path / "more", corpus, append=True)
    assert content(corpus) == before


@pytest.mark.parametrize(
    ("room", "step"),
    [
        (preparing, "gather"),
        (appending, "write_text"),
        (appending, "write_plain_json"),
        (appending, "write_index"),
        (appending, "clear_unfinished"),
    ],
)
def test_a_stop_at_any_step_harms_nothing(
    corpus: Path,
    tmp_path: Path,
    content: Content,
    room: object,
    step: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    more = noises(tmp_path / "more", [f"{number}.wav" for number in range(5)])
    unbroken = tmp_path / "unbroken"
    shutil.copytree(corpus, unbroken)
    first = prepare(more, unbroken, append=True)
    old = PreparedCorpus.open(corpus)

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(room, step, stop)
        with pytest.raises(KeyboardInterrupt):
            prepare(more, corpus, append=True)
    now = PreparedCorpus.open(corpus)
    if step != "clear_unfinished":  # by then it is done
        assert (now.tracks, now.fingerprint) == (old.tracks, old.fingerprint)
        assert "--resume" in " ".join(verify(corpus).notes)
        with pytest.raises(MenuraError, match="add --resume"):
            prepare(more, corpus, append=True)
    assert verify(corpus).whole
    made = {path: path.stat().st_mtime_ns for path in corpus.rglob("*.pcm")}
    again = prepare(more, corpus, append=True, resume=True)
    assert (again.kept, again.splits) == (first.kept, first.splits)
    assert content(corpus) == content(unbroken)
    times = {path.stat().st_mtime_ns for path in corpus.rglob("*.pcm")}
    assert times == set(made.values()), "no shard is made twice"
