"""Folders that hold too little are told of, with what that means and what to do."""

from dataclasses import replace
from pathlib import Path

import pytest

from menura.corpora import Split
from menura.foundation.errors import MenuraError
from menura.foundation.reporting import Collected
from menura.prepared import PreparedCorpus
from menura.prepared.tracks import PreparedTrack
from menura.recipes import Training
from menura.training.enough import refuse_endless, refuse_nothing, too_little
from menura.training.fit import Limits
from menura.workflows.train import train
from tunes import folder_of_tunes


def piece(group: str, minutes: float, split: Split = "train", kind: str = "") -> PreparedTrack:
    return PreparedTrack(
        id=f"{group}.wav",
        group=group,
        split=split,
        labels={"kind": kind} if kind else {},
        licence=None,
        shard=0,
        offset=0,
        n_samples=round(60 * minutes * 8000),
        sample_rate=8000,
        n_channels=1,
        scale=1.0,
        silent=(),
        content="",
    )


def said(*pieces: PreparedTrack, labels: tuple[str, ...] = (), is_fresh: bool = True) -> str:
    return too_little(pieces, labels, is_fresh=is_fresh)


def many(n: int, minutes: float, kind: str = "") -> list[PreparedTrack]:
    return [piece(f"piece {number}", minutes, kind=kind) for number in range(n)]


def test_enough_is_not_spoken_of() -> None:
    assert said(*many(10, 2.0)) == ""


def test_what_is_held_out_is_not_learnt_from() -> None:
    line = said(*many(9, 1.0), piece("other", 60.0, split="valid"))
    assert "9.0 min of training music (15 and more are a start)" in line
    assert "add recordings, or start from a system (--init)" in line


def test_silence_is_no_music() -> None:
    half = [replace(one, silent=((0.0, 61.0),)) for one in many(10, 2.0)]
    assert "9.8 min of training music, beside 10.2 of silence (15 and more" in said(*half)
    a_little = [replace(one, silent=((0.0, 31.0),)) for one in many(9, 2.0)]
    assert "13.3 min of training music (15 and more" in said(*a_little)


def test_a_system_that_is_trained_on_needs_less() -> None:
    assert said(*many(9, 1.0), is_fresh=False) == ""
    line = said(*many(9, 0.1), is_fresh=False)
    assert "0.9 min" in line
    assert "--init" not in line


@pytest.mark.parametrize(("n", "words"), [(1, "1 recording in all"), (4, "4 recordings in all")])
def test_few_recordings(n: int, words: str) -> None:
    assert words in said(*many(n, 30.0))


def test_pieces_of_one_recording_are_one() -> None:
    pieces = [piece("the same", 5.0) for _ in range(20)]
    assert "1 recording in all" in said(*pieces)


def test_labels_of_few_recordings_are_named() -> None:
    jazz = [
        piece("a", 3.0, kind="jazz"),
        piece("a", 3.0, kind="jazz"),
        piece("b", 3.0, kind="jazz"),
    ]
    line = said(*many(8, 3.0, kind="folk"), *jazz, labels=("folk", "jazz"))
    assert "fewer than 3 recordings (jazz 2)" in line
    assert "folk" not in line
    assert "add recordings of these labels" in line


def test_labels_that_were_learnt_before_are_no_lack() -> None:
    labels = ("piano", "flute", "brass")
    assert said(*many(10, 2.0, "piano"), labels=labels, is_fresh=False) == ""


def test_many_such_labels_are_counted() -> None:
    pieces = [piece(f"p{n}", 3.0, kind=f"kind {n}") for n in range(9)]
    line = said(*pieces, labels=tuple(f"kind {n}" for n in range(9)))
    assert "kind 5 1 and 3 more" in line


def corpus_of(*pieces: PreparedTrack) -> PreparedCorpus:
    return PreparedCorpus(Path("some"), pieces, {"fingerprint": ""}, ())


@pytest.mark.parametrize("split", ["valid", "test"])
def test_where_there_is_nothing_to_learn_it_is_a_line(split: Split) -> None:
    there = [piece(f"piece {number}", 3.0, split=split) for number in range(3)]
    with pytest.raises(MenuraError, match=r"^some: no track is in the training split; prepare"):
        refuse_nothing(corpus_of(*there))
    refuse_nothing(corpus_of(*there, piece("one", 0.1)))


HELD_OUT = piece("other", 3.0, split="valid")
ENDS = Training(max_steps=1550)


@pytest.mark.parametrize(
    ("pieces", "stages", "limits"),
    [
        (many(1, 3.0), [Training()], Limits(steps=4)),
        (many(1, 3.0), [Training()], Limits(minutes=1.0)),
        ([*many(1, 3.0), HELD_OUT], [Training()], Limits()),
        (many(1, 3.0), [ENDS], Limits()),
    ],
)
def test_a_run_that_comes_to_an_end_is_not_refused(
    pieces: list[PreparedTrack], stages: list[Training], limits: Limits
) -> None:
    refuse_endless(corpus_of(*pieces), stages, limits)


@pytest.mark.parametrize("stages", [[Training()], [ENDS, Training()]])
def test_a_run_that_nothing_ends_is_refused(stages: list[Training]) -> None:
    with pytest.raises(MenuraError, match=r"^some: no recording is held out.*give --minutes or"):
        refuse_endless(corpus_of(*many(3, 3.0)), stages, Limits())


def test_it_is_refused_whatever_the_recipe(tmp_path: Path) -> None:
    source = folder_of_tunes(tmp_path / "tunes", n_files=1)
    with pytest.raises(MenuraError, match=r"no recording is held out.*give --minutes"):
        train("stft-lstm", source, tmp_path / "run", preset="tiny")
    train("stft-lstm", source, tmp_path / "run", preset="tiny", steps=2)


def test_a_run_says_it_once(corpus: Path, tmp_path: Path) -> None:
    lines = []
    for steps in (4, 8):
        reporter = Collected()
        train(
            *("latent-flow", corpus, tmp_path),
            preset="tiny",
            steps=steps,
            resume=True,
            reporter=reporter,
        )
        lines.append([line for line in reporter.warnings if "little to learn from" in line])
    assert [len(found) for found in lines] == [1, 0]
    assert lines[0][0].count("min of training music") == 1
