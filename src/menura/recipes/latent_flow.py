"""Rectified flow over the latents of a codec: Menura's own way to make music.

Ours, after latent diffusion (Rombach et al. 2022) and its flows (Liu, Gong & Liu 2022; Esser et
al. 2024): a codec learns to say sound in few numbers, then one transformer learns to make those
numbers, whatever part of them is known: it generates, continues, fills gaps and varies.
"""

from dataclasses import replace

from menura.models.latent_flow import LatentFlow, LatentFlowConfig
from menura.recipes import spectral_codec
from menura.recipes._tuning import Tuning
from menura.recipes.contract import Part, Preset, RandomCrops, Recipe, Training

_CODECS = spectral_codec.recipe.presets
# Heun in few steps, finer near the noise: twelve looks at the network for what Euler has in fifty
# (docs/log.md).
_FLOW = LatentFlowConfig(n_steps=6, method="heun", time_shift=3.0, n_beginning_steps=2)

recipe = Recipe(
    report="ours",
    presets={
        "laptop": Preset(
            sample_rate=32_000,
            representation=None,
            codec=_CODECS["laptop"],
            model=Part("latent-flow", replace(_FLOW, matched=True)),
            batching=RandomCrops(batch_size=8, n_frames=256, fit=True),
            training=Training(evaluate_every=200, n_held_out=8, ema_decay=0.998, fall=0.4),
            tuning=Tuning(
                rate=0.3,
                evaluate_every=50,
                patience=6,
                n_drops=1,
                adapter_rank=8,
                adapter_minutes=1.0,  # at two, all weights were better (docs/log.md)
            ),
        ),
        "base": Preset(  # what ships: see base/README.md
            sample_rate=32_000,
            representation=None,
            codec=_CODECS["base"],
            model=Part("latent-flow", _FLOW),
            # Hours of composed pieces, minutes of recordings, most of them single notes.
            batching=RandomCrops(batch_size=8, n_frames=256, length_power=0.5),
            training=Training(evaluate_every=500, n_held_out=32, ema_decay=0.9995),
            label_kinds=("family", "genre"),
        ),
        "tiny": Preset(
            sample_rate=8_000,
            representation=None,
            codec=replace(_CODECS["tiny"], training=Training(evaluate_every=4, n_held_out=1)),
            model=Part("latent-flow", LatentFlow.tiny),
            batching=RandomCrops(batch_size=4, n_frames=16, transpose=1),
            training=Training(evaluate_every=4, n_held_out=1, ema_decay=0.9),
            seconds=1.0,
        ),
    },
)
