"""A checkpoint's network in memory: on the fastest device, in the precision that suits it."""

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psutil
import torch
from safetensors import SafetensorError

from menura.foundation.devices import available, bfloat16_is_faster
from menura.foundation.errors import MenuraError
from menura.foundation.printable import printable
from menura.foundation.reporting import Reporter
from menura.systems.musicgen import checkpoint
from menura.systems.musicgen.config import MusicGenConfig
from menura.systems.musicgen.miniature import write_miniature
from menura.systems.musicgen.quiet import quiet_transformers

_ROOM = 1.1  # beside the weights: codes, keys and values, the sound


@dataclass(frozen=True)
class Loaded:
    """model: a transformers MusicgenForConditionalGeneration. signature: names its weights."""

    model: Any
    tokenizer: Any
    signature: str


def load(config: MusicGenConfig, reporter: Reporter) -> Loaded:
    """Raises MenuraError where transformers, the weights, the device or memory are missing."""
    with quiet_transformers():
        if config.checkpoint is None:
            with TemporaryDirectory() as folder:
                write_miniature(Path(folder))
                return _loaded(Path(folder), "random", config)
        folder_ = checkpoint.find(config.checkpoint, reporter)
        return _loaded(folder_, checkpoint.signature(folder_, config.checkpoint), config)


def _loaded(folder: Path, signature: str, config: MusicGenConfig) -> Loaded:
    from transformers import AutoTokenizer, MusicgenConfig, MusicgenForConditionalGeneration

    device = _device(config)
    named = printable(str(folder))
    try:
        settings = MusicgenConfig.from_pretrained(folder)
        half = _in_bfloat16(config, device)
        _check_memory(settings, device, half, named)
        model, told = MusicgenForConditionalGeneration.from_pretrained(
            folder,
            config=settings,
            dtype=torch.float32,
            output_loading_info=True,
            local_files_only=True,
            use_safetensors=True,
        )
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    except (OSError, ValueError, RuntimeError, KeyError, SafetensorError) as error:
        raise MenuraError(
            f"{named}: this checkpoint cannot be loaded: {error}; fetch it again"
        ) from None
    if problems := sorted({*told["missing_keys"], *map(str, told["mismatched_keys"])}):
        raise MenuraError(f"{named}: weights are missing or of another shape: {problems[0]}")
    if settings.audio_encoder.normalize or settings.audio_encoder.chunk_length_s:
        raise MenuraError(f"{named}: its codec scales or cuts what it encodes, as no MusicGen does")
    if half:  # the others are small beside it, and what they say is heard in all that follows
        model.decoder.bfloat16()
    return Loaded(model.eval().to(device).requires_grad_(False), tokenizer, signature)


def _device(config: MusicGenConfig) -> str:
    there = available()
    if config.device == "auto":
        return there[0]
    if config.device not in there:
        raise MenuraError(
            f"device={config.device}: this machine has none that PyTorch can use (it can use "
            f"{', '.join(there)}); `menura doctor` says more"
        )
    return config.device


def _in_bfloat16(config: MusicGenConfig, device: str) -> bool:
    if config.checkpoint is None:  # too small to gain, and tests want the same everywhere
        return config.precision == "bfloat16"
    if config.precision == "auto":
        return bfloat16_is_faster(device)
    return config.precision == "bfloat16"


def _check_memory(settings: Any, device: str, half: bool, named: str) -> None:
    from transformers import MusicgenForConditionalGeneration

    with torch.device("meta"):
        n_weights = sum(
            weight.numel() for weight in MusicgenForConditionalGeneration(settings).parameters()
        )
    # Whole numbers first, wherever they go from there.
    for where, bytes_each in {"cpu": 4, device: 2 if half and device != "cpu" else 4}.items():
        _check_room(n_weights * bytes_each * _ROOM, where, named)


def _check_room(needed: float, device: str, named: str) -> None:
    free = torch.cuda.mem_get_info()[0] if device == "cuda" else psutil.virtual_memory().available
    if needed > free:
        raise MenuraError(
            f"{named}: needs {needed / 1e9:.1f} GB of memory on {device}, and {free / 1e9:.1f} GB "
            "are free; take a smaller one (--set checkpoint=facebook/musicgen-small)"
        )
