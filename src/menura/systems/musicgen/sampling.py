"""Drawing MusicGen's codes: one step a frame, the codebooks delayed against each other.

A frame of sound is one code in each codebook. The network says them in the *delay pattern* (Copet
et al. 2023, section 2.2): step s holds frame s − 1 of the first codebook, s − 2 of the second, and
so on; step 0 and what the delay leaves open hold a padding code. In stereo the codebooks of left
and right take turns, and a pair shares its delay.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from jaxtyping import Float32, Int64
from torch import Tensor

from menura.systems.musicgen.reading import Conditions

Codes = Int64[Tensor, "batch codebooks frames"]
Known = Int64[Tensor, "batch codebooks known"]
Logits = Float32[Tensor, "batch codebooks codes"]
Tick = Callable[[int], None]


@dataclass(frozen=True)
class Draw:
    """How codes are drawn. temperature 0 takes the likeliest; only the top_k likeliest have a
    chance; guidance is how strictly the conditions are followed."""

    temperature: float
    top_k: int
    guidance: float


@dataclass(frozen=True)
class Window:
    """How far the network looks, in frames: more than n_frames it never was trained on. Longer
    music goes on from the last n_frames − n_stride frames, n_stride at a time."""

    n_frames: int
    n_stride: int

    def context(self, n_known: int, n_left: int) -> int:
        """How many of the known frames the next window begins with."""
        if n_known + n_left <= self.n_frames:
            return n_known
        return min(n_known, self.n_frames - self.n_stride)


def draw_codes(
    decoder: Any,
    conditions: Conditions,
    known: Known,
    n_frames: int,
    window: Window,
    rngs: Sequence[torch.Generator],
    draw: Draw,
    tick: Tick,
) -> Codes:
    """`known` and what follows it, n_frames in all: window after window.

    decoder: a transformers MusicgenForCausalLM. tick: is told how many frames there are.
    """
    codes = known
    while codes.shape[2] < n_frames:
        n_known = codes.shape[2]
        n_context = window.context(n_known, n_frames - n_known)
        n_new = min(window.n_frames - n_context, n_frames - n_known)

        def told(n: int, before: int = n_known - n_context) -> None:
            tick(before + n)

        context = codes[:, :, n_known - n_context :]
        made = _one_window(decoder, conditions, context, n_context + n_new, rngs, draw, told)
        codes = torch.cat([codes, made[:, :, n_context:]], dim=2)
    return codes


def _one_window(
    decoder: Any,
    conditions: Conditions,
    known: Known,
    n_frames: int,
    rngs: Sequence[torch.Generator],
    draw: Draw,
    tick: Tick,
) -> Codes:
    n_known, settings = known.shape[2], decoder.config
    delays = _delays(settings.num_codebooks, settings.audio_channels)
    n_steps = 1 + n_frames + max(delays)
    steps = known.new_full((len(rngs), len(delays), n_steps), settings.pad_token_id)
    for book, delay in enumerate(delays):
        steps[:, book, 1 + delay : 1 + delay + n_known] = known[:, book]
    cache, begin = None, 0
    for step in range(n_known + 1, n_steps):
        new = steps[:, :, begin:step]
        logits, cache = _logits(decoder, conditions, new, cache, draw.guidance)
        drawn = _drawn(logits, rngs, draw)
        for book, delay in enumerate(delays):
            if n_known <= step - 1 - delay < n_frames:
                steps[:, book, step] = drawn[:, book]
        begin = step
        tick(min(step, n_frames))
    return torch.stack(
        [steps[:, book, 1 + delay : 1 + delay + n_frames] for book, delay in enumerate(delays)],
        dim=1,
    )


def _delays(n_codebooks: int, n_audio_channels: int) -> list[int]:
    return [book // n_audio_channels for book in range(n_codebooks)]


def _logits(
    decoder: Any,
    conditions: Conditions,
    steps: Int64[Tensor, "batch codebooks new"],
    cache: Any,
    guidance: float,
) -> tuple[Logits, Any]:
    """Of the last step, with classifier-free guidance (Ho & Salimans 2022) where there is
    something to be guided away from; and the keys and values of all steps, for the next call."""
    n_pieces, n_codebooks, n_new = steps.shape
    asked = conditions.for_pieces(n_pieces)
    fed = steps.repeat(conditions.n_sides, 1, 1)
    said = decoder(
        input_ids=fed.reshape(-1, n_new),
        encoder_hidden_states=asked.hidden,
        encoder_attention_mask=asked.mask,
        past_key_values=cache,
        use_cache=True,
    )
    last: Tensor = said.logits[:, -1].float().reshape(conditions.n_sides, n_pieces, n_codebooks, -1)
    if conditions.n_sides == 1:
        return last[0], said.past_key_values
    towards, away = last.unbind(dim=0)
    return away + guidance * (towards - away), said.past_key_values


def _drawn(
    logits: Logits, rngs: Sequence[torch.Generator], draw: Draw
) -> Int64[Tensor, "batch codebooks"]:
    """A piece's draws come from its own generator, on the CPU, whatever else is made with it."""
    if draw.temperature == 0:
        return logits.argmax(dim=-1)
    top = min(draw.top_k, logits.shape[-1])
    values, codes = logits.topk(top, dim=-1)
    chances = (values / draw.temperature).softmax(dim=-1)
    # The largest of chance / exponential noise is a draw by chance: no sums, no sorting.
    noise = torch.stack(
        [torch.empty(values.shape[1:]).exponential_(generator=rng) for rng in rngs]
    ).to(logits.device)
    return codes.gather(2, (chances / noise).argmax(dim=-1, keepdim=True))[:, :, 0]
