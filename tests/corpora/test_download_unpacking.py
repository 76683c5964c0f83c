"""Unpacking: everything of an honest archive, nothing at all of another."""

import gzip
import hashlib
import io
import stat
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from menura.corpora._download import DamagedArchiveError, Limits, unpack, unpacking
from menura.corpora._download.members import RefusedError, safe_parts
from menura.foundation.errors import MenuraError
from menura.foundation.reporting import Collected


def zip_of(path: Path, files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def tar_of(path: Path, files: dict[str, bytes]) -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for name, content in files.items():
            header = tarfile.TarInfo(name)
            header.size = len(content)
            archive.addfile(header, io.BytesIO(content))
    return path


PACKERS = pytest.mark.parametrize(
    ("pack", "ending"), [(zip_of, ".zip"), (tar_of, ".tar.gz")], ids=["zip", "tar"]
)
Packer = Callable[[Path, dict[str, bytes]], Path]


def seen(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@PACKERS
def test_the_folder_in_an_archive_becomes_the_folder(
    pack: Packer, ending: str, tmp_path: Path
) -> None:
    files = {"set/000/a.mp3": b"a" * 5000, "set/b": b"", "__MACOSX/set/._b": b"x", "set/._b": b""}
    archive = pack(tmp_path / f"x{ending}", files)
    done = unpack(archive, tmp_path / "set", Collected())
    assert seen(tmp_path / "set") == {"000/a.mp3": b"a" * 5000, "b": b""}
    assert (done.n_files, done.n_bytes) == (2, 5000)
    assert {path.name for path in tmp_path.iterdir()} == {"set", archive.name}


@PACKERS
def test_an_archive_without_that_folder_becomes_it(
    pack: Packer, ending: str, tmp_path: Path
) -> None:
    archive = pack(tmp_path / f"x{ending}", {"a": b"1", "set": b"2"})
    unpack(archive, tmp_path / "set", Collected())
    assert seen(tmp_path / "set") == {"a": b"1", "set": b"2"}


def test_bzip2_in_a_zip_archive_is_read(tmp_path: Path) -> None:
    archive = zip_of(tmp_path / "x.zip", {"set/a": b"abc"}, zipfile.ZIP_BZIP2)
    unpack(archive, tmp_path / "set", Collected())
    assert seen(tmp_path / "set") == {"a": b"abc"}


BAD_NAMES = [
    "../evil", "set/../../evil", "/evil", "//evil", "C:/evil", "c:evil", "set\\..\\evil", "a:b",
    "set/nul", "set/COM1.txt", "aux/x", "set/x.", "set/x ", "set/\x07", "set/a\nb", "..",
    "set/" + "x" * 300, "/".join("x" * 40), "set/‮gpj.exe",
]  # fmt: skip


@PACKERS
@pytest.mark.parametrize("name", BAD_NAMES)
def test_names_that_lead_elsewhere_are_refused(
    pack: Packer, ending: str, name: str, tmp_path: Path
) -> None:
    archive = pack(tmp_path / f"x{ending}", {"set/good": b"1", name: b"evil"})
    with pytest.raises(MenuraError, match="not unpacked: the member") as error:
        unpack(archive, tmp_path / "set", Collected())
    assert "\n" not in str(error.value)
    assert [path.name for path in tmp_path.iterdir()] == [archive.name]
    assert not (tmp_path.parent / "evil").exists()


def test_upward_names_are_refused_for_what_they_are() -> None:
    with pytest.raises(RefusedError, match="leads out of the folder"):
        safe_parts("set/../../evil")


@given(name=st.text(st.sampled_from("./\\:aC~ \0\n"), max_size=12) | st.text(max_size=20))
def test_no_name_leads_out_of_the_folder(name: str) -> None:
    root = Path("/somewhere/root")
    try:
        parts = safe_parts(name)
    except RefusedError:
        return
    assert all(part and part not in (".", "..") and "/" not in part for part in parts)
    assert root.joinpath(*parts).is_relative_to(root)
    assert name.replace("./", "").strip("/.").split("/")[-1] in ("", *parts)


@pytest.mark.parametrize(
    "kind",
    [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE],
)
def test_links_and_devices_in_tar_are_refused(kind: bytes, tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "x.tar.gz", "w:gz") as archive:
        header = tarfile.TarInfo("set/link")
        header.type, header.linkname = kind, "/etc/passwd"
        archive.addfile(header)
    with pytest.raises(MenuraError, match="is a link or a device"):
        unpack(tmp_path / "x.tar.gz", tmp_path / "set", Collected())
    assert not (tmp_path / "set").exists()


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR])
def test_links_and_devices_in_zip_are_refused(kind: int, tmp_path: Path) -> None:
    info = zipfile.ZipInfo("set/link")
    info.external_attr = (kind | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr(info, "/etc/passwd")
    with pytest.raises(MenuraError, match="is a link or a device"):
        unpack(tmp_path / "x.zip", tmp_path / "set", Collected())


@PACKERS
def test_a_bomb_is_refused(pack: Packer, ending: str, tmp_path: Path) -> None:
    archive = pack(tmp_path / f"x{ending}", {f"set/{n}": bytes(1 << 20) for n in range(8)})
    assert archive.stat().st_size < 1 << 17
    with pytest.raises(MenuraError, match=r"would unpack to more than 4\.0 MiB"):
        unpack(archive, tmp_path / "set", Collected(), Limits(always=4 << 20))
    with pytest.raises(MenuraError, match="more than 5 members"):
        unpack(archive, tmp_path / "set", Collected(), Limits(n_members=5))
    unpack(archive, tmp_path / "set", Collected(), Limits(always=8 << 20))


def test_a_zip_that_lies_about_a_size_is_refused(tmp_path: Path) -> None:
    archive = zip_of(tmp_path / "x.zip", {"set/a": bytes(1 << 20)})
    data = archive.read_bytes()
    lie = data.replace((1 << 20).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    assert lie != data
    archive.write_bytes(lie)
    with pytest.raises(MenuraError, match=r"x\.zip"):
        unpack(archive, tmp_path / "set", Collected())
    assert not (tmp_path / "set").exists()


def test_a_tar_header_that_would_fill_the_memory_is_refused(tmp_path: Path) -> None:
    header = tarfile.TarInfo("set/a")
    header.pax_headers = {"comment": "x" * (2 << 20)}
    with tarfile.open(tmp_path / "x.tar.gz", "w:gz", format=tarfile.PAX_FORMAT) as archive:
        archive.addfile(header)
    with pytest.raises(MenuraError, match="header of more than a megabyte"):
        unpack(tmp_path / "x.tar.gz", tmp_path / "set", Collected())


@PACKERS
@pytest.mark.parametrize("second", ["set/a", "set/./a", "set/a/b"])
def test_a_name_that_comes_twice_is_refused(
    pack: Packer, ending: str, second: str, tmp_path: Path
) -> None:
    archive = pack(tmp_path / f"x{ending}", {"set/a": b"1", second.replace("/a", "//a"): b"2"})
    with pytest.raises(MenuraError, match="is in it twice"):
        unpack(archive, tmp_path / "set", Collected())
    assert not (tmp_path / "set").exists()


def test_a_long_tail_behind_the_end_of_a_tar_is_refused(tmp_path: Path) -> None:
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("set/a"))
    (tmp_path / "x.tar.gz").write_bytes(gzip.compress(plain.getvalue() + bytes(8 << 20)))
    with pytest.raises(MenuraError, match="its end is followed by other data"):
        unpack(tmp_path / "x.tar.gz", tmp_path / "set", Collected())


def test_an_encrypted_member_is_refused(tmp_path: Path) -> None:
    archive = zip_of(tmp_path / "x.zip", {"set/a": b"abc"})
    data = bytearray(archive.read_bytes())
    data[data.index(b"PK\x01\x02") + 8] |= 1
    archive.write_bytes(data)
    with pytest.raises(MenuraError, match="is encrypted"):
        unpack(archive, tmp_path / "set", Collected())


@PACKERS
@pytest.mark.parametrize("part", [0.0, 0.3, 0.6, 0.95])
def test_a_damaged_archive_is_one_line(
    pack: Packer, ending: str, part: float, tmp_path: Path
) -> None:
    noise = hashlib.sha256().digest()
    files = {f"set/{n}": noise * (50 + n) for n in range(40)}
    archive = pack(tmp_path / f"x{ending}", files)
    data = archive.read_bytes()
    archive.write_bytes(data[: int(len(data) * part)])
    with pytest.raises(DamagedArchiveError, match="download it again") as error:
        unpack(archive, tmp_path / "set", Collected())
    assert "\n" not in str(error.value)
    assert [path.name for path in tmp_path.iterdir()] == [archive.name]


@pytest.mark.parametrize("seed", range(40))
def test_a_mutated_archive_unpacks_or_is_one_line(seed: int, tmp_path: Path) -> None:
    pack, ending = [(zip_of, ".zip"), (tar_of, ".tar.gz")][seed % 2]
    archive = pack(tmp_path / f"x{ending}", {f"set/{n}": bytes([n]) * 300 for n in range(9)})
    data = bytearray(archive.read_bytes())
    for n in range(6):
        place = int.from_bytes(hashlib.sha256(bytes([seed, n])).digest()[:4], "little")
        data[place % len(data)] ^= 1 << (place % 8)
    archive.write_bytes(data)
    refused = ""
    try:
        unpack(archive, tmp_path / "set", Collected())
    except MenuraError as error:
        refused = str(error)
    assert "\n" not in refused
    assert (tmp_path / "set").exists() == (not refused)
    assert {path.name for path in tmp_path.iterdir()} <= {"set", archive.name}


def test_a_full_disk_leaves_only_the_archive(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = zip_of(tmp_path / "x.zip", {"set/a": b"abc"})
    usage = type("Usage", (), {"free": 2})
    monkeypatch.setattr(unpacking.shutil, "disk_usage", lambda folder: usage)
    with pytest.raises(MenuraError, match="the disk is full; nothing was unpacked"):
        unpack(archive, tmp_path / "set", Collected())
    assert [path.name for path in tmp_path.iterdir()] == ["x.zip"]


def test_what_a_kill_left_is_cleared_away(tmp_path: Path) -> None:
    archive = zip_of(tmp_path / "x.zip", {"set/a": b"abc"})
    (tmp_path / ".set.unpacking" / "set").mkdir(parents=True)
    (tmp_path / ".set.unpacking" / "set" / "old").touch()
    unpack(archive, tmp_path / "set", Collected())
    assert seen(tmp_path / "set") == {"a": b"abc"}
