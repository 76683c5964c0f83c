"""What instruments sound like: a voice for every General MIDI program, by family.

Numbers are chosen by ear's knowledge of the field rather than taken from one source; where physics
gives them (strings, bars, membranes) it is named: Fletcher & Rossing 1998, "The Physics of Musical
Instruments", sections 2.18 (bars), 3.5 (kettledrum), 12.3 (piano strings).
"""

from bisect import bisect_right
from dataclasses import dataclass, replace

BAR = (1.0, 2.756, 5.404, 8.933)  # a free bar
TUNED_BAR = (1.0, 3.984, 9.98)  # marimba and vibraphone: the arch tunes the second to two octaves
BELL = (0.5, 1.0, 1.2, 1.5, 2.0, 2.67, 3.0, 4.2, 5.4)
KETTLE = (1.0, 1.5, 1.98, 2.44, 2.94, 3.41)


@dataclass(frozen=True)
class Struck:
    """Rings once and dies away: partials that each decay by themselves.

    ratios: of the partials to the note; None: of a string, 1, 2, 3 … stretched by its stiffness.
    stiffness: B of the string at middle C. place: where along it it is struck or plucked.
    tilt: partial k falls as k to this power. bright_hz: where its spectrum falls off, of the
        softest and of the hardest blow. body_hz: below it, the body hardly sounds.
    ring_s: seconds for 60 dB at middle C; halved every halving_octaves upwards. fall: how much
        faster each higher partial dies. after: share of the sound that rings on four times as
        long, a little out of tune (a second string).
    attack_s: rise; release_s: for 60 dB once the key is up (0: nothing damps it). knock: of the
        hammer or pick, beside the tone. undamped_above: pitch from which there are no dampers.
    """

    ratios: tuple[float, ...] | None = None
    stiffness: float = 0.0
    place: float = 0.12
    tilt: float = 1.0
    bright_hz: tuple[float, float] = (900.0, 4500.0)
    body_hz: float = 0.0
    ring_s: float = 6.0
    halving_octaves: float = 1.6
    fall: float = 0.12
    after: float = 0.0
    attack_s: float = 0.002
    release_s: float = 0.25
    knock: float = 0.0
    undamped_above: int = 128
    level: float = 1.0


@dataclass(frozen=True)
class Sustained:
    """Sounds as long as it is held: a wave of harmonics, played by one or several.

    harmonics: their amplitudes; None: harmonic k falls as k to the power of -tilt. odd: share of
        the even ones that is left out (a clarinet's). formants: (Hz, width, gain) peaks.
    bright_hz: where the spectrum falls off, of the softest and of the hardest note.
    attack_s, release_s: seconds to rise and (for 60 dB) to fall. swell: share of the level that is
        lost after the attack.
    vibrato_cents, vibrato_hz, vibrato_after_s: depth, speed, and when it has begun.
    n_players, detune_cents: together, and how far apart. breath: noise beside the tone.
    """

    harmonics: tuple[float, ...] | None = None
    tilt: float = 1.0
    odd: float = 0.0
    formants: tuple[tuple[float, float, float], ...] = ()
    bright_hz: tuple[float, float] = (1200.0, 6000.0)
    attack_s: float = 0.05
    release_s: float = 0.2
    swell: float = 0.15
    vibrato_cents: float = 0.0
    vibrato_hz: float = 5.2
    vibrato_after_s: float = 0.35
    n_players: int = 1
    detune_cents: float = 0.0
    breath: float = 0.0
    level: float = 1.0


Voice = Struck | Sustained

PIANO = Struck(
    stiffness=2.6e-4,
    tilt=0.75,
    bright_hz=(800.0, 3800.0),
    body_hz=110.0,
    ring_s=5.0,
    after=0.28,
    release_s=0.22,
    knock=0.05,
    undamped_above=89,
)
ELECTRIC_PIANO = Struck(
    ratios=(1.0, 2.0, 3.0, 4.0, 14.0),
    tilt=1.6,
    bright_hz=(500.0, 3000.0),
    ring_s=5.0,
    fall=0.25,
    after=0.15,
    release_s=0.15,
)
HARPSICHORD = Struck(
    stiffness=5e-5, tilt=0.35, bright_hz=(4500.0, 6000.0), ring_s=3.5, release_s=0.15, knock=0.03
)
VIBRAPHONE = Struck(
    ratios=TUNED_BAR, tilt=1.5, bright_hz=(700.0, 2500.0), ring_s=6.0, fall=1.0, release_s=0.5
)
MARIMBA = replace(VIBRAPHONE, ring_s=0.9, knock=0.08, release_s=0.0)
GLOCKENSPIEL = Struck(
    ratios=BAR, tilt=1.1, bright_hz=(3000.0, 9000.0), ring_s=4.0, fall=0.8, release_s=0.0
)
BELLS = Struck(
    ratios=BELL, tilt=0.6, bright_hz=(1500.0, 5000.0), ring_s=7.0, fall=0.3, release_s=0.0
)
ORGAN = Sustained(
    harmonics=(1.0, 0.8, 0.5, 0.45, 0.0, 0.25, 0.0, 0.2),
    bright_hz=(6000.0, 6000.0),
    attack_s=0.012,
    release_s=0.08,
    swell=0.0,
    level=0.55,
)
CHURCH_ORGAN = replace(
    ORGAN,
    harmonics=(1.0, 0.7, 0.3, 0.5, 0.1, 0.15, 0.05, 0.3, 0.0, 0.05, 0.0, 0.05, 0.0, 0.0, 0.0, 0.12),
    attack_s=0.06,
    release_s=0.3,
    n_players=2,
    detune_cents=3.0,
)
ACCORDION = Sustained(
    tilt=0.8,
    bright_hz=(2200.0, 3800.0),
    attack_s=0.04,
    release_s=0.1,
    swell=0.0,
    n_players=2,
    detune_cents=7.0,
    level=0.5,
)
NYLON_GUITAR = Struck(
    stiffness=4e-5,
    place=0.21,
    tilt=1.0,
    bright_hz=(900.0, 2600.0),
    ring_s=3.2,
    fall=0.3,
    release_s=0.18,
    knock=0.04,
)
STEEL_GUITAR = replace(
    NYLON_GUITAR, place=0.16, tilt=0.7, bright_hz=(1800.0, 5200.0), ring_s=5.0, fall=0.15
)
JAZZ_GUITAR = replace(NYLON_GUITAR, tilt=1.1, bright_hz=(600.0, 1900.0), ring_s=4.5)
MUTED_GUITAR = replace(STEEL_GUITAR, ring_s=0.5, fall=0.5)
DRIVEN_GUITAR = Sustained(
    tilt=0.7,
    bright_hz=(2200.0, 3600.0),
    attack_s=0.004,
    release_s=0.12,
    swell=0.35,
    vibrato_cents=6.0,
    n_players=2,
    detune_cents=5.0,
    level=0.55,
)
BASS = Struck(
    stiffness=6e-5,
    place=0.18,
    tilt=1.0,
    bright_hz=(400.0, 1800.0),
    ring_s=3.5,
    fall=0.2,
    release_s=0.12,
    knock=0.03,
    level=1.3,
)
SYNTH_BASS = Sustained(
    tilt=1.0, bright_hz=(400.0, 1600.0), attack_s=0.004, release_s=0.08, swell=0.5, level=0.9
)
HARP = replace(NYLON_GUITAR, place=0.3, ring_s=4.5, fall=0.2, release_s=1.2)
PIZZICATO = replace(NYLON_GUITAR, ring_s=0.7, fall=0.4, bright_hz=(700.0, 2000.0), knock=0.06)
TIMPANI = Struck(
    ratios=KETTLE,
    tilt=0.8,
    bright_hz=(300.0, 1200.0),
    ring_s=2.2,
    fall=0.3,
    release_s=0.0,
    level=1.4,
)
VIOLIN = Sustained(
    tilt=0.9,
    formants=((450.0, 250.0, 0.6), (1100.0, 400.0, 0.5), (2600.0, 800.0, 0.6)),
    bright_hz=(2400.0, 6500.0),
    attack_s=0.07,
    release_s=0.22,
    vibrato_cents=14.0,
    breath=0.006,
    level=0.6,
)
STRINGS = replace(
    VIOLIN,
    attack_s=0.13,
    release_s=0.5,
    n_players=3,
    detune_cents=9.0,
    vibrato_cents=7.0,
    level=0.5,
)
CHOIR = Sustained(
    tilt=1.0,
    formants=((620.0, 120.0, 2.0), (1100.0, 160.0, 1.2), (2600.0, 300.0, 0.5)),
    bright_hz=(1300.0, 2800.0),
    attack_s=0.14,
    release_s=0.4,
    vibrato_cents=10.0,
    n_players=3,
    detune_cents=11.0,
    breath=0.01,
    level=0.55,
)
BRASS = Sustained(
    tilt=0.55,
    formants=((900.0, 500.0, 0.7),),
    bright_hz=(650.0, 5200.0),
    attack_s=0.05,
    release_s=0.14,
    swell=0.25,
    vibrato_cents=5.0,
    vibrato_after_s=0.6,
    level=0.6,
)
BRASS_SECTION = replace(BRASS, n_players=3, detune_cents=8.0, level=0.5)
SAXOPHONE = Sustained(
    tilt=0.75,
    formants=((700.0, 300.0, 0.8), (1600.0, 500.0, 0.5)),
    bright_hz=(1200.0, 5000.0),
    attack_s=0.04,
    release_s=0.14,
    vibrato_cents=10.0,
    breath=0.012,
    level=0.6,
)
OBOE = replace(
    SAXOPHONE, tilt=0.5, formants=((1100.0, 300.0, 1.5), (2900.0, 700.0, 0.7)), breath=0.0
)
CLARINET = replace(
    SAXOPHONE, tilt=0.9, odd=0.85, formants=(), bright_hz=(1300.0, 4000.0), vibrato_cents=2.0
)
FLUTE = Sustained(
    tilt=1.9,
    bright_hz=(1500.0, 4000.0),
    attack_s=0.06,
    release_s=0.16,
    vibrato_cents=8.0,
    breath=0.03,
    level=0.75,
)
LEAD = Sustained(
    tilt=1.0,
    bright_hz=(2500.0, 6500.0),
    attack_s=0.006,
    release_s=0.12,
    vibrato_cents=4.0,
    level=0.5,
)
SQUARE_LEAD = replace(LEAD, odd=1.0)
PAD = Sustained(
    tilt=1.0,
    bright_hz=(900.0, 2600.0),
    attack_s=0.35,
    release_s=1.2,
    swell=0.0,
    n_players=4,
    detune_cents=12.0,
    level=0.5,
)
BANJO = replace(STEEL_GUITAR, ring_s=1.2, place=0.1, fall=0.25)
TOM = Struck(
    ratios=(1.0, 1.59, 2.14, 2.3), tilt=1.5, bright_hz=(300.0, 1500.0), ring_s=0.7, release_s=0.0,
    knock=0.2, level=1.4,
)  # fmt: skip

# First program of each voice, in the order of General MIDI; it serves until the next.
_FROM: tuple[tuple[int, Voice], ...] = (
    (0, PIANO),
    (4, ELECTRIC_PIANO),
    (6, HARPSICHORD),
    (7, MUTED_GUITAR),
    (8, GLOCKENSPIEL),
    (11, VIBRAPHONE),
    (12, MARIMBA),
    (14, BELLS),
    (15, HARPSICHORD),
    (16, ORGAN),
    (19, CHURCH_ORGAN),
    (20, ACCORDION),
    (24, NYLON_GUITAR),
    (25, STEEL_GUITAR),
    (26, JAZZ_GUITAR),
    (27, STEEL_GUITAR),
    (28, MUTED_GUITAR),
    (29, DRIVEN_GUITAR),
    (31, STEEL_GUITAR),
    (32, BASS),
    (38, SYNTH_BASS),
    (40, VIOLIN),
    (44, STRINGS),
    (45, PIZZICATO),
    (46, HARP),
    (47, TIMPANI),
    (48, STRINGS),
    (52, CHOIR),
    (55, STRINGS),
    (56, BRASS),
    (61, BRASS_SECTION),
    (64, SAXOPHONE),
    (68, OBOE),
    (71, CLARINET),
    (72, FLUTE),
    (80, SQUARE_LEAD),
    (81, LEAD),
    (88, PAD),
    (104, BANJO),
    (108, MARIMBA),
    (109, OBOE),
    (110, VIOLIN),
    (111, OBOE),
    (112, BELLS),
    (114, VIBRAPHONE),
    (115, MARIMBA),
    (116, TOM),
    (119, PAD),
)


def voice_of(program: int) -> Voice:
    """The voice of a General MIDI program, 0…127."""
    place = bisect_right(_FROM, program, key=lambda entry: entry[0])
    return _FROM[place - 1][1]
