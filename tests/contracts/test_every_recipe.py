"""What every recipe owes: at `tiny` it makes sound, once it is trained, saved and loaded, or opened
where its weights are others'."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from menura import models, recipes, representations
from menura.audio import Clip, Note, Score, read, write, write_score
from menura.foundation.errors import UsageError
from menura.foundation.rooms import Room
from menura.recipes import Preset, PretrainedRecipe
from menura.systems import Pretrained, ScoreSystem, System
from menura.training.assembly import new_system
from menura.workflows.continue_ import continue_
from menura.workflows.generate import generate
from menura.workflows.inpaint import inpaint
from menura.workflows.interpolate import interpolate
from menura.workflows.load import load
from menura.workflows.outputs import notes_beside
from menura.workflows.reconstruct import reconstruct
from menura.workflows.sound import SoundOptions
from menura.workflows.train import train
from menura.workflows.vary import vary
from random_scores import folder_of_scores, tune_of_notes
from tunes import folder_of_tunes, tune

NAMES = recipes.room.names()
PRETRAINED = [name for name in NAMES if isinstance(recipes.load(name), PretrainedRecipe)]
TRAINED = [name for name in NAMES if name not in PRETRAINED]
PRESETS = [(name, preset) for name in TRAINED for preset in recipes.load(name).presets]


@dataclass(frozen=True)
class Subject:
    """What a verb is given: a run, or the name of a pretrained recipe and what to take of it."""

    run: Path | str
    options: dict[str, Any]

    def opened(self) -> Any:
        return load(self.run, **self.options)


@pytest.fixture(scope="module")
def corpora(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Raw folders: of recordings, and of MIDI files."""
    place = tmp_path_factory.mktemp("corpora")
    return {
        "sound": folder_of_tunes(place / "tunes"),
        "notes": folder_of_scores(place / "scores"),
    }


@pytest.fixture(scope="module", params=NAMES)
def subject(
    request: pytest.FixtureRequest,
    corpora: dict[str, Path],
    tmp_path_factory: pytest.TempPathFactory,
) -> Subject:
    """A tiny system of the recipe, trained for a few steps on a raw folder, or as it comes."""
    name = str(request.param)
    if name in PRETRAINED:
        return Subject(name, {"preset": "tiny"})
    folder = tmp_path_factory.mktemp("run") / name
    of = "notes" if learns_notes(recipes.load(name).preset("tiny")) else "sound"
    train(name, corpora[of], folder, preset="tiny", steps=12)
    return Subject(folder, {})


def learns_notes(preset: Preset) -> bool:
    part = preset.representation
    return part is not None and representations.is_of_scores(part.name)


def seed_in(folder: Path, system: System, seconds: float = 1.5) -> Path:
    """A file of the kind the system takes, of so many seconds."""
    if isinstance(system, ScoreSystem):
        notes = tune_of_notes(seed=77).until(seconds - 0.5).notes
        last = Note(seconds - 0.5, seconds, 60)
        write_score(folder / "seed.mid", Score((*notes, last)))
        return folder / "seed.mid"
    write(Clip(tune(seconds, 8000, seed=77), 8000), folder / "seed.wav")
    return folder / "seed.wav"


@pytest.mark.parametrize(("name", "preset"), PRESETS)
def test_its_parts_exist_and_fit_together(name: str, preset: str) -> None:
    chosen = recipes.load(name).preset(preset)
    system = new_system(name, preset, chosen, seed=0)
    assert type(system.model) is models.load(chosen.model.name)
    if chosen.representation is not None:
        part = chosen.representation.name
        notes = learns_notes(chosen)
        kind = representations.load_score(part) if notes else representations.load(part)
        assert type(system.representation) is kind


@pytest.mark.parametrize("name", NAMES)
def test_it_says_what_it_is(name: str) -> None:
    recipe = recipes.load(name)
    assert {"laptop", "tiny"} <= recipe.presets.keys()
    assert recipe.report
    assert len(Room("menura.recipes", "recipe").summary(name)) > 20


def test_the_system_is_complete(subject: Subject) -> None:
    if isinstance(subject.run, str):
        assert isinstance(subject.opened(), Pretrained)
        return
    names = {path.name for path in subject.run.iterdir()}
    assert {"system.json", "weights.safetensors", "README.md", "metrics.json"} <= names
    assert subject.opened().description.provenance.training.startswith("12 steps")


@pytest.mark.parametrize("name", PRETRAINED)
def test_a_pretrained_one_says_whose_it_is(name: str, tmp_path: Path) -> None:
    recipe = recipes.load(name)
    assert isinstance(recipe, PretrainedRecipe)
    assert issubclass(recipe.kind, Pretrained)
    assert all(isinstance(config, recipe.kind.Config) for config in recipe.presets.values())
    assert recipe.preset("laptop").licence in Room("menura.recipes", "recipe").summary(name)
    with pytest.raises(UsageError, match="comes trained"):
        train(name, tmp_path, tmp_path / "run", preset="tiny")


def test_each_of_its_powers_makes_sound(subject: Subject, tmp_path: Path) -> None:
    run, options, system = subject.run, subject.options, subject.opened()
    powers = system.powers
    assert powers, "a system that can do nothing"
    seed_file = seed_in(tmp_path, system)
    made: dict[str, list[Path]] = {}
    if "generate" in powers:
        made["generate"] = generate(
            run, tmp_path / "out", n=2, sound=SoundOptions(seconds=1.25), **options
        )
    if "continue" in powers:
        made["continue"] = [
            continue_(
                run, seed_file, tmp_path / "c.flac", sound=SoundOptions(seconds=1.25), **options
            )
        ]
    if "reconstruct" in powers:
        made["reconstruct"] = [reconstruct(run, seed_file, tmp_path / "r.ogg", **options)]
    if "inpaint" in powers:
        made["inpaint"] = [inpaint(run, seed_file, tmp_path / "i.wav", from_s=0.4, to_s=0.9)]
    if "vary" in powers:
        made["vary"] = [vary(run, seed_file, tmp_path / "v.wav", strength=0.5)]
    if "interpolate" in powers:
        made["interpolate"] = interpolate(run, seed_file, seed_file, tmp_path / "path", steps=3)
    lengths = dict.fromkeys(powers, 1.5) | {"generate": 1.25, "continue": 2.75}
    assert set(powers) == set(made), "a power without a test"
    for verb, paths in made.items():
        for path in paths:
            clip = read(path)
            assert bool(notes_beside(path)) == isinstance(system, ScoreSystem)
            assert clip.n_samples == round(lengths[verb] * clip.sample_rate), verb
            assert np.isfinite(clip.samples).all()
            assert np.abs(clip.samples).max() > 1e-4, f"{verb} is silent"


def test_a_loaded_system_makes_the_same_music(subject: Subject) -> None:
    first, second = subject.opened(), subject.opened()
    powers = first.powers
    if "generate" in powers:
        a, b = (s.generate(1, 1.0, seed=3)[0].samples for s in (first, second))
        np.testing.assert_array_equal(a, b)
    if "continue" in powers:
        seed = seed_clip(first)
        a, b = (s.continue_(seed, 1.0, seed=3).samples for s in (first, second))
        np.testing.assert_array_equal(a, b)


def seed_clip(system: System) -> Clip:
    if isinstance(system, ScoreSystem):
        return system.play(tune_of_notes(8))
    return Clip(tune(1.0, system.sample_rate, seed=5), system.sample_rate)
