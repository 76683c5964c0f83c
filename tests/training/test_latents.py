"""Latents that are encoded once, and kept starting point by starting point."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from menura import recipes
from menura.foundation.reporting import Collected, Reporter
from menura.prepared import PreparedCorpus
from menura.training import latents
from menura.training.assembly import new_system
from menura.training.latents import INDEX, N_OFFSETS, encoding_s, stored_latents
from menura.training.rows import Tracks


@pytest.fixture(scope="module")
def tracks(corpus: Path) -> Tracks:
    system: Any = new_system(
        "latent-flow", "tiny", recipes.trainable("latent-flow").preset("tiny"), seed=0
    )
    rendition = PreparedCorpus.open(corpus).rendition(system.sample_rate, 1)
    return Tracks(rendition, system.representation, rendition.of_split("train"))


@pytest.fixture(scope="module")
def whole(tracks: Tracks, tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    run = tmp_path_factory.mktemp("whole")
    stored_latents(tracks, "key", run, Reporter())
    return contents(run)


def contents(run: Path) -> list[bytes]:
    return [file.read_bytes() for file in sorted((run / "latents").glob("*.f16"))]


def noted(
    monkeypatch: pytest.MonkeyPatch, killed_at: int = N_OFFSETS
) -> tuple[list[int], Callable[..., Any]]:
    """The offsets that are encoded from now on; at `killed_at` it ends after a track."""
    asked, real = list[int](), latents._chunks

    def chunks(tracks: Tracks, track: int, offset: int) -> Iterator[Any]:
        if offset == killed_at and track == 1:
            raise KeyboardInterrupt
        asked.extend([offset] if track == 0 else [])
        yield from real(tracks, track, offset)

    monkeypatch.setattr(latents, "_chunks", chunks)
    return asked, real


def test_a_run_stopped_while_it_encodes_loses_one_file_at_most(
    tracks: Tracks, whole: list[bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "latents"
    _, real = noted(monkeypatch, killed_at=2)
    with pytest.raises(KeyboardInterrupt):
        stored_latents(tracks, "key", tmp_path, Reporter())
    assert contents(tmp_path) == whole[:2]
    killed = folder / ".0123456789ab.tmp.f16"
    killed.write_bytes(b"half")
    before = encoding_s(tmp_path)
    monkeypatch.setattr(latents, "_chunks", real)
    asked, _ = noted(monkeypatch)
    stored_latents(tracks, "key", tmp_path, Reporter())
    assert asked == [2, 3]
    assert not killed.exists()
    assert contents(tmp_path) == whole
    after = encoding_s(tmp_path)
    assert before is not None
    assert after is not None
    assert after >= before, "the seconds of both"


@pytest.mark.parametrize("other", ["another key", "all in one file", "another size"])
def test_what_is_not_of_this_run_is_made_anew(
    tracks: Tracks, whole: list[bytes], tmp_path: Path, other: str
) -> None:
    folder = tmp_path / "latents"
    folder.mkdir()
    index = {"key": "other" if other == "another key" else "key"}
    if other == "all in one file":  # as older Menuras had it
        index["places"] = "[[0]]"
        (folder / "latents.f16").write_bytes(b"".join(whole))
    latents.write_json(folder / INDEX, index)
    for number, content in enumerate(whole):
        old = content[::-1] if other == "another key" else content[:-2]
        (folder / f"offset-{number}.f16").write_bytes(old)
    stored_latents(tracks, "key", tmp_path, Reporter())
    assert contents(tmp_path) == whole


def test_how_long_it_will_take_is_said_first(tracks: Tracks, tmp_path: Path) -> None:
    said = Collected()
    for _ in range(2):
        stored_latents(tracks, "key", tmp_path, said)
    [line] = said.lines
    assert line.startswith("encoding the recordings before the first step: about ")
    assert line.endswith(f"kept in {tmp_path / 'latents'}")
