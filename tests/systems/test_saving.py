"""A saved system: strict, complete, never pickle, and clear about what is wrong with a bad one."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from menura import systems
from menura.audio import Clip
from menura.foundation.config import to_dict
from menura.foundation.errors import MenuraError, UsageError
from menura.models.frame_rnn import FrameRnn
from menura.representations.log_power import LogPower
from menura.systems import Description, Forerunner, Provenance, SavedPart, TrainedSystem
from tunes import tune

RATE = 8000


def description(n_hidden: int = 8) -> Description:
    return Description(
        recipe="stft-lstm",
        preset="tiny",
        sample_rate=RATE,
        n_audio_channels=1,
        seconds=1.0,
        representation=SavedPart(
            "log-power", to_dict(LogPower.Config(n_fft=256, hop_length=128, n_iter=2))
        ),
        model=SavedPart(
            "frame-rnn", {**to_dict(FrameRnn.tiny), "n_hidden": n_hidden, "n_opening": 2}
        ),
        provenance=Provenance(data="tunes", data_licences={"CC0": 3}, training="12 steps"),
    )


@pytest.fixture
def system() -> TrainedSystem:
    made = systems.build(description(), seed=1)
    made.representation.fit([torch.from_numpy(tune(2, RATE))])
    return made


@pytest.fixture
def folder(system: TrainedSystem, tmp_path: Path) -> Path:
    systems.save(system, tmp_path / "run")
    return tmp_path / "run"


def test_it_comes_back_the_same(system: TrainedSystem, folder: Path) -> None:
    again = systems.load(folder)
    assert plain(again.description) == plain(system.description)
    for ours, theirs in zip(
        system.representation.buffers(), again.representation.buffers(), strict=True
    ):
        assert torch.equal(ours, theirs)
    a, b = (s.generate(1, 0.7, seed=2)[0].samples for s in (system, again))
    np.testing.assert_array_equal(a, b)


def test_the_folder_is_plain_and_complete(folder: Path) -> None:
    assert {path.name for path in folder.iterdir()} == {
        "README.md",
        "system.json",
        "weights.safetensors",
    }
    card = (folder / "README.md").read_text()
    for fact in ("stft-lstm", "8000 Hz, mono", "12 steps", "CC0 (3 tracks)", "continue"):
        assert fact in card


def test_what_it_set_off_from_is_told(system: TrainedSystem, tmp_path: Path) -> None:
    before = tuple(
        Forerunner(name, f"hash of {name}", f"music of {name}", "print", 2.0, "9 steps")
        for name in ("nearest", "first")
    )
    provenance = replace(system.description.provenance, set_off_from=before)
    system.description = replace(system.description, provenance=provenance)
    systems.save(system, tmp_path)
    assert systems.load(tmp_path).description.provenance == provenance
    [row] = [
        line
        for line in (tmp_path / "README.md").read_text().splitlines()
        if line.startswith("| set off from |")
    ]
    assert row == (
        "| set off from | nearest (hash hash of nearest), which learnt from music of nearest, "
        "2.0 minutes (9 steps); that from first (hash hash of first), which learnt from music of "
        "first, 2.0 minutes (9 steps) |"
    )


def test_many_licences_are_a_list_and_few_a_row(system: TrainedSystem, tmp_path: Path) -> None:
    def card(n: int) -> str:
        licences = {f"CC BY 4.0, by composer {k}": k + 1 for k in range(n)}
        provenance = replace(system.description.provenance, data_licences=licences)
        system.description = replace(system.description, provenance=provenance)
        systems.save(system, tmp_path / str(n))
        return (tmp_path / str(n) / "README.md").read_text(encoding="utf-8")

    both = "CC BY 4.0, by composer 0 (1 track), CC BY 4.0, by composer 1 (2 tracks)"
    assert f"| licences of the data | {both} |" in card(2)
    many = card(9)
    assert "| licences of the data | below |" in many
    assert "\nLicences of the data:\n\n- CC BY 4.0, by composer 0 (1 track)\n" in many
    assert many.count("\n- CC BY 4.0, by composer") == 9


def test_systems_that_say_nothing_of_what_they_set_off_from_load(folder: Path) -> None:
    assert "set off from" not in (folder / "README.md").read_text()
    said = json.loads((folder / "system.json").read_text())
    assert said["provenance"].pop("set_off_from") == []
    (folder / "system.json").write_text(json.dumps(said))
    assert systems.load(folder).description.provenance.set_off_from == ()


def test_building_twice_gives_the_same_weights() -> None:
    torch.manual_seed(99)  # must have no influence
    one = systems.build(description(), seed=4)
    two = systems.build(description(), seed=4)
    other = systems.build(description(), seed=5)
    pairs = zip(one.model.parameters(), two.model.parameters(), strict=True)
    assert all(torch.equal(a, b) for a, b in pairs)
    assert not torch.equal(next(one.model.parameters()), next(other.model.parameters()))


def test_the_average_is_saved_where_one_is_kept(system: TrainedSystem, tmp_path: Path) -> None:
    average = {n: torch.full_like(p, 0.25) for n, p in system.model.named_parameters()}
    systems.save(system, tmp_path / "run", average)
    loaded = systems.load(tmp_path / "run")
    assert all(torch.all(p == 0.25) for p in loaded.model.parameters())
    assert not any(torch.all(p == 0.25) for p in system.model.parameters())


@pytest.mark.parametrize("half", [torch.float16, torch.bfloat16])
def test_half_precision_is_of_the_file_alone(
    system: TrainedSystem, tmp_path: Path, half: torch.dtype
) -> None:
    systems.save(system, tmp_path / "half", kept_as=half)
    weights = load_file(tmp_path / "half" / "weights.safetensors")
    again = systems.load(tmp_path / "half")
    assert {p.dtype for p in again.model.parameters()} == {torch.float32}
    assert {p.dtype for p in system.model.parameters()} == {torch.float32}, "stays as it was"
    for name, own in system.model.named_parameters():
        assert weights[f"model.{name}"].dtype == half
        assert torch.equal(again.model.get_parameter(name), own.to(half).float())
    for name, statistic in system.representation.named_buffers():
        assert torch.equal(again.representation.get_buffer(name), statistic), "whole"


def test_a_weight_that_half_precision_cannot_say_is_refused(
    system: TrainedSystem, tmp_path: Path
) -> None:
    name, parameter = next(system.model.named_parameters())
    with torch.no_grad():
        parameter.view(-1)[0] = 1e6
    with pytest.raises(MenuraError, match=rf"model\.{name}: .*float16 cannot say; keep bfloat16"):
        systems.save(system, tmp_path / "half", kept_as=torch.float16)
    systems.save(system, tmp_path / "half", kept_as=torch.bfloat16)


@pytest.mark.parametrize("change", ["missing", "extra", "shape"])
def test_weights_that_do_not_fit_are_refused(folder: Path, change: str) -> None:
    path = folder / "weights.safetensors"
    weights = load_file(path)
    name = "model.output.linear.bias"
    if change == "missing":
        del weights[name]
    elif change == "extra":
        weights["model.stranger"] = torch.zeros(1)
    else:
        weights[name] = torch.zeros(3)
    save_file(weights, path)
    with pytest.raises(
        MenuraError, match=r"fit this system: model\.(output|stranger).*; train it again, or open"
    ):
        systems.load(folder)


@pytest.mark.parametrize(
    ("file", "content", "says"),
    [
        ("system.json", b"{", "cannot be read"),
        ("system.json", b"[]", "not the description"),
        ("system.json", b'{"format": "other"}', "not the description"),
        ("system.json", b'{"format": "menura-system", "version": 99}', "format version 99"),
        ("weights.safetensors", b"", "cannot be read"),
        ("weights.safetensors", b"x" * 500, "cannot be read"),
    ],
)
def test_damage_is_one_clear_line(folder: Path, file: str, content: bytes, says: str) -> None:
    (folder / file).write_bytes(content)
    with pytest.raises(MenuraError, match=says) as caught:
        systems.load(folder)
    assert "\n" not in str(caught.value)
    assert file in str(caught.value)


def test_an_unknown_setting_is_refused(folder: Path) -> None:
    path = folder / "system.json"
    values = json.loads(path.read_text())
    values["model"]["config"]["n_hiden"] = 3
    path.write_text(json.dumps(values))
    with pytest.raises(MenuraError, match="n_hiden"):
        systems.load(folder)


def test_a_folder_without_a_system_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MenuraError, match="not a trained system"):
        systems.load(tmp_path)


def test_lengths_are_exact(system: TrainedSystem) -> None:
    for seconds in (0.011, 0.5, 1.0, 1.2345):
        clips = system.generate(2, seconds, seed=0)
        assert [clip.n_samples for clip in clips] == [round(seconds * RATE)] * 2
    seed = Clip(tune(0.777, RATE), RATE)
    assert system.continue_(seed, 0.5, seed=0).n_samples == seed.n_samples + 4000
    assert system.reconstruct(seed).n_samples == seed.n_samples


def test_a_continuation_begins_with_its_seed(system: TrainedSystem) -> None:
    seed = Clip(tune(1.0, RATE), RATE)
    made = system.continue_(seed, 0.5, seed=0)
    untouched = seed.n_samples - round(0.05 * RATE)
    np.testing.assert_array_equal(made.samples[:, :untouched], seed.samples[:, :untouched])
    assert np.abs(made.samples[:, seed.n_samples :]).max() > 1e-4


def test_there_is_no_click_where_the_new_part_begins(system: TrainedSystem) -> None:
    seed = Clip(tune(1.0, RATE), RATE)
    made = system.continue_(seed, 0.5, seed=0, temperature=0.0).samples[0]
    steps = np.abs(np.diff(made))
    around = steps[seed.n_samples - 500 : seed.n_samples + 100]
    elsewhere = np.concatenate([steps[: seed.n_samples - 500], steps[seed.n_samples + 100 :]])
    assert around.max() < 1.5 * elsewhere.max()


def test_a_very_short_seed_is_enough(system: TrainedSystem) -> None:
    seed = Clip(tune(0.25, RATE)[:, :40], RATE)
    assert system.continue_(seed, 0.3, seed=0).n_samples == 40 + 2400


def test_another_rate_is_refused_rather_than_misheard(system: TrainedSystem) -> None:
    with pytest.raises(UsageError, match="8000 Hz"):
        system.reconstruct(Clip(tune(0.5, 16_000), 16_000))


def test_impossible_lengths_are_refused(system: TrainedSystem) -> None:
    for seconds in (0.0, -1.0, float("nan"), 1e9):
        with pytest.raises(UsageError, match="a length of"):
            system.generate(1, seconds, seed=0)


def plain(description: Description) -> str:
    return json.dumps(to_dict(description))
