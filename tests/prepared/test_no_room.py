"""A full disk or too little memory is the machine's fault: no file is left out for it."""

import errno
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from menura.foundation.errors import MenuraError
from menura.prepared import PreparedCorpus, finishing, listening, planning, preparing
from menura.prepared.listening import listen
from menura.prepared.shards import ShardFile
from menura.prepared.unusable import UnusableError
from menura.workflows.prepare import prepare

Content = Callable[[Path], dict[str, bytes]]


@pytest.mark.parametrize(
    ("work", "says"),
    [
        ("build_on_a_full_disk", "no space left on device.*make room there and start it again"),
        ("build_without_memory", "not enough memory.*end other programs and start it again"),
    ],
)
def test_what_is_done_is_kept(
    tones: Callable[..., Path],
    tmp_path: Path,
    content: Content,
    monkeypatch: pytest.MonkeyPatch,
    dying_worker: str,
    work: str,
    says: str,
) -> None:
    monkeypatch.setattr(planning, "SHARD_BYTES", (40_000, 40_000))
    source, out = tones(8), tmp_path / "out"
    with monkeypatch.context() as patch:
        patch.setattr(preparing, "_BUILD", f"{dying_worker}:{work}")
        with pytest.raises(MenuraError, match=says) as error:
            prepare(source, out, workers=1)
    assert f"--out {out}" in str(error.value)
    assert str(error.value).endswith("with --resume: what is done is kept")
    shards = sorted(path.name for path in (out / "shards").iterdir())
    assert shards == ["00000.json", "00000.pcm", "00001.json", "00001.pcm"]
    assert not PreparedCorpus.open(_resumed(source, out)).about["totals"]["dropped"]
    prepare(source, tmp_path / "unbroken")
    assert content(out) == content(tmp_path / "unbroken")


def _resumed(source: Path, out: Path) -> Path:
    prepare(source, out, resume=True)
    return out


def test_a_disk_that_is_full_at_the_end(
    tones: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, out = tones(2), tmp_path / "out"

    def no_room(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(finishing, "write_text", no_room)
        with pytest.raises(MenuraError, match=r"--out .*no space left on device"):
            prepare(source, out)
    assert prepare(source, out, resume=True).kept == 2


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (ValueError("odd\nvalue"), r"cannot be decoded \(ValueError: odd\)"),
        (OSError(errno.EIO, os.strerror(errno.EIO)), "input/output error"),
        (AssertionError(), r"cannot be decoded \(AssertionError\)"),
    ],
)
def test_whatever_a_decoder_raises_costs_its_file(
    tones: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, error: Exception, reason: str
) -> None:
    with pytest.raises(UnusableError, match=reason):
        _listen(tones(1), error, monkeypatch)


@pytest.mark.parametrize(
    "error", [OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), MemoryError("no more")]
)
def test_a_decoder_without_room_costs_no_file(
    tones: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    with pytest.raises(type(error)):
        _listen(tones(1), error, monkeypatch)


def _listen(source: Path, error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    """Listen to a file whose decoder raises `error` after its first samples."""

    def blocks(*_: object) -> Iterator[object]:
        yield np.zeros((1, 100), np.float32)
        raise error

    monkeypatch.setattr(listening, "stored_blocks", blocks)
    with tempfile.TemporaryFile() as spill, tempfile.TemporaryFile() as out:
        listen(next(source.rglob("*.wav")), 0.5, spill, ShardFile(out))
