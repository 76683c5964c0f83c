"""A system that learnt labels follows words that name them, and says what it leaves."""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from menura import systems
from menura.audio import Clip
from menura.foundation.errors import UsageError
from menura.foundation.reporting import Collected
from menura.models import Batch, Model, Phase
from menura.models.contract import AS_LEARNT, Losses, Sampling
from menura.representations.waveform import Waveform
from menura.systems import Description, Prompt, SavedPart, TrainedSystem
from menura.workflows import making
from menura.workflows.continue_ import continue_
from menura.workflows.generate import generate
from menura.workflows.sound import SoundOptions
from tunes import tune

RATE = 8000
LABELS = ("Hip-Hop", "Jazz", "piano")


class Follower(Model):
    """Notes which labels it is asked for."""

    heard: list[Sampling]

    def phases(self) -> dict[str, Phase]:
        return {"model": Phase((torch.nn.Parameter(torch.zeros(1)),))}

    def losses(self, batch: Batch, phase: str, rng: torch.Generator) -> Losses:
        return {"total": torch.zeros(())}

    def usual_guidance(self) -> float:
        return 2.0

    def generate(
        self, rngs: Sequence[torch.Generator], n_frames: int, sampling: Sampling = AS_LEARNT
    ) -> torch.Tensor:
        self.heard.append(sampling)
        return torch.full((len(rngs), 1, n_frames), 0.25)

    def continue_(
        self,
        seed: torch.Tensor,
        n_frames: int,
        rngs: Sequence[torch.Generator],
        sampling: Sampling = AS_LEARNT,
    ) -> torch.Tensor:
        return self.generate(rngs, n_frames, sampling)


@pytest.fixture
def system(monkeypatch: pytest.MonkeyPatch) -> TrainedSystem:
    part = SavedPart("waveform", {})
    description = Description("follower", "tiny", RATE, 1, 1.0, part, part, labels=LABELS)
    representation = Waveform(Waveform.Config(), RATE)
    model = Follower(None, representation.spec)
    model.weight = torch.nn.Parameter(torch.zeros(1))
    model.heard = []
    system = TrainedSystem(description, representation, model)
    monkeypatch.setattr(making, "load", lambda run, **_: system)
    monkeypatch.setattr(systems, "content_hash", lambda run: "0123456789ab")
    return system


def asked(system: TrainedSystem) -> tuple[list[bool], float]:
    assert isinstance(system.model, Follower)
    sampling = system.model.heard[-1]
    assert sampling.labels is not None
    return sampling.labels.tolist(), sampling.guidance


def test_words_that_name_labels_select_them(system: TrainedSystem, tmp_path: Path) -> None:
    reporter, sound = Collected(), SoundOptions(seconds=0.1)
    generate(
        "run", tmp_path, prompt="slow hip hop for pianos", guidance=3.0, sound=sound,
        reporter=reporter,
    )  # fmt: skip
    assert asked(system) == ([True, False, True], 3.0)
    assert reporter.lines[0] == "--prompt: follows the labels Hip-Hop, piano; ignored: slow for"
    clip = tmp_path / "001.wav"
    continue_(
        "run", clip, tmp_path / "c.wav", prompt="jazz without piano", sound=sound,
        reporter=reporter,
    )  # fmt: skip
    assert asked(system) == ([False, True, False], 2.0)
    assert "--prompt: follows the label Jazz; cannot leave out: piano" in reporter.lines


def test_in_python_too(system: TrainedSystem) -> None:
    system.generate(1, 0.1, 0, prompt="Piano Jazz")
    assert asked(system) == ([False, True, True], 2.0)
    system.continue_(Clip(tune(0.2, RATE), RATE), 0.1, 0, prompt=Prompt("jazz"), guidance=0.0)
    assert asked(system) == ([False, True, False], 0.0)


def test_words_that_name_none_are_refused(system: TrainedSystem, tmp_path: Path) -> None:
    said = re.escape("names a label of this follower system (there is: Hip-Hop, Jazz, piano)")
    for words in ("slow rain", "without jazz"):
        with pytest.raises(UsageError, match=said):
            generate("run", tmp_path, prompt=words)
        with pytest.raises(UsageError, match=said):
            system.generate(1, 0.1, 0, prompt=words)
    with pytest.raises(UsageError, match="--prompt has no words"):
        generate("run", tmp_path, prompt=" , ")
    with pytest.raises(UsageError, match="a label and a prompt both say"):
        generate("run", tmp_path, prompt="jazz", label="Jazz")
    assert not list(tmp_path.iterdir())


def test_a_system_without_labels_reads_no_words(system: TrainedSystem, tmp_path: Path) -> None:
    system.description = replace(system.description, labels=())
    with pytest.raises(UsageError, match="a follower system has learnt no words to follow"):
        generate("run", tmp_path, prompt="jazz")
    with pytest.raises(UsageError, match="has learnt no labels to follow"):
        system.generate(1, 0.1, 0, prompt="jazz")
