"""The verb: whose it is, fetched, compared, unpacked; and the catalogue it does it from."""

import hashlib
import io
import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from menura import corpora
from menura.cli.entry import run
from menura.corpora._download import Archive, Checksum, catalogue, fetching
from menura.foundation.errors import MenuraError, UsageError
from menura.foundation.reporting import Collected
from menura.workflows.download import download
from web_site import Site, serving


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as site:
        yield site


def zip_of(name: str, content: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr(name, content)
    return made.getvalue()


def seen(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture
def offered(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Archive]:
    """Puts an archive of one folder on the server and into the catalogue."""

    def offered(*, checked: bool = True, wrong: bool = False) -> Archive:
        data = zip_of("set/a.wav", b"abc" * 1000)
        site.files["/set.zip"] = data
        digest = hashlib.sha1(b"other" if wrong else data).hexdigest()
        archive = Archive(
            "a-set",
            "folder",
            (f"{site.url}/set.zip",),
            "set",
            "tiny",
            Checksum("sha1", digest, "the author") if checked else None,
            "get its labels too",
        )
        monkeypatch.setattr(catalogue, "ARCHIVES", (archive,))
        return archive

    return offered


def test_download_says_whose_it_is_first_and_leaves_the_folder(
    offered: Callable[..., Archive], site: Site, tmp_path: Path
) -> None:
    archive = offered()
    said = Collected()
    report = download("a-set", tmp_path / "out", reporter=said)
    assert seen(tmp_path / "out") == {"set/a.wav": b"abc" * 1000}
    assert report.folder == str(tmp_path / "out" / "set")
    assert (report.n_files, report.n_bytes) == (1, 3000)
    assert archive.checksum
    assert report.checksum == f"sha1:{archive.checksum.digest}"
    layout = corpora.load("folder")
    assert said.lines[:2] == [f"licence: {layout.licence}", f"please cite: {layout.citation}"]
    assert said.lines[-1] == "get its labels too"
    assert said.warnings == []


def test_the_archive_may_be_kept_and_is_used_again(
    offered: Callable[..., Archive], site: Site, tmp_path: Path
) -> None:
    offered()
    download("a-set", tmp_path / "out", keep_archive=True)
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"set", "set.zip"}
    (tmp_path / "out" / "set").rename(tmp_path / "moved")
    download("a-set", tmp_path / "out")
    assert len(site.asked) == 1
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"set"}


def test_wrong_bytes_are_never_unpacked(
    offered: Callable[..., Archive], site: Site, tmp_path: Path
) -> None:
    offered(wrong=True)
    with pytest.raises(MenuraError, match=r"its sha1 is .*, not .* published by the author; the f"):
        download("a-set", tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


def test_a_missing_checksum_is_said(
    offered: Callable[..., Archive], site: Site, tmp_path: Path
) -> None:
    offered(checked=False)
    said = Collected()
    assert download("a-set", tmp_path / "out", reporter=said).checksum is None
    assert "no checksum is published for a-set" in said.warnings[0]


def test_a_damaged_archive_does_not_stay_in_the_way(
    offered: Callable[..., Archive], site: Site, tmp_path: Path
) -> None:
    offered(checked=False)
    whole = site.files["/set.zip"]
    site.files["/set.zip"] = whole[:-30]
    with pytest.raises(MenuraError, match="damaged"):
        download("a-set", tmp_path / "out")
    site.files["/set.zip"] = whole
    download("a-set", tmp_path / "out")
    assert seen(tmp_path / "out") == {"set/a.wav": b"abc" * 1000}


def test_what_is_there_is_not_touched(
    offered: Callable[..., Archive], site: Site, tmp_path: Path
) -> None:
    offered()
    (tmp_path / "out" / "set").mkdir(parents=True)
    with pytest.raises(MenuraError, match="is there already"):
        download("a-set", tmp_path / "out")
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match="is a file"):
        download("a-set", tmp_path / "file")
    assert site.asked == []


def test_the_command_line(
    offered: Callable[..., Archive],
    site: Site,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    offered()
    assert run(["download", "a-st", "--out", str(tmp_path / "out")]) == 2
    assert "there is no download 'a-st'; did you mean 'a-set'?" in capsys.readouterr().err
    assert run(["download", "a-set", "--out", str(tmp_path / "out")]) == 0
    out, err = capsys.readouterr()
    assert out == f"{tmp_path / 'out' / 'set'}\n"
    assert "licence: " in err


def test_ctrl_c_says_that_the_next_run_goes_on(
    offered: Callable[..., Archive],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    offered()

    def stopped(transfer: object, there: int, total: int | None) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(fetching._Transfer, "_say", stopped)
    assert run(["download", "a-set", "--out", str(tmp_path / "out")]) == 130
    assert "the same command goes on from there" in capsys.readouterr().err
    assert (tmp_path / "out" / "set.zip.part").exists()


# The catalogue. The sums are written out a second time, from where they are published.

PUBLISHED = {
    "fma_metadata.zip": "f0df49ffe5f2a6008d7dc83c6915b31835dfe733",
    "fma_small.zip": "ade154f733639d52e35e32f5593efe5be76c6d70",
    "fma_medium.zip": "c67b69ea232021025fca9231fc1c7c1a063ab50b",
    "fma_large.zip": "497109f4dd721066b5ce5e5f250ec604dc78939e",
    "fma_full.zip": "0f0ace23fbe9ba30ecb7e95f763e435ea802b8ab",
    "genres.tar.gz": "24347e0223d2ba798e0a558c4c172d9d4a19c00bb7963fe055d183dadb4ef2c6",
    "maestro-v3.0.0.zip": "6680fea5be2339ea15091a249fbd70e49551246ddbd5ca50f1b2352c08c95291",
    "maestro-v3.0.0-midi.zip": "70470ee253295c8d2c71e6d9d4a815189e35c89624b76d22fce5a019d5dde12c",
    "nsynth-train.jsonwav.tar.gz": None,
    "nsynth-valid.jsonwav.tar.gz": None,
    "nsynth-test.jsonwav.tar.gz": None,
}


def test_the_catalogue_is_what_is_published() -> None:
    sums = {a.file_name: a.checksum and a.checksum.digest for a in catalogue.ARCHIVES}
    assert sums == PUBLISHED


@pytest.mark.parametrize("archive", catalogue.ARCHIVES, ids=lambda archive: archive.name)
def test_every_download_has_a_corpus_that_reads_it(archive: Archive) -> None:
    assert archive.corpus in corpora.room.names()
    assert all(re.fullmatch(r"https?://[^ ]+/[^/ ]+\.(zip|tar\.gz)", url) for url in archive.urls)
    length = {"sha1": 40, "sha256": 64}
    if archive.checksum:
        assert re.fullmatch("[0-9a-f]+", archive.checksum.digest)
        assert len(archive.checksum.digest) == length[archive.checksum.algorithm]
