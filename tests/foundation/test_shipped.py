"""Which folder the name `base` stands for, and what is said where there is none."""

import json
from pathlib import Path

import pytest

import menura
from menura.foundation import shipped
from menura.foundation.errors import MenuraError


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package without weights, and an empty working directory."""
    monkeypatch.delenv(shipped.VARIABLE, raising=False)
    monkeypatch.setattr(shipped, "HOME", tmp_path / "package")
    write_manifest(tmp_path / "package", [])
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return tmp_path


def write_manifest(home: Path, versions: list[dict[str, object]]) -> None:
    home.mkdir(exist_ok=True)
    said = {"format": "menura-shipped", "version": 1, "versions": versions}
    (home / shipped.MANIFEST).write_text(json.dumps(said))


def system_in(folder: Path) -> Path:
    folder.mkdir(parents=True)
    (folder / shipped.DESCRIPTION).write_text("{}")
    return folder


def test_other_names_are_folders() -> None:
    assert shipped.folder_of("run") == Path("run")
    assert shipped.folder_of(Path("a/base")) == Path("a/base")


def test_the_one_in_the_package(elsewhere: Path) -> None:
    folder = system_in(elsewhere / "package" / "base")
    assert shipped.is_there()
    assert shipped.folder_of("base") == shipped.folder_of(Path("base")) == folder


def test_the_one_that_the_environment_names_comes_before_it(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    system_in(elsewhere / "package" / "base")
    later = system_in(elsewhere / "later")
    monkeypatch.setenv(shipped.VARIABLE, str(later))
    assert shipped.folder_of("base") == later
    monkeypatch.setenv(shipped.VARIABLE, str(elsewhere))
    with pytest.raises(MenuraError, match=r"MENURA_BASE=.*no system lies there"):
        shipped.folder_of("base")


def test_a_system_in_a_folder_of_that_name_comes_first(elsewhere: Path) -> None:
    system_in(elsewhere / "package" / "base")
    Path("base").mkdir()
    assert shipped.folder_of("base") == elsewhere / "package" / "base", "holds no system"
    (Path("base") / shipped.DESCRIPTION).write_text("{}")
    assert shipped.folder_of("base") == Path("base")
    assert not shipped.is_base("base")


def test_without_weights_the_mend_is_said(elsewhere: Path) -> None:
    assert not shipped.is_there()
    with pytest.raises(MenuraError, match="came without its weights; train a system of your own"):
        shipped.folder_of("base")
    with pytest.raises(MenuraError, match="no version of it is published"):
        shipped.newest()
    entry = {"name": "2", "url": "http://x", "files": {"system.json": "00"}, "bytes": 1}
    write_manifest(elsewhere / "package", [entry])
    with pytest.raises(MenuraError, match="menura download base --out DIR"):
        shipped.folder_of("base")
    assert shipped.newest().name == "2"


@pytest.mark.parametrize("damaged", ["", "[]", '{"versions": [{"name": 3}]}', '{"other": 1}'])
def test_a_damaged_manifest_is_one_line(damaged: str, elsewhere: Path) -> None:
    (elsewhere / "package" / shipped.MANIFEST).write_text(damaged)
    with pytest.raises(MenuraError, match=r"manifest\.json: cannot be read"):
        shipped.newest()


def test_the_manifest_of_the_package_is_sound(monkeypatch: pytest.MonkeyPatch) -> None:
    home = Path(menura.__file__).parent / "shipped"
    monkeypatch.setattr(shipped, "HOME", home)
    assert shipped.read_manifest().format == "menura-shipped"
    most = sum(file.stat().st_size for file in home.rglob("*") if file.is_file())
    assert most <= 40_000_000
