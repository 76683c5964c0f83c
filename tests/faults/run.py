"""Put mistakes into copies of the code, one at a time; the tests named for each must fail.

`make faults` runs all; `python tests/faults/run.py NAME...` runs some. A mistake that no test
notices means that a test is missing. The real code is never touched.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import Queue

from rich.console import Console
from rich.markup import escape
from rich.table import Table

ROOT = Path(__file__).resolve().parents[2]
sys.path[0] = str(ROOT / "tests")  # as pytest has it

from faults.fault import Fault  # noqa: E402
from faults.faults import FAULTS  # noqa: E402

AT_ONCE = 2
LIMIT_S = 300


@dataclass(frozen=True)
class Outcome:
    """What became of one fault. caught: None when it could not be tried, as `said` tells."""

    fault: Fault
    caught: bool | None
    said: str
    seconds: float


def copy_of_the_code(folder: Path) -> Path:
    ignore = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "src", folder / "src", ignore=ignore)
    shutil.copytree(ROOT / "tests", folder / "tests", ignore=ignore)
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def python(copy: Path, *words: str) -> tuple[int, str]:
    """Run Python on a copy of the code; its status (1: tests failed) and what it printed.

    The copy comes before the installed package on the path. No bytecode is kept: a file that is
    mended within the same second would be taken for the old one. Real recordings are hidden,
    since the tests must do without.
    """
    environment = os.environ | {
        "PYTHONPATH": str(copy / "src"),
        "PYTHONDONTWRITEBYTECODE": "1",
        "OMP_NUM_THREADS": "1",
    }
    environment.pop("MENURA_DATA", None)
    try:
        result = subprocess.run(
            [sys.executable, *words],
            cwd=copy,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=LIMIT_S,
        )
    except subprocess.TimeoutExpired:
        return 124, f"not done after {LIMIT_S} s"
    return result.returncode, result.stdout


def run_tests(copy: Path, tests: tuple[str, ...]) -> tuple[int, str]:
    return python(copy, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *tests)


def try_fault(copy: Path, fault: Fault) -> Outcome:
    start = time.monotonic()
    file = copy / fault.file
    sound = file.read_text(encoding="utf-8") if file.is_file() else ""
    if sound.count(fault.old) != 1:
        said = f"its old text is found {sound.count(fault.old)} times in {fault.file}, not once"
        return Outcome(fault, None, said, 0.0)
    file.write_text(sound.replace(fault.old, fault.new), encoding="utf-8")
    try:
        status, printed = run_tests(copy, fault.tests)
    finally:
        file.write_text(sound, encoding="utf-8")
    lines = printed.splitlines()
    failed = [line for line in lines if line.startswith(("FAILED", "ERROR"))]
    said = failed[0].split()[1].partition("[")[0] if failed else "\n".join(lines[-3:])
    # Status 1 is a failed test; any other (no such test, code that does not import) proves nothing.
    caught = {0: False, 1: True}.get(status)
    return Outcome(fault, caught, said, time.monotonic() - start)


def problem_with_sound_code(copy: Path, faults: list[Fault]) -> str | None:
    """Why the outcomes would mean nothing: the copy is not used, or its tests fail anyway."""
    _, place = python(copy, "-c", "import menura; print(menura.__file__)")
    if not Path(place.strip()).is_relative_to(copy):
        return f"the tests would not run on the copy but on {place}"
    tests = sorted({test for fault in faults for test in fault.tests})
    status, printed = run_tests(copy, tuple(tests))
    return f"the tests fail without any fault:\n{printed}" if status else None


def run_all(faults: list[Fault], folder: Path) -> list[Outcome]:
    """Outcomes in the order of `faults`. Raises SystemExit when the sound code fails."""
    copies: Queue[Path] = Queue()
    for number in range(AT_ONCE):
        copies.put(copy_of_the_code(folder / str(number)))
    if problem := problem_with_sound_code(copies.queue[0], faults):
        raise SystemExit(problem)

    def with_a_copy(fault: Fault) -> Outcome:
        copy = copies.get()
        try:
            return try_fault(copy, fault)
        finally:
            copies.put(copy)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(with_a_copy, faults))


def show(outcomes: list[Outcome]) -> None:
    words = {
        True: "[green]caught[/green]",
        False: "[red]SURVIVED[/red]",
        None: "[red]NOT TRIED[/red]",
    }
    table = Table("fault", "outcome", "by", "s")
    for outcome in outcomes:
        seconds = f"{outcome.seconds:.1f}"
        table.add_row(outcome.fault.name, words[outcome.caught], escape(outcome.said), seconds)
    console = Console(width=None if sys.stdout.isatty() else 160)
    console.print(table)
    caught = sum(outcome.caught is True for outcome in outcomes)
    console.print(f"{caught} of {len(outcomes)} faults caught")


def main() -> int:
    unknown = set(sys.argv[1:]) - {fault.name for fault in FAULTS}
    if unknown:
        raise SystemExit(f"there is no fault {sorted(unknown)[0]!r}")
    chosen = [fault for fault in FAULTS if not sys.argv[1:] or fault.name in sys.argv[1:]]
    with tempfile.TemporaryDirectory(prefix="menura-faults-") as folder:
        outcomes = run_all(chosen, Path(folder).resolve())
    show(outcomes)
    return 0 if all(outcome.caught for outcome in outcomes) else 1


if __name__ == "__main__":
    raise SystemExit(main())
