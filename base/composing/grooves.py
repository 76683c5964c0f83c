"""Drum patterns by style.

A line is a bar of sixteenths (compound metres: of eighths), "X" hard, "x" plain, "o" soft.
"""

from dataclasses import dataclass

KICK, SNARE, RIM, CLAP = 36, 38, 37, 39
HAT, OPEN_HAT, FOOT_HAT, RIDE, CRASH = 42, 46, 44, 51, 49
LOW_TOM, MID_TOM, HIGH_TOM = 41, 47, 50
TAMBOURINE, COWBELL, SHAKER, CONGA = 54, 56, 70, 63


@dataclass(frozen=True)
class Groove:
    """lines: drum → its bars, one drawn for each two bars. kit: General MIDI's number of it."""

    metre: str
    lines: dict[int, tuple[str, ...]]
    kit: int = 0
    swing: float = 0.0


GROOVES = {
    "rock": Groove(
        "4/4",
        {
            KICK: ("X.......X.......", "X.....x.X.......", "X..x....X.x.....", "X.......X.x....."),
            SNARE: ("....X.......X...", "....X..o.o..X...", "....X.......X..o"),
            HAT: ("x.x.x.x.x.x.x.x.", "X.x.X.x.X.x.X.x."),
        },
    ),
    "ballad": Groove(
        "4/4",
        {
            KICK: ("X.......x.......", "X.....x........."),
            RIM: ("....x.......x...",),
            HAT: ("x...x...x...x...", "x.o.x.o.x.o.x.o."),
        },
        0,
    ),
    "funk": Groove(
        "4/4",
        {
            KICK: ("X..x..x...x.....", "X.x.......x..x..", "X..x......xx...."),
            SNARE: ("....X..o.o..X..o", "....X..o.o.oX...", ".o..X.....o.X.o."),
            HAT: ("xoxoxoxoxoxoxoxo", "x.xox.xox.xox.xo"),
        },
        16,
    ),
    "disco": Groove(
        "4/4",
        {
            KICK: ("X...X...X...X...",),
            SNARE: ("....X.......X...",),
            OPEN_HAT: ("..x...x...x...x.",),
            HAT: ("x...x...x...x...", "xo..xo..xo..xo.."),
        },
    ),
    "house": Groove(
        "4/4",
        {
            KICK: ("X...X...X...X...",),
            CLAP: ("....x.......x...",),
            OPEN_HAT: ("..x...x...x...x.",),
            HAT: ("o.o.o.o.o.o.o.o.", "oxoooxoooxoooxoo"),
        },
        25,
    ),
    "techno": Groove(
        "4/4",
        {
            KICK: ("X...X...X...X...",),
            HAT: ("..x...x...x...x.", "x.xxx.xxx.xxx.xx"),
            RIM: ("...o..o....o..o.", "......o.......o."),
            CLAP: ("....o.......o...", "................"),
        },
        24,
    ),
    "hiphop": Groove(
        "4/4",
        {
            KICK: ("X......x..x.....", "X..x......x.....", "X.......x.x..x.."),
            SNARE: ("....X.......X...", "....X.......X..o"),
            HAT: ("x.x.x.x.x.x.x.x.", "x.x.x.xxx.x.x.x."),
        },
        25,
        0.12,
    ),
    "swing": Groove(
        "4/4",
        {
            RIDE: ("x...x..xx...x..x", "x..xx..xx..xx..x", "x...x...x..xx..x"),
            FOOT_HAT: ("....x.......x...",),
            KICK: ("o...o...o...o...", "o......o....o..."),
            SNARE: ("................", ".......o......o.", "..........o....."),
        },
        32,
        0.3,
    ),
    "brushes": Groove(
        "4/4",
        {
            SNARE: ("x...x..xx...x..x", "x..ox..xx..ox..x"),
            FOOT_HAT: ("....o.......o...",),
            KICK: ("o.......o.......",),
        },
        40,
        0.3,
    ),
    "bossa": Groove(
        "4/4",
        {
            KICK: ("x..xx..xx..xx..x", "x.....xxx.....xx"),
            RIM: ("x..x..x...x..x..", "x..x...x..x...x."),
            HAT: ("xoxoxoxoxoxoxoxo",),
        },
    ),
    "samba": Groove(
        "4/4",
        {
            KICK: ("x..xX..xx..xX..x",),
            SHAKER: ("XooxXooxXooxXoox",),
            CONGA: ("..x..x....x..xx.", "..xx......xx..x."),
            COWBELL: ("x.x..x.xx.x..x..",),
        },
    ),
    "reggae": Groove(
        "4/4",
        {
            KICK: ("........X.......",),
            RIM: ("........x.......",),
            HAT: ("..x...x...x...x.", "x.x.x.x.x.x.x.xo"),
            SNARE: ("................", "..............o."),
        },
        0,
        0.08,
    ),
    "breaks": Groove(
        "4/4",
        {
            KICK: ("X.x.......x.....", "X.x.......xx...."),
            SNARE: ("....X..o.o..X..o", "....X..o.o....X."),
            RIDE: ("x.x.x.x.x.x.x.x.",),
        },
    ),
    "waltz": Groove(
        "3/4",
        {
            KICK: ("X...........", "X.......x..."),
            SNARE: ("....o...o...", "....x...x..."),
            RIDE: ("x...x...x...", "x...x.x.x..."),
        },
        40,
    ),
    "slow-rock": Groove(
        "6/8",
        {
            KICK: ("X.....", "X....x"),
            SNARE: ("...X..",),
            HAT: ("x.xx.x", "xxxxxx"),
        },
    ),
    "jig": Groove("6/8", {TAMBOURINE: ("x.ox.o", "xooxoo"), KICK: ("X.....", "X..x..")}),
    "march": Groove(
        "2/4",
        {
            SNARE: ("x.xxx.xx", "x.x.xxxx", "xoxoxoxo"),
            KICK: ("X...x...",),
            CRASH: ("........", "....x..."),
        },
        48,
    ),
}
