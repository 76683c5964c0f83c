"""What the verbs need of any system: clips in, clips out, whoever trained it."""

from typing import Protocol, runtime_checkable

from menura.audio import Clip
from menura.foundation.errors import UsageError
from menura.models.contract import Path
from menura.systems.prompts import Prompt


@runtime_checkable
class System(Protocol):
    """Makes clips at its own rate and channels; input must already be at them (see `conform`).

    Equal seeds give equal clips; lengths are exact to the sample. A kind of system inherits from
    this and writes what it can; the rest refuses, in one line.

    recipe: the name of its recipe. powers: the verbs it can. licence: of its weights, where they
    are others'; "" where they are the person's own. seconds: the length of what it makes when none
    is asked for. labels: what it can be asked for by name.
    """

    @property
    def recipe(self) -> str: ...

    @property
    def powers(self) -> tuple[str, ...]: ...

    @property
    def licence(self) -> str: ...

    @property
    def sample_rate(self) -> int: ...

    @property
    def n_audio_channels(self) -> int: ...

    @property
    def seconds(self) -> float: ...

    @property
    def labels(self) -> tuple[str, ...]: ...

    @property
    def has_codec(self) -> bool:
        """Whether a trained codec is in it: then `round_trip` is the way through it."""
        return False

    def reads(self, prompt: Prompt) -> str:
        """What it makes of a prompt, in a line for the person; UsageError if nothing."""
        raise UsageError(
            f"--prompt: a {self.recipe} system has learnt no words to follow; leave the option out"
        )

    def generate(
        self,
        n: int,
        seconds: float,
        seed: int,
        *,
        temperature: float | None = None,
        label: str | None = None,
        guidance: float | None = None,
        prompt: Prompt | str | None = None,
    ) -> list[Clip]:
        """n clips from nothing, with the seeds seed, seed + 1, …

        temperature scales the randomness: 0 takes the likeliest. label is one of `labels`;
        guidance is how strictly it, or the prompt, is followed: 1 as learnt, more is stricter.
        None is the system's own, and no label.
        """
        raise self._cannot("generate")

    def continue_(
        self,
        seed_clip: Clip,
        seconds: float,
        seed: int,
        *,
        temperature: float | None = None,
        label: str | None = None,
        guidance: float | None = None,
        prompt: Prompt | str | None = None,
    ) -> Clip:
        """The seed clip, all but unchanged, and `seconds` of new music after it."""
        raise self._cannot("continue")

    def reconstruct(self, clip: Clip) -> Clip:
        """The clip as the system can express it."""
        raise self._cannot("reconstruct")

    def round_trip(self, clip: Clip) -> Clip:
        """The clip as it is before any music is made of it."""
        raise self._cannot("round-trip")

    def inpaint(self, clip: Clip, from_s: float, to_s: float, seed: int) -> Clip:
        """The clip with new music from from_s to to_s (seconds); the rest stays as it is."""
        raise self._cannot("inpaint")

    def vary(self, clip: Clip, strength: float, seed: int) -> Clip:
        """Something like the clip: strength 0 is its reconstruction, 1 is new."""
        raise self._cannot("vary")

    def interpolate(
        self, a: Clip, b: Clip, n_stops: int, *, path: Path | None = None
    ) -> list[Clip]:
        """n_stops clips on the way from a to b, both ends included.

        path: a straight line between their latents, or a great circle; None is the system's own.
        """
        raise self._cannot("interpolate")

    def glide(self, a: Clip, b: Clip, *, path: Path | None = None) -> Clip:
        """One clip that sets off as a and arrives as b."""
        raise self._cannot("interpolate")

    def _cannot(self, verb: str) -> UsageError:
        return UsageError(f"a {self.recipe} system cannot {verb}")
