"""Cut the excerpts that `menura demo` trains on from the development data.

    MENURA_DATA=path/to/data python tools/make_demo_clips.py

reads `$MENURA_DATA/clips` (GTZAN layout with clips.csv) and rewrites src/menura/demo_clips:
the excerpts (Ogg Vorbis), labels.csv and ATTRIBUTION.md. The sound is the same on every run; the
bytes differ, because an Ogg stream carries a random serial number.

The excerpts were chosen by looking at spectrograms: clear notes of keys over steady textures, no
beats and no silence, because that is what a small next-frame model can learn in a minute. Tracks
are held out whole, so no recording is both trained on and tested on.
"""

import csv
import os
import sys
from dataclasses import dataclass
from pathlib import Path

from menura import audio
from menura.foundation.atomic import write_text

SAMPLE_RATE = 22_050
LOUDNESS_LUFS = -18.0
FADE_S = 0.01  # the cuts must not click
LICENCE = "CC0 1.0"  # of every excerpt: the heading below says so
TARGET = Path(__file__).parents[1] / "src" / "menura" / "demo_clips"
SNAPSHOTS = {
    "C-C-Minetest-Server/phonograph_albumm_holiznacc0": "ce09fb19ea9a47d3444b00e31a417782118a8467"
}


@dataclass(frozen=True)
class Excerpt:
    """`seconds` of the development clip `source`, from `start_s`."""

    name: str
    source: str
    start_s: float
    seconds: float
    split: str = "train"


EXCERPTS = (
    Excerpt("creepy_piano_1_a", "ambient/ambient.00018.ogg", 4.0, 14.0, "valid"),
    Excerpt("creepy_piano_1_b", "ambient/ambient.00019.ogg", 0.0, 14.0, "valid"),
    Excerpt("creepy_piano_1_c", "ambient/ambient.00020.ogg", 10.0, 14.0, "valid"),
    Excerpt("spring_on_the_horizon_a", "ambient/ambient.00015.ogg", 4.0, 14.0),
    Excerpt("spring_on_the_horizon_b", "ambient/ambient.00016.ogg", 0.0, 14.0),
    Excerpt("spring_on_the_horizon_c", "ambient/ambient.00017.ogg", 2.0, 14.0),
    Excerpt("fire_place_a", "lofi/lofi.00004.ogg", 3.05, 10.2),
    Excerpt("fire_place_b", "lofi/lofi.00007.ogg", 16.25, 10.2),
    Excerpt("a_small_town_on_pluto_a", "ambient/ambient.00005.ogg", 3.05, 10.5),
    Excerpt("a_small_town_on_pluto_b", "ambient/ambient.00006.ogg", 0.0, 14.0),
    Excerpt("cabin_fever_a", "ambient/ambient.00011.ogg", 0.0, 14.0),
    Excerpt("cabin_fever_b", "ambient/ambient.00014.ogg", 6.0, 14.0),
    Excerpt("2_hour_delay_a", "lofi/lofi.00000.ogg", 3.05, 11.9),
    Excerpt("2_hour_delay_b", "lofi/lofi.00002.ogg", 3.05, 11.9),
    Excerpt("first_snow", "lofi/lofi.00014.ogg", 3.05, 11.5),
    Excerpt("snow_drift", "lofi/lofi.00009.ogg", 4.4, 11.2, "test"),
)

HEADING = f"""\
# The clips of `menura demo`

Every file here is in the public domain (CC0 1.0, <https://creativecommons.org/publicdomain/zero/1.0/>):
it may be used, changed and passed on for any purpose. No credit is required; it is given all the
same, with thanks to HoliznaCC0.

Changes made to every file: its two channel files joined to stereo and mixed to mono, cut as the
table says, resampled to {SAMPLE_RATE:,} Hz, brought to −{-LOUDNESS_LUFS:.0f} LUFS (or as near as
the peak allows), faded over {1000 * FADE_S:.0f} ms at both ends, encoded as Ogg Vorbis.
`tools/make_demo_clips.py` in Menura's repository made them.

The split column of labels.csv: *train* is learned from, *valid* decides when learning stops
helping, *test* is neither. Recordings of both are unknown to `base` as well; the demo goes on from
the beginning of each.

| file | title | author (album) | licence | cut from the track | source |
|---|---|---|---|---|---|
"""


def main() -> int:
    data = os.environ.get("MENURA_DATA")
    if not data:
        sys.stderr.write("set MENURA_DATA to the folder that holds clips/\n")
        return 2
    root = Path(data) / "clips"
    with (root / "clips.csv").open(encoding="utf-8", newline="") as file:
        known = {row["file"]: row for row in csv.DictReader(file)}
    TARGET.mkdir(exist_ok=True)
    for old in TARGET.glob("*.ogg"):
        old.unlink()
    for excerpt in EXCERPTS:
        clip = cut(excerpt, root / "genres_original" / excerpt.source)
        audio.write(clip, TARGET / f"{excerpt.name}.ogg")
    write_text(TARGET / "ATTRIBUTION.md", _attribution(known))
    _write_labels(known)
    size = sum(path.stat().st_size for path in TARGET.iterdir())
    sys.stdout.write(f"{len(EXCERPTS)} excerpts, {size / 1e6:.2f} MB in {TARGET}\n")
    return 0


def cut(excerpt: Excerpt, source: Path) -> audio.Clip:
    """The excerpt of `source` with every change that ATTRIBUTION.md states but the encoding."""
    whole = audio.conform(audio.read(source), SAMPLE_RATE, 1)
    part = audio.exact_length(
        whole.between(excerpt.start_s, excerpt.start_s + excerpt.seconds), excerpt.seconds
    )
    level, _ = audio.to_loudness(part, LOUDNESS_LUFS)
    return audio.whole(audio.fade(level, FADE_S, FADE_S))


def _attribution(known: dict[str, dict[str, str]]) -> str:
    lines = []
    for excerpt in EXCERPTS:
        row = known[excerpt.source]
        if row["licence"] != LICENCE:
            raise SystemExit(f"{excerpt.source} is {row['licence']}, not {LICENCE}: not bundled")
        start = float(row["start_in_track"]) + excerpt.start_s
        repository = row["source_repo"]
        address = f"https://github.com/{repository}/tree/{SNAPSHOTS[repository]}"
        paths = ", ".join(f"`{path}`" for path in row["source_path"].split(" + "))
        lines.append(
            f"| {excerpt.name}.ogg | {row['title']} | {row['artist']} | {row['licence']} "
            f"| {start:.2f}–{start + excerpt.seconds:.2f} s "
            f"| [{repository}]({address}): {paths} |\n"
        )
    return HEADING + "".join(lines)


def _write_labels(known: dict[str, dict[str, str]]) -> None:
    fields = ("file", "recording", "split", "title", "artist", "licence")
    with (TARGET / "labels.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fields, lineterminator="\n")
        writer.writeheader()
        for excerpt in EXCERPTS:
            row = known[excerpt.source]
            writer.writerow(
                {
                    "file": f"{excerpt.name}.ogg",
                    "recording": row["title"],
                    "split": excerpt.split,
                    "title": row["title"],
                    "artist": row["artist"],
                    "licence": row["licence"],
                }
            )


if __name__ == "__main__":
    raise SystemExit(main())
