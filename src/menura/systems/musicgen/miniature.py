"""A tiny MusicGen of random weights, as a folder like that of a real checkpoint: for tests."""

from pathlib import Path
from string import ascii_lowercase
from typing import Any

import torch

from menura.systems.musicgen.quiet import quiet_transformers

SAMPLE_RATE = 8_000
_N_CODES = 64


def write_miniature(folder: Path, seed: int = 0, n_audio_channels: int = 1) -> None:
    """Network, codec, text encoder and a tokenizer of single letters: some 70,000 weights."""
    with quiet_transformers():
        from transformers import MusicgenForConditionalGeneration

        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            model = MusicgenForConditionalGeneration(_settings(n_audio_channels))
            for head in model.decoder.lm_heads:  # or every code would be as likely as any other
                head.weight.data.normal_()
            for book in model.audio_encoder.quantizer.layers:  # zeros, until they are trained
                book.codebook.embed.normal_()
        generation = model.generation_config
        generation.pad_token_id = generation.bos_token_id = _N_CODES
        generation.decoder_start_token_id = _N_CODES
        model.save_pretrained(folder)
        _tokenizer().save_pretrained(folder)


def _settings(n_audio_channels: int) -> Any:
    from transformers import EncodecConfig, MusicgenConfig, MusicgenDecoderConfig, T5Config

    codec = EncodecConfig(
        sampling_rate=SAMPLE_RATE,
        upsampling_ratios=[8, 5, 4],
        num_filters=4,
        hidden_size=16,
        codebook_size=_N_CODES,
        target_bandwidths=[1.2],
        use_causal_conv=False,
        num_lstm_layers=1,
    )
    text = T5Config(
        vocab_size=64, d_model=16, d_kv=8, d_ff=32, num_layers=1, num_heads=2, dropout_rate=0.0
    )
    decoder = MusicgenDecoderConfig(
        vocab_size=_N_CODES,
        num_hidden_layers=2,
        ffn_dim=64,
        num_attention_heads=2,
        hidden_size=32,
        num_codebooks=codec.num_quantizers * n_audio_channels,
        audio_channels=n_audio_channels,
        pad_token_id=_N_CODES,
        bos_token_id=_N_CODES,
        initializer_factor=0.3,  # of a network so narrow, the usual 0.02 would leave it deaf
    )
    return MusicgenConfig(
        text_encoder=text, audio_encoder=codec, decoder=decoder, initializer_factor=1.0
    )


def _tokenizer() -> Any:
    from tokenizers import Tokenizer, models, normalizers, processors
    from transformers import PreTrainedTokenizerFast

    special = [("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0)]
    letters = [(mark, -3.0) for mark in ascii_lowercase + " '-,."]
    core = Tokenizer(models.Unigram([*special, *letters], unk_id=2, byte_fallback=False))
    core.normalizer = normalizers.Lowercase()
    core.post_processor = processors.TemplateProcessing(
        single="$A </s>", special_tokens=[("</s>", 1)]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=core, pad_token="<pad>", eos_token="</s>", unk_token="<unk>"
    )
