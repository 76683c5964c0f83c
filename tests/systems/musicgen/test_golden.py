"""What Menura draws of MusicGen equals what transformers itself draws, taking the likeliest."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from menura.audio import Clip
from menura.foundation.reporting import Reporter
from menura.systems import Prompt
from menura.systems.musicgen import MusicGen, MusicGenConfig
from menura.systems.musicgen.reading import read
from menura.systems.musicgen.sampling import Draw, Window, draw_codes
from tunes import tune

RATE, HOP, N_CODEBOOKS = 8000, 160, 4
WORDS = "give me a sad song with happy beats"
Theirs = tuple[Any, Any]


def system(folder: Path) -> MusicGen:
    return MusicGen.open(
        "musicgen", MusicGenConfig(checkpoint=str(folder), precision="float32"), Reporter()
    )


def drawn(theirs: Theirs, n_new: int, guidance: float, known: Any = None) -> np.ndarray:
    """By transformers' own generate."""
    model, tokenizer = theirs
    asked = dict(tokenizer(WORDS, return_tensors="pt"))
    if known is not None:
        asked["input_values"] = known
    n_books = model.config.decoder.num_codebooks // model.config.decoder.audio_channels
    sound = model.generate(
        **asked,
        do_sample=False,
        guidance_scale=guidance,
        max_new_tokens=n_new + n_books - 1,
    )
    return sound[0].numpy()


@pytest.mark.parametrize("guidance", [1.0, 3.0])
def test_it_draws_what_transformers_draws(
    checkpoint: Path, theirs: Theirs, guidance: float
) -> None:
    expected = drawn(theirs, 40, guidance)
    [made] = system(checkpoint).generate(
        1, 40 * HOP / RATE, 0, temperature=0.0, guidance=guidance, prompt=Prompt(WORDS)
    )
    assert made.samples.std() > 1e-3
    np.testing.assert_allclose(made.samples, expected, atol=1e-5)


def test_in_stereo_too(stereo_checkpoint: Path, theirs_in_stereo: Theirs) -> None:
    expected = drawn(theirs_in_stereo, 30, 3.0)
    [made] = system(stereo_checkpoint).generate(
        1, 30 * HOP / RATE, 0, temperature=0.0, prompt=WORDS
    )
    assert made.n_channels == 2
    np.testing.assert_allclose(made.samples, expected, atol=1e-5)
    assert not np.allclose(made.samples[0], made.samples[1])


def test_it_goes_on_as_transformers_does(checkpoint: Path, theirs: Theirs) -> None:
    n_seed = 30 * HOP
    seed = tune(n_seed / RATE, RATE, seed=3)
    # Menura encodes the seed with its end mirrored; the last frames see it.
    longer = np.pad(seed, ((0, 0), (0, 8 * HOP)), mode="symmetric")
    codes = theirs[0].audio_encoder.encode(torch.from_numpy(longer)[None]).audio_codes[0]
    theirs_on = draw_by_steps(theirs, codes[:, :, :30], 50, Prompt(WORDS), 3.0)
    expected = theirs[0].audio_encoder.decode(theirs_on[None], audio_scales=[None]).audio_values
    made = system(checkpoint).continue_(
        Clip(seed, RATE), 20 * HOP / RATE, 0, temperature=0.0, prompt=WORDS
    )
    join = round(0.05 * RATE)
    np.testing.assert_array_equal(made.samples[:, : n_seed - join], seed[:, : n_seed - join])
    np.testing.assert_allclose(
        made.samples[:, n_seed:], expected[0, :, n_seed:].detach().numpy(), atol=1e-5
    )


@torch.no_grad()
def draw_by_steps(
    theirs: Theirs, known: torch.Tensor, n_frames: int, prompt: Prompt, guidance: float
) -> torch.Tensor:
    """The likeliest codes, by the definition: every step anew from the beginning, without caches,
    and the wanted and the unwanted words one after the other."""
    model, tokenizer = theirs
    pad = model.config.decoder.pad_token_id
    steps = torch.full((N_CODEBOOKS, n_frames + N_CODEBOOKS), pad)
    for book in range(N_CODEBOOKS):
        steps[book, 1 + book : 1 + book + known.shape[2]] = known[0, book]

    def said(words: str, step: int) -> torch.Tensor:
        if words:
            asked = dict(tokenizer(words, return_tensors="pt"))
        else:
            nothing = model.get_unconditional_inputs()
            asked = {
                "encoder_outputs": nothing.encoder_outputs,
                "attention_mask": nothing.attention_mask,
            }
        return model(**asked, decoder_input_ids=steps[:, :step]).logits[:, -1]

    for step in range(known.shape[2] + 1, n_frames + N_CODEBOOKS):
        towards, away = said(prompt.wanted, step), said(prompt.unwanted, step)
        best = (away + guidance * (towards - away)).argmax(dim=-1)
        for book in range(N_CODEBOOKS):
            if known.shape[2] <= step - 1 - book < n_frames:
                steps[book, step] = best[book]
    books = [steps[book, 1 + book : 1 + book + n_frames] for book in range(N_CODEBOOKS)]
    return torch.stack(books)[None]


@pytest.mark.parametrize(
    "prompt", [Prompt("slow rain", "heavy rap"), Prompt("", "heavy rap"), Prompt("slow rain")]
)
@torch.no_grad()
def test_what_is_not_wanted_is_led_away_from(theirs: Theirs, prompt: Prompt) -> None:
    none = torch.empty(1, N_CODEBOOKS, 0, dtype=torch.int64)
    expected = draw_by_steps(theirs, none, 12, prompt, 3.0)
    model, tokenizer = theirs
    conditions = read(model, tokenizer, prompt.wanted, prompt.unwanted, 3.0)
    window, draw = Window(100, 60), Draw(0.0, 1, 3.0)
    made = draw_codes(
        model.decoder, conditions, none, 12, window, [torch.Generator()], draw, lambda n: None
    )
    torch.testing.assert_close(made, expected)
    plain = draw_by_steps(theirs, none, 12, Prompt(prompt.wanted), 3.0)
    assert torch.equal(made, plain) == (not prompt.unwanted)
