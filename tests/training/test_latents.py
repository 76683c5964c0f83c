"""Latents that are encoded once, and kept starting point by starting point."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from menura import recipes
from menura.foundation.reporting import Collected, Reporter
from menura.prepared import PreparedCorpus
from menura.representations import samples_of, trim_context
from menura.training import latents
from menura.training.assembly import new_system
from menura.training.latents import EDITION, INDEX, N_OFFSETS, encoding_s, stored_latents
from menura.training.rows import Tracks
from menura.training.source import Row

NEAR: Any = {"rtol": 0, "atol": 0.02}  # kept as float16


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

    def chunks(tracks: Tracks, track: int, n_frames: int, offset: int) -> Iterator[Any]:
        if offset == killed_at and track == 1:
            raise KeyboardInterrupt
        asked.extend([offset] if track == 0 else [])
        yield from real(tracks, track, n_frames, offset)

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


@pytest.mark.parametrize(
    "other", ["another key", "all in one file", "another edition", "another size"]
)
def test_what_is_not_of_this_run_is_made_anew(
    tracks: Tracks, whole: list[bytes], tmp_path: Path, other: str
) -> None:
    folder = tmp_path / "latents"
    folder.mkdir()
    index: dict[str, Any] = {"key": "other" if other == "another key" else "key"}
    index["edition"] = EDITION - (other == "another edition")
    if other == "all in one file":  # as older Menuras had it
        index = {"key": "key", "places": [[0]]}
        (folder / "latents.f16").write_bytes(b"".join(whole))
    latents.write_json(folder / INDEX, index)
    for number, content in enumerate(whole):
        old = content[::-1] if other.startswith("another k") else content[:-2]
        old = content[::-1] if other == "another edition" else old
        (folder / f"offset-{number}.f16").write_bytes(old)
    stored_latents(tracks, "key", tmp_path, Reporter())
    assert contents(tmp_path) == whole


def test_a_track_begins_with_its_first_sample_whatever_the_starting_point(
    tracks: Tracks, tmp_path: Path
) -> None:
    """Silence comes before it: no attack is cut off."""
    stored, rows = stored_latents(tracks, "key", tmp_path, Reporter()), 2
    representation = tracks.representation
    step = representation.spec.hop_length or 1
    for offset in range(N_OFFSETS):
        shift = offset * step // N_OFFSETS
        first, last = samples_of(representation, 0, rows)
        sound = tracks.rendition.read(0, first - shift, last - shift)
        assert not sound[:, : shift - first].any()
        with torch.no_grad():
            frames = representation.encode(torch.from_numpy(sound)[None])
        found = stored.encode([Row(0, 0, variant=offset)], tracks.n_frames(0))[:, :, :rows]
        expected = trim_context(representation, frames, rows)
        torch.testing.assert_close(found, expected, **NEAR)


def test_what_is_never_heard_is_not_encoded(
    tracks: Tracks, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    splits = ("test", "train", "test", "train", "valid")
    changed = tuple(
        replace(one, split=split)
        for one, split in zip(tracks.rendition.tracks, splits, strict=True)
    )
    monkeypatch.setattr(tracks.rendition, "tracks", changed)
    stored = stored_latents(tracks, "key", tmp_path, Reporter())
    heard = [1, 3, 4]
    n_bytes = 2 * tracks.representation.spec.n_channels * sum(map(tracks.n_frames, heard))
    assert {len(content) for content in contents(tmp_path)} == {n_bytes}
    found = stored.encode([Row(4, 0, variant=0)], tracks.n_frames(4))
    torch.testing.assert_close(found, tracks.encode([Row(4, 0)], tracks.n_frames(4)), **NEAR)


def test_how_long_it_will_take_is_said_first(tracks: Tracks, tmp_path: Path) -> None:
    said = Collected()
    for _ in range(2):
        stored_latents(tracks, "key", tmp_path, said)
    [line] = said.lines
    assert line.startswith("encoding the recordings before the first step: about ")
    assert line.endswith(f"kept in {tmp_path / 'latents'}")
