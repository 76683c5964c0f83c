"""Finding the sound files under a folder, whatever else lies there."""

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from menura.corpora._made import REASON, is_made
from menura.corpora.contract import Dropped
from menura.foundation.errors import MenuraError, UsageError
from menura.foundation.printable import printable

# fmt: off
SOUND_SUFFIXES = frozenset((
    ".wav", ".wave", ".w64", ".rf64", ".bwf", ".flac", ".ogg", ".oga", ".opus", ".mp3", ".mp2",
    ".aif", ".aiff", ".aifc", ".au", ".snd", ".caf", ".m4a", ".aac", ".webm", ".wma", ".ape",
    ".wv", ".mka", ".ac3", ".amr", ".3gp",
))
# fmt: on
# What browsers and sync programs call a file that is not all there yet.
UNFINISHED_SUFFIXES = frozenset((".part", ".partial", ".crdownload", ".download", ".filepart"))
# Left by operating systems; never sound, not worth a word.
_QUIET_NAMES = frozenset(("thumbs.db", "desktop.ini", "__macosx", "lost+found"))


@dataclass
class Scan:
    """Result of a scan.

    sounds: identity (path below the root, with "/") → path, in the order of the identities.
    others: suffix → number of files that are not sound.
    without_sound: folders that hold no sound, nor do the folders in them.
    """

    sounds: dict[str, Path] = field(default_factory=dict)
    dropped: list[Dropped] = field(default_factory=list)
    others: Counter[str] = field(default_factory=Counter)
    without_sound: list[str] = field(default_factory=list)


def scan(root: Path, suffixes: frozenset[str] = SOUND_SUFFIXES) -> Scan:
    """All sound files under `root`, each real file once, however links are knotted.

    suffixes: endings, in lower case, of the files that are looked for, sound or not. Names
    decide what could be sound; a file without a known suffix that begins like a sound file is
    named among the dropped. Raises UsageError when `root` is a file and MenuraError when it is
    not there or cannot be read.
    """
    if not root.exists():
        raise MenuraError(f"there is no folder {printable(str(root))}")
    if not root.is_dir():
        raise UsageError(f"{printable(str(root))} is a file; give the folder that holds it")
    walk = _Walk(root, suffixes)
    try:
        os.scandir(root).close()
    except OSError as error:
        raise MenuraError(f"{printable(str(root))} cannot be read: {error.strerror}") from None
    walk.run()
    result = walk.result
    result.sounds = dict(sorted(result.sounds.items()))
    result.dropped.sort(key=lambda dropped: dropped.file)
    result.without_sound = sorted(_without_sound(walk.folders, [*result.sounds, *walk.made]))
    return result


class _Walk:
    """Real folders and files first, then links to folders, then links to files: a link never
    hides the real name."""

    def __init__(self, root: Path, suffixes: frozenset[str]):
        self.root, self.suffixes = root, suffixes
        self.result = Scan()
        self.folders: list[str] = []
        self.made: list[str] = []
        self._folder_links: list[tuple[str, os.DirEntry[str]]] = []
        self._file_links: list[tuple[str, os.DirEntry[str]]] = []
        self._real_folders = set[str]()
        self._real_files = dict[str, str]()

    def run(self) -> None:
        self._folder("", os.path.realpath(self.root))
        while self._folder_links:
            links, self._folder_links = sorted(self._folder_links, key=lambda link: link[0]), []
            for identity, _ in links:
                self._follow_folder(identity)
        for identity, entry in sorted(self._file_links, key=lambda link: link[0]):
            self._follow_file(identity, entry)

    def _folder(self, identity: str, real: str) -> None:
        """Everything below the folder `identity` whose real place is `real`."""
        pending = [(identity, real)]
        while pending:
            name, place = pending.pop()
            self._real_folders.add(place)
            try:
                entries = sorted(os.scandir(self.root / name), key=lambda entry: entry.name)
            except OSError as error:
                self._drop(f"{name}/", f"folder cannot be read: {_reason(error)}")
                continue
            if name and is_made(self.root / name, {entry.name for entry in entries}):
                self._drop(f"{name}/", REASON)
                self.made.append(f"{name}/")
                continue
            if name:
                self.folders.append(name)
            pending.extend(self._entries(name, place, entries))

    def _entries(
        self, folder: str, place: str, entries: list[os.DirEntry[str]]
    ) -> Iterator[tuple[str, str]]:
        """Take the files of one folder; yield the folders in it."""
        for entry in entries:
            identity = f"{folder}/{entry.name}" if folder else entry.name
            if entry.name.lower() in _QUIET_NAMES or entry.name.startswith("._"):
                continue
            try:
                if entry.is_symlink():
                    links = self._folder_links if _is_folder(entry) else self._file_links
                    links.append((identity, entry))
                elif entry.is_dir():
                    if entry.name.startswith("."):
                        self._drop(f"{identity}/", "hidden folder, not looked into")
                    else:
                        yield identity, str(Path(place, entry.name))
                else:
                    self._file(identity, entry, str(Path(place, entry.name)))
            except OSError as error:
                self._drop(identity, f"cannot be read: {_reason(error)}")

    def _file(self, identity: str, entry: os.DirEntry[str], real: str) -> None:
        suffix = Path(entry.name).suffix.lower()
        sounding = suffix in self.suffixes
        if not entry.is_file():
            if sounding:
                self._drop(identity, "not a regular file (a pipe, socket or device)")
        elif suffix in UNFINISHED_SUFFIXES:
            self._drop(identity, "unfinished download")
        elif sounding and entry.name.startswith("."):
            self._drop(identity, "hidden file (its name begins with a dot); rename it to use it")
        elif sounding:
            self.result.sounds[identity] = self.root / identity
            self._real_files[real] = identity
        elif (
            suffix not in SOUND_SUFFIXES
            and not entry.name.startswith(".")
            and _begins_like_sound(self.root / identity)
        ):
            self._drop(
                identity, "may be sound, but its name has no known ending (such as .wav); rename it"
            )
        else:
            self.result.others[suffix or "no ending"] += 1

    def _follow_folder(self, identity: str) -> None:
        real = os.path.realpath(self.root / identity)
        if real in self._real_folders:
            self._drop(identity, "link to a folder that is looked into anyway")
        elif Path(os.path.realpath(self.root)).is_relative_to(real):
            self._drop(identity, "link to a folder around this one, not followed")
        else:
            self._folder(identity, real)

    def _follow_file(self, identity: str, entry: os.DirEntry[str]) -> None:
        real = os.path.realpath(self.root / identity)
        if not Path(real).exists() or Path(real).is_symlink():
            self._drop(identity, "broken link")
        elif real in self._real_files:
            self._drop(identity, f"link to {printable(self._real_files[real])}, which is used")
        else:
            self._file(identity, entry, real)

    def _drop(self, identity: str, reason: str) -> None:
        self.result.dropped.append(Dropped(identity, reason))


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link to itself
        return False


def _begins_like_sound(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            start = file.read(12)
    except OSError:
        return False
    return (
        (start[:4] in (b"RIFF", b"RF64", b"FORM") and start[8:12] in (b"WAVE", b"AIFF", b"AIFC"))
        or start[:4] in (b"fLaC", b"OggS", b".snd", b"caff", b"wvpk")
        or start[:3] == b"ID3"
        or start[4:12] == b"ftypM4A "
    )


def _without_sound(folders: list[str], accounted: Iterable[str]) -> set[str]:
    """Folders with nothing that is accounted for (sound, or a folder of Menura's), only the
    highest of each branch."""
    sounding = {""}
    for identity in accounted:
        folder = identity.rpartition("/")[0]
        while folder not in sounding:
            sounding.add(folder)
            folder = folder.rpartition("/")[0]
    return {
        folder
        for folder in folders
        if folder not in sounding and folder.rpartition("/")[0] in sounding
    }


def _reason(error: OSError) -> str:
    return (error.strerror or type(error).__name__).lower()
