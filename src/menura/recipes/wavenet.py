"""Samples one by one by dilated causal convolutions (van den Oord et al. 2016).

paper: what the STFT-LSTM report trained, a Keras implementation of WaveNet, of which it states
    nothing but the times (6 h for 15 epochs; 90 min for 1 min of music). As the WaveNet paper has
    it: 16 kHz, 8-bit mu-law, filters of two samples, dilations 1…512, gated units, residual and
    skip connections, softmax. Ours: the dilations five times, 32 channels, 128 of skips (the paper
    states none), Adam at 0.001, batches of 4 × 0.64 s.
paper-wide: the same with 64 channels and 256 of skips.
laptop: two cycles at 8 kHz (0.26 s are in reach), which learns something audible in minutes on two
    cores. Ours.
"""

from dataclasses import replace

from menura.models.contract import Optimizer, Schedule
from menura.models.wavenet import WavenetConfig
from menura.recipes.contract import Part, Preset, RandomCrops, Recipe, Training
from menura.representations.mu_law import MuLaw

_SAMPLES = Part("mu-law", MuLaw.Config())
_PAPER = Preset(
    sample_rate=16_000,
    representation=_SAMPLES,
    model=Part("wavenet", WavenetConfig()),
    batching=RandomCrops(batch_size=4, n_frames=10_240),
)

recipe = Recipe(
    report="Dubey, Singh & Dabral: Music Generation using LSTM (2017), after van den Oord et al.",
    presets={
        "paper": _PAPER,
        "paper-wide": replace(_PAPER, model=Part("wavenet", WavenetConfig(width=64, n_skip=256))),
        "laptop": Preset(
            sample_rate=8_000,
            representation=_SAMPLES,
            model=Part(
                "wavenet",
                WavenetConfig(
                    n_cycles=2,
                    optimizer=Optimizer(learning_rate=2e-3),
                    schedule=Schedule(warmup_steps=50),
                ),
            ),
            batching=RandomCrops(batch_size=4, n_frames=6_144),
            training=Training(evaluate_every=100, n_held_out=4, ema_decay=0.99),
        ),
        "tiny": Preset(
            sample_rate=8_000,
            representation=_SAMPLES,
            model=Part("wavenet", WavenetConfig(width=8, n_skip=16, n_cycles=1, n_doublings=6)),
            batching=RandomCrops(batch_size=4, n_frames=512),
            training=Training(evaluate_every=10, n_held_out=2),
            seconds=1.0,
        ),
    },
)
