"""Systems of notes: exact lengths, alone as together, seeds kept, whatever the model says."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
import torch

from menura.audio import Clip, Note, Played, Score
from menura.foundation.errors import MenuraError, UsageError
from menura.models.contract import AS_LEARNT, Model, Rngs, Sampling
from menura.recipes import load
from menura.representations import Frames
from menura.systems import ScoreSystem
from menura.training.assembly import new_system
from random_scores import tune_of_notes


@pytest.fixture
def system() -> ScoreSystem:
    made = new_system("deepjazz", "tiny", load("deepjazz").preset("tiny"), seed=1)
    assert isinstance(made, ScoreSystem)
    return made


class Says:
    """A model's voice that says what it is told, over and over."""

    def __init__(self, model: Model, *events: int):
        self.model, self.events = model, events

    def stream(
        self, seed: Frames | None, rngs: Rngs, sampling: Sampling = AS_LEARNT
    ) -> Iterator[Frames]:
        while True:
            for event in self.events:
                yield torch.full((len(rngs), 1, 1), float(event))


def saying(system: ScoreSystem, *events: int, monkeypatch: pytest.MonkeyPatch) -> ScoreSystem:
    monkeypatch.setattr(system.model, "stream", Says(system.model, *events).stream)
    return system


def test_music_is_as_long_as_asked_for(system: ScoreSystem) -> None:
    for seconds in (0.1, 1.2345, 6.0):
        [score] = system.compose(1, seconds, seed=3)
        assert score.duration_s <= seconds
        [clip] = system.generate(1, seconds, seed=3)
        assert isinstance(clip, Played)
        assert clip.n_samples == round(seconds * 8000)
        assert clip.score == score


def test_longer_music_begins_as_shorter(system: ScoreSystem) -> None:
    [short], [long] = (system.compose(1, seconds, seed=3) for seconds in (2.0, 8.0))
    begun = [sorted((n.start_s, n.pitch) for n in s.until(2.0).notes) for s in (short, long)]
    assert begun[0] == begun[1]


def test_a_piece_is_the_same_alone_and_among_others(system: ScoreSystem) -> None:
    together = system.compose(4, 5.0, seed=7)
    assert together[2] == system.compose(1, 5.0, seed=9)[0]
    assert together[1] != together[2]


def test_a_seed_is_kept_and_gone_on_from(system: ScoreSystem) -> None:
    seed = replace(tune_of_notes(20), tempo_bpm=90.0, key="G")
    whole = system.continue_score(seed, 4.0, seed=2)
    assert whole.notes[: len(seed.notes)] == seed.notes
    assert (whole.tempo_bpm, whole.key) == (90.0, "G")
    new = whole.notes[len(seed.notes) :]
    assert new
    assert all(note.start_s >= seed.duration_s - 1 / 16 for note in new)
    assert whole.duration_s <= seed.duration_s + 4.0
    assert new != system.continue_score(seed, 4.0, seed=3).notes[len(seed.notes) :]
    clip = system.continue_(system.play(seed), 4.0, seed=2)
    assert clip.n_samples == round((seed.duration_s + 4.0) * 8000)


def test_a_clip_that_is_no_notes_is_refused(system: ScoreSystem) -> None:
    with pytest.raises(UsageError, match="goes on from notes, not from sound; give a MIDI file"):
        system.continue_(Clip(np.zeros((1, 800), np.float32), 8000), 1.0, seed=0)
    with pytest.raises(UsageError, match="no notes that the system has learnt"):
        system.continue_score(Score((Note(0, 1, 38, is_drum=True),)), 1.0, seed=0)


def test_what_the_model_says_is_what_is_heard(
    system: ScoreSystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Middle C for eight sixteenths of a second, again and again."""
    part = system.representation
    [on, *_, off] = part.encode(Score((Note(0, 0.5, 60),)))[0, 0].int().tolist()[1:]
    wait = 2 * 128 + 7
    saying(system, on, wait, off, monkeypatch=monkeypatch)
    [score] = system.compose(1, 1.75, seed=0)
    assert [(n.start_s, n.end_s, n.pitch) for n in score.notes] == [
        (0.0, 0.5, 60),
        (0.5, 1.0, 60),
        (1.0, 1.5, 60),
        (1.5, 1.75, 60),
    ]


def test_a_model_that_lets_no_time_pass_is_stopped(
    system: ScoreSystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    saying(system, 60, monkeypatch=monkeypatch)
    with pytest.raises(MenuraError, match="repeats itself without end; take another temperature"):
        system.generate(1, 1.0, seed=0)


def test_labels_and_lengths_that_cannot_be(system: ScoreSystem) -> None:
    with pytest.raises(UsageError, match="has learnt no labels"):
        system.generate(1, 1.0, seed=0, label="slow")
    with pytest.raises(UsageError, match="at most a day"):
        system.generate(1, 1e9, seed=0)
    with pytest.raises(UsageError, match="longer than a day"):
        system.continue_score(Score((Note(0, 86_000, 60),)), 1000.0, seed=0)
