"""`menura compare` in a folder of before: what counts as done, and what is tried again."""

import errno
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from menura.audio import Clip
from menura.evaluation import embeddings, metrics
from menura.evaluation.compare.judging import Judged
from menura.evaluation.compare.material import Material
from menura.evaluation.compare.stretches import Part
from menura.evaluation.compare.ways import WAYS
from menura.foundation.atomic import write_json
from menura.foundation.errors import MenuraError
from menura.foundation.reporting import Collected, Reporter
from menura.systems import TrainedSystem
from menura.workflows.compare import compare as comparing
from menura.workflows.compare import judging, making, story
from menura.workflows.compare.apart import Apart, DiedError
from menura.workflows.compare.order import (
    FACTS,
    MARK,
    REASON,
    VERSION,
    Entry,
    Order,
    kept_entries,
    note,
)
from menura.workflows.compare.results import Found, Outcome
from tunes import tune


class Judging:
    """In place of a judge: one of two ways fails as often as it is told."""

    def __init__(self, n_failing: int):
        self.asked: list[str] = []
        self.n_failing = n_failing

    def real(self, way: Any) -> Judged:
        self.asked.append(way.name)
        if way.name == "vary" and self.n_failing:
            self.n_failing -= 1
            return Judged({}, {"drift": "OSError: full"}, ("drift",))
        return Judged({}, {"drift": "too short"})


@pytest.fixture
def task(tmp_path: Path) -> dict[str, Any]:
    return judging.as_payload(judging.Task("c", str(tmp_path), 2, 1.0, 0, ("generate", "vary")))


def test_what_broke_is_measured_again_and_nothing_else(
    task: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    judge = Judging(1)
    monkeypatch.setattr(judging, "_judge", lambda *words: judge)
    first = judging.judge(task, Reporter())
    assert first["scores"]["vary"]["not_measured"] == {"drift": "OSError: full"}
    second = judging.judge(task, Reporter())
    assert second["scores"]["vary"]["not_measured"] == {"drift": "too short"}
    assert list(second["scores"]) == ["generate", "vary"]
    assert judging.judge(task, Reporter()) == second
    assert judge.asked == ["generate", "vary", "vary"]


def test_weights_that_have_come_are_measured_by(
    task: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    judge = Judging(0)
    monkeypatch.setattr(judging, "_judge", lambda *words: judge)
    clap = type(metrics.load("frechet-clap"))
    monkeypatch.setattr(clap, "unavailable", lambda self: "weights are not there")
    judging.judge(task, Reporter())
    monkeypatch.setattr(clap, "unavailable", lambda self: None)
    judging.judge(task, Reporter())
    assert judge.asked == ["generate", "vary"] * 2


def test_an_embedding_that_is_another_measures_again(
    task: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Distances of two editions do not compare: none of the old ones may stand beside new ones."""
    judge = Judging(0)
    monkeypatch.setattr(judging, "_judge", lambda *words: judge)
    judging.judge(task, Reporter())
    monkeypatch.setattr(type(embeddings.load("menura")), "in_words", "edition 2")
    judging.judge(task, Reporter())
    judging.judge(task, Reporter())
    assert judge.asked == ["generate", "vary"] * 2


def test_a_folder_for_which_music_was_cut_otherwise_is_refused(tmp_path: Path) -> None:
    """Its clips belong to other pieces than those that would be cut now."""
    asked = Order("a corpus", 1.0, 2, 1.0, 0)
    note(tmp_path, asked)
    note(tmp_path, asked)
    mark = json.loads((tmp_path / MARK).read_text())
    (tmp_path / MARK).write_text(json.dumps({**mark, "version": VERSION - 1}))
    with pytest.raises(MenuraError, match="with pieces of real music that this Menura cuts"):
        note(tmp_path, asked)


class Nothing(TrainedSystem):
    """In place of a system, where it is not asked."""

    def __init__(self) -> None:
        pass


def one_way(folder: Path, error: Exception | None) -> Any:
    def made(system: object, material: object, seed: int) -> Iterator[tuple[str, Clip]]:
        yield "000", Clip(tune(1.0, 8000, 0), 8000)
        if error is not None:
            raise error

    way = replace(WAYS["generate"], make=made)
    material = object.__new__(Material)
    object.__setattr__(material, "n", 2)
    return making._one_way(way, Nothing(), material, 0, folder, "tag", Reporter())


def test_a_disk_that_is_full_while_clips_are_written_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*words: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("menura.audio.writing._encode", full)
    with pytest.raises(OSError, match="No space left") as told:
        one_way(tmp_path / "generate", None)
    assert told.value.errno == errno.ENOSPC


def chained(cause: Exception) -> MenuraError:
    error = MenuraError("x.wav: cannot be written")
    error.__context__ = cause
    return error


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        chained(OSError(errno.ENOSPC, "full")),
        chained(MemoryError()),
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB"),
        RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried"),
    ],
    ids=["memory", "full disk", "memory, in other words", "of a device", "of torch"],
)
def test_troubles_of_the_machine_are_no_lasting_reason(error: Exception, tmp_path: Path) -> None:
    with pytest.raises((OSError, MemoryError)):
        one_way(tmp_path / "generate", error)


def test_a_fault_of_the_system_is(tmp_path: Path) -> None:
    for error, words in [
        (chained(FileNotFoundError(errno.ENOENT, "gone")), "x.wav: cannot be written"),
        (MenuraError("too short"), "too short"),
        (ValueError("odd"), "ValueError: odd"),
    ]:
        assert one_way(tmp_path / "generate", error) == {"not_made": words}


def test_systems_that_failed_or_wait_to_be_measured_stay(tmp_path: Path) -> None:
    entries = [Entry("gan", "tiny"), Entry("latent-flow", "tiny"), Entry("stft-lstm", "tiny")]
    write_json(entries[0].folder(tmp_path) / REASON, {"reason": "killed"})
    write_json(entries[1].folder(tmp_path) / FACTS, {"made": {}})
    entries[2].folder(tmp_path).mkdir(parents=True)
    write_json(tmp_path / "systems" / "gone" / "tiny" / REASON, {"reason": "killed"})
    said = Collected()
    assert kept_entries(tmp_path, said) == entries[:2]
    [warning] = said.warnings
    assert warning.startswith("systems/gone/tiny is left out")


def test_what_is_too_loud_for_a_file_is_written_down(tmp_path: Path) -> None:
    loud, fine = Clip(tune(1.0, 8000, 0), 8000), Clip(tune(1.0, 8000, 1), 8000)
    loud.samples[:] *= 2 / np.abs(loud.samples).max()

    def made(system: object, material: object, seed: int) -> Iterator[tuple[str, Clip]]:
        yield from {"000": loud, "001": fine}.items()

    material = object.__new__(Material)
    object.__setattr__(material, "n", 2)
    way = replace(WAYS["generate"], make=made)
    found = making._one_way(way, Nothing(), material, 0, tmp_path / "g", "tag", Reporter())
    assert found["lowered_db"] == {"000": pytest.approx(20 * np.log10(2), abs=1e-3)}


@pytest.mark.parametrize(
    ("made", "speed"),
    [
        ({"generate": (10.0, 20.0), "continue": (99.0, 30.0)}, 2.0),
        ({"continue": (10.0, 30.0)}, 2.2),  # two clips, with four seconds of seed each
        ({"reconstruct": (1.0, 30.0)}, None),
    ],
)
def test_speed_is_of_new_music(made: dict[str, tuple[float, float]], speed: float | None) -> None:
    facts = {
        way: {"names": ["000", "001"], "took_s": took, "sound_s": sound}
        for way, (took, sound) in made.items()
    }
    assert story._speed({"made": facts}, 4.0) == (None if speed is None else pytest.approx(speed))


def found_of(*outcomes: Outcome) -> Found:
    material = object.__new__(Material)
    for name, value in (("n", 3), ("pieces", ((),) * 3), ("going_on", ((),) * 2), ("seed_s", 1.0)):
        object.__setattr__(material, name, value)
    return Found(Order("d", 5.0, 3, 2.0, 0), "c", {}, material, outcomes, {})


def test_fewer_clips_and_quieter_ones_are_said() -> None:
    made = {
        "generate": {"names": ["000", "001", "002"], "lowered_db": {"000": 1.25, "002": 6.5}},
        "continue": {"names": ["000"]},
        "vary": {"not_made": "why"},
    }
    loud, few = story._changed(made, found_of())
    assert "2 of 3 clips were above full scale, and lowered by up to 6.5 dB" in loud
    assert few.startswith("gone on with: 1 of 2 clips")


def test_other_machines_are_said() -> None:
    def outcome(name: str, torch: str) -> Outcome:
        return Outcome(Entry(name, "tiny"), name, {"machine": {"cores": 2, "torch": torch}})

    one, same, other = outcome("a", "2.13"), outcome("b", "2.13"), outcome("c", "2.14")
    assert list(story._places(found_of(one, same))) == []
    first, *lines = story._places(found_of(one, same, other))
    assert "not the same work" in first
    assert lines == ["a, b on cores 2, torch 2.13.", "c on cores 2, torch 2.14."]


def test_recordings_shorter_than_the_clips_are_said() -> None:
    material = found_of().material
    for lengths, n in (((4.0, 4.0, 9.0), 1), ((4.0, 10.0, 10.0), 0)):
        stretches = tuple((Part(0, 0.0, seconds),) for seconds in lengths)
        object.__setattr__(material, "held_out", stretches)
        object.__setattr__(material, "seconds", 10.0)
        said = Collected()
        comparing._say_short(material, said)
        assert len(said.warnings) == n
        assert all("--seconds 4 makes them alike" in line for line in said.warnings)


class Dying(Apart):
    """In place of the process that measures: real music is too much for it."""

    def __init__(self, *_: object) -> None:
        pass

    def __enter__(self) -> "Dying":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def do(self, payload: dict[str, Any], reporter: Reporter) -> dict[str, Any]:
        if payload["folder"].endswith("real"):
            raise DiedError("its process was killed")
        return {"scores": {"generate": {"figures": {}}}}


def test_real_music_that_cannot_be_measured_costs_no_system(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(comparing, "Apart", Dying)
    said = Collected()
    work = comparing._Work("c", Order("data", 1.0, 2, 1.0, 0), tmp_path, "tiny", said)
    made = Outcome(Entry("gan", "tiny"), "gan", {"made": {"generate": {"names": ["000"]}}})
    [judged], real = work.all_judged([made])
    assert judged.scores is not None
    assert real == {"scores": {}, "reason": "its process was killed"}
    assert said.warnings == ["real music: could not be measured: its process was killed"]
