"""Spectrograms as points of a plane that can be drawn and heard (the spectrogram-VAE report).

paper: as reported: mel spectrograms through a variational autoencoder whose latents are a plane of
    two dimensions; new sounds are points of it; Griffin-Lim. Ours, as the report states no size:
    128 bands at 22,050 Hz, windows of 1024 samples hopped by 256, 256 frames (3 s); the 3 × 3
    convolutions of conv2d-autoencoder's baseline; Griffin-Lim set off from noise, 32 rounds.
paper-log-amplitude, paper-vanilla: the report's other spectrograms, of log amplitudes and of plain
    ones (as power), in 512 bins.
laptop: 16 kHz, windows of 4 s (a note of NSynth), kernels of 4 × 4, residual blocks, a start of the
    phase before Griffin-Lim. Still a plane. Ours.
laptop-wide: 32 latents instead of two: no plane, and nearer to what it hears. Ours.
"""

from dataclasses import replace

from menura.models._bottleneck import BottleneckConfig
from menura.models.contract import Optimizer
from menura.models.conv2d_autoencoder import Conv2dAutoencoder, Conv2dAutoencoderConfig
from menura.recipes.contract import Part, Preset, RandomCrops, Recipe, Training
from menura.representations.log_mel import LogMel
from menura.representations.log_power import LogPower

_PLANE = BottleneckConfig(n_latent=2, kl_weight=0.1, warmup_steps=500, free_nats=0.5)
_PAPER = Preset(
    sample_rate=22_050,
    representation=Part("log-mel", LogMel.Config(phase="noise", n_iter=32)),
    model=Part(
        "conv2d-autoencoder",
        Conv2dAutoencoderConfig(n_window=256, n_overlap=32, bottleneck=_PLANE),
    ),
    batching=RandomCrops(batch_size=16, n_frames=256),
    training=Training(evaluate_every=50, n_held_out=4),
    seconds=3.0,
)
_BINS = LogPower.Config(drop_nyquist=True, phase="noise", n_iter=32)
_LAPTOP = Preset(
    sample_rate=16_000,
    representation=Part("log-mel", LogMel.Config(n_mels=128, floor_db=-80.0)),
    model=Part(
        "conv2d-autoencoder",
        Conv2dAutoencoderConfig(
            n_window=240,
            n_overlap=24,
            channels=(16, 32, 48, 64),
            kernel=4,
            padding="same",
            n_blocks=1,
            bottleneck=_PLANE,
            optimizer=Optimizer("adamw", learning_rate=1e-3, weight_decay=0.01),
        ),
    ),
    batching=RandomCrops(batch_size=16, n_frames=240),
    training=Training(evaluate_every=50, n_held_out=4, ema_decay=0.99),
    seconds=4.0,
)
_WIDE = BottleneckConfig(n_latent=32, kl_weight=0.5, warmup_steps=300, free_nats=0.05)

recipe = Recipe(
    report="Bahad, Sardana, Chalke, Bhagane & Gaikwad: Orchestrating melodies through "
    "spectrogram-driven autoencoders",
    presets={
        "paper": _PAPER,
        "paper-log-amplitude": replace(_PAPER, representation=Part("log-power", _BINS)),
        "paper-vanilla": replace(
            _PAPER, representation=Part("power", replace(_BINS, normalisation="per-bin"))
        ),
        "laptop": _LAPTOP,
        "laptop-wide": replace(
            _LAPTOP,
            model=Part("conv2d-autoencoder", replace(_LAPTOP.model.config, bottleneck=_WIDE)),
        ),
        "tiny": Preset(
            sample_rate=8_000,
            representation=Part(
                "log-mel", LogMel.Config(n_fft=256, hop_length=128, n_mels=32, n_iter=2)
            ),
            model=Part(
                "conv2d-autoencoder",
                replace(
                    Conv2dAutoencoder.tiny,
                    n_places=1,
                    bottleneck=replace(_PLANE, warmup_steps=0),
                ),
            ),
            batching=RandomCrops(batch_size=4, n_frames=16),
            training=Training(evaluate_every=10, n_held_out=2),
            seconds=1.0,
        ),
    },
)
