"""Systems of labels in a comparison: which labels they are asked for, and which are heard."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import menura
from menura.audio import Clip, write
from menura.evaluation.by_label import label_of
from menura.evaluation.compare.judging import Judge
from menura.evaluation.compare.labels import Asked, asked_of, by_label, kind_of
from menura.evaluation.compare.material import Material, material_of
from menura.evaluation.compare.ways import WAYS
from menura.foundation.atomic import write_json
from menura.foundation.errors import MenuraError
from menura.foundation.reporting import Reporter
from menura.prepared import PreparedCorpus
from menura.systems import TrainedSystem
from menura.workflows.compare import judging, making
from menura.workflows.compare.order import FACTS, MADE
from toy_labels import LABELS, RATE, toy_sound

SECONDS = 2.0


class Obeys(TrainedSystem):
    """In place of a system: makes what it is asked for, but takes `deaf_to` for another label."""

    def __init__(self, labels: Sequence[str], deaf_to: str = "") -> None:
        self.known, self.deaf_to = tuple(labels), deaf_to
        self.asked: list[str] = []

    @property
    def labels(self) -> tuple[str, ...]:
        return self.known

    def generate(self, n: int, seconds: float, seed: int, **options: Any) -> list[Clip]:
        label = str(options["label"])
        self.asked.append(label)
        heard = label.removeprefix("genre=").replace("/", "")
        timbre = "noisy" if heard == self.deaf_to else heard
        return [Clip(toy_sound(timbre, 100 + seed, seconds)[None], RATE) for _ in range(n)]


def corpus(folder: Path, n_labels: int) -> PreparedCorpus:
    """Four recordings a genre, half of them held out; of one the genre is not known. All that are
    held out are calm; of each genre one is in C and one in D, one in a room and one in a hall."""
    rows = ["file,split,genre,mood,key,place"]
    for label in LABELS[:n_labels]:
        for number in range(4):
            split, name = "train" if number < 2 else "test", f"{label}{number}.wav"
            write(Clip(toy_sound(label, number, 4.0)[None], RATE), folder / "raw" / name)
            mood = "calm" if split == "test" or label == "low" else "wild"
            other = "C,room" if number % 2 else "D,hall"
            rows.append(f"{name},{split},{label},{mood},{other}")
    write(Clip(toy_sound("low", 9, 4.0)[None], RATE), folder / "raw" / "unknown.wav")
    rows.append("unknown.wav,test,,calm,C,room")
    file = folder / "raw" / "labels.csv"
    file.write_text("\n".join(rows) + "\n", encoding="utf-8")
    menura.prepare(folder / "raw", folder / "prepared", labels=file, workers=1)
    return PreparedCorpus.open(folder / "prepared")


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> PreparedCorpus:
    return corpus(tmp_path_factory.mktemp("labels"), 3)


@pytest.fixture(scope="module")
def material(prepared: PreparedCorpus) -> Material:
    return material_of(prepared, 9, SECONDS, seed=0)


def test_one_kind_is_judged_by(material: Material) -> None:
    """The genre, though the place of more recordings is known; without it not the key, if there is
    something else; nothing that is the same for all."""
    assert kind_of(material) == "genre"
    assert kind_of(replace(material, held_out=material.held_out[:2])) == "place"  # of one genre
    assert kind_of(replace(material, held_out=material.held_out[:1])) is None


def test_what_is_held_out_is_asked_for(material: Material) -> None:
    labels = ("calm", "high", "jazz", "low", "noisy", "wild")
    assert asked_of(labels, material) == [Asked(one, one) for one in ("high", "low", "noisy")]
    several = ("genre=high", "genre=low", "mood=high")
    assert asked_of(several, material) == [Asked("genre=high", "high"), Asked("genre=low", "low")]
    strange = ("calm", "high", "wild")
    assert asked_of(strange, material) == [Asked(one, None) for one in strange]


def test_held_out_clips_are_named_by_label(material: Material) -> None:
    clips = {f"{k:03}": k for k in range(len(material.held_out))}
    named = by_label(material, clips)
    assert list(named.values()) == list(clips.values())
    tracks = [material.prepared.tracks[part.track] for [part] in material.held_out]
    for name, track in zip(named, tracks, strict=True):
        assert label_of(name) == track.labels.get("genre")
    assert sum(label_of(name) is None for name in named) == 1


def made(folder: Path, system: Obeys, material: Material) -> Any:
    """Clips as a comparison makes them, and how it reads them again."""
    way = WAYS["labels"]
    where = folder / MADE / way.name
    facts = making._one_way(way, system, material, 0, where, "tag", Reporter())
    write_json(folder / FACTS, {"made": {way.name: facts}})
    return facts, judging._reader(folder, way.name)


@pytest.fixture(scope="module")
def judge(material: Material) -> Iterator[Judge]:
    judge = Judge(material, seed=0, names=("label-accuracy", "frechet-mfcc"))
    yield judge
    judge.close()


def test_a_system_that_does_not_follow_a_label_is_told_so(
    tmp_path: Path, material: Material, judge: Judge
) -> None:
    heard = {}
    for deaf_to in ("", "low"):
        system = Obeys(LABELS, deaf_to)
        facts, reading = made(tmp_path / f"deaf to {deaf_to}", system, material)
        assert system.asked == [label for label in LABELS for _ in range(3)]
        assert list(facts["labels"].values()) == system.asked
        heard[deaf_to] = judge.judge(WAYS["labels"], reading)
    obeying, not_ = (heard[one].scores["label-accuracy"] for one in ("", "low"))
    good, bad = obeying.measured, not_.measured
    assert good.value == 1.0
    assert bad.value == pytest.approx(2 / 3)
    assert (bad.details["of low"], bad.details["of high"]) == (0.0, 1.0)
    assert "left out, in no folder by label: 1 clip of the reference" in good.remarks
    low, high = (
        heard["low"].scores["label-accuracy"].low,
        heard["low"].scores["label-accuracy"].high,
    )
    assert low is not None
    assert high is not None
    assert low < bad.value < high <= 1.0
    assert "frechet-mfcc" in heard[""].scores


def test_real_music_stands_beside(judge: Judge) -> None:
    real = judge.real(WAYS["labels"])
    told = real.scores["label-accuracy"]
    assert told.measured.value == 1.0
    assert told.low is not None
    assert told.low > 0.7
    assert told.measured.n_reference == 3, "half of the six that have a genre"
    assert real.scores.keys() == {"label-accuracy", "frechet-mfcc"}
    assert "label-accuracy" not in judge.real(WAYS["generate"]).scores, "nobody was asked for one"
    assert "label-accuracy" not in judge.real(WAYS["generate"]).not_measured


def test_a_corpus_of_one_label_says_why_there_is_no_figure(tmp_path: Path) -> None:
    one = material_of(corpus(tmp_path, 1), 4, SECONDS, seed=0)
    one = replace(one, held_out=one.held_out[:1])
    with pytest.raises(MenuraError, match="do not have two labels of one kind"):
        by_label(one, {"000": 0})
    judge = Judge(one, seed=0, names=("label-accuracy",))
    facts, reading = made(tmp_path, Obeys(["high", "low"]), one)
    assert facts["labels"] == {}
    for judged in (judge.judge(WAYS["labels"], reading), judge.real(WAYS["labels"])):
        assert judged.not_measured["label-accuracy"].startswith("the held-out recordings do not")
        assert not judged.broken
    judge.close()
