import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from menura.foundation import rooms
from menura.foundation.errors import MenuraError, UsageError
from menura.foundation.rooms import Room


class Instrument:
    """The contract of the room these tests build."""


PART = '''"""{summary}

More about it.
"""
from {test_module} import Instrument

class {name}(Instrument):
    pass
'''


@pytest.fixture
def orchestra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Room]:
    """The room `orchestra` with two parts, and another package's part added by entry point."""
    parts = {
        "orchestra/__init__.py": "",
        "orchestra/contract.py": "raise RuntimeError('a contract is not a part')",
        "orchestra/_blocks.py": "raise RuntimeError('private files are not parts')",
        "orchestra/lyre_bird.py": _part("Sings what it hears.", "LyreBird"),
        "orchestra/bell.py": _part("Rings.", "Bell"),
        "orchestra/noise.py": '"""Defines nothing."""',
        "elsewhere/drum.py": _part("Comes from another package.", "Drum"),
        "elsewhere/bell.py": _part("Wants to be the bell.", "OtherBell"),
        "elsewhere-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: elsewhere\n",
        "elsewhere-1.0.dist-info/entry_points.txt": (
            "[orchestra]\nkettle-drum = elsewhere.drum\nbell = elsewhere.bell\n"
        ),
    }
    for name, text in parts.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setitem(sys.modules, "the_contract", sys.modules[__name__])
    rooms._entry_points.cache_clear()
    before = set(sys.modules)
    yield Room("orchestra", "instrument")
    rooms._entry_points.cache_clear()
    for name in set(sys.modules) - before:
        if name.split(".")[0] in {"orchestra", "elsewhere"}:
            del sys.modules[name]


def _part(summary: str, name: str) -> str:
    return PART.format(summary=summary, name=name, test_module="the_contract")


def test_parts_are_listed_by_file_name_without_importing_any(orchestra: Room) -> None:
    assert orchestra.names() == ["bell", "kettle-drum", "lyre-bird", "noise"]
    assert orchestra.summary("lyre-bird") == "Sings what it hears."
    assert orchestra.summary("kettle-drum") == "Comes from another package."
    assert not {"orchestra.lyre_bird", "orchestra.bell", "elsewhere.drum"} & sys.modules.keys()


def test_a_part_is_found_by_its_name(orchestra: Room) -> None:
    assert orchestra.load("lyre-bird").__name__ == "orchestra.lyre_bird"
    assert orchestra.load_class("lyre-bird", Instrument).__name__ == "LyreBird"


def test_another_package_adds_a_part(orchestra: Room) -> None:
    assert orchestra.load_class("kettle-drum", Instrument).__name__ == "Drum"


def test_another_package_cannot_replace_a_part(orchestra: Room) -> None:
    assert orchestra.load_class("bell", Instrument).__name__ == "Bell"


@pytest.mark.parametrize("name", ["contract", "_blocks", "lyre_bird", "tuba", ""])
def test_what_is_not_a_part_is_refused(orchestra: Room, name: str) -> None:
    with pytest.raises(UsageError) as refusal:
        orchestra.load(name)
    assert f"there is no instrument {name!r}" in str(refusal.value)
    assert "there is: bell, kettle-drum, lyre-bird, noise" in str(refusal.value)


def test_the_nearest_name_is_offered(orchestra: Room) -> None:
    with pytest.raises(UsageError, match="did you mean 'lyre-bird'"):
        orchestra.load("lyre_brid")


def test_a_part_without_its_class_is_refused(orchestra: Room) -> None:
    with pytest.raises(MenuraError, match=r"orchestra.noise must define exactly one Instrument"):
        orchestra.load_class("noise", Instrument)
