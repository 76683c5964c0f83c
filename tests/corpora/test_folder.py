"""The folder corpus finds every sound file once, and says why it leaves one out."""

import os
import unicodedata
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from menura import corpora
from menura.corpora._made import REASON
from menura.corpora.contract import Found
from menura.foundation.errors import MenuraError, UsageError
from menura.prepared import preparing
from menura.workflows.prepare import prepare

Put = Callable[[str], Path]


def find(root: Path) -> Found:
    return corpora.load("folder").find(root)


def ids(found: Found) -> list[str]:
    return [track.id for track in found.tracks]


def reasons(found: Found) -> dict[str, str]:
    return {dropped.file: dropped.reason for dropped in found.dropped}


def test_finds_sound_at_any_depth_in_a_fixed_order(put: Put, tmp_path: Path) -> None:
    names = ["b.wav", "a.FLAC", "x/y/z/deep.mp3", "folder.wav/inside.ogg"]
    for name in names:
        put(name)
    assert ids(find(tmp_path / "root")) == sorted(names)


def test_sub_folders_are_labels(put: Put, tmp_path: Path) -> None:
    for name in ["jazz/a.wav", "jazz/more/b.wav", "rock/c.wav", "loose.wav"]:
        put(name)
    found = find(tmp_path / "root")
    assert {t.id: dict(t.labels) for t in found.tracks} == {
        "jazz/a.wav": {"label": "jazz"},
        "jazz/more/b.wav": {"label": "jazz"},
        "rock/c.wav": {"label": "rock"},
        "loose.wav": {},
    }
    assert any("1 files lie in no sub-folder" in note for note in found.notes)


def test_flat_folder_has_no_labels(put: Put, tmp_path: Path) -> None:
    put("a.wav")
    (track,) = find(tmp_path / "root").tracks
    assert track.labels == {}
    assert track.group == track.id


@pytest.mark.parametrize(
    "name",
    [
        "new\nline.wav",
        "tab\t.wav",
        "-rf --help.wav",
        "quote'\"$(x).wav",
        "percent%s{0}.wav",
        "音楽 🎵.wav",
        os.fsdecode(b"bytes_\xff\xfe.wav"),
    ],
)
def test_names_survive(put: Put, tmp_path: Path, name: str) -> None:
    try:
        put(f"{name[:4]}/{name}")
    except OSError:
        pytest.skip("this file system refuses the name")
    (track,) = find(tmp_path / "root").tracks
    assert track.id == f"{name[:4]}/{name}"
    assert track.path.is_file()
    track.labels["label"].encode("utf-8")
    assert track.labels["label"].isprintable()


def test_two_spellings_of_one_name_stay_two(put: Put, tmp_path: Path) -> None:
    put(unicodedata.normalize("NFC", "é.wav"))
    put(unicodedata.normalize("NFD", "é.wav"))
    if len(os.listdir(tmp_path / "root")) < 2:  # noqa: PTH208
        pytest.skip("this file system knows one spelling only")
    assert len(ids(find(tmp_path / "root"))) == 2


def test_loops_end_and_files_are_found_once(put: Put, tmp_path: Path) -> None:
    put("loop/inner/good.wav")
    root = tmp_path / "root"
    (root / "loop/inner/back").symlink_to("..")
    (root / "aside").symlink_to("loop")
    (root / "self.wav").symlink_to("self.wav")
    (root / "nothing.wav").symlink_to("nowhere.wav")
    (root / "again.wav").symlink_to("loop/inner/good.wav")
    (root / "up").symlink_to("../..")
    found = find(root)
    assert ids(found) == ["loop/inner/good.wav"]
    said = reasons(found)
    assert said["loop/inner/back"] == said["aside"] == "link to a folder that is looked into anyway"
    assert said["self.wav"] == said["nothing.wav"] == "broken link"
    assert said["again.wav"] == "link to loop/inner/good.wav, which is used"
    assert said["up"] == "link to a folder around this one, not followed"


def test_links_to_sound_elsewhere_are_followed(put: Put, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    put("here.wav").rename(elsewhere / "there.wav")
    (tmp_path / "root/folder").symlink_to(elsewhere)
    (tmp_path / "root/again.wav").symlink_to(elsewhere / "there.wav")
    found = find(tmp_path / "root")
    assert len(found.tracks) == 1
    assert len(found.dropped) == 1


def test_what_could_be_sound_is_never_left_out_silently(put: Put, tmp_path: Path) -> None:
    for name in ["good.wav", ".hidden.wav", "no_ending", "down.wav.part", ".secret/x.wav"]:
        put(name)
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "root/fifo.wav")
    else:
        put("fifo.wav")
    found = find(tmp_path / "root")
    assert ids(found) == ["good.wav"]
    wanted = {".hidden.wav", ".secret/", "down.wav.part", "no_ending"}
    assert reasons(found).keys() - {"fifo.wav"} == wanted


def test_clutter_is_not_sound(put: Put, tmp_path: Path) -> None:
    put("good.wav")
    for name in ["._good.wav", "Thumbs.db", ".DS_Store", "notes.txt", "score.mid"]:
        (tmp_path / "root" / name).write_bytes(b"\x00\x05\x16\x07" + bytes(80))
    found = find(tmp_path / "root")
    assert ids(found) == ["good.wav"]
    assert found.dropped == ()
    assert any("1 .mid, 1 .txt" in note for note in found.notes)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may read everything")
def test_unreadable_folder_is_named(put: Put, tmp_path: Path) -> None:
    put("good.wav")
    put("closed/x.wav")
    closed = tmp_path / "root/closed"
    closed.chmod(0)
    try:
        found = find(tmp_path / "root")
    finally:
        closed.chmod(0o755)
    assert reasons(found) == {"closed/": "folder cannot be read: permission denied"}


def test_folder_that_fails_to_open_is_named(
    put: Put, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put("good.wav")
    put("closed/x.wav")
    scandir = os.scandir

    def refusing(path: Path) -> object:
        if Path(path).name == "closed":
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refusing)
    found = find(tmp_path / "root")
    assert ids(found) == ["good.wav"]
    assert reasons(found) == {"closed/": "folder cannot be read: permission denied"}


def test_empty_folders_are_named(put: Put, tmp_path: Path) -> None:
    put("jazz/a.wav")
    put("rock/b.wav")
    (tmp_path / "root/folk/deeper").mkdir(parents=True)
    assert "folders without sound: folk" in find(tmp_path / "root").notes


def test_one_folder_for_all_is_pointed_out(put: Put, tmp_path: Path) -> None:
    put("genres/jazz/a.wav")
    put("genres/rock/a.wav")
    assert any("in the one folder genres" in note for note in find(tmp_path / "root").notes)


def test_what_menura_made_is_named_and_left_alone(put: Put, tmp_path: Path) -> None:
    root = tmp_path / "root"
    put("a.wav")
    made = ("prepared", "unfinished", "run", "begun/run", "locked", "comparison", "listening")
    for name in made:
        put(f"{name}/b.wav")
    (root / "comparison/compare.json").write_text('{"made_by": "menura compare"}')
    (root / "listening/test.json").write_text('{"made_by": "menura 0.1.0"}')
    (root / "prepared/prepared.json").write_text('{"format": "menura prepared corpus"}')
    (root / "unfinished/plan.json").write_text('{"format": "menura preparation plan"}')
    (root / "run/system.json").write_text('{"format": "menura-system"}')
    facts = {"version": "1", "progress": "{}", "plan": "{}", "scalars": "{}"}
    save_file({"x": np.zeros(1)}, root / "begun/run/checkpoint.safetensors", facts)
    (root / "locked/menura.lock").touch()
    found = find(root)
    assert ids(found) == ["a.wav"]
    assert reasons(found) == {f"{name}/": REASON for name in made}
    assert not any("without sound" in note for note in found.notes)


def test_files_of_others_with_our_names_hide_nothing(put: Put, tmp_path: Path) -> None:
    root, names = tmp_path / "root", ("plan.json", "system.json", "test.json")
    for number, content in enumerate(["{}", "[1]", "no json", '{"format": "mine"}']):
        for name in names:
            put(f"{number}/a.wav")
            (root / str(number) / name).write_text(content)
    put("4/a.wav")
    save_file({"x": np.zeros(1)}, root / "4/checkpoint.safetensors", {"version": "1"})
    put("5/a.wav")
    (root / "5/checkpoint.safetensors").write_bytes(b"\xff" * 9)
    found = find(root)
    assert ids(found) == [f"{number}/a.wav" for number in range(6)]
    assert found.dropped == ()


@pytest.mark.parametrize("finished", [True, False])
def test_what_is_really_made_is_known(
    put: Put, tmp_path: Path, finished: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "root"
    put("jazz/a.wav")
    put("jazz/b.wav")
    if finished:
        prepare(root, root / "out")
    else:

        def stop(*_: object) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr(preparing, "gather", stop)
        with pytest.raises(KeyboardInterrupt):
            prepare(root, root / "out")
    put("out/previews/c.wav")
    assert reasons(find(root)).keys() == {"out/"}


@pytest.mark.parametrize("content", [[], ["text.txt"], [".gitkeep"]])
def test_no_sound_is_one_clear_error(tmp_path: Path, content: list[str]) -> None:
    root = tmp_path / "empty_folder"
    root.mkdir()
    for name in content:
        (root / name).touch()
    with pytest.raises(MenuraError, match=r"no audio files found in .*empty_folder"):
        find(root)


def test_a_root_that_is_no_folder_is_named(put: Put, tmp_path: Path) -> None:
    with pytest.raises(MenuraError, match="there is no folder"):
        find(tmp_path / "nowhere")
    with pytest.raises(UsageError, match="is a file; give the folder"):
        find(put("a.wav"))


def excluding(root: Path, exclude: str) -> Found:
    return corpora.load("folder", {"exclude": exclude}).find(root)


def test_excluded_files_are_named_and_counted(put: Put, tmp_path: Path) -> None:
    for name in ["a.wav", "b.demo.wav", "drafts/c.wav", "drafts/deep/d.wav", "rock/drafts.wav"]:
        put(name)
    found = excluding(tmp_path / "root", '["*.demo.wav", "drafts/*", "*.never"]')
    assert ids(found) == ["a.wav", "rock/drafts.wav"]
    assert reasons(found) == {
        "b.demo.wav": "excluded by *.demo.wav",
        "drafts/c.wav": "excluded by drafts/*",
        "drafts/deep/d.wav": "excluded by drafts/*",
    }
    assert found.notes[:3] == (
        "excluded by *.demo.wav: 1 file",
        "excluded by drafts/*: 2 files",
        "excluded by *.never: 0 files",
    )


def test_excluded_files_stay_out_when_a_label_file_lists_them(put: Put, tmp_path: Path) -> None:
    put("a.wav")
    put("b.wav")
    (tmp_path / "root/labels.csv").write_text("file,genre\na.wav,x\nb.wav,y\n")
    found = excluding(tmp_path / "root", '["b.*"]')
    assert ids(found) == ["a.wav"]


def test_excluding_everything_is_an_error_that_names_the_pattern(put: Put, tmp_path: Path) -> None:
    put("a.wav")
    with pytest.raises(MenuraError, match=r"no audio files found .*a.wav: excluded by \*"):
        excluding(tmp_path / "root", '["*"]')


def test_upper_and_lower_case_differ(put: Put, tmp_path: Path) -> None:
    put("a.WAV")
    assert ids(excluding(tmp_path / "root", '["*.wav"]')) == ["a.WAV"]
