"""FMA: 106,574 tracks of the Free Music Archive with genres, in four sizes."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from menura.corpora._fma_faults import CLIP_SECONDS, is_empty
from menura.corpora._fma_layout import audio_folder, subset_of, tracks_file
from menura.corpora._fma_miniature import write_miniature
from menura.corpora._fma_table import Features, read_echonest, read_features, track_number
from menura.corpora._fma_tracks import (
    SUBSETS,
    Genre,
    TrackRow,
    TrackTable,
    read_genres,
    read_tracks,
)
from menura.corpora._scan import Scan, scan
from menura.corpora.contract import Corpus, Dropped, Found, Track
from menura.foundation.errors import MenuraError
from menura.foundation.printable import printable

__all__ = [
    "Config",
    "Features",
    "Fma",
    "Genre",
    "read_echonest",
    "read_features",
    "read_genres",
    "track_number",
]

# Rows of tracks.csv without a file are named one by one up to this number.
MOST_NAMED = 20


@dataclass(frozen=True)
class Config:
    """subset: which tracks to take; None takes those that the folder's name says (fma_small), or
    all where the name says nothing. small ⊂ medium ⊂ large; large and full hold every track."""

    subset: Literal["small", "medium", "large", "full"] | None = None


class Fma(Corpus):
    """`fma_small/000/000002.mp3` (or medium, large, full) and `fma_metadata/tracks.csv`.

    Split and subset are the official ones. The label is the top genre (`track, genre_top`): 8
    balanced ones in small, 16 in medium; tracks of large and full that fall under several
    have none.
    The group is the artist: songs of one artist are in one of the official splits only. Each
    track carries its own licence; its title, its artist's name and the names of all its genres
    are in its `details`, for whoever must name the author.

    Source: M. Defferrard, K. Benzi, P. Vandergheynst, X. Bresson, "FMA: A Dataset for Music
    Analysis", ISMIR 2017; https://github.com/mdeff/fma.
    """

    Config = Config
    licence = "each track has its own, most of them Creative Commons; the metadata is CC BY 4.0"
    citation = (
        "Defferrard, Benzi, Vandergheynst, Bresson: FMA: A Dataset for Music Analysis, ISMIR 2017 "
        "(arXiv:1612.01840)"
    )

    def find(self, root: Path, labels_file: Path | None = None) -> Found:
        """Tracks below `root`: the audio folder itself, or the one that holds it.

        labels_file: `tracks.csv` or the folder it is in; None looks in and beside `root`.
        Raises UsageError when `root` is a file or holds several sizes of FMA, and MenuraError
        when there is no sound or no usable `tracks.csv`.
        """
        audio = audio_folder(root, self.config.subset)
        scanned = scan(audio)
        if not scanned.sounds:
            raise MenuraError(f"no audio files found in {printable(str(root))}")
        table_path = tracks_file(root, audio, labels_file)
        table, genres = read_tracks(table_path), _genre_names(table_path)
        listing = _Listing(scanned, table, genres, subset_of(audio), self.config.subset)
        listing.take_all()
        if not listing.tracks:
            first = listing.dropped[0] if listing.dropped else None
            example = f" ({printable(first.file)}: {first.reason})" if first else ""
            raise MenuraError(
                f"no sound file in {printable(str(root))} is a track of "
                f"{printable(str(table_path))}{example}"
            )
        tracks = tuple(sorted(listing.tracks.values(), key=lambda track: track.id))
        dropped = sorted((*scanned.dropped, *listing.dropped), key=lambda item: item.file)
        notes = (*listing.notes, *_remarks(tracks))
        return Found(tracks, tuple(dropped), notes)

    def miniature(self, folder: Path) -> None:
        """Six short tracks of two genres as `fma_small`, and `fma_metadata` with nasty cells."""
        write_miniature(folder)


class _Listing:
    """Sound files matched with the rows of tracks.csv."""

    def __init__(
        self,
        scanned: Scan,
        table: TrackTable,
        genres: dict[int, str],
        stated: str | None,
        chosen: str | None,
    ):
        self.tracks: dict[int, Track] = {}
        self.dropped: list[Dropped] = []
        self.notes: list[str] = []
        self._scan, self._table, self._genres = scanned, table, genres
        self._stated, self._chosen = stated, chosen
        self._subset = chosen or stated
        self._there = set[int]()
        self._outside = 0

    def take_all(self) -> None:
        for identity, path in self._scan.sounds.items():
            self._take(identity, path)
        if self._outside:
            self.notes.append(f"{self._outside} files are not of the subset {self._chosen}")
        self._tell_missing()
        self._tell_problems()
        self._tell_short()

    def _take(self, identity: str, path: Path) -> None:
        number = track_number(path.stem)
        if number is None:
            self._drop(identity, "its name is no track number of FMA (such as 000/000002.mp3)")
            return
        again = number in self._there
        self._there.add(number)
        row = self._table.rows.get(number)
        if again:
            first = self.tracks.get(number)
            used = f", which is used as {first.id}" if first else ""
            self._drop(identity, f"another file of track {number}{used}")
        elif row is None:
            problem = self._table.problems.get(number)
            why = f"tracks.csv {problem}" if problem else "not listed in tracks.csv"
            self._drop(identity, why)
        elif not self._wanted(row):
            if self._chosen:
                self._outside += 1
            else:
                self._drop(identity, f"is of the subset {row.subset}, not of {self._subset}")
        elif is_empty(number, _size(path)):
            self._drop(identity, "holds no sound: one of FMA's known empty clips")
        else:
            self.tracks[number] = _track(number, identity, path, row, self._genres)

    def _wanted(self, row: TrackRow) -> bool:
        if self._subset in (None, "large", "full"):
            return True
        return SUBSETS.index(row.subset) <= SUBSETS.index(self._subset or "")

    def _tell_missing(self) -> None:
        """Rows without a file, where it is known which files there should be."""
        if self._subset is None:
            return
        wanted = [number for number, row in self._table.rows.items() if self._wanted(row)]
        missing = sorted(number for number in wanted if number not in self._there)
        if len(missing) <= MOST_NAMED:
            for number in missing:
                self._drop(_usual_place(number), "listed in tracks.csv, but not there")
        else:
            self.notes.append(
                f"{len(missing)} of the {len(wanted)} tracks of fma_{self._subset} are not there "
                f"({_usual_place(missing[0])} and others)"
            )

    def _tell_problems(self) -> None:
        """Rows that cannot be used and belong to no file that is named already."""
        table = self._table
        lines = table.nameless + [
            problem for number, problem in table.problems.items() if number not in self._there
        ]
        for line in lines[:MOST_NAMED]:
            self._drop("tracks.csv", line)
        if len(lines) > MOST_NAMED:
            self.notes.append(f"{len(lines) - MOST_NAMED} more rows of tracks.csv cannot be used")

    def _tell_short(self) -> None:
        """The clips known to be shorter than 30 s; in fma_full the same tracks are whole."""
        short = [number for number in sorted(self.tracks) if CLIP_SECONDS.get(number)]
        if short and self._stated != "full":
            listed = ", ".join(f"{number:06} ({CLIP_SECONDS[number]} s)" for number in short)
            self.notes.append(f"FMA's clips known to be shorter than 30 s: {listed}")

    def _drop(self, identity: str, reason: str) -> None:
        self.dropped.append(Dropped(identity, reason))


def _track(number: int, identity: str, path: Path, row: TrackRow, genres: dict[int, str]) -> Track:
    return Track(
        id=identity,
        group=f"artist {row.artist}" if row.artist else f"track {number}",
        path=path,
        labels={"genre": row.genre} if row.genre else {},
        licence=row.licence or None,
        split=row.split,
        details={
            "track_id": number,
            "title": row.title,
            "artist_name": row.artist_name,
            "genres": [genres.get(genre, str(genre)) for genre in row.genres],
        },
    )


def _remarks(tracks: tuple[Track, ...]) -> Iterator[str]:
    genres = Counter(track.labels["genre"] for track in tracks if track.labels)
    counted = ", ".join(f"{genre} {count}" for genre, count in sorted(genres.items()))
    yield f"genres: {counted or 'none'}"
    if without := len(tracks) - genres.total():
        yield f"{without} tracks have no top genre, so no label"
    licences = Counter(track.licence for track in tracks)
    if silent := licences.pop(None, 0):
        yield f"{silent} tracks state no licence"
    if licences:
        most, count = licences.most_common(1)[0]
        yield f"{len(licences)} licences, most often ({count} tracks) {most}"


def _genre_names(table: Path) -> dict[int, str]:
    """From the genres.csv beside tracks.csv; without it genres keep their numbers."""
    path = table.with_name("genres.csv")
    if not path.is_file():
        return {}
    return {number: genre.title for number, genre in read_genres(path).items()}


def _usual_place(number: int) -> str:
    return f"{number // 1000:03}/{number:06}.mp3"


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:  # gone since it was found; whoever opens it will say so
        return 0
