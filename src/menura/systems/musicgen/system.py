"""MusicGen as a system: clips in, clips out (Copet et al. 2023)."""

from collections.abc import Sequence
from typing import ClassVar

import numpy as np
import torch

from menura.audio import Clip
from menura.audio.joining import cross_fade
from menura.foundation.errors import UsageError
from menura.foundation.reporting import Reporter
from menura.systems.bound import LONGEST_S, music_rng
from menura.systems.musicgen import codec
from menura.systems.musicgen.config import MusicGenConfig
from menura.systems.musicgen.loading import Loaded, load
from menura.systems.musicgen.reading import read
from menura.systems.musicgen.sampling import Codes, Draw, Known, Window, draw_codes
from menura.systems.pretrained import Pretrained
from menura.systems.prompts import Prompt
from menura.systems.streaming import JOIN_S


class MusicGen(Pretrained):
    """Music by words, from nothing or on from a clip.

    A prompt says what the music is to be; without one, anything. What it is not to be takes the
    place of "no words" in the guidance, so it needs a guidance other than 1. Clips of one call are
    made together; each draws from its own seed. Up to the window (30 s) the network sees all there
    is; beyond, the last part of it (12 s).
    """

    Config = MusicGenConfig
    abilities: ClassVar[tuple[str, ...]] = ("generate", "continue", "reconstruct")

    def __init__(self, recipe: str, config: MusicGenConfig, loaded: Loaded, reporter: Reporter):
        self._recipe, self._config, self._loaded = recipe, config, loaded
        self._model, self._reporter = loaded.model, reporter
        self._codec = self._model.config.audio_encoder

    @classmethod
    def open(cls, recipe: str, config: MusicGenConfig, reporter: Reporter) -> "MusicGen":
        return cls(recipe, config, load(config, reporter), reporter)

    @property
    def recipe(self) -> str:
        return self._recipe

    @property
    def signature(self) -> str:
        return self._loaded.signature

    @property
    def licence(self) -> str:
        return "" if self._config.checkpoint is None else self._config.licence

    @property
    def sample_rate(self) -> int:
        return int(self._codec.sampling_rate)

    @property
    def n_audio_channels(self) -> int:
        return int(self._model.config.decoder.audio_channels)

    @property
    def seconds(self) -> float:
        return self._config.seconds

    @property
    def has_codec(self) -> bool:
        return True

    def reads(self, prompt: Prompt) -> str:
        said = f"--prompt: {prompt.wanted or 'anything'}"
        return f"{said}; not wanted: {prompt.unwanted}" if prompt.unwanted else said

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
        """n clips of the prompt, with the seeds seed, seed + 1, …"""
        n_samples = self._samples(seconds)
        nothing = torch.empty(n, self._n_codebooks, 0, dtype=torch.int64, device=self._model.device)
        seeds = range(seed, seed + n)
        codes = self._made(nothing, n_samples, seeds, temperature, label, guidance, prompt)
        sound = codec.to_sound(self._model.audio_encoder, codes, self.n_audio_channels)
        return [self._clip(row.cpu().numpy(), n_samples) for row in sound]

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
        """The seed clip, unchanged but for its last moments, and `seconds` of new music after it.

        The new part takes over in a cross-fade of 50 ms that ends with the seed.
        """
        n_seed, n_new = seed_clip.n_samples, self._samples(seconds)
        known = self._codes(seed_clip)[:, :, : n_seed // self._hop]
        all_ = n_seed + n_new
        codes = self._made(known, all_, [seed], temperature, label, guidance, prompt)
        n_join = min(round(JOIN_S * self.sample_rate), n_seed)
        # Of the seed only its end is needed, and what the codec looks back to.
        n_back = min(known.shape[2], round(codec.AROUND_S * self.sample_rate / self._hop))
        first = known.shape[2] - n_back
        sound = codec.to_sound(
            self._model.audio_encoder, codes[:, :, first:], self.n_audio_channels
        )[0]
        made = sound.cpu().numpy()[:, max(0, n_seed - n_join - first * self._hop) :]
        return self._clip(cross_fade(seed_clip.samples, made, n_join), all_)

    def reconstruct(self, clip: Clip, *, label: str | None = None) -> Clip:
        """The clip through the codec and back."""
        sound = codec.to_sound(self._model.audio_encoder, self._codes(clip), self.n_audio_channels)
        return self._clip(sound[0].cpu().numpy(), clip.n_samples)

    def round_trip(self, clip: Clip) -> Clip:
        return self.reconstruct(clip)

    @torch.no_grad()
    def _made(
        self,
        known: Known,
        n_samples: int,
        seeds: Sequence[int],
        temperature: float | None,
        label: str | None,
        guidance: float | None,
        asked: Prompt | str | None,
    ) -> Codes:
        """The codes of n_samples, of which `known` are the first."""
        prompt = Prompt.of(asked)
        draw = self._draw(temperature, label, guidance, prompt)
        words = prompt or Prompt("")
        model = self._model
        conditions = read(
            model, self._loaded.tokenizer, words.wanted, words.unwanted, draw.guidance
        )
        n_frames, rate = -(-n_samples // self._hop), self.sample_rate / self._hop
        window = Window(
            *(max(2, round(s * rate)) for s in (self._config.window_s, self._config.stride_s))
        )
        rngs = [music_rng(one) for one in seeds]

        def tick(n: int) -> None:
            self._reporter.progress(
                n, n_frames, f"{n / rate:.0f} of {n_frames / rate:.0f} s of music drawn"
            )

        return draw_codes(model.decoder, conditions, known, n_frames, window, rngs, draw, tick)

    def _draw(
        self,
        temperature: float | None,
        label: str | None,
        guidance: float | None,
        prompt: Prompt | None,
    ) -> Draw:
        usual = self._config
        if label is not None:
            raise UsageError(f"{self.recipe} has no labels; say what you want in the prompt")
        if temperature is None:
            temperature = usual.temperature
        if not 0 <= temperature <= 100:
            raise UsageError(f"a temperature must be 0…100, not {temperature:g}")
        asked = prompt is not None and (prompt.wanted or prompt.unwanted)
        if guidance is not None and not asked:
            raise UsageError("guidance says how strictly a prompt is followed; give a prompt too")
        guidance = usual.guidance if guidance is None else guidance
        if not 0 <= guidance <= 100:
            raise UsageError(f"guidance must be 0…100, not {guidance:g}")
        if prompt is not None and prompt.unwanted and guidance <= 1:
            raise UsageError(
                f"at guidance {guidance:g} nothing is avoided; take more than 1 (3 is usual), or "
                "leave out what is not wanted"
            )
        return Draw(temperature, usual.top_k, guidance)

    @torch.no_grad()
    def _codes(self, clip: Clip) -> Codes:
        """Of the clip, its end mirrored as far as the codec looks: no silence to be heard."""
        form = self.sample_rate, self.n_audio_channels
        if (clip.sample_rate, clip.n_channels) != form:
            raise UsageError(
                f"this system takes {form[0]} Hz with {form[1]} channels, "
                f"not {clip.sample_rate} Hz with {clip.n_channels}"
            )
        n_frames = -(-clip.n_samples // self._hop)
        n_after = (n_frames + 8) * self._hop - clip.n_samples
        longer = np.pad(clip.samples, ((0, 0), (0, n_after)), mode="symmetric")
        sound = torch.from_numpy(longer)[None].to(self._model.device)
        return codec.to_codes(self._model.audio_encoder, sound)[:, :, :n_frames]

    def _samples(self, seconds: float) -> int:
        if not 0 < seconds <= LONGEST_S:
            raise UsageError(f"a length of {seconds:g} s: give above 0, at most a day (86400)")
        return max(1, round(seconds * self.sample_rate))

    def _clip(self, samples: np.ndarray, n_samples: int) -> Clip:
        return Clip(
            np.ascontiguousarray(samples[:, :n_samples], dtype=np.float32), self.sample_rate
        )

    @property
    def _hop(self) -> int:
        return int(self._codec.hop_length)

    @property
    def _n_codebooks(self) -> int:
        return int(self._model.config.decoder.num_codebooks)
