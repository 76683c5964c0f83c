"""Every entry of the hostile set behaves as its manifest says, in one run over all of it."""

import json
import os
import tarfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from menura.foundation.errors import MenuraError
from menura.foundation.reporting import Collected
from menura.prepared import PreparedCorpus
from menura.workflows.prepare import PrepareReport, prepare

# Other layouts' files, which are no sound and are counted together in one note.
OTHER_LAYOUTS = (".mid", ".midi", ".json", ".csv", ".gitkeep")
# Good sound that the manifest would leave out because of its own layout's list of files.
FOR_OTHER_LAYOUTS = {"layouts/nsynth_missing_audio/audio/stray_not_in_json.wav"}
AS_ROOT = hasattr(os, "geteuid") and os.geteuid() == 0


def make_special(root: Path) -> None:
    """The entries that no archive can hold."""
    good, special = (root / "control_good.wav").read_bytes(), root / "special"
    (special / "loop/inner").mkdir(parents=True)
    (special / "read_only_dir").mkdir()
    (special / "unreadable_dir").mkdir()
    for name in [
        "loop/inner/good.wav",
        "unreadable.wav",
        "unreadable_dir/x.wav",
        "newline\nname.wav",
        "tab\tname.wav",
        "read_only_dir/good.wav",
    ]:
        (special / name).write_bytes(good)
    Path(os.fsdecode(os.fsencode(special) + b"/bytes_\xff\xfe.wav")).write_bytes(good)
    (special / "loop/inner/back").symlink_to("..")
    (special / "self_link.wav").symlink_to("self_link.wav")
    (special / "dangling.wav").symlink_to("nowhere.wav")
    (special / "link_to_good.wav").symlink_to("../control_good.wav")
    os.mkfifo(special / "fifo.wav")
    (special / "unreadable.wav").chmod(0)
    (special / "unreadable_dir").chmod(0)
    (special / "read_only_dir").chmod(0o555)


Prepared = tuple[Path, PrepareReport, Collected, list[dict[str, Any]], float]


@pytest.fixture(scope="module")
def hostile(recordings: Path, tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    folder = tmp_path_factory.mktemp("hostile")
    with tarfile.open(recordings / "hostile.tar.xz") as archive:
        archive.extractall(folder, filter="data")
    root = folder / "hostile"
    entries = json.loads((root / "manifest.json").read_text(encoding="utf-8"))["entries"]
    (root / "manifest.json").unlink()
    make_special(root)
    said, started = Collected(), time.monotonic()
    try:
        report = prepare(root, folder / "out", reporter=said)
    finally:
        (root / "special/unreadable_dir").chmod(0o755)
        (root / "special/read_only_dir").chmod(0o755)
    return root, report, said, entries, time.monotonic() - started


def named(file: str) -> str:
    file = file.replace("\\xff\\xfe", "\udcff\udcfe")
    return f"{file}/good.wav" if file.endswith("read_only_dir") else file


def test_entries_behave_as_the_manifest_says(hostile: Prepared) -> None:
    root, report, _, entries, _ = hostile
    kept = {track.id for track in PreparedCorpus.open(root.parent / "out").tracks}
    dropped = {item.file.rstrip("/"): item.reason for item in report.dropped}
    judged = 0
    for entry in entries:
        file, why = named(entry["file"]), (entry["file"], entry["why"])
        if file.endswith(OTHER_LAYOUTS) or file in FOR_OTHER_LAYOUTS or file == "empty_folder/":
            continue
        if AS_ROOT and "unreadable" in file:
            continue
        judged += 1
        assert not (file in kept and file in dropped), why
        if entry["expect"] == "accept":
            assert file in kept, why
        elif entry["expect"] == "skip":
            assert file not in kept, why
            if "quietly" not in entry["why"]:
                assert dropped.get(file), why
        else:
            assert file in kept or dropped.get(file), why
    assert judged > 110


def test_nothing_else_is_kept_and_reasons_fit(hostile: Prepared) -> None:
    root, report, _, entries, _ = hostile
    expected = {named(entry["file"]) for entry in entries}
    extra = {"special/unreadable_dir/x.wav"} if AS_ROOT else set()
    kept = {track.id for track in PreparedCorpus.open(root.parent / "out").tracks}
    assert kept <= expected | extra
    reasons = {item.file: item.reason for item in report.dropped}
    for file, words in {
        "zero_bytes.mp3": "empty",
        "lfs_pointer.wav": "git-lfs|Git LFS",
        "nan_float.wav": "NaN",
        "inf_float.wav": "infinite",
        "silent.wav": "silent",
        "one_lsb_noise.wav": "silent",
        "dc_only.wav": "silent but for a constant offset",
        "long_silence_1h.flac": "silent",
        "rate_1hz.wav": "sample rate",
        "channels_65535.wav": "channels",
        "special/fifo.wav": "not a regular file",
        "special/dangling.wav": "broken link",
        "layouts/gtzan/genres_original/blues/blues.00000.wav": "--min-seconds",
    }.items():
        assert any(word in reasons[file] for word in words.split("|")), (file, reasons[file])
    notes = {note.partition(": ")[0]: note for note in report.notes}
    assert "0 dBFS" in notes["float_over_range.wav"]
    assert "truncated" in notes["truncated_data.wav"]
    assert "clipped" in notes["clipped.wav"]
    assert not (Path.cwd() / "pwned").exists()


def test_messages_are_single_printable_lines(hostile: Prepared) -> None:
    _, _, said, _, _ = hostile
    for line in [*said.lines, *said.warnings]:
        line.encode("utf-8")
        assert "\n" not in line
        assert "Traceback" not in line


def test_sound_is_finite_and_right(hostile: Prepared) -> None:
    root, report, _, _, seconds = hostile
    corpus = PreparedCorpus.open(root.parent / "out")
    for track in corpus.tracks:
        sound = corpus.read(track, 0, track.n_samples)
        assert np.isfinite(sound).all()
        assert 0.001 < np.abs(sound).max() <= 1.0
        assert 0.5 < track.duration_s < 15
    rendition = corpus.rendition(22050, 1)
    for index, track in enumerate(rendition.tracks):
        assert np.abs(rendition.read(index, 0, track.n_samples)).max() > 0.001, track.id
    half_silent = next(track for track in corpus.tracks if track.id == "half_silent.wav")
    assert half_silent.silent[0] == pytest.approx((0.0, 8.0), abs=0.11)
    assert report.kept == len(corpus.tracks)
    assert seconds < 30


def test_empty_folder_alone(hostile: Prepared) -> None:
    root, _, _, _, _ = hostile
    with pytest.raises(MenuraError, match=r"no audio files found in .*empty_folder"):
        prepare(root / "empty_folder", root.parent / "empty_out")
    assert not (root.parent / "empty_out").exists()


def test_a_csv_with_bad_rows(hostile: Prepared) -> None:
    root, _, _, _, _ = hostile
    maestro = root / "layouts/maestro"
    report = prepare(maestro, root.parent / "maestro", labels=maestro / "maestro-v3.0.0.csv")
    assert report.kept == 1
    assert [item.reason.partition(": ")[0].rpartition(" ")[2] for item in report.dropped] == [
        "4",
        "5",
        "3",
        "6",
    ]
