"""Mistakes in mixing and colouring crops, and in the room a SoundFont is played in."""

from faults.fault import Fault

AUGMENTING = "tests/training/test_augmenting.py"
COLOURING = "tests/training/test_colouring.py"

MIXING_FAULTS = (
    Fault(
        "a tilt makes all of it louder",
        "src/menura/training/colouring.py",
        "np.log2(np.maximum(share, LOWEST) / PIVOT)",
        "np.log2(np.maximum(share, LOWEST) / PIVOT) + 1",
        (COLOURING,),
    ),
    Fault(
        "noise has half its slope",
        "src/menura/training/colouring.py",
        "10 ** (-db_an_octave * _octaves(shape[1]) / 20)",
        "10 ** (-db_an_octave * _octaves(shape[1]) / 40)",
        (COLOURING,),
    ),
    Fault(
        "noise is drawn anew each time that a crop is heard",
        "src/menura/training/augmenting.py",
        "np.random.default_rng(change.hiss.seed)",
        "np.random.default_rng()",
        (COLOURING,),
    ),
    Fault(
        "a label of one of two sounds is told of both",
        "src/menura/training/source.py",
        "own & self._flags_of(row.under)",
        "own | self._flags_of(row.under)",
        (f"{AUGMENTING}::test_a_label_is_told_where_all_that_is_heard_has_it",),
    ),
    Fault(
        "two sounds at once are twice as loud",
        "src/menura/training/augmenting.py",
        "((one + other) / np.float32(sqrt(2)))",
        "(one + other)",
        (f"{AUGMENTING}::test_what_is_mixed_is_the_sum_of_both",),
    ),
    Fault(
        "what is mixed in drowns the crop",
        "src/menura/training/augmenting.py",
        "10 ** (-MIX_DB * rng.random() / 20)",
        "10 ** (MIX_DB * rng.random() / 20)",
        (f"{AUGMENTING}::test_as_many_crops_are_mixed_as_asked",),
    ),
    Fault(
        "every step mixes in the same crops",
        "src/menura/training/batches.py",
        'derive(self.seed, "mixing", step)',
        'derive(self.seed, "mixing")',
        (f"{AUGMENTING}::test_as_many_crops_are_mixed_as_asked",),
    ),
    Fault(
        "mixing moves the crops themselves",
        "src/menura/training/batches.py",
        "replace(row, under=self._softer(rng)) if rng.random()",
        "self._softer(rng) if rng.random()",
        (f"{AUGMENTING}::test_crops_lie_where_they_lay_without_mixing",),
    ),
    Fault(
        "a room is as dull as it should be large",
        "src/menura/audio/synthesis/soundfont.py",
        "(room.size, room.damping, room.width, room.level)",
        "(room.damping, room.size, room.width, room.level)",
        ("tests/audio/test_soundfont.py::test_gain_and_room_are_those_asked_for",),
    ),
)
