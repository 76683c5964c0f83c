"""Who plays what in bands of many styles."""

from dataclasses import dataclass

from composing import accompaniments as acc
from composing.accompaniments import Texture
from composing.basses import Line, long_roots, pumping, riff, two_beat, walking
from composing.progressions import Taste


@dataclass(frozen=True)
class Band:
    """Who plays what in a style. bpm: quarter notes. Programs are drawn from those named."""

    grooves: tuple[str, ...]
    taste: Taste
    bpm: tuple[float, float]
    modes: tuple[str, ...]
    bass: tuple[int, ...]
    lines: tuple[Line, ...]
    chords: tuple[int, ...]
    textures: tuple[Texture, ...]
    leads: tuple[int, ...]
    pads: tuple[int, ...] = ()
    activity: tuple[float, float] = (0.9, 1.8)
    strict: bool = False


BANDS: dict[str, tuple[float, Band]] = {
    "rock": (
        4,
        Band(
            ("rock", "slow-rock"),
            "pop",
            (84, 150),
            ("major", "minor", "mixolydian"),
            (33, 34),
            (pumping, riff),
            (29, 30, 27, 25),
            (acc.struck, acc.pulsing),
            (29, 30, 27, 18, 81),
        ),
    ),
    "pop": (
        5,
        Band(
            ("rock", "disco", "ballad"),
            "pop",
            (88, 128),
            ("major", "minor"),
            (33, 38, 34),
            (riff, pumping, two_beat),
            (0, 4, 5, 25, 27),
            (acc.struck, acc.broken),
            (80, 81, 65, 73, 11),
            (48, 50, 89, 90),
        ),
    ),
    "ballad": (
        3,
        Band(
            ("ballad", "slow-rock"),
            "pop",
            (58, 84),
            ("major", "minor"),
            (33, 32),
            (two_beat, long_roots),
            (0, 4, 25, 24),
            (acc.broken, acc.held),
            (65, 73, 40, 60, 26),
            (48, 49, 89),
        ),
    ),
    "funk": (
        3,
        Band(
            ("funk", "breaks"),
            "modal",
            (92, 122),
            ("dorian", "mixolydian"),
            (36, 37, 33),
            (riff,),
            (28, 7, 4, 16),
            (acc.struck,),
            (56, 65, 61, 80, 26),
            (),
            (1.2, 2.2),
        ),
    ),
    "swing": (
        4,
        Band(
            ("swing", "brushes"),
            "jazz",
            (96, 220),
            ("major", "minor"),
            (32,),
            (walking,),
            (0, 26, 11, 4),
            (acc.struck, acc.held),
            (56, 65, 66, 71, 11, 26, 57, 0),
            (),
            (1.0, 2.0),
        ),
    ),
    "bossa": (
        3,
        Band(
            ("bossa", "samba"),
            "jazz",
            (100, 150),
            ("major", "minor"),
            (32, 33),
            (two_beat,),
            (24, 0, 4),
            (acc.struck,),
            (73, 65, 11, 24, 71),
            (),
            (0.9, 1.7),
        ),
    ),
    "blues": (
        2,
        Band(
            ("swing", "rock"),
            "blues",
            (80, 140),
            ("major", "minor"),
            (32, 33),
            (walking, riff),
            (26, 27, 16, 0),
            (acc.struck, acc.held),
            (22, 29, 66, 27, 65),
            (),
            (1.0, 2.0),
        ),
    ),
    "reggae": (
        2,
        Band(
            ("reggae",),
            "pop",
            (70, 92),
            ("major", "minor", "dorian"),
            (33, 34),
            (riff, two_beat),
            (28, 16, 0),
            (acc.struck,),
            (57, 56, 22, 66, 80),
        ),
    ),
    "hiphop": (
        3,
        Band(
            ("hiphop", "breaks"),
            "jazz",
            (68, 96),
            ("minor", "major"),
            (38, 33, 39),
            (riff, long_roots),
            (4, 5, 0, 11),
            (acc.held, acc.struck, acc.broken),
            (4, 73, 11, 26, 56),
            (89, 91, 52),
            (0.6, 1.4),
        ),
    ),
    "house": (
        4,
        Band(
            ("house", "disco"),
            "modal",
            (116, 130),
            ("minor", "dorian", "major"),
            (38, 39),
            (pumping, riff),
            (0, 90, 4, 81),
            (acc.struck, acc.pulsing),
            (80, 81, 84, 11),
            (89, 90, 91, 94),
            strict=True,
        ),
    ),
    "techno": (
        3,
        Band(
            ("techno", "breaks"),
            "modal",
            (124, 142),
            ("minor", "phrygian", "dorian"),
            (38, 39),
            (pumping, riff),
            (81, 80, 90),
            (acc.broken, acc.pulsing),
            (84, 81, 80),
            (89, 93, 95),
            (1.5, 3.0),
            strict=True,
        ),
    ),
    "waltz": (
        1.5,
        Band(
            ("waltz",),
            "classical",
            (120, 200),
            ("major", "minor"),
            (32,),
            (two_beat,),
            (21, 0, 24),
            (acc.oompah,),
            (40, 21, 71, 73),
            (48,),
        ),
    ),
    "dance tune": (
        2,
        Band(
            ("jig",),
            "modal",
            (96, 132),
            ("dorian", "mixolydian", "major"),
            (32,),
            (two_beat,),
            (25, 105, 15, 21),
            (acc.struck, acc.broken),
            (110, 73, 72, 22),
            (),
            (1.6, 2.6),
        ),
    ),
    "march": (
        1,
        Band(
            ("march",),
            "classical",
            (104, 124),
            ("major",),
            (58,),
            (two_beat,),
            (61, 60),
            (acc.oompah, acc.struck),
            (56, 72, 71),
            (),
            (1.0, 2.0),
        ),
    ),
}
