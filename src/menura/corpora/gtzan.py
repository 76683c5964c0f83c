"""GTZAN: 1000 clips of 30 s in ten genres, with the fault-filtered split."""

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal

import numpy as np

from menura.audio import Clip, write
from menura.corpora._clip_list import ListedClip, read_clip_list
from menura.corpora._gtzan_filtered import GENRES, filtered_split
from menura.corpora._scan import scan
from menura.corpora.contract import Corpus, Dropped, Found, Split, Track
from menura.foundation.errors import MenuraError
from menura.foundation.printable import printable

CLIP_LIST = "clips.csv"
FAULTY = (
    "left out of the fault-filtered split (Kereliuk et al. 2015); --set split=stratified takes it"
)
BROKEN = ("jazz", 54, ".wav")  # no sound in the wav copies that circulate; the .au file is whole
_BROKEN_REASON = "known to be damaged in the wav copies of GTZAN: it is no wav file"
_NAME = re.compile(r"(?P<genre>[^.]+)\.(?P<number>\d{5})")


@dataclass(frozen=True)
class Config:
    """Which clips are taken, and how they are divided.

    split: "filtered" is the 443/197/290 split of Kereliuk et al. 2015, without the 70 faulty
        clips; "stratified" takes all and leaves it to `prepare` to hold out by recording, evenly
        over the genres; "auto" is "filtered" for GTZAN's own clips and "stratified" where a
        `clips.csv` names the recordings or no genre is one of GTZAN's.
    genres: only these; none means all.
    """

    split: Literal["auto", "filtered", "stratified"] = "auto"
    genres: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Named:
    """A clip as its file's name tells it. key: "GENRE/FILE", as `clips.csv` names it."""

    identity: str
    path: Path
    genre: str
    number: int
    key: str


class Gtzan(Corpus):
    """`genres/GENRE/GENRE.00000.wav`, or `genres_original/…`, `Data/genres_original/…`, `.au` or
    any other sound; the root is any of these folders.

    Genres beyond GTZAN's ten are taken, with a remark. GTZAN names no recordings, so every clip
    is one of its own, unless a `clips.csv` (columns file, title, artist, licence) lies in the
    root or beside the genre folders' folder: then clips of one title and artist are one recording.
    """

    Config = Config
    licence = "none stated: copyright of the recordings is others', for research only"
    citation = (
        "G. Tzanetakis, P. Cook: Musical genre classification of audio signals. IEEE Transactions "
        "on Speech and Audio Processing 10(5), 2002"
    )

    def find(self, root: Path, labels_file: Path | None = None) -> Found:
        """Scan `root` without opening sound files. labels_file: a `clips.csv` elsewhere.

        Raises UsageError when `root` is a file, and MenuraError when there are no such clips in
        it or the clip list cannot be used.
        """
        scanned = scan(root)
        named: list[_Named] = []
        dropped = list(scanned.dropped)
        for identity, path in scanned.sounds.items():
            clip = _named(identity, path)
            if isinstance(clip, Dropped):
                dropped.append(clip)
            else:
                named.append(clip)
        if not named:
            raise MenuraError(
                f"{printable(str(root))} holds no clips named like genres/blues/blues.00000.wav"
            )
        clip_list = labels_file or _clip_list(root)
        listed, remarks = _listed(clip_list, named) if clip_list else ({}, [])
        split = self._split(named, clip_list)
        chosen = [clip for clip in named if self._is_wanted(clip.genre)]
        remarks += _genre_remarks(named, chosen)
        tracks, faults = _tracks(chosen, listed, filtered_split() if split == "filtered" else None)
        if not tracks:
            raise MenuraError(
                f"no clip in {printable(str(root))} is left "
                f"(split={split}, genres={', '.join(self.config.genres) or 'all'})"
            )
        dropped = sorted([*dropped, *faults], key=lambda item: item.file)
        return Found(tuple(tracks), tuple(dropped), (f"{split} split", *remarks))

    def miniature(self, folder: Path) -> None:
        """Six short tones, two genres in each of the three splits."""
        sample_rate = 22_050
        time = np.arange(int(1.2 * sample_rate)) / sample_rate
        # Clips 0, 12 and 29 of the blues are for validation, test and training; of rock: 38, 10, 0.
        names = [("blues", number) for number in (0, 12, 29)]
        names += [("rock", number) for number in (0, 10, 38)]
        for place, (genre, number) in enumerate(names):
            tone = 0.4 * np.sin(2 * np.pi * 110 * (2 + place) * time) * np.exp(-time)
            path = folder / "genres" / genre / f"{genre}.{number:05d}.wav"
            write(Clip(tone.astype(np.float32)[None], sample_rate), path)

    def _is_wanted(self, genre: str) -> bool:
        return not self.config.genres or genre in self.config.genres

    def _split(self, named: list[_Named], clip_list: Path | None) -> str:
        if self.config.split != "auto":
            return str(self.config.split)
        original = clip_list is None and any(clip.genre in GENRES for clip in named)
        return "filtered" if original else "stratified"


def _named(identity: str, path: Path) -> _Named | Dropped:
    place = PurePosixPath(identity)
    match = _NAME.fullmatch(place.stem)
    if match is None:
        return Dropped(identity, "not named GENRE.00000 as the clips of GTZAN are")
    genre, number = match["genre"], int(match["number"])
    folder = place.parent.name
    if folder and folder != genre:
        return Dropped(identity, f"named {printable(genre)}, but in the folder {printable(folder)}")
    if (genre, number, place.suffix.lower()) == BROKEN and not _is_riff(path):
        return Dropped(identity, _BROKEN_REASON)
    return _Named(identity, path, genre, number, f"{genre}/{place.name}")


def _is_riff(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(4) == b"RIFF"
    except OSError:
        return False


def _clip_list(root: Path) -> Path | None:
    beside = root.resolve()
    places = [root / CLIP_LIST]
    if beside.name in ("genres", "genres_original"):
        places.append(beside.parent / CLIP_LIST)
    return next((place for place in places if place.is_file()), None)


def _listed(file: Path, named: list[_Named]) -> tuple[dict[str, ListedClip], list[str]]:
    """The listed clips, and remarks on what the list and the folder do not share."""
    clips, problems = read_clip_list(file)
    name = printable(file.name)
    remarks = [f"{name} line {line}: {problem}" for line, problem in problems]
    there = {clip.key for clip in named}
    if not there & clips.keys():
        raise MenuraError(
            f"clip list {printable(str(file))} names none of the clips that are there; its files "
            "are written like blues/blues.00000.wav"
        )
    gone = [key for key in clips if key not in there]
    unlisted = [clip.key for clip in named if clip.key not in clips]
    remarks += [f"listed in {name}, but not there: {_some(gone)}"] * bool(gone)
    if unlisted:
        remarks.append(f"not in {name}, each taken as its own recording: {_some(unlisted)}")
    return clips, remarks


def _genre_remarks(named: list[_Named], chosen: list[_Named]) -> list[str]:
    taken = Counter(clip.genre for clip in chosen)
    others = sorted(genre for genre in taken if genre not in GENRES)
    remarks = [f"genres that are not among GTZAN's ten: {_some(others)}"] * bool(others)
    if len(chosen) < len(named):
        remarks.append(f"{len(named) - len(chosen)} clips of other genres are not taken")
    return remarks


def _tracks(
    clips: list[_Named],
    listed: dict[str, ListedClip],
    splits: dict[tuple[str, int], Split] | None,
) -> tuple[list[Track], list[Dropped]]:
    """splits: the fixed split, of which what is not in it is dropped; None gives none."""
    tracks: list[Track] = []
    dropped: list[Dropped] = []
    for clip in clips:
        split = splits.get((clip.genre, clip.number)) if splits is not None else None
        if splits is not None and split is None:
            dropped.append(Dropped(clip.identity, FAULTY))
            continue
        row = listed.get(clip.key)
        tracks.append(
            Track(
                id=clip.identity,
                group=row.recording if row else clip.identity,
                path=clip.path,
                labels={"genre": printable(clip.genre)},
                licence=row.licence if row else None,
                split=split,
                details=row.cells if row else {},
            )
        )
    return tracks, dropped


def _some(names: list[str]) -> str:
    shown = ", ".join(map(printable, names[:5]))
    return shown + (f" and {len(names) - 5} more" if len(names) > 5 else "")
