"""Samples through a bottleneck and back by dilated convolutions.

paper: as reported by the GAN, LSTM, WaveNet and CVAE report (section 3.4.2): 4 s at 16 kHz, a
    causal convolution, residual blocks with dilations 1, 4, 16 (1, 2, 4, 8, 16 failed there), ReLU,
    batch normalisation, dropout and skips, a bottleneck, upsampling, residual blocks, a linear
    layer; mean absolute error, Adam at 0.001, batches of 16, the rate lowered and the training
    stopped where nothing is gained. Ours: 32 channels, filters of three samples, dropout 0.1, four
    numbers for 8 samples, and what counts as nothing gained.
laptop: the same with learnt upsampling, which can write a wave within a step, eight numbers for 16
    samples, and crops of one second: what learns to say a clip again in minutes. Ours.
nsynth: the form of Engel et al. (2017): an encoder that sees both sides says 16 numbers for every
    32 ms, and a WaveNet that is told them draws the samples. Ours: 8 kHz, fewer and narrower
    layers (32 channels, two cycles), noise on the embedding.
"""

from menura.models.contract import Optimizer, Schedule
from menura.models.dilated_autoencoder import DilatedAutoencoder, DilatedAutoencoderConfig
from menura.models.wavenet_autoencoder import WavenetAutoencoderConfig
from menura.recipes.contract import Part, Preset, RandomCrops, Recipe, Training
from menura.representations.mu_law import MuLaw
from menura.representations.waveform import Waveform

_SAMPLES = Part("waveform", Waveform.Config())

recipe = Recipe(
    report="The GAN, LSTM, WaveNet and CVAE report (section 3.4.2), after Engel et al. (2017)",
    presets={
        "paper": Preset(
            sample_rate=16_000,
            representation=_SAMPLES,
            model=Part("dilated-autoencoder", DilatedAutoencoderConfig()),
            batching=RandomCrops(batch_size=16, n_frames=64_000),
            training=Training(evaluate_every=60, n_held_out=4, patience=3, drop_factor=0.5),
            seconds=4.0,
        ),
        "laptop": Preset(
            sample_rate=16_000,
            representation=_SAMPLES,
            model=Part(
                "dilated-autoencoder",
                DilatedAutoencoderConfig(
                    n_latent=8,
                    stride=16,
                    upsampling="learnt",
                    dropout=0.0,
                    optimizer=Optimizer(learning_rate=2e-3),
                    schedule=Schedule(warmup_steps=50),
                ),
            ),
            batching=RandomCrops(batch_size=8, n_frames=16_000),
            training=Training(evaluate_every=100, n_held_out=4, ema_decay=0.99),
            seconds=4.0,
        ),
        "nsynth": Preset(
            sample_rate=8_000,
            representation=Part("mu-law", MuLaw.Config()),
            model=Part(
                "wavenet-autoencoder",
                WavenetAutoencoderConfig(
                    hop=256,
                    encoder_width=32,
                    encoder_cycles=2,
                    encoder_doublings=8,
                    n_cycles=2,
                    embedding_noise=0.1,
                    optimizer=Optimizer(learning_rate=2e-3),
                    schedule=Schedule(warmup_steps=50),
                ),
            ),
            batching=RandomCrops(batch_size=4, n_frames=6_144),
            training=Training(evaluate_every=100, n_held_out=4, ema_decay=0.99),
            seconds=4.0,
        ),
        "tiny": Preset(
            sample_rate=8_000,
            representation=_SAMPLES,
            model=Part("dilated-autoencoder", DilatedAutoencoder.tiny),
            batching=RandomCrops(batch_size=4, n_frames=1_024),
            # So short a training is no better at its best: the normalisation has hardly begun.
            training=Training(evaluate_every=10, n_held_out=2, keep="last"),
            seconds=1.0,
        ),
    },
)
