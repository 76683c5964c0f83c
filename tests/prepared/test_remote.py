"""A prepared corpus behind a URL reads as the same corpus on this machine."""

import re
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import fsspec
import numpy as np
import pytest

from menura.audio import Note, Score, write_score
from menura.cli import run
from menura.foundation.errors import MenuraError, UsageError
from menura.foundation.urls import is_url
from menura.prepared import NotWritableError, PreparedCorpus, fetching, planning, remote_shards
from menura.prepared.places import place_of
from menura.workflows.prepare import prepare
from menura.workflows.train import train
from menura.workflows.verify import verify

Tones = Callable[..., Path]


@pytest.fixture
def local(tones: Tones, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A corpus of 8 tones in 4 shards, and a score."""
    monkeypatch.setattr(planning, "SHARD_BYTES", (32_000, 32_000))
    prepare(tones(8), tmp_path / "out", workers=1)
    (tmp_path / "notes").mkdir()
    write_score(tmp_path / "notes/a.mid", Score((Note(0, 1, 60), Note(1, 2, 64))))
    prepare(tmp_path / "notes", tmp_path / "out", corpus="notes", append=True)
    return tmp_path / "out"


@pytest.fixture
def in_memory(local: Path) -> Iterator[str]:
    system = fsspec.filesystem("memory")
    for path in local.rglob("*"):
        if path.is_file():
            system.pipe(f"/corpus/{path.relative_to(local).as_posix()}", path.read_bytes())
    yield "memory://corpus"
    system.rm("/corpus", recursive=True)


class Ranges(SimpleHTTPRequestHandler):
    """Like the servers that files are put on: it answers requests for a range of bytes."""

    knows_ranges = True

    def do_GET(self) -> None:
        path = Path(self.translate_path(self.path))
        asked = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range", ""))
        if asked is None or not path.is_file() or not self.knows_ranges:
            super().do_GET()
            return
        start, last = int(asked[1]), int(asked[2])
        data = path.read_bytes()[start : last + 1]
        self.send_response(206)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:
        pass


class WholeFiles(Ranges):
    knows_ranges = False


@pytest.fixture(params=[Ranges, WholeFiles])
def served(local: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    handler = partial(request.param, directory=str(local))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def assert_same(url: str, local: Path) -> None:
    far, near = PreparedCorpus.open(url), PreparedCorpus.open(local)
    assert (far.tracks, far.fingerprint, far.about) == (near.tracks, near.fingerprint, near.about)
    rng = np.random.default_rng(0)
    for track in near.tracks:
        for _ in range(4):
            start, stop = sorted(int(x) for x in rng.integers(-500, 9000, 2))
            assert np.array_equal(far.read(track, start, stop), near.read(track, start, stop))
    assert far.score(8) == near.score(8)


def assert_rendered_alike(url: str, local: Path, place: Path) -> None:
    far, near = PreparedCorpus.open(url), PreparedCorpus.open(local)
    with pytest.raises(NotWritableError, match=r"is only read; give a folder .* 4000 Hz mono"):
        far.rendition(4000, 1)
    made, wanted = far.rendition(4000, 1, folder=place), near.rendition(4000, 1)
    assert made.tracks == wanted.tracks
    for index in range(8):
        assert np.array_equal(made.read(index, 0, 4000), wanted.read(index, 0, 4000))
    assert not (place / fetching.FETCHED).exists()


def test_in_memory(
    in_memory: str, local: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote_shards, "BLOCK_BYTES", 1000)
    monkeypatch.setattr(remote_shards, "MOST_BLOCKS", 3)
    monkeypatch.setattr(fetching, "AT_ONCE", 2)
    assert_same(in_memory, local)
    assert_rendered_alike(in_memory, local, tmp_path / "place")


def test_served(served: str, local: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote_shards, "BLOCK_BYTES", 10_000)
    assert_same(served, local)
    assert_rendered_alike(served, local, tmp_path / "place")
    assert verify(served).whole


def test_file_urls_are_folders(local: Path, tmp_path: Path) -> None:
    corpus = PreparedCorpus.open(local.as_uri())
    assert corpus.folder == local
    assert corpus.rendition(4000, 1).folder.is_relative_to(local)


def test_memory_is_bounded(in_memory: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote_shards, "BLOCK_BYTES", 1000)
    monkeypatch.setattr(remote_shards, "MOST_BLOCKS", 5)
    corpus = PreparedCorpus.open(in_memory)
    for track in corpus.tracks:
        corpus.read(track, 0, track.n_samples)
    assert isinstance(corpus.shards, remote_shards.RemoteShards)
    assert len(corpus.shards._blocks) == 5


def test_what_was_read_is_not_asked_for_again(
    in_memory: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus, asked = PreparedCorpus.open(in_memory), []
    real = remote_shards.Remote.read_range

    def counted(self: Any, name: str, start: int, stop: int, size: int) -> bytes:
        asked.append((name, start, stop))
        return real(self, name, start, stop, size)

    monkeypatch.setattr(remote_shards.Remote, "read_range", counted)
    for start in range(0, 8000, 100):
        corpus.read(corpus.tracks[0], start, start + 200)
    assert asked == [("shards/00000.pcm", 0, 32_000)]


def test_training_from_a_url(
    in_memory: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "run"
    words = ["train", "stft-lstm", in_memory, "--out", str(out), "--preset", "tiny"]
    assert run([*words, "--steps", "2"]) == 0, capsys.readouterr().err
    assert (out / "rendition").is_dir()
    assert "source" in (out / "system.json").read_text()


def test_damage_there_is_seen(in_memory: str, tmp_path: Path) -> None:
    system, name = fsspec.filesystem("memory"), "/corpus/shards/00001.pcm"
    data = bytearray(system.cat_file(name))
    data[100] ^= 1
    system.pipe(name, bytes(data))
    [damage] = verify(in_memory).damages
    assert damage.part == "shards/00001.pcm"
    with pytest.raises(MenuraError, match=r"memory://corpus/shards/00001.pcm is damaged"):
        PreparedCorpus.open(in_memory).rendition(4000, 1, folder=tmp_path / "place")
    system.pipe(name, bytes(data[:-5]))
    corpus = PreparedCorpus.open(in_memory)
    track = next(track for track in corpus.tracks if track.shard == 1)
    with pytest.raises(MenuraError, match=r"31995 bytes came where 32000 should"):
        corpus.read(track, 0, 10)
    system.rm(name)
    assert "is missing" in verify(in_memory).damages[0].problem
    with pytest.raises(MenuraError, match=r"00001.pcm: there is no such file"):
        PreparedCorpus.open(in_memory).rendition(4000, 1, folder=tmp_path / "place")


def test_what_is_not_there_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for url, kind, reason in (
        ("memory://nothing", MenuraError, "is not a prepared corpus: there is no prepared.json"),
        ("http://127.0.0.1:9/x", MenuraError, "http://127.0.0.1:9/x/prepared.json: cannot be"),
        ("s4://bucket/x", UsageError, "s4://bucket/x: Protocol not known: s4"),
    ):
        with pytest.raises(kind, match=re.escape(reason)) as error:
            PreparedCorpus.open(url)
        assert "\n" not in str(error.value)
        with pytest.raises(kind, match=re.escape(reason)):
            train("stft-lstm", url, tmp_path / "run", preset="tiny", steps=1)
        assert run(["verify", url]) == kind.exit_status
        assert url in capsys.readouterr().err
    assert run(["features", "memory://x", "--out", "x.csv"]) == 2
    assert "must be on this machine, not behind the URL memory://x" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("s3://bucket/corpus", True),
        ("https://host:8000/a b", True),
        ("simplecache::s3://bucket", True),
        ("corpus", False),
        ("/a/b://c", False),
        ("C:\\corpus", False),
        ("C:/corpus", False),
        ("s3:/bucket", False),
        ("://x", False),
    ],
)
def test_what_is_a_url(text: str, url: bool) -> None:
    assert is_url(text) is url
    assert isinstance(place_of(text), Path) is not url
