"""MAESTRO: piano performances as sound and as notes in time with it (v1, v2, v3)."""

import csv
import io
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from menura.audio import Clip, Note, Score, write, write_score
from menura.audio.midi import MIDI_SUFFIXES
from menura.corpora._maestro_rows import Performance, find_list, read_performances
from menura.corpora._scan import SOUND_SUFFIXES, scan
from menura.corpora._stated_licence import stated_licence
from menura.corpora.contract import Corpus, Dropped, Found, Track
from menura.foundation.atomic import write_text
from menura.foundation.errors import MenuraError
from menura.foundation.printable import printable

# fmt: off
COLUMNS = (
    "canonical_composer", "canonical_title", "split", "year", "midi_filename", "audio_filename",
    "duration",
)
# fmt: on


@dataclass(frozen=True)
class Config:
    """licence: of the performances; to be changed for another set in MAESTRO's layout. What the
    list says in a column `licence` or `license` comes first.
    """

    licence: str = "CC BY-NC-SA 4.0"


class Maestro(Corpus):
    """`maestro-v3.0.0.csv` or `.json` (or v1.0.0, v2.0.0) beside folders of years, with sound and
    MIDI files, or MIDI alone (`maestro-v3.0.0-midi.zip`). The root is that folder or its parent.

    The sound may be of another kind (flac, ogg) by the same name. The official splits are kept:
    they divide by composition, so the group is the composer and title. Two splits never share a
    group: where one title is in several, they are taken for different pieces, with a remark.
    """

    Config = Config
    licence = Config.licence
    citation = (
        "C. Hawthorne, A. Stasyuk, A. Roberts, I. Simon, C.-Z. A. Huang, S. Dieleman, E. Elsen, "
        "J. Engel, D. Eck: Enabling Factorized Piano Music Modeling and Generation with the "
        "MAESTRO Dataset. ICLR 2019"
    )

    def find(self, root: Path, labels_file: Path | None = None) -> Found:
        """Scan `root` without opening sound or MIDI files. labels_file: the list, if elsewhere.

        Raises UsageError when `root` is a file, and MenuraError when there is no list, it cannot
        be used, or nothing that it lists is there.
        """
        scanned = scan(root, SOUND_SUFFIXES | MIDI_SUFFIXES)
        file = labels_file or find_list(root)
        if file is None:
            raise MenuraError(
                f"no maestro-v3.0.0.csv or .json in {printable(str(root))}; give the folder that "
                "MAESTRO was unpacked into"
            )
        performances, problems = read_performances(file)
        base = _below(file.parent, root)
        listing = _Listing(scanned.sounds, base, self.config.licence)
        groups, remarks = _groups(performances)
        for performance in performances:
            listing.take(performance, groups[performance.title, performance.composer])
        if not listing.tracks:
            raise MenuraError(
                f"none of the files that {printable(str(file))} lists is there: "
                f"{printable(performances[0].audio)} and the rest lie beside it"
            )
        listing.drop_unlisted(file.name)
        name = printable(file.name)
        bad = [Dropped(f"{file.name} {where}", problem) for where, problem in problems]
        dropped = [*scanned.dropped, *bad, *listing.dropped]
        return Found(
            tuple(sorted(listing.tracks, key=lambda track: track.id)),
            tuple(sorted(dropped, key=lambda item: item.file)),
            (f"listed by {name}", *remarks, *_remarks(listing.tracks)),
        )

    def miniature(self, folder: Path) -> None:
        """Four performances of 1.2 s, in all three splits, with sound and notes."""
        rows = [
            ("Franz Schubert", "Impromptu", "train", 60),
            ("Franz Schubert", "Sonata, D. 960", "validation", 64),
            ("Alban Berg", "Sonata Op. 1", "train", 67),
            ("Alban Berg", "Four Pieces", "test", 72),
        ]
        out = io.StringIO()
        table = csv.writer(out, lineterminator="\n")
        table.writerow(COLUMNS)
        for number, (composer, title, split, pitch) in enumerate(rows):
            stem = f"2018/performance_{number}"
            files = (f"{stem}.midi", f"{stem}.wav")
            table.writerow((composer, title, split, 2018, *files, 1.2))
            score = Score((Note(0.0, 0.5, pitch), Note(0.5, 1.2, pitch + 4)))
            write(_played(score), folder / files[1])
            write_score(folder / files[0], score)
        write_text(folder / "maestro-v3.0.0.csv", out.getvalue())


class _Listing:
    """Performances matched with the files that are there. base: their folder, "" or "x/"."""

    def __init__(self, files: Mapping[str, Path], base: str, licence: str):
        self.tracks: list[Track] = []
        self.dropped: list[Dropped] = []
        self._files, self._base, self._licence = files, base, licence
        self._used = set[str]()
        self._by_stem: dict[str, list[str]] = defaultdict(list)
        for identity in files:
            self._by_stem[identity.rpartition(".")[0]].append(identity)

    def take(self, performance: Performance, groups: Mapping[str, str]) -> None:
        """groups: split → group."""
        audio = self._place(performance.audio, SOUND_SUFFIXES)
        midi = self._place(performance.midi, MIDI_SUFFIXES)
        identity = audio or midi
        if identity is None:
            named = f"{self._base}{performance.audio}"
            self.dropped.append(Dropped(named, "listed, but neither its sound nor notes are there"))
        elif identity in self._used:
            self.dropped.append(Dropped(identity, "listed twice; the first row is used"))
        else:
            self._used.update(name for name in (audio, midi) if name)
            self.tracks.append(
                Track(
                    id=identity,
                    group=groups[performance.split],
                    path=self._files[identity],
                    labels={"composer": performance.composer},
                    licence=stated_licence(performance.cells) or self._licence,
                    split=performance.split,
                    score=self._files[midi] if midi else None,
                    details=performance.cells,
                )
            )

    def drop_unlisted(self, name: str) -> None:
        """Give a reason for each file that no row names."""
        for identity in self._files.keys() - self._used - {item.file for item in self.dropped}:
            self.dropped.append(Dropped(identity, f"not listed in {printable(name)}"))

    def _place(self, named: str, suffixes: frozenset[str]) -> str | None:
        """The file `named`, or else one of the same stem with another of the suffixes."""
        identity = f"{self._base}{named.replace(chr(92), '/')}"
        if identity in self._files:
            return identity
        there = self._by_stem.get(identity.rpartition(".")[0], ())
        return next((other for other in there if Path(other).suffix.lower() in suffixes), None)


def _below(folder: Path, root: Path) -> str:
    """What the paths of a list in `folder` begin with: "" for one that lies elsewhere."""
    if not folder.is_relative_to(root) or folder == root:
        return ""
    return f"{folder.relative_to(root).as_posix()}/"


def _groups(
    performances: Iterable[Performance],
) -> tuple[dict[tuple[str, str], dict[str, str]], list[str]]:
    """(title, composer) → split → group, and remarks on titles that are in several splits."""
    splits: dict[tuple[str, str], list[str]] = defaultdict(list)
    for item in performances:
        if item.split not in splits[item.title, item.composer]:
            splits[item.title, item.composer].append(item.split)
    groups: dict[tuple[str, str], dict[str, str]] = {}
    shared: list[str] = []
    for (title, composer), within in splits.items():
        name = f"{composer}: {title}"
        if len(within) > 1:
            shared.append(f"{name} ({', '.join(sorted(within))})")
        groups[title, composer] = {
            split: name if len(within) == 1 else f"{name} ({split})" for split in within
        }
    if not shared:
        return groups, []
    more = f" and {len(shared) - 5} more" if len(shared) > 5 else ""
    return groups, [
        "titles in several of the official splits, taken for different pieces: "
        f"{'; '.join(sorted(shared)[:5])}{more}"
    ]


def _remarks(tracks: Iterable[Track]) -> list[str]:
    kinds = Counter((track.is_score, track.score is None) for track in tracks)
    alone, without = kinds[True, False], kinds[False, True]
    remarks = [f"{alone} performances have notes and no sound"] * bool(alone)
    return remarks + [f"{without} performances have sound and no notes"] * bool(without)


def _played(score: Score) -> Clip:
    """Decaying tones at the pitches of the score, in stereo."""
    sample_rate = 16_000
    time = np.arange(int(score.duration_s * sample_rate)) / sample_rate
    samples = np.zeros((2, len(time)))
    for note in score.notes:
        since = np.clip(time - note.start_s, 0, None)
        hz = 440 * 2 ** ((note.pitch - 69) / 12)
        tone = 0.3 * np.sin(2 * np.pi * hz * since) * np.exp(-3 * since)
        samples += [tone, 0.8 * tone]
    return Clip(samples.astype(np.float32), sample_rate)
