"""MusicGen as a system: windows, seeds, lengths, its codec, and what it refuses."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from menura.audio import Clip
from menura.foundation.errors import UsageError
from menura.foundation.reporting import Reporter
from menura.systems import Prompt
from menura.systems.musicgen import MusicGen, MusicGenConfig, codec
from menura.systems.musicgen.loading import load
from menura.systems.musicgen.reading import read
from menura.systems.musicgen.sampling import Draw, Window, _drawn, draw_codes
from tunes import tune

RATE, HOP = 8000, 160
LIKELIEST = Draw(0.0, 1, 3.0)


@pytest.fixture(scope="module")
def musicgen(checkpoint: Path) -> MusicGen:
    config = MusicGenConfig(
        checkpoint=str(checkpoint), seconds=0.5, window_s=0.6, stride_s=0.4, precision="float32"
    )
    return MusicGen.open("musicgen", config, Reporter())


class Listening:
    """A decoder that notes how many steps it is fed, and how many were before."""

    def __init__(self, decoder: Any):
        self._decoder, self.config, self.ends = decoder, decoder.config, list[int]()

    def __call__(self, **given: Any) -> Any:
        cache = given["past_key_values"]
        held = 0 if cache is None else cache.get_seq_length()
        self.ends.append(held + given["input_ids"].shape[-1])
        return self._decoder(**given)


@torch.no_grad()
def test_long_music_is_made_window_by_window(theirs: tuple[Any, Any]) -> None:
    model, tokenizer = theirs
    conditions = read(model, tokenizer, "slow rain", "", 3.0)
    none = torch.empty(1, 4, 0, dtype=torch.int64)
    window, listening = Window(n_frames=20, n_stride=12), Listening(model.decoder)
    rngs, heard = [torch.Generator()], list[int]()

    def drawn(known: torch.Tensor, n: int, decoder: Any = model.decoder) -> torch.Tensor:
        tick = heard.append if decoder is listening else (lambda n: None)
        return draw_codes(decoder, conditions, known, n, window, rngs, LIKELIEST, tick)

    long = drawn(none, 50, listening)
    assert long.shape == (1, 4, 50)
    assert 0 <= int(long.min()) <= int(long.max()) < 64
    assert max(listening.ends) == 20 + 3, "more than the network was trained on"
    assert heard == sorted(heard)
    assert heard[-1] == 50
    # The first window is what is made when no more is asked for; the next goes on from 8 frames.
    torch.testing.assert_close(long[:, :, :20], drawn(none, 20))
    torch.testing.assert_close(long[:, :, 12:32], drawn(long[:, :, 12:20], 20))


@pytest.mark.parametrize(
    ("n_known", "n_left", "expected"), [(0, 50, 0), (15, 5, 15), (19, 2, 8), (20, 1, 8), (5, 40, 5)]
)
def test_how_much_a_window_remembers(n_known: int, n_left: int, expected: int) -> None:
    assert Window(20, 12).context(n_known, n_left) == expected


def test_draws_are_by_chance(theirs: tuple[Any, Any]) -> None:
    """Against the closed form: a softmax of the top ones, at the temperature."""
    logits = torch.tensor([2.0, 1.0, 0.5, -1.0, 0.0]).expand(1, 20_000, 5)
    drawn = _drawn(logits, [torch.Generator().manual_seed(0)], Draw(0.7, 3, 1.0))
    shares = torch.bincount(drawn[0], minlength=5) / 20_000
    expected = torch.zeros(5)
    expected[:3] = (torch.tensor([2.0, 1.0, 0.5]) / 0.7).softmax(0)
    torch.testing.assert_close(shares, expected, atol=0.012, rtol=0)
    likeliest = _drawn(logits, [torch.Generator()], Draw(0.0, 3, 1.0))
    assert (likeliest == 0).all()


def test_each_clip_is_that_of_its_seed(musicgen: MusicGen) -> None:
    many = musicgen.generate(3, 0.9, 5, prompt="slow rain")
    again = musicgen.generate(1, 0.9, 6, prompt="slow rain")[0]
    np.testing.assert_allclose(many[1].samples, again.samples, atol=1e-5)
    assert not np.allclose(many[0].samples, many[1].samples)
    other = musicgen.generate(1, 0.9, 6, prompt="fast drums")[0]
    assert not np.allclose(other.samples, again.samples), "deaf to its prompt"


@pytest.mark.parametrize("seconds", [0.001, 0.1, 0.3333, 1.7])
def test_lengths_are_exact(musicgen: MusicGen, seconds: float) -> None:
    clips = musicgen.generate(2, seconds, 0)
    assert [clip.n_samples for clip in clips] == [round(seconds * RATE)] * 2
    seed = Clip(tune(0.7, RATE), RATE)
    on = musicgen.continue_(seed, seconds, 0, prompt="slow rain")
    assert on.n_samples == round(0.7 * RATE) + round(seconds * RATE)
    assert np.isfinite(on.samples).all()


@pytest.mark.parametrize("n_seed", [1, 159, 161, 4000, 40_000])
def test_any_seed_is_gone_on_from(musicgen: MusicGen, n_seed: int) -> None:
    seed = tune(5.0, RATE)[:, :n_seed]
    made = musicgen.continue_(Clip(seed, RATE), 0.5, 0).samples
    n_join = min(400, n_seed)
    np.testing.assert_array_equal(made[:, : n_seed - n_join], seed[:, : n_seed - n_join])
    assert made.shape == (1, n_seed + 4000)
    assert np.abs(made[:, n_seed:]).max() > 1e-3


def test_codes_are_those_of_transformers(theirs: tuple[Any, Any]) -> None:
    encoder = theirs[0].audio_encoder
    sound = torch.from_numpy(tune(2.0, RATE))[None]
    codes = codec.to_codes(encoder, sound)
    torch.testing.assert_close(codes, encoder.encode(sound).audio_codes[0])
    assert codes.shape == (1, 4, 100)


@torch.no_grad()
def test_left_and_right_take_turns(theirs_in_stereo: tuple[Any, Any]) -> None:
    encoder = theirs_in_stereo[0].audio_encoder
    left, right = (torch.from_numpy(tune(1.0, RATE, seed=seed))[None] for seed in (1, 2))
    both = codec.to_codes(encoder, torch.cat([left, right], dim=1))
    torch.testing.assert_close(both[:, ::2], codec.to_codes(encoder, left))
    torch.testing.assert_close(both[:, 1::2], codec.to_codes(encoder, right))
    sound = codec.to_sound(encoder, both, 2)
    torch.testing.assert_close(sound[:, :1], codec.to_sound(encoder, both[:, ::2], 1))
    torch.testing.assert_close(sound[:, 1:], codec.to_sound(encoder, both[:, 1::2], 1))


@torch.no_grad()
def test_long_sound_is_decoded_in_pieces(
    theirs: tuple[Any, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    encoder = theirs[0].audio_encoder
    codes = torch.randint(0, 64, (1, 4, 330), generator=torch.Generator().manual_seed(0))
    whole = codec.to_sound(encoder, codes, 1)
    monkeypatch.setattr(codec, "PIECE_S", 2.0)
    pieces = codec.to_sound(encoder, codes, 1)
    assert pieces.shape == whole.shape == (1, 1, 330 * HOP)
    torch.testing.assert_close(pieces, whole, atol=1e-4, rtol=0)


def test_half_precision_is_for_the_decoder_alone(checkpoint: Path, theirs: tuple[Any, Any]) -> None:
    config = MusicGenConfig(checkpoint=str(checkpoint), precision="bfloat16")
    half = load(config, Reporter()).model
    assert {weight.dtype for weight in half.decoder.parameters()} == {torch.bfloat16}
    for part in ("audio_encoder", "text_encoder", "enc_to_dec_proj"):
        ours, whole = (getattr(model, part).state_dict() for model in (half, theirs[0]))
        assert all(torch.equal(ours[name], whole[name]) for name in whole), part
    system = MusicGen.open("musicgen", config, Reporter())
    [made] = system.generate(1, 0.5, 0, prompt="slow rain")
    assert np.isfinite(made.samples).all()
    assert np.abs(made.samples).max() > 1e-3


def test_it_reconstructs_through_its_codec(musicgen: MusicGen, theirs: tuple[Any, Any]) -> None:
    sound = tune(1.01, RATE)
    made = musicgen.round_trip(Clip(sound, RATE)).samples
    assert made.shape == sound.shape
    encoder, whole = theirs[0].audio_encoder, torch.from_numpy(sound[:, : 40 * HOP])[None]
    with torch.no_grad():
        codes = encoder.encode(whole).audio_codes
        expected = encoder.decode(codes, audio_scales=[None]).audio_values
    np.testing.assert_allclose(made[:, : 20 * HOP], expected[0, :, : 20 * HOP], atol=1e-5)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"label": "jazz"}, "has no labels; say what you want in the prompt"),
        ({"temperature": -1.0}, "temperature must be 0…100"),
        ({"guidance": 2.0}, "give a prompt too"),
        ({"guidance": 101.0, "prompt": "rain"}, "guidance must be 0…100"),
        ({"guidance": 1.0, "prompt": "song without rap"}, "at guidance 1 nothing is avoided"),
    ],
)
def test_what_it_refuses(musicgen: MusicGen, options: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        musicgen.generate(1, 0.1, 0, **options)
    with pytest.raises(UsageError, match="a length of 0 s"):
        musicgen.generate(1, 0.0, 0)
    with pytest.raises(UsageError, match="takes 8000 Hz with 1 channels"):
        musicgen.reconstruct(Clip(tune(0.1, 16_000), 16_000))
    with pytest.raises(UsageError, match="a musicgen system cannot inpaint"):
        musicgen.inpaint(Clip(tune(0.1, RATE), RATE), 0.0, 0.05, 0)


def test_what_it_makes_of_a_prompt(musicgen: MusicGen) -> None:
    assert musicgen.reads(Prompt("song", "rap")) == "--prompt: song; not wanted: rap"
    assert musicgen.reads(Prompt("song")) == "--prompt: song"
    assert musicgen.reads(Prompt("", "rap")) == "--prompt: anything; not wanted: rap"


@pytest.mark.parametrize(
    "wrong",
    [{"seconds": 0.0}, {"top_k": 0}, {"guidance": -1.0}, {"stride_s": 30.0}, {"temperature": 101}],
)
def test_settings_that_cannot_be(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="must be"):
        MusicGenConfig(**wrong)
