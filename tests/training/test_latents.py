"""Latents that are encoded once, and kept starting point by starting point."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from menura import recipes
from menura.foundation.reporting import Collected, Reporter
from menura.prepared import PreparedCorpus
from menura.representations import samples_of, trim_context
from menura.training import latents
from menura.training.assembly import new_system
from menura.training.latents import (
    EDITION,
    INDEX,
    Variant,
    encoding_s,
    moved,
    stored_latents,
    variants,
)
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
    stored_latents(tracks, "key", 1, run, Reporter())
    return contents(run)


def contents(run: Path) -> list[bytes]:
    return [file.read_bytes() for file in sorted((run / "latents").glob("*.f16"))]


def noted(
    monkeypatch: pytest.MonkeyPatch, killed_at: int | None = None
) -> tuple[list[int], Callable[..., Any]]:
    """The variants that are encoded from now on; at `killed_at` it ends after a track."""
    asked, real = list[int](), latents._chunks

    def chunks(tracks: Tracks, track: int, n_frames: int, variant: Variant) -> Iterator[Any]:
        number = variants(1).index(variant)
        if number == killed_at and track == 1:
            raise KeyboardInterrupt
        asked.extend([number] if track == 0 else [])
        yield from real(tracks, track, n_frames, variant)

    monkeypatch.setattr(latents, "_chunks", chunks)
    return asked, real


def test_a_run_stopped_while_it_encodes_loses_one_file_at_most(
    tracks: Tracks, whole: list[bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "latents"
    _, real = noted(monkeypatch, killed_at=2)
    with pytest.raises(KeyboardInterrupt):
        stored_latents(tracks, "key", 1, tmp_path, Reporter())
    assert contents(tmp_path) == whole[:2]
    killed = folder / ".0123456789ab.tmp.f16"
    killed.write_bytes(b"half")
    before = encoding_s(tmp_path)
    monkeypatch.setattr(latents, "_chunks", real)
    asked, _ = noted(monkeypatch)
    stored_latents(tracks, "key", 1, tmp_path, Reporter())
    assert asked == [2, 3]
    assert not killed.exists()
    assert contents(tmp_path) == whole
    after = encoding_s(tmp_path)
    assert before is not None
    assert after is not None
    assert after >= before, "the seconds of both"


@pytest.mark.parametrize(
    "other",
    ["another key", "all in one file", "another edition", "another size", "others transposed"],
)
def test_what_is_not_of_this_run_is_made_anew(
    tracks: Tracks, whole: list[bytes], tmp_path: Path, other: str
) -> None:
    folder = tmp_path / "latents"
    folder.mkdir()
    index: dict[str, Any] = {"key": "other" if other == "another key" else "key"}
    index["edition"] = EDITION - (other == "another edition")
    index["transpose"] = 2 if other == "others transposed" else 1
    if other == "all in one file":  # as older Menuras had it
        index = {"key": "key", "places": [[0]]}
        (folder / "latents.f16").write_bytes(b"".join(whole))
    latents.write_json(folder / INDEX, index)
    for number, content in enumerate(whole):
        old = content[::-1] if other.startswith("another k") else content[:-2]
        old = content[::-1] if other in ("another edition", "others transposed") else old
        (folder / f"variant-{number}.f16").write_bytes(old)
    stored_latents(tracks, "key", 1, tmp_path, Reporter())
    assert contents(tmp_path) == whole


def test_a_track_begins_with_its_first_sample_whatever_the_starting_point(
    tracks: Tracks, tmp_path: Path
) -> None:
    """Silence comes before it: no attack is cut off."""
    stored, rows = stored_latents(tracks, "key", 1, tmp_path, Reporter()), 2
    representation = tracks.representation
    step = representation.spec.hop_length or 1
    for number, variant in enumerate(variants(1)):
        if variant.semitones:
            continue
        shift = round(variant.late * step)
        first, last = samples_of(representation, 0, rows)
        sound = tracks.rendition.read(0, first - shift, last - shift)
        assert not sound[:, : shift - first].any()
        with torch.no_grad():
            frames = representation.encode(torch.from_numpy(sound)[None])
        found = stored.encode([Row(0, 0, variant=number)], tracks.n_frames(0))[:, :, :rows]
        expected = trim_context(representation, frames, rows)
        torch.testing.assert_close(found, expected, **NEAR)


@pytest.mark.parametrize("number", range(4))
def test_what_is_learnt_from_is_heard_higher_and_lower(
    tracks: Tracks, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """A tone, as the codec hears it: later, higher by semitones, and as much sooner over."""
    variant, n_there = variants(1)[number], tracks.rendition.tracks[0].n_samples
    heard, real = list[torch.Tensor](), tracks.representation.analyse

    def read(track: int, start: int, stop: int) -> np.ndarray:
        at = np.arange(start, stop)
        inside = (at >= 0) & (at < n_there)
        return (np.sin(0.3 * at) * inside).astype(np.float32)[None]

    def analyse(sound: torch.Tensor) -> torch.Tensor:
        heard.append(sound)
        return real(sound)

    monkeypatch.setattr(type(tracks.rendition), "read", lambda self, *where: read(*where))
    monkeypatch.setattr(tracks.representation, "analyse", analyse)
    list(latents._chunks(tracks, 0, tracks.n_frames(0), variant))
    begin, _ = samples_of(tracks.representation, 0, tracks.n_frames(0))
    at = np.arange(begin, begin + heard[0].shape[1]) - variant.late * (tracks.spec.hop_length or 1)
    ends = n_there / variant.speed
    inside, outside = (at > 50) & (at < ends - 50), (at < -50) | (at > ends + 50)
    found = heard[0][0].numpy()
    spectrum = np.abs(np.fft.rfft(found[inside], 1 << 20))
    turn = 2 * np.pi * spectrum.argmax() / (1 << 20)
    assert abs(12 * np.log2(turn / 0.3) - variant.semitones) < 0.02
    assert np.sqrt(np.mean(found[inside] ** 2)) > 0.7
    assert np.abs(found[outside]).max(initial=0) < 1e-3


@pytest.mark.parametrize(("number", "start", "first"), [(1, 100, 94), (3, 100, 106), (0, 100, 100)])
def test_a_row_is_of_the_same_music_in_every_variant(
    tracks: Tracks, tmp_path: Path, number: int, start: int, first: int
) -> None:
    """A row at the end is where the music ends, which is sooner on a faster tape."""
    stored = stored_latents(tracks, "key", 1, tmp_path, Reporter())
    n_there, n_features = tracks.n_frames(0), tracks.spec.n_channels
    raw = np.fromfile(tmp_path / "latents" / f"variant-{number}.f16", "<f2")[: n_there * n_features]
    frames = torch.from_numpy(raw.reshape(n_there, n_features).T.astype(np.float32))
    there = tracks.representation.normaliser(frames[None])

    def row(start: int) -> torch.Tensor:
        return stored.encode([Row(0, start, variant=number)], 20)

    torch.testing.assert_close(row(start), there[:, :, first : first + 20])
    end = int(min(1, 2 ** (-1 / 12) if number == 1 else 1) * n_there)
    torch.testing.assert_close(row(n_there - 20), there[:, :, end - 20 : end])


def test_labels_of_what_is_heard_higher() -> None:
    labels = {"family": "flute", "pitch": "60", "key": "C", "tempo": "120"}
    assert moved(labels, 0) == labels
    assert moved(labels, -2) == {"family": "flute", "pitch": "58"}
    assert moved({"pitch": "C4", "note": "60"}, 1) == {}


def test_held_out_music_is_heard_as_it_was_recorded(
    tracks: Tracks, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed = tuple(replace(one, split="valid") for one in tracks.rendition.tracks)
    monkeypatch.setattr(tracks.rendition, "tracks", changed)
    moved_too = stored_latents(tracks, "key", 1, tmp_path, Reporter())
    still = stored_latents(tracks, "key", 0, tmp_path / "still", Reporter())
    for number in range(4):
        rows = [Row(0, 5, variant=number)]
        assert torch.equal(moved_too.encode(rows, 20), still.encode(rows, 20))


def test_what_is_never_heard_is_not_encoded(
    tracks: Tracks, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    splits = ("test", "train", "test", "train", "valid")
    changed = tuple(
        replace(one, split=split)
        for one, split in zip(tracks.rendition.tracks, splits, strict=True)
    )
    monkeypatch.setattr(tracks.rendition, "tracks", changed)
    stored = stored_latents(tracks, "key", 1, tmp_path, Reporter())
    heard = [1, 3, 4]
    n_bytes = 2 * tracks.representation.spec.n_channels * sum(map(tracks.n_frames, heard))
    assert {len(content) for content in contents(tmp_path)} == {n_bytes}
    found = stored.encode([Row(4, 0, variant=0)], tracks.n_frames(4))
    torch.testing.assert_close(found, tracks.encode([Row(4, 0)], tracks.n_frames(4)), **NEAR)


def test_how_long_it_will_take_is_said_first(tracks: Tracks, tmp_path: Path) -> None:
    said = Collected()
    for _ in range(2):
        stored_latents(tracks, "key", 1, tmp_path, said)
    [line] = said.lines
    assert line.startswith("encoding the recordings before the first step: about ")
    assert line.endswith(f"kept in {tmp_path / 'latents'}")
