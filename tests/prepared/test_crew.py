"""Worker processes: results come back, deaths cost one item, failures are errors."""

import errno
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from menura.foundation.errors import MenuraError
from menura.prepared.crew import Crew

SUM = "dying_worker:sum_up"
pytestmark = pytest.mark.usefixtures("dying_worker")


def test_every_payload_gets_its_result() -> None:
    payloads = [{"items": ["x" * number]} for number in range(20)]
    results = dict(Crew(SUM, 3).results(payloads))
    assert {index: result["total"] for index, result in results.items()} == {
        number: number for number in range(20)
    }


def test_nothing_to_do() -> None:
    assert list(Crew(SUM, 2).results([])) == []


def test_a_deadly_item_costs_itself_only() -> None:
    payloads = [{"items": ["aa", "dies", "bbb"]}, {"items": ["c"]}, {"items": ["dd", "dies"]}]
    results = dict(Crew(SUM, 2).results(payloads))
    assert [results[n]["total"] for n in range(3)] == [5, 1, 2]
    assert results[0]["deadly"] == results[2]["deadly"] == {"dies": "signal 9"}


def test_a_chance_death_costs_nothing(tmp_path: Path) -> None:
    item = f"once {tmp_path / 'marker'}"
    ((_, result),) = Crew(SUM, 1).results([{"items": [item, "a"]}])
    assert result["total"] == len(item) + 1
    assert result["deadly"] == {}


def test_names_of_any_bytes_pass() -> None:
    ((_, result),) = Crew(SUM, 1).results([{"items": ["\udcff\n🎵"]}])
    assert result["total"] == 3


def test_a_failure_is_an_error() -> None:
    with pytest.raises(MenuraError, match="ValueError: no sum"):
        list(Crew(SUM, 2).results([{"items": ["a"]}, {"items": ["fails"]}]))


@pytest.mark.parametrize("work", ["no_room", "no_memory"])
def test_the_machines_own_troubles_come_as_what_they_are(work: str) -> None:
    expected = {"no_room": OSError, "no_memory": MemoryError}[work]
    with pytest.raises(expected) as error:
        list(Crew(f"dying_worker:{work}", 1).results([{}]))
    assert getattr(error.value, "errno", errno.ENOSPC) == errno.ENOSPC


def test_work_that_is_not_there_is_an_error() -> None:
    with pytest.raises(MenuraError, match="could not start"):
        list(Crew("no_such_module:work", 1).results([{"items": []}]))


def test_no_process_is_left_behind() -> None:
    results = Crew(SUM, 2).results([{"items": ["a"]} for _ in range(10)])
    next(results)
    results.close()
    assert [child for child in psutil.Process().children() if child.is_running()] == []


def test_workers_end_when_their_parent_is_killed() -> None:
    code = (
        "import sys; sys.path[:] = " + repr(sys.path) + "\n"
        "from menura.prepared.crew import Crew\n"
        "results = Crew('dying_worker:sum_up', 2).results([{'items': ['a']}] * 3)\n"
        "next(results); print('ready', flush=True); input()"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert parent.stdin is not None
    assert parent.stdout is not None
    parent.stdout.readline()
    workers = psutil.Process(parent.pid).children()
    assert workers
    parent.kill()
    parent.wait()
    parent.stdin.close()
    parent.stdout.close()
    _, alive = psutil.wait_procs(workers, timeout=10)
    for process in alive:
        process.kill()
    assert alive == []
