"""Fetching a file: whole, or to be gone on with, or one line that says why not."""

import io
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from menura.corpora._download import Patience, fetch, fetching
from menura.foundation.errors import MenuraError
from menura.foundation.reporting import Collected
from web_site import Site, serving

CONTENT = bytes(range(256)) * 4000  # 1 MB
QUICK = Patience(timeout_s=0.5, n_retries=3, wait_s=0.01)


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as site:
        site.files["/a.zip"] = CONTENT
        yield site


def get(site: Site, target: Path, patience: Patience = QUICK) -> Collected:
    said = Collected()
    fetch((f"{site.url}/a.zip",), target, said, patience)
    return said


def test_a_file_comes_whole_and_leaves_nothing_else(site: Site, tmp_path: Path) -> None:
    get(site, tmp_path / "a.zip")
    assert (tmp_path / "a.zip").read_bytes() == CONTENT
    assert [path.name for path in tmp_path.iterdir()] == ["a.zip"]


def test_a_cut_connection_is_gone_on_with(site: Site, tmp_path: Path) -> None:
    site.cuts = [300_000, 100_000, 50_000]
    said = get(site, tmp_path / "a.zip")
    assert (tmp_path / "a.zip").read_bytes() == CONTENT
    assert [range_ for range_, _ in site.asked] == [
        None,
        "bytes=300000-",
        "bytes=400000-",
        "bytes=450000-",
    ]
    assert {unless for _, unless in site.asked[1:]} == {'"one"'}
    assert len(said.warnings) == 3
    assert "broke off after 293.0 KiB of 1000.0 KiB" in said.warnings[0]


def test_the_next_run_goes_on_where_this_one_gave_up(site: Site, tmp_path: Path) -> None:
    site.cuts = [300_000, 0, 0, 0]
    with pytest.raises(MenuraError, match=r"293\.0 KiB are kept: run the same command again"):
        get(site, tmp_path / "a.zip")
    assert not (tmp_path / "a.zip").exists()
    get(site, tmp_path / "a.zip")
    assert site.asked[-1][0] == "bytes=300000-"
    assert (tmp_path / "a.zip").read_bytes() == CONTENT


def test_a_download_killed_before_it_got_its_name_is_only_named(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(fetching.Partial, "finish", lambda partial: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            get(site, tmp_path / "a.zip")
    get(site, tmp_path / "a.zip")
    assert len(site.asked) == 1
    assert (tmp_path / "a.zip").read_bytes() == CONTENT


@pytest.mark.parametrize("how", ["no ranges", "another file", "no validator", "wrong part"])
def test_it_begins_anew_where_it_cannot_go_on(site: Site, tmp_path: Path, how: str) -> None:
    site.cuts = [300_000, 0, 0, 0]
    site.etag = None if how == "no validator" else '"one"'
    with pytest.raises(MenuraError):
        get(site, tmp_path / "a.zip")
    site.ranges = how != "no ranges"
    site.wrong_range = how == "wrong part"
    if how == "another file":
        site.etag = '"two"'
        site.files["/a.zip"] = CONTENT[::-1]
    get(site, tmp_path / "a.zip")
    assert (tmp_path / "a.zip").read_bytes() == site.files["/a.zip"]


def test_a_weak_etag_vouches_for_nothing(site: Site, tmp_path: Path) -> None:
    site.etag, site.cuts = 'W/"one"', [300_000]
    get(site, tmp_path / "a.zip")
    assert site.asked == [(None, None)] * 2
    assert (tmp_path / "a.zip").read_bytes() == CONTENT


def test_a_part_longer_than_the_file_begins_anew(site: Site, tmp_path: Path) -> None:
    site.cuts = [300_000, 0, 0, 0]
    with pytest.raises(MenuraError):
        get(site, tmp_path / "a.zip")
    with (tmp_path / "a.zip.part").open("ab") as file:
        file.write(CONTENT)
    get(site, tmp_path / "a.zip")
    assert (tmp_path / "a.zip").read_bytes() == CONTENT


def test_a_range_that_is_refused_begins_anew(site: Site, tmp_path: Path) -> None:
    site.cuts, site.codes = [300_000], [200, 416]
    get(site, tmp_path / "a.zip")
    assert [range_ for range_, _ in site.asked] == [None, "bytes=300000-", None]
    assert (tmp_path / "a.zip").read_bytes() == CONTENT


def test_a_file_of_unknown_length(site: Site, tmp_path: Path) -> None:
    site.says_length = False
    get(site, tmp_path / "a.zip")
    assert (tmp_path / "a.zip").read_bytes() == CONTENT


def test_a_server_that_is_busy_is_asked_again(site: Site, tmp_path: Path) -> None:
    site.codes = [503, 429]
    said = get(site, tmp_path / "a.zip")
    assert ["(503)" in said.warnings[0], "(429)" in said.warnings[1]] == [True, True]
    assert (tmp_path / "a.zip").read_bytes() == CONTENT


def test_a_server_that_falls_silent_is_left(site: Site, tmp_path: Path) -> None:
    site.cuts, site.hang_s = [1000, 0, 0, 0], 0.4
    site.stated_length = len(CONTENT)
    with pytest.raises(MenuraError, match="no answer in time"):
        get(site, tmp_path / "a.zip", Patience(timeout_s=0.1, n_retries=1, wait_s=0.01))


@pytest.mark.parametrize("code", [404, 410, 403])
def test_what_is_not_there_is_one_line(site: Site, tmp_path: Path, code: int) -> None:
    site.codes = [code]
    with pytest.raises(MenuraError, match=rf"a\.zip: .* \({code}\)") as error:
        get(site, tmp_path / "a.zip")
    assert "\n" not in str(error.value)
    assert list(tmp_path.iterdir()) == []


def test_no_network_is_one_line_at_once(tmp_path: Path) -> None:
    started = time.monotonic()
    for url in ("http://127.0.0.1:9/a.zip", "http://nowhere.invalid/a.zip"):
        with pytest.raises(MenuraError, match=r"cannot be reached .* check the network"):
            fetch((url,), tmp_path / "a.zip", Collected())
    assert time.monotonic() - started < 5


def test_the_next_address_is_tried(site: Site, tmp_path: Path) -> None:
    said = Collected()
    urls = (f"{site.url}/gone.zip", f"{site.url}/a.zip")
    fetch(urls, tmp_path / "a.zip", said, QUICK)
    assert (tmp_path / "a.zip").read_bytes() == CONTENT
    assert "trying the next address" in said.warnings[0]


def test_a_disk_without_room_is_seen_before(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = type("Usage", (), {"free": 1000})
    monkeypatch.setattr(fetching.shutil, "disk_usage", lambda folder: usage)
    with pytest.raises(MenuraError, match=r"1000 bytes free, and 1000\.0 KiB are still to come"):
        get(site, tmp_path / "a.zip")


def test_a_disk_that_fills_up_is_one_line_and_keeps_what_came(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.cuts = [300_000, 0, 0, 0]
    with pytest.raises(MenuraError):
        get(site, tmp_path / "a.zip")
    part = tmp_path / "a.zip.part"
    before = part.stat().st_size
    real_open = Path.open

    def open_full(path: Path, mode: str = "r", **options: str) -> object:
        if path == part and mode == "ab":
            return Full(path, mode)
        return real_open(path, mode, **options)

    class Full(io.FileIO):
        def write(self, data: object) -> int:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "open", open_full)
    with pytest.raises(MenuraError, match="the disk is full; free some space"):
        get(site, tmp_path / "a.zip")
    assert part.stat().st_size == before
