"""A system of notes: scores in, scores out, played by a synthesiser."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

import torch
from jaxtyping import Float32
from torch import Tensor

from menura.audio import Clip, Played, Score, synthesise
from menura.foundation.errors import MenuraError, UsageError
from menura.models._threads import one_thread
from menura.models.contract import Continues, Generates, Streams
from menura.representations import Events, Frames, ScoreRepresentation
from menura.systems.bound import LONGEST_S, BoundSystem, music_rng
from menura.systems.prompts import Prompt

Rows = Float32[Tensor, "rows features made"]

LOOK_EVERY = 64  # events between looks at how long the music is by now
MOST_EVENTS_PER_S = 500.0  # music that is denser is no music: a model that never lets time pass


@dataclass
class ScoreSystem(BoundSystem):
    """One of notes: its clips are `Played`, with the score they were played from.

    soundfont: an SF2 file to play with instead of the built-in synthesiser.
    """

    representation: ScoreRepresentation
    soundfont: Path | None = None

    def compose(
        self,
        n: int,
        seconds: float,
        seed: int,
        *,
        temperature: float | None = None,
        label: str | None = None,
        guidance: float | None = None,
        prompt: Prompt | str | None = None,
    ) -> list[Score]:
        """n scores from nothing, as `generate` plays them: of so many seconds, where notes that
        would sound on are ended.

        Raises MenuraError if the model lets no time pass.
        """
        self._power(Generates, "generate")
        sampling = self._sampling(temperature, label, guidance, prompt)
        self._samples(seconds)
        rngs = [music_rng(seed + number) for number in range(n)]
        with self._playing(), one_thread():
            rows = self._made(self._streams().stream(None, rngs, sampling), None, seconds)
        return [self._score(row, seconds) for row in rows]

    def continue_score(
        self,
        seed_score: Score,
        seconds: float,
        seed: int,
        *,
        temperature: float | None = None,
        label: str | None = None,
        guidance: float | None = None,
        prompt: Prompt | str | None = None,
    ) -> Score:
        """The notes of the seed, unchanged, and `seconds` of new ones from where its last ends."""
        self._power(Continues, "continue")
        sampling = self._sampling(temperature, label, guidance, prompt)
        self._samples(seconds)
        known = self.representation.encode(seed_score)
        if not known.shape[2]:
            raise UsageError("this seed has no notes that the system has learnt; give another one")
        known_s, end_s = self._length_s(known), seed_score.duration_s + seconds
        if end_s > LONGEST_S:
            raise UsageError("seed and new music are longer than a day; ask for less")
        with self._playing(), one_thread():
            stream = self._streams().stream(known, [music_rng(seed)], sampling)
            whole = self._made(stream, known, end_s)[0]
        new = [note for note in self._score(whole, end_s).notes if note.start_s >= known_s]
        return replace(seed_score, notes=(*seed_score.notes, *new))

    def play(self, score: Score, seconds: float | None = None) -> Played:
        """The score as sound, of exactly so many seconds, or until the last note has faded."""
        return synthesise(
            score, self.sample_rate, self.n_audio_channels, seconds, soundfont=self.soundfont
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
        scores = self.compose(
            *(n, seconds, seed),
            temperature=temperature,
            label=label,
            guidance=guidance,
            prompt=prompt,
        )
        return [self.play(score, seconds) for score in scores]

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
        """The seed's notes and `seconds` of new ones, played. Raises UsageError for a clip that
        was not played from notes."""
        if not isinstance(seed_clip, Played):
            raise UsageError(
                f"a {self.description.recipe} system goes on from notes, not from sound; "
                "give a MIDI file"
            )
        score = self.continue_score(
            seed_clip.score,
            seconds,
            seed,
            temperature=temperature,
            label=label,
            guidance=guidance,
            prompt=prompt,
        )
        return self.play(score, seed_clip.score.duration_s + seconds)

    def _streams(self) -> Streams:
        assert isinstance(self.model, Streams), "models of events stream"
        return self.model

    def _made(self, stream: Iterator[Frames], known: Events | None, seconds: float) -> Rows:
        """All events, those known first, until every row has lasted so long."""
        rows = known
        most = (0 if known is None else known.shape[2]) + 1000 + MOST_EVENTS_PER_S * seconds
        while rows is None or any(self._length_s(row[None]) < seconds for row in rows):
            new = torch.cat([piece.cpu() for piece in islice(stream, LOOK_EVERY)], dim=2)
            rows = new if rows is None else torch.cat([rows, new], dim=2)
            if rows.shape[2] > most:
                raise MenuraError(
                    f"{rows.shape[2]} events in, the music is not {seconds:g} s long: the system "
                    "repeats itself without end; take another temperature, or train it longer"
                )
        return rows

    def _length_s(self, events: Events) -> float:
        return float(self.representation.times_s(events)[-1])

    def _score(self, row: Float32[Tensor, "features events"], seconds: float) -> Score:
        """The notes until then. What comes later has no part in it, however much there is."""
        events = row[None]
        n_before = int((self.representation.times_s(events) < seconds).sum())
        return self.representation.decode(events[:, :, : n_before + 1]).until(seconds)
