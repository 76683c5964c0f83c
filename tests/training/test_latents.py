"""Latents that are encoded once, and kept variant by variant."""

import math
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
from menura.recipes import RandomCrops
from menura.representations import samples_of, trim_context
from menura.training import latents
from menura.training.assembly import new_system
from menura.training.latents import EDITION, INDEX, Way, encoding_s, stored_latents
from menura.training.rows import Tracks
from menura.training.source import Row
from menura.training.variants import moved, variants_of

MOVED = RandomCrops(batch_size=4, n_frames=16, transpose=1)
STILL = RandomCrops(batch_size=4, n_frames=16)
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
    stored_latents(tracks, "key", MOVED, run, Reporter())
    return contents(run)


def contents(run: Path) -> list[bytes]:
    return [file.read_bytes() for file in sorted((run / "latents").glob("*.f16"))]


def noted(
    monkeypatch: pytest.MonkeyPatch, killed_at: int | None = None
) -> tuple[list[int], Callable[..., Any]]:
    """The variants that are encoded from now on; at `killed_at` it ends after a track."""
    asked, real = list[int](), latents._chunks

    def chunks(tracks: Tracks, track: int, way: Way) -> Iterator[Any]:
        late = [variant.late for variant in variants_of(MOVED)]
        number = late.index(way.variants[0].late)
        if number == killed_at and track == 1:
            raise KeyboardInterrupt
        asked.extend([number] if track == 0 else [])
        yield from real(tracks, track, way)

    monkeypatch.setattr(latents, "_chunks", chunks)
    return asked, real


def test_a_run_stopped_while_it_encodes_loses_one_file_at_most(
    tracks: Tracks, whole: list[bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "latents"
    _, real = noted(monkeypatch, killed_at=2)
    with pytest.raises(KeyboardInterrupt):
        stored_latents(tracks, "key", MOVED, tmp_path, Reporter())
    assert contents(tmp_path) == whole[:2]
    killed = folder / ".0123456789ab.tmp.f16"
    killed.write_bytes(b"half")
    before = encoding_s(tmp_path)
    monkeypatch.setattr(latents, "_chunks", real)
    asked, _ = noted(monkeypatch)
    stored_latents(tracks, "key", MOVED, tmp_path, Reporter())
    assert asked == [2, 3]
    assert not killed.exists()
    assert contents(tmp_path) == whole
    after = encoding_s(tmp_path)
    assert before is not None
    assert after is not None
    assert after >= before, "the seconds of both"


@pytest.mark.parametrize(
    "other",
    [
        *("another key", "all in one file", "another edition", "another size"),
        *("others transposed", "others with silence"),
    ],
)
def test_what_is_not_of_this_run_is_made_anew(
    tracks: Tracks, whole: list[bytes], tmp_path: Path, other: str
) -> None:
    folder = tmp_path / "latents"
    folder.mkdir()
    index: dict[str, Any] = {"key": "other" if other == "another key" else "key"}
    index["edition"] = EDITION - (other == "another edition")
    index |= {"transpose": 2 if other == "others transposed" else 1, "row": MOVED.n_frames}
    index |= {"ends": True} if other == "others with silence" else {}  # as older Menuras had it
    if other == "all in one file":  # as older Menuras had it
        index = {"key": "key", "places": [[0]]}
        (folder / "latents.f16").write_bytes(b"".join(whole))
    latents.write_json(folder / INDEX, index)
    for number, content in enumerate(whole):
        old = content[::-1] if other.startswith("another k") else content[:-2]
        old = content[::-1] if other.startswith(("another e", "others")) else old
        (folder / f"variant-{number}.f16").write_bytes(old)
    stored_latents(tracks, "key", MOVED, tmp_path, Reporter())
    assert contents(tmp_path) == whole


def test_a_track_begins_with_its_first_sample_whatever_the_starting_point(
    tracks: Tracks, tmp_path: Path
) -> None:
    """Silence comes before it: no attack is cut off."""
    stored, rows = stored_latents(tracks, "key", MOVED, tmp_path, Reporter()), 2
    representation = tracks.representation
    step = representation.spec.hop_length or 1
    for number, variant in enumerate(variants_of(MOVED)):
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
    variant, learnt = variants_of(MOVED)[number], tracks.indices[0]
    n_there = tracks.rendition.tracks[learnt].n_samples
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
    list(latents._chunks(tracks, learnt, Way.of(tracks, variant, MOVED.n_frames)))
    begin, _ = samples_of(tracks.representation, 0, tracks.n_frames(learnt))
    at = np.arange(begin, begin + heard[0].shape[1]) - variant.late * (tracks.spec.hop_length or 1)
    ends = n_there / variant.speed
    inside, outside = (at > 50) & (at < ends - 50), (at < -50) | (at > ends + 50)
    found = heard[0][0].numpy()
    spectrum = np.abs(np.fft.rfft(found[inside], 1 << 20))
    turn = 2 * np.pi * spectrum.argmax() / (1 << 20)
    assert abs(12 * np.log2(turn / 0.3) - variant.semitones) < 0.02
    assert np.sqrt(np.mean(found[inside] ** 2)) > 0.7
    assert np.abs(found[outside]).max(initial=0) < 1e-3


@pytest.mark.parametrize("number", range(4))
def test_a_row_is_of_the_same_music_in_every_variant(
    tracks: Tracks, tmp_path: Path, number: int
) -> None:
    """From where it begins to where it ends, sooner or later."""
    stored, learnt = stored_latents(tracks, "key", MOVED, tmp_path, Reporter()), tracks.indices[0]
    speed, n_features = variants_of(MOVED)[number].speed, tracks.spec.n_channels
    n_heard = math.ceil(tracks.n_frames(learnt) / speed)
    place = sum(
        math.ceil(tracks.n_frames(track) / (speed if track in tracks.indices else 1))
        for track in range(learnt)
    )
    raw = np.fromfile(tmp_path / "latents" / f"variant-{number}.f16", "<f2").astype(np.float32)
    frames = torch.from_numpy(raw.reshape(-1, n_features)[place : place + n_heard].T.copy())
    there = tracks.representation.normaliser(frames[None])

    def row(start: int) -> torch.Tensor:
        return stored.encode([Row(learnt, start, variant=number)], 16)

    for start in (0, 100):
        first = round(start / speed)
        torch.testing.assert_close(row(start), there[:, :, first : first + 16])
    # A row of 16 frames is of 15 or 17 of the recording: the last one ends so near to the end.
    last = row(tracks.n_frames(learnt) - 16)
    ends = range(n_heard - 2, n_heard + 1)
    assert any(torch.allclose(last, there[:, :, end - 16 : end]) for end in ends)


def test_a_track_as_long_as_a_row_is_heard_lower_where_higher_would_end_too_soon(
    tracks: Tracks, tmp_path: Path
) -> None:
    learnt = tracks.indices[0]
    n_there = tracks.n_frames(learnt)
    whole = replace(MOVED, n_frames=n_there)
    stored = stored_latents(tracks, "key", whole, tmp_path, Reporter())
    assert [way.variants[learnt].semitones for way in stored.ways] == [0, -1, 0, -1]
    assert all(way.counts[learnt] >= n_there for way in stored.ways)
    longer = replace(MOVED, n_frames=n_there + 1)  # looped, so it may end anywhere
    ways = [Way.of(tracks, variant, longer.n_frames) for variant in variants_of(longer)]
    assert [way.variants[learnt] for way in ways] == variants_of(longer)


def test_a_track_shorter_than_a_row_is_looped_as_soon_as_it_is_over(
    tracks: Tracks, tmp_path: Path
) -> None:
    learnt = tracks.indices[0]
    longer = replace(MOVED, n_frames=2 * tracks.n_frames(learnt))
    stored = stored_latents(tracks, "key", longer, tmp_path, Reporter())
    for number, way in enumerate(stored.ways):
        n_heard = way.counts[learnt]
        frames = stored.encode([Row(learnt, 0, variant=number)], longer.n_frames)
        again = min(n_heard, longer.n_frames - n_heard)
        assert torch.equal(frames[:, :, n_heard : n_heard + again], frames[:, :, :again])


def test_silence_follows_a_short_track_where_rows_are_fitted(
    tracks: Tracks, tmp_path: Path
) -> None:
    """A clip that is made ends as the recording does, and does not begin again."""
    n_there = tracks.n_frames(tracks.indices[0])
    fitted = replace(MOVED, n_frames=n_there + 300, ends=True)
    stored = stored_latents(tracks, "key", fitted, tmp_path, Reporter())
    edge = tracks.representation.edge_frames + tracks.representation.context_frames + 1
    silence = torch.zeros(1, 1, 64 * (tracks.spec.hop_length or 1))
    with torch.no_grad():
        still = tracks.representation.encode(silence)[0, :, 32]
    for number, way in enumerate(stored.ways):
        n_heard = way.variants[tracks.indices[0]].n_frames(n_there)
        frames = stored.encode([Row(tracks.indices[0], 0, variant=number)], fitted.n_frames)
        after = frames[0, :, n_heard + edge : -edge]
        assert after.shape[1] > 0
        torch.testing.assert_close(after, still[:, None].expand_as(after), atol=0.02, rtol=0.02)


def test_labels_of_what_is_heard_higher() -> None:
    labels = {"family": "flute", "pitch": "60", "Key": "C", "tempo": "120"}
    pitches = {"58", "60", "61"}
    assert moved(labels, 0, pitches) == labels
    assert moved(labels, -2, pitches) == {"family": "flute", "pitch": "58"}
    assert moved(labels, 2, pitches) == {"family": "flute"}
    assert moved({"pitch": "C4", "note": "60"}, 1, pitches) == {}


def test_rows_are_told_the_labels_of_what_they_hear(
    tracks: Tracks, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed = tuple(
        replace(one, labels={"pitch": "60" if one.split == "train" else "61"})
        for one in tracks.rendition.tracks
    )
    monkeypatch.setattr(tracks.rendition, "tracks", changed)
    named = replace(tracks, labels=("60", "61"))
    stored = stored_latents(named, "key", MOVED, tmp_path, Reporter())
    held_out = next(n for n, one in enumerate(changed) if one.split == "valid")
    rows = [Row(t, 0, variant=v) for t in (tracks.indices[0], held_out) for v in range(4)]
    told = stored.flags(rows)
    assert told is not None
    moved_ones = [[True, False], [False, True], [True, False], [False, False]]
    assert told.tolist() == [*moved_ones, *([[False, True]] * 4)]


def test_held_out_music_is_heard_as_it_was_recorded(
    tracks: Tracks, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed = tuple(replace(one, split="valid") for one in tracks.rendition.tracks)
    monkeypatch.setattr(tracks.rendition, "tracks", changed)
    moved_too = stored_latents(tracks, "key", MOVED, tmp_path, Reporter())
    still = stored_latents(tracks, "key", STILL, tmp_path / "still", Reporter())
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
    stored = stored_latents(tracks, "key", STILL, tmp_path, Reporter())
    heard = [1, 3, 4]
    n_bytes = 2 * tracks.representation.spec.n_channels * sum(map(tracks.n_frames, heard))
    assert {len(content) for content in contents(tmp_path)} == {n_bytes}
    found = stored.encode([Row(4, 0, variant=0)], tracks.n_frames(4))
    torch.testing.assert_close(found, tracks.encode([Row(4, 0)], tracks.n_frames(4)), **NEAR)


def test_how_long_it_will_take_is_said_first(tracks: Tracks, tmp_path: Path) -> None:
    said = Collected()
    for _ in range(2):
        stored_latents(tracks, "key", MOVED, tmp_path, said)
    [line] = said.lines
    assert line.startswith("encoding the recordings before the first step: about ")
    assert line.endswith(f"kept in {tmp_path / 'latents'}")
