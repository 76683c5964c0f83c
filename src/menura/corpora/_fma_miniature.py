"""A small fake of FMA: six short mp3 files, and tables with the header lines of the real ones."""

import csv
from pathlib import Path

import numpy as np

from menura.audio import Clip, write

# fmt: off
_COLUMNS = {
    "album": (
        "comments", "date_created", "date_released", "engineer", "favorites", "id", "information",
        "listens", "producer", "tags", "title", "tracks", "type",
    ),
    "artist": (
        "active_year_begin", "active_year_end", "associated_labels", "bio", "comments",
        "date_created", "favorites", "id", "latitude", "location", "longitude", "members", "name",
        "related_projects", "tags", "website", "wikipedia_page",
    ),
    "set": ("split", "subset"),
    "track": (
        "bit_rate", "comments", "composer", "date_created", "date_recorded", "duration",
        "favorites", "genre_top", "genres", "genres_all", "information", "interest",
        "language_code", "license", "listens", "lyricist", "number", "publisher", "tags", "title",
    ),
}
# track, artist, split, subset, top genre, licence
_TRACKS = (
    (2, 1, "training", "small", "Hip-Hop", "Attribution-ShareAlike 3.0 International"),
    (5, 1, "training", "small", "Hip-Hop", "Attribution-ShareAlike 3.0 International"),
    (10, 6, "validation", "small", "Hip-Hop", "Attribution 4.0"),
    (140, 54, "training", "small", "Folk", "Attribution-Noncommercial-No Derivative Works 3.0"),
    (1482, 55, "validation", "small", "Folk", ""),
    (1483, 56, "test", "small", "Folk", "Creative Commons Attribution"),
    (3, 1, "training", "medium", "Hip-Hop", "Attribution-ShareAlike 3.0 International"),
    (20, 4, "training", "large", "", "Attribution 4.0"),
)
# fmt: on
_GENRES = (("17", "3", "0", "Folk", "17"), ("21", "4", "0", "Hip-Hop", "21"))
_BIO = '<p>Born in "Nowhere, NJ",\n  they said:</p>\r\n\r\n<p>«à côté», 100%; \t日本語</p>'
_FEATURES = (
    ("chroma_cens", "kurtosis", "01"),
    ("mfcc", "mean", "01"),
    ("mfcc", "mean", "02"),
    ("zcr", "std", "01"),
)
_ECHONEST = (
    ("audio_features", "acousticness"),
    ("audio_features", "danceability"),
    ("audio_features", "energy"),
    ("audio_features", "instrumentalness"),
    ("audio_features", "liveness"),
    ("audio_features", "speechiness"),
    ("audio_features", "tempo"),
    ("audio_features", "valence"),
    ("metadata", "album_name"),
    ("temporal_features", "000"),
)


def write_miniature(folder: Path) -> None:
    """Write `fma_small` and `fma_metadata` into `folder`."""
    metadata = folder / "fma_metadata"
    metadata.mkdir(parents=True, exist_ok=True)
    _write_tracks(metadata / "tracks.csv")
    _write(
        metadata / "genres.csv", [("genre_id", "#tracks", "parent", "title", "top_level"), *_GENRES]
    )
    numbers = [number for number, *_ in _TRACKS]
    _write(
        metadata / "features.csv",
        [
            *(
                (name, *(column[level] for column in _FEATURES))
                for level, name in enumerate(("feature", "statistics", "number"))
            ),
            ("track_id", *("" for _ in _FEATURES)),
            *((n, *(f"{n / 7 + k:.10e}" for k in range(len(_FEATURES)))) for n in numbers),
        ],
    )
    _write(
        metadata / "echonest.csv",
        [
            ("", *("echonest" for _ in _ECHONEST)),
            *(("", *(column[level] for column in _ECHONEST)) for level in range(2)),
            ("track_id", *("" for _ in _ECHONEST)),
            *(
                (n, *(f"{n / 2000 + k / 10:.6f}" for k in range(8)), "Über,\n", 0.5)
                for n in (2, 10)
            ),
        ],
    )
    for number, _, _, subset, genre, _ in _TRACKS:
        if subset == "small":
            place = folder / "fma_small" / f"{number // 1000:03}" / f"{number:06}.mp3"
            write(_tone(number, genre), place)


def _write_tracks(path: Path) -> None:
    columns = [(kind, name) for kind, names in _COLUMNS.items() for name in names]
    rows: list[tuple[object, ...]] = [
        ("", *(kind for kind, _ in columns)),
        ("", *(name for _, name in columns)),
        ("track_id", *("" for _ in columns)),
    ]
    for number, artist, split, subset, genre, licence in _TRACKS:
        known = {
            ("album", "id"): artist * 10,
            ("artist", "id"): artist,
            ("artist", "bio"): _BIO,
            ("artist", "name"): f"Artist {artist}",
            ("set", "split"): split,
            ("set", "subset"): subset,
            ("track", "genre_top"): genre,
            ("track", "genres"): {"Folk": "[17]", "Hip-Hop": "[21]"}.get(genre, "[17, 21]"),
            ("track", "license"): licence,
            ("track", "tags"): "['a', 'b, \"c\"']",
            ("track", "title"): f"Track, {number}",
        }
        rows.append((number, *(known.get(column, "") for column in columns)))
    _write(path, rows)


def _write(path: Path, rows: list[tuple[object, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


def _tone(number: int, genre: str) -> Clip:
    sample_rate = 22050
    time = np.arange(int(1.2 * sample_rate)) / sample_rate
    hz = {"Folk": 220.0, "Hip-Hop": 660.0}[genre] * (1 + number % 7 / 10)
    tone = 0.4 * np.sin(2 * np.pi * hz * time) * np.exp(-time)
    return Clip(tone[None].astype(np.float32), sample_rate)
