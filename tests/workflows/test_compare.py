"""`menura compare` as people run it: killed, started again, with a system that fails."""

import csv
import json
import math
import re
import signal
import subprocess
import sys
import time
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import psutil
import pytest

import menura
from menura import audio
from menura.cli import run as cli
from menura.evaluation import metrics
from menura.evaluation.compare.ways import WAYS
from menura.foundation.errors import MenuraError, UsageError
from menura.foundation.reporting import Collected
from menura.prepared import PreparedCorpus
from menura.prepared.locking import alone
from menura.workflows.compare import CompareResult, compare
from menura.workflows.compare_order import Entry, entries_of, unsuited
from menura.workflows.demo import bundled_clips
from tunes import folder_of_tunes

FIRST, FAILS, THIRD = "stft-lstm", "gan", "latent-flow"
RECIPES = f"{FIRST},{FAILS},{THIRD}:tiny"
N, SECONDS = 4, 1.5


def command(corpus: Path, out: Path) -> list[str]:
    words = ["compare", corpus, "--recipes", RECIPES, "--minutes", "0.03", "--preset", "tiny"]
    words += ["--clips", N, "--seconds", SECONDS, "--out", out]
    return [sys.executable, "-m", "menura", *map(str, words)]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the bundled clips, prepared, and `out`: a comparison that was killed while its
    last system was at work, and went on. The second one finds its folder taken."""
    place = tmp_path_factory.mktemp("compare")
    for name, content in bundled_clips().items():
        (place / "clips").mkdir(exist_ok=True)
        (place / "clips" / name).write_bytes(content)
    clips, corpus, out = place / "clips", place / "prepared", place / "out"
    menura.prepare(clips, corpus, labels=clips / "labels.csv", workers=2)
    killed = subprocess.Popen(command(corpus, out), stderr=subprocess.PIPE, text=True)
    assert killed.stderr is not None
    for line in killed.stderr:
        if line.startswith(f"2/3 {FAILS}"):
            break
    taken = out / "systems" / FAILS / "tiny" / "run"
    taken.mkdir(parents=True, exist_ok=True)
    (taken / "somebody's.txt").write_text("something else")
    for line in killed.stderr:
        if line.startswith(f"3/3 {THIRD}"):
            break
    children = psutil.Process(killed.pid).children()
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    killed.stderr.close()
    (place / "orphans.json").write_text(json.dumps([child.pid for child in children]))
    (place / "before.json").write_text(json.dumps(stamps(out / "systems" / FIRST)))
    again = subprocess.run(command(corpus, out), capture_output=True, text=True, check=False)
    (place / "again.txt").write_text(again.stderr)
    (place / "printed.txt").write_text(again.stdout)
    assert again.returncode == 0, again.stderr
    return place


def stamps(folder: Path) -> dict[str, int]:
    files = [file for file in folder.rglob("*") if file.is_file()]
    return {str(file): file.stat().st_mtime_ns for file in files if file.name != "scores.json"}


@pytest.fixture(scope="module")
def results(place: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        (place / "out" / "results.json").read_text(encoding="utf-8"), parse_constant=no_constant
    )
    return found


def no_constant(name: str) -> None:
    raise AssertionError(f"{name} is no JSON")


def test_nothing_that_was_done_is_done_again(place: Path) -> None:
    before = json.loads((place / "before.json").read_text())
    assert any(name.endswith(".flac") for name in before)
    assert stamps(place / "out" / "systems" / FIRST) == before
    assert f"1/3 {FIRST}: made already" in (place / "again.txt").read_text()


def test_no_process_is_left_over(place: Path) -> None:
    ends = time.monotonic() + 20
    for pid in json.loads((place / "orphans.json").read_text()):
        while psutil.pid_exists(pid) and time.monotonic() < ends:
            time.sleep(0.1)
        assert not psutil.pid_exists(pid)


def test_a_system_that_fails_is_a_row_with_its_reason(place: Path, results: dict[str, Any]) -> None:
    assert list(results["systems"]) == [FIRST, FAILS, THIRD]
    failed = results["systems"][FAILS]
    assert "is not empty (somebody's.txt is in it)" in failed["reason"]
    assert failed["scores"] == {}
    assert f"failed: {FAILS}: " in (place / "printed.txt").read_text()
    assert all(not results["systems"][name]["reason"] for name in (FIRST, THIRD))


def test_every_way_makes_as_much(place: Path, results: dict[str, Any]) -> None:
    for name in (FIRST, THIRD):
        facts = results["systems"][name]["facts"]
        verbs = {WAYS[way].verb for way in facts["made"]} - {None}
        assert verbs == set(facts["powers"]), "every power is used"
        for way, made in facts["made"].items():
            files = place / "out" / "systems" / name / "tiny" / "made" / way
            clips = [audio.read(file) for file in sorted(files.glob("*.flac"))]
            assert len(clips) == N == len(made["names"])
            seconds = SECONDS + results["seed_s"] if way == "continue" else SECONDS
            assert [clip.duration_s for clip in clips] == pytest.approx([seconds] * N, abs=1e-3)


def test_the_same_minutes_for_all(results: dict[str, Any]) -> None:
    assert results["order"]["minutes"] == 0.03
    for name in (FIRST, THIRD):
        assert 0.03 <= results["systems"][name]["facts"]["minutes"] < 0.09
    assert len(results["systems"][THIRD]["facts"]["steps"]) == 2, "codec and flow, both counted"


def test_every_metric_is_measured_or_says_why_not(results: dict[str, Any]) -> None:
    for name in (FIRST, THIRD):
        for way, judged in results["systems"][name]["scores"].items():
            wanted = {
                metric
                for metric in metrics.room.names()
                if results["measures"][metric]["against"] in WAYS[way].against
            }
            assert wanted == judged["figures"].keys() | judged["not_measured"].keys()
            for figure in judged["figures"].values():
                assert math.isfinite(figure["value"])
                if figure["low"] is not None:
                    assert figure["low"] <= figure["value"] + 1e-9
                    assert figure["value"] <= figure["high"] + 1e-9


def test_real_music_stands_beside(results: dict[str, Any]) -> None:
    floor = results["real"]["generate"]["figures"]["frechet-spectral"]
    assert floor["low"] <= floor["value"] <= floor["high"]
    made = results["systems"][FIRST]["scores"]["generate"]["figures"]["frechet-spectral"]
    assert floor["value"] < made["value"], "after seconds of training"
    assert "seed-relatedness" in results["real"]["continue"]["figures"]
    assert "log-mel-distance" not in results["real"]["reconstruct"]["figures"]


def test_the_table_has_a_line_for_every_figure(place: Path, results: dict[str, Any]) -> None:
    with (place / "out" / "results.csv").open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    n_figures = sum(
        len(judged["figures"])
        for scores in [results["real"], *(one["scores"] for one in results["systems"].values())]
        for judged in scores.values()
    )
    assert len(lines) == n_figures + 1
    assert lines[-1]["system"] == FAILS
    assert "somebody's.txt" in lines[-1]["remark"]
    one = next(
        line
        for line in lines
        if (line["system"], line["way"], line["metric"]) == (THIRD, "generate", "frechet-mfcc")
    )
    figures = results["systems"][THIRD]["scores"]["generate"]["figures"]
    assert float(one["value"]) == figures["frechet-mfcc"]["value"]
    assert (one["better"], one["preset"]) == ("lower", "tiny")


class Read(HTMLParser):
    """Tags with their attributes, and the text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words += data


@pytest.fixture(scope="module")
def page(place: Path) -> Read:
    return Read((place / "out" / "index.html").read_text(encoding="utf-8"))


def test_the_page_stands_alone_and_tells_all(page: Read, results: dict[str, Any]) -> None:
    for tag, attributes in page.tags:
        for name in ("src", "srcset", "poster", "data"):
            assert str(attributes.get(name, "data:")).startswith("data:"), (tag, name)
    for said in (FIRST, FAILS, THIRD, "somebody's.txt", "real music", "How they learned"):
        assert said in page.words
    for way in results["real"]:
        assert WAYS[way].title in page.words
    for metric in metrics.room.names():
        assert metric in page.words
    for library in ("torch", "numpy", "menura"):
        assert library in page.words
    players = [a["aria-label"] for tag, a in page.tags if tag == "audio"]
    assert len(players) == len(set(players)) >= 6
    tables = [a for tag, a in page.tags if tag == "table" and a.get("class") == "sortable"]
    assert len(tables) >= 1 + len(results["real"])


def test_a_link_leads_to_each_system_s_sounds(page: Read) -> None:
    ids = {a["id"] for _, a in page.tags if "id" in a}
    links = {str(a["href"])[1:] for tag, a in page.tags if tag == "a"}
    assert links == {f"hear-{FIRST}", f"hear-{THIRD}"}
    assert links <= ids


def test_the_page_names_no_place_of_the_machine(place: Path, page: Read) -> None:
    assert str(place) not in page.words
    assert str(Path(sys.executable).parent) not in page.words


def test_another_order_is_refused(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = command(place / "prepared", place / "out")[3:]
    words[words.index("--minutes") + 1] = "0.05"
    assert cli(words) == 1
    said = capsys.readouterr().err
    assert "holds a comparison with --minutes 0.03, not 0.05" in said


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
    assert not (tmp_path / "out" / "systems").exists()


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
    monkeypatch.setattr("menura.workflows.compare._MAKE", "apart_work:full")
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
