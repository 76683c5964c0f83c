"""The command line answers at once: nothing heavy is imported to give help or to list."""

import subprocess
import sys
import time

import pytest

HEAVY = ("torch", "numpy", "scipy", "matplotlib", "soundfile", "lightning", "rich", "psutil")
PRINT_HEAVY = f"""
import sys
from menura.cli import run
status = run(sys.argv[1:])
print("HEAVY", *[name for name in {HEAVY!r} if name in sys.modules])
sys.exit(status)
"""


@pytest.mark.parametrize(
    "words", [["--help"], ["train", "--help"], ["classify", "table", "--help"]], ids=" ".join
)
def test_help_takes_less_than_two_fifths_of_a_second(words: list[str]) -> None:
    times = []
    for _ in range(3):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-m", "menura", *words], check=True, capture_output=True)
        times.append(time.perf_counter() - start)
    assert min(times) < 0.4


@pytest.mark.parametrize(
    "words",
    [
        ["--help"],
        ["train", "--help"],
        ["generate", "--help"],
        ["classify"],
        ["classify", "table", "--help"],
        ["--version"],
        ["list"],
        ["trian"],
    ],
    ids=" ".join,
)
def test_nothing_heavy_is_imported(words: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PRINT_HEAVY, *words], capture_output=True, text=True, check=False
    )
    assert done.stdout.splitlines()[-1] == "HEAVY"


def test_importing_menura_is_light() -> None:
    listed = "import menura, sys; print([m for m in sys.argv[1:] if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", listed, *HEAVY], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
