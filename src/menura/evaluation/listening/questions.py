"""What raters can be asked, and which sounds each question needs.

The questions are those of two reports, in our words: `mel-interpolation` asked for fluent
transitions, likeness to what was before the reconstruction, a good sound, a combination of the two
inputs, and whether features and genre are kept; `gan-lstm-wavenet-cvae` for quality and realism.
The scale has five points, as that of ITU-T P.800 §B.4.5 (absolute category rating).
"""

from dataclasses import dataclass
from typing import Literal

from menura.foundation.errors import unknown_name

Kind = Literal["single", "reconstruction", "mixture", "preference"]
POINTS = 5
MOST_QUESTIONS = 100  # of one trial: its answers travel together


@dataclass(frozen=True)
class KindOfTrial:
    """sounds: what the rater reads beside each. swaps: the first two may change places unseen.

    needs: what a test must be given for it, in words for an error.
    """

    sounds: tuple[str, ...]
    swaps: bool
    needs: str


KINDS: dict[Kind, KindOfTrial] = {
    "single": KindOfTrial(("The sound",), False, "a folder of clips"),
    "reconstruction": KindOfTrial(
        ("First sound", "Second sound"),
        False,
        "--originals DIR, with a clip of the same name for each reconstruction",
    ),
    "mixture": KindOfTrial(
        ("First sound", "Second sound", "Third sound"),
        True,
        "--first and --second, the two clips between which each was made (or folders of them, by "
        "the same name)",
    ),
    "preference": KindOfTrial(("Sound A", "Sound B"), True, "two systems or more"),
}
"""In the order in which a rater meets them."""


@dataclass(frozen=True)
class Question:
    """One question. lowest, highest: what the ends of the scale mean; "" where there is none,
    because one of two sounds is chosen.

    It is kept in the test, so that raters of an old test are asked the old words.
    """

    name: str
    kind: Kind
    text: str
    lowest: str = ""
    highest: str = ""

    @property
    def n_options(self) -> int:
        return 2 if self.kind == "preference" else POINTS


_QUESTIONS = (
    Question(
        *("fluent", "single", "Does the music flow from one moment to the next?"),
        *("it keeps breaking", "it flows throughout"),
    ),
    Question("good", "single", "How good does it sound?", "bad", "excellent"),
    Question(
        *("real", "single", "Does it sound like a real recording?"),
        *("not at all", "completely"),
    ),
    Question(
        *("same", "reconstruction", "Does the second sound like the first?"),
        *("not at all", "no difference"),
    ),
    Question(
        *("mix", "mixture", "Does the third sound like a mix of the first two?"),
        *("not at all", "completely"),
    ),
    Question(
        *("features", "mixture", "Are instruments, rhythm and mood of the first two still there?"),
        *("nothing of them", "all of them"),
    ),
    Question(
        *("genre", "mixture", "Is the style of music still that of the first two?"),
        *("another style", "the same style"),
    ),
    Question("prefer", "preference", "Which do you like better?"),
)


def question(name: str) -> Question:
    """The question of that name. Raises UsageError, listing those there are."""
    known = {one.name: one for one in _QUESTIONS}
    if name not in known:
        raise unknown_name("question", name, list(known))
    return known[name]


def usual(*, originals: bool, inputs: bool) -> list[str]:
    """What is asked unless a person chooses: what the reports asked of such clips."""
    asked = ["mix", "features", "genre", "good"] if inputs else ["fluent", "good"]
    return [*asked, *(["same"] if originals else [])]


def own_question(number: int, text: str) -> Question:
    """A question in a person's own words, about one sound."""
    return Question(f"own-{number}", "single", text, "not at all", "very much")
