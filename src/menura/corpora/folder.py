"""Any folder of sound files: labels from its sub-folders, or from a CSV or JSONL file."""

from collections import Counter
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path

import numpy as np

from menura.audio import Clip, write
from menura.corpora._label_file import FOUND_NAMES, tracks_of
from menura.corpora._scan import Scan, scan
from menura.corpora.contract import Corpus, Dropped, Found, Track
from menura.foundation.errors import MenuraError
from menura.foundation.printable import printable


@dataclass(frozen=True)
class Config:
    """Which files are taken.

    exclude: patterns of files to leave out, such as ("*.demo.wav", "drafts/*"), by their path
        below the folder, with "/"; `*` also takes in "/", `?` is one character, `[ab]` one of
        some. Upper and lower case differ.
    """

    exclude: tuple[str, ...] = ()


class Folder(Corpus):
    """Whatever sound lies in a folder, at any depth.

    Labels come from a label file: the one given, or `labels.csv`, `labels.jsonl`, `metadata.csv`
    or `metadata.jsonl` in the folder itself; only the files it lists are used then. Without one
    (or when it holds no labels) the first sub-folder on a file's path is its `label`; a file
    that lies in no sub-folder has none. Every file is a recording of its own unless the label
    file says otherwise.
    """

    Config = Config
    licence = "not stated; whoever prepares a folder answers for the rights in it"
    citation = "none: these are the user's own files"

    def find(self, root: Path, labels_file: Path | None = None) -> Found:
        """Scan `root` without opening sound files.

        Raises UsageError when `root` is a file, and MenuraError when there is no sound in it
        or the label file cannot be used.
        """
        scanned = scan(root)
        n_excluded = _exclude(scanned, self.config.exclude)
        if not scanned.sounds:
            raise MenuraError(_no_sound(root, scanned))
        if labels_file is None:
            labels_file = next(
                (root / name for name in FOUND_NAMES if (root / name).is_file()), None
            )
        remarks = (*_exclude_remarks(n_excluded), *_remarks(scanned))
        if labels_file is None:
            tracks = tuple(
                Track(id=identity, group=identity, path=path, labels=_folder_label(identity))
                for identity, path in scanned.sounds.items()
            )
            return Found(tracks, tuple(scanned.dropped), (*remarks, *_label_remarks(tracks)))
        found = tracks_of(labels_file, root, scanned)
        tracks = found.tracks
        if not any(track.labels for track in tracks):
            tracks = tuple(_with_folder_label(track) for track in tracks)
        dropped = sorted((*scanned.dropped, *found.dropped), key=lambda dropped: dropped.file)
        return Found(tracks, tuple(dropped), (*remarks, *found.notes))

    def miniature(self, folder: Path) -> None:
        """Four short tones in two sub-folders, one at another rate, one in stereo."""
        sample_rate = 8000
        time = np.arange(int(1.2 * sample_rate)) / sample_rate
        for number, (label, name) in enumerate(
            [("high", "a.wav"), ("high", "b.flac"), ("low", "a.wav"), ("low", "c.ogg")]
        ):
            hz = {"high": 880.0, "low": 110.0}[label] * (1 + 0.1 * number)
            tone = 0.4 * np.sin(2 * np.pi * hz * time) * np.exp(-time)
            samples = np.stack([tone, tone[::-1]][: 1 + number % 2]).astype(np.float32)
            write(Clip(samples, sample_rate * (1 + number // 2)), folder / label / name)


def _exclude(scanned: Scan, patterns: tuple[str, ...]) -> dict[str, int]:
    """Take what matches out of `scanned`; pattern → how many files it left out."""
    counts = dict.fromkeys(patterns, 0)
    for identity in list(scanned.sounds):
        pattern = next((each for each in patterns if fnmatchcase(identity, each)), None)
        if pattern is not None:
            del scanned.sounds[identity]
            counts[pattern] += 1
            scanned.dropped.append(Dropped(identity, f"excluded by {printable(pattern)}"))
    scanned.dropped.sort(key=lambda dropped: dropped.file)
    return counts


def _exclude_remarks(counts: dict[str, int]) -> list[str]:
    return [
        f"excluded by {printable(pattern)}: {count} file{'s' * (count != 1)}"
        for pattern, count in counts.items()
    ]


def _folder_label(identity: str) -> dict[str, str]:
    folder, slash, _ = identity.partition("/")
    return {"label": printable(folder)} if slash else {}


def _with_folder_label(track: Track) -> Track:
    return replace(track, labels=_folder_label(track.id))


def _label_remarks(tracks: tuple[Track, ...]) -> list[str]:
    labels = Counter(track.labels.get("label") for track in tracks)
    only = next(iter(labels))
    if len(labels) == 1 and only is not None:
        return [
            f"all sound lies in the one folder {only}; if the labels are the folders inside it, "
            "prepare that folder"
        ]
    if None in labels and len(labels) > 1:
        return [f"{labels[None]} files lie in no sub-folder and have no label"]
    return []


def _remarks(scanned: Scan) -> list[str]:
    remarks = []
    if scanned.others:
        kinds = ", ".join(
            f"{count} {printable(suffix)}" for suffix, count in sorted(scanned.others.items())
        )
        remarks.append(f"files that are not sound were not looked at: {kinds}")
    if scanned.without_sound:
        shown = ", ".join(map(printable, scanned.without_sound[:10]))
        more = len(scanned.without_sound) - 10
        remarks.append(
            f"folders without sound: {shown}" + (f" and {more} more" if more > 0 else "")
        )
    return remarks


def _no_sound(root: Path, scanned: Scan) -> str:
    line = f"no audio files found in {printable(str(root))}"
    if scanned.dropped:
        first = scanned.dropped[0]
        line += f" ({printable(first.file)}: {first.reason})"
    return line
