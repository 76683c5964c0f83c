"""The documentation stays true to what can be checked of it."""

import re
import tomllib
from pathlib import Path

import pytest

import menura

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
DECISIONS = sorted(ROOT.glob("docs/decisions/*.md"))


def name_of(file: Path) -> str:
    return str(file.relative_to(ROOT))


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_links_lead_somewhere(document: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", document.read_text(encoding="utf-8")):
        if not target.startswith(("https://", "#")):
            assert (document.parent / target.partition("#")[0]).exists(), target


def test_every_decision_is_short_and_numbered() -> None:
    assert [file.name[:5] for file in DECISIONS] == [
        f"{number:04}-" for number in range(1, len(DECISIONS) + 1)
    ]
    for file in DECISIONS:
        text = file.read_text(encoding="utf-8")
        assert text.startswith(f"# {file.name[:4]}: ")
        assert len(text.splitlines()) <= 30
        for heading in ("**Context.**", "**Decision.**", "**Consequences.**"):
            assert heading in text


def test_map_of_the_house_shows_every_room() -> None:
    rows = [row for row in (ROOT / "README.md").read_text("utf-8").splitlines() if row[:3] == "| `"]
    shown = {room for row in rows for room in re.findall(r"`(\w+)`", row.split("|")[1])}
    there = {file.parent.name for file in Path(menura.__file__).parent.glob("*/__init__.py")}
    assert shown == there


def test_changelog_has_the_present_version() -> None:
    assert f"## [{menura.__version__}]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_every_dependency_is_pinned() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = [line for lines in project["optional-dependencies"].values() for line in lines]
    wanted = [line for line in (*project["dependencies"], *extras) if "menura[" not in line]
    pins = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pinned = {pin.partition("==")[0] for pin in pins if not pin.startswith("#")}
    assert {re.split(r"[<>=~\[; ]", line)[0].lower() for line in wanted} <= pinned
    assert "torch==2.13.0" in pins  # no suffix: the CPU build satisfies it, and so do others
