"""The recordings that come with Menura: few bytes, free, attributed, and what they claim to be."""

import csv
import importlib.util
import io
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from menura.audio import Clip, probe, read
from menura.workflows.demo import bundled_clips

FREE = {"CC0 1.0", "CC BY 3.0", "CC BY 4.0"}
MEBIBYTE = 2**20


def rows() -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(bundled_clips()["labels.csv"].decode("utf-8"))))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("clips")
    for name, content in bundled_clips().items():
        (folder / name).write_bytes(content)
    return folder


def test_they_are_small() -> None:
    assert sum(map(len, bundled_clips().values())) <= 1.5 * MEBIBYTE


def test_every_file_is_listed_once_and_attributed() -> None:
    sounds = sorted(bundled_clips().keys() - {"labels.csv", "ATTRIBUTION.md"})
    assert [Path(name).suffix for name in sounds] == [".ogg"] * len(sounds)
    assert sorted(row["file"] for row in rows()) == sounds
    lines = bundled_clips()["ATTRIBUTION.md"].decode("utf-8").splitlines()
    for row in rows():
        (line,) = [line for line in lines if line.startswith(f"| {row['file']} |")]
        for said in (row["title"], row["artist"], row["licence"], "https://"):
            assert said in line


def test_every_licence_lets_anyone_use_and_change_them() -> None:
    assert {row["licence"] for row in rows()} <= FREE


def test_recordings_are_held_out_whole() -> None:
    splits = {row["recording"]: set[str]() for row in rows()}
    for row in rows():
        splits[row["recording"]].add(row["split"])
    assert all(len(split) == 1 for split in splits.values())
    assert {next(iter(split)) for split in splits.values()} == {"train", "valid", "test"}
    held_out = {row["recording"] for row in rows() if row["split"] != "train"}
    assert held_out == {"Creepy Piano 1", "Snow Drift"}


def test_each_is_some_seconds_of_sound_without_silence(folder: Path) -> None:
    for row in rows():
        info = probe(folder / row["file"])
        assert (info.sample_rate, info.n_channels) == (22_050, 1)
        clip = read(folder / row["file"])
        assert 10 <= clip.duration_s <= 15
        assert np.abs(clip.samples).max() <= 1.0
        half_s = clip.sample_rate // 2
        n = clip.n_samples // half_s
        power = np.square(clip.samples[0, : n * half_s]).reshape(n, half_s).mean(axis=1)
        assert 10 * np.log10(power.min()) > -45, row["file"]


def the_tool() -> ModuleType:
    file = Path(__file__).parents[2] / "tools" / "make_demo_clips.py"
    spec = importlib.util.spec_from_file_location("make_demo_clips", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["make_demo_clips"] = module
    spec.loader.exec_module(module)
    return module


def snr_db(expected: Clip, found: Clip) -> float:
    n = min(expected.n_samples, found.n_samples)
    error = expected.samples[:, :n] - found.samples[:, :n]
    return float(10 * np.log10(np.square(expected.samples[:, :n]).mean() / np.square(error).mean()))


def test_they_are_what_the_attribution_says(folder: Path, recordings: Path) -> None:
    tool = the_tool()
    assert {f"{excerpt.name}.ogg" for excerpt in tool.EXCERPTS} == {row["file"] for row in rows()}
    for excerpt in tool.EXCERPTS:
        again = tool.cut(excerpt, recordings / "clips" / "genres_original" / excerpt.source)
        assert snr_db(again, read(folder / f"{excerpt.name}.ogg")) > 10, excerpt.name
