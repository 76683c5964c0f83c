"""`menura compare`: wrong words and bad places, systems that fail, and who takes part."""

import re
import sys
from pathlib import Path

import psutil
import pytest

import menura
from menura.audio import Note, Score, write_score
from menura.cli import run as cli
from menura.foundation.errors import MenuraError, UsageError
from menura.foundation.reporting import Collected
from menura.prepared import PreparedCorpus
from menura.prepared.locking import alone
from menura.workflows.compare.compare import CompareResult, compare
from menura.workflows.compare.order import Entry, entries_of, unsuited
from menura.workflows.compare.recordings import recordings
from tunes import folder_of_tunes


def folder(tmp_path: Path, n_files: int = 5, seconds: float = 3.0) -> Path:
    folder_of_tunes(tmp_path / "raw", n_files, seconds)
    menura.prepare(tmp_path / "raw", tmp_path / "prepared", held_out=0.5, workers=1)
    return tmp_path / "prepared"


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        ("--recipes stft-lsmt", 2, "there is no recipe 'stft-lsmt'; did you mean 'stft-lstm'?"),
        ("--recipes stft-lstm:huge", 2, "there is no preset 'huge'"),
        ("--recipes musicgen", 2, "musicgen comes trained"),
        ("--recipes a,,b", 2, "--recipes takes names with commas"),
        ("--minutes 0", 2, "--minutes must be a number above 0"),
        ("--clips 1", 2, "--clips must be at least 2"),
        ("--seconds 0.5", 2, "--seconds must be 1…600"),
        ("--preset huge", 2, "no recipe has it"),
    ],
)
def test_wrong_words_are_known_before_anything_starts(
    words: str, status: int, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert cli(["compare", "no-such-corpus", "--out", str(out), *words.split()]) == status
    err = capsys.readouterr().err
    assert said in err
    assert err.count("\n") == 1
    assert not out.exists()


def test_a_folder_of_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    with pytest.raises(MenuraError, match=r"is not empty \(thesis.txt is in it\)"):
        compare("c", tmp_path / "mine", recipes=["stft-lstm"])
    with pytest.raises(UsageError, match="is a file; give a folder"):
        compare("c", tmp_path / "mine" / "thesis.txt", recipes=["stft-lstm"])


def test_nothing_held_out_is_said_before_training(tmp_path: Path) -> None:
    folder_of_tunes(tmp_path / "raw", 2, 2.0)
    menura.prepare(tmp_path / "raw", tmp_path / "prepared", held_out=0.0, workers=1)
    with pytest.raises(MenuraError, match="no recording is held out, so there is nothing"):
        compare(tmp_path / "prepared", tmp_path / "out", recipes=["stft-lstm"], preset="tiny")
    assert not (tmp_path / "out" / "systems").exists()


def test_who_is_compared() -> None:
    every = entries_of([], "tiny")
    assert Entry("latent-flow", "tiny") in every
    assert Entry("deepjazz", "tiny") in every
    assert "musicgen" not in {entry.recipe for entry in every}
    named = entries_of(["gan", "gan:paper", "gan", "gan:tiny"], "tiny")
    assert named == [Entry("gan", "tiny"), Entry("gan", "paper")]
    assert [entry.name("tiny") for entry in named] == ["gan", "gan:paper"]


def test_a_system_of_notes_needs_notes_and_the_page_is_written_all_the_same(
    tmp_path: Path,
) -> None:
    corpus = folder(tmp_path)
    reason = unsuited(Entry("deepjazz", "tiny"), PreparedCorpus.open(corpus))
    assert reason == "needs notes: the corpus holds sound only"
    result = compare(corpus, tmp_path / "out", recipes=["deepjazz"], preset="tiny", seconds=1.0)
    assert isinstance(result, CompareResult)
    assert result.failed == {"deepjazz": reason}
    assert "needs notes" in result.page.read_text(encoding="utf-8")
    joined = compare(
        corpus, tmp_path / "out", recipes=["deepjazz:paper"], preset="tiny", seconds=1.0
    )
    assert set(joined.failed) == {"deepjazz", "deepjazz:paper"}, "who joins costs no row"


def raw(tmp_path: Path, *, notes: int = 0, sounds: int = 0) -> Path:
    """A folder of MIDI files, of sound, or of both."""
    folder = tmp_path / "raw"
    folder.mkdir()
    if sounds:
        folder_of_tunes(folder, sounds, 3.0)
    for number in range(notes):
        tune = tuple(Note(beat / 2, (beat + 1) / 2, 60 + number + beat) for beat in range(8))
        write_score(folder / f"tune {number}.mid", Score(tune))
    return folder


def test_systems_join_a_comparison_of_a_raw_folder_whatever_they_learn(tmp_path: Path) -> None:
    """Sound was compared first: who learns notes alone gets the same recordings."""
    told = Collected()
    folder, out = raw(tmp_path, notes=4, sounds=4), tmp_path / "out"
    out.mkdir()
    first = recordings(folder, out, entries_of(["stft-lstm"], "tiny"), told)
    [joined] = entries_of(["deepjazz"], "tiny")
    second = recordings(folder, out, [joined], told)
    assert first.fingerprint == second.fingerprint
    assert unsuited(joined, second) == "needs notes: the corpus holds sound only"


def test_a_folder_of_notes_is_for_those_that_learn_notes(tmp_path: Path) -> None:
    told = Collected()
    folder, out = raw(tmp_path, notes=4), tmp_path / "out"
    out.mkdir()
    both = entries_of(["stft-lstm", "deepjazz"], "tiny")
    found = recordings(folder, out, both, told)
    assert [unsuited(entry, found) for entry in both] == [
        "needs sound: the corpus holds notes only",
        None,
    ]
    assert recordings(folder, out, both[:1], told).fingerprint == found.fingerprint


def test_a_raw_folder_that_is_another_by_now_is_told_of_as_such(tmp_path: Path) -> None:
    told = Collected()
    folder, out = raw(tmp_path, sounds=3), tmp_path / "out"
    out.mkdir()
    entries = entries_of(["stft-lstm"], "tiny")
    before = recordings(folder, out, entries, told)
    next(folder.glob("*.wav")).unlink()
    with pytest.raises(MenuraError) as error:
        recordings(folder, out, entries, told)
    said = str(error.value)
    assert said.startswith(f"--out {out}: compares other recordings than are in {folder} now")
    assert "--append" not in said
    mend = re.search("give (\\S+) as CORPUS", said)
    assert mend is not None
    assert recordings(mend[1], out, entries, told).fingerprint == before.fingerprint


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_a_process_that_dies_costs_its_own_row(tmp_path: Path) -> None:
    class Killing(Collected):
        def say(self, line: str) -> None:
            super().say(line)
            if re.search("s a step", line):
                for child in psutil.Process().children():
                    child.kill()

    killing = Killing()
    result = compare(
        folder(tmp_path),
        tmp_path / "out",
        recipes=["mfcc-vae"],
        preset="tiny",
        minutes=1.0,
        seconds=1.0,
        clips=2,
        reporter=killing,
    )
    assert "was killed (signal 9)" in result.failed["mfcc-vae"]
    assert any("failed: its process" in line for line in killing.warnings)
    assert "was killed" in result.page.read_text(encoding="utf-8")


def test_a_full_disk_ends_the_comparison_and_is_no_system_s_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(Path(__file__).parent))
    monkeypatch.setattr("menura.workflows.compare.compare._MAKE", "apart_work:full")
    corpus, out = folder(tmp_path), tmp_path / "out"
    with pytest.raises(MenuraError, match=r"no space left on device.*make room there and start it"):
        compare(corpus, out, recipes=["stft-lstm", "gan"], preset="tiny", seconds=1.0)
    assert not list(out.glob("systems/*/*/failed.json"))
    assert not (out / "results.json").exists()


def test_where_nothing_can_be_written_is_said_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.access", lambda *words: False)
    with pytest.raises(MenuraError, match="cannot be written in; change its permissions"):
        compare("c", tmp_path / "out", recipes=["stft-lstm"])


def test_one_comparison_at_a_time(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    with (
        alone(out, lambda: None),
        pytest.raises(MenuraError, match="another comparison is at work in it"),
    ):
        compare("c", out, recipes=["stft-lstm"])
