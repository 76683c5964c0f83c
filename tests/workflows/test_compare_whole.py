"""`menura compare` as people run it: killed, started again, with a system that fails."""

import csv
import json
import math
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psutil
import pytest

import menura
from menura import audio
from menura.cli import run as cli
from menura.evaluation import metrics
from menura.evaluation.compare.ways import WAYS
from menura.workflows.demo import bundled_clips
from page_reading import Read

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
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
        if line.startswith(f"1/3 {FIRST}"):
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
        # A step and a look more than asked, on a machine that may be busy.
        assert 0.03 <= results["systems"][name]["facts"]["minutes"] < 1
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
    # By MFCC: by spectra, halves of so few recordings are as far apart as noise is from them.
    floor = results["real"]["generate"]["figures"]["frechet-mfcc"]
    assert floor["low"] <= floor["value"] <= floor["high"]
    made = results["systems"][THIRD]["scores"]["generate"]["figures"]["frechet-mfcc"]
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
