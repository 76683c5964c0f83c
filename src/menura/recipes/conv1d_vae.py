"""Mel spectrograms by convolutions over time, bands as channels (the music interpolation report).

paper: the report names the form and its reason (pitch is not translation-invariant), not its sizes.
    As stated for its baseline: 512 mel bands × 640 frames, 32 latents, squared error. Ours: four
    convolutions of 4 frames that halve the frames, of 256, 256, 128 and 128 channels, and mirrored
    back; 32 latents for every 16 frames; the rest as in conv2d-autoencoder.
laptop: 128 bands at 16 kHz, ConvNeXt blocks between the halvings, 16 latents for every quarter of a
    second, a linear way that sets off from principal components. Ours.
"""

from menura.models._bottleneck import BottleneckConfig
from menura.models.contract import Optimizer
from menura.models.conv1d_vae import Conv1dVae, Conv1dVaeConfig
from menura.recipes.contract import Part, Preset, RandomCrops, Recipe, Training
from menura.representations.log_mel import PRESETS, LogMel

recipe = Recipe(
    report="Krishna, Gao & Pengfei: Music Interpolation (its Conv1D)",
    presets={
        "paper": Preset(
            sample_rate=32_768,
            representation=Part("log-mel", PRESETS["mel-interpolation"]),
            model=Part(
                "conv1d-vae",
                Conv1dVaeConfig(
                    bottleneck=BottleneckConfig(
                        n_latent=32, kl_weight=1.0, warmup_steps=500, free_nats=0.05
                    )
                ),
            ),
            batching=RandomCrops(batch_size=16, n_frames=640),
            training=Training(evaluate_every=50, n_held_out=4),
            seconds=5.0,
        ),
        "laptop": Preset(
            sample_rate=16_000,
            representation=Part("log-mel", LogMel.Config(n_mels=128, floor_db=-80.0)),
            model=Part(
                "conv1d-vae",
                Conv1dVaeConfig(
                    n_window=240,
                    n_overlap=24,
                    linear_way=True,
                    channels=(128, 192, 192, 192),
                    n_blocks=1,
                    bottleneck=BottleneckConfig(
                        n_latent=16, kl_weight=0.5, warmup_steps=300, free_nats=0.05
                    ),
                    optimizer=Optimizer("adamw", learning_rate=1e-3, weight_decay=0.01),
                ),
            ),
            batching=RandomCrops(batch_size=16, n_frames=240),
            training=Training(evaluate_every=50, n_held_out=4, ema_decay=0.99),
            seconds=4.0,
        ),
        "tiny": Preset(
            sample_rate=8_000,
            representation=Part(
                "log-mel", LogMel.Config(n_fft=256, hop_length=128, n_mels=32, n_iter=2)
            ),
            model=Part("conv1d-vae", Conv1dVae.tiny),
            batching=RandomCrops(batch_size=4, n_frames=16),
            training=Training(evaluate_every=10, n_held_out=2),
            seconds=1.0,
        ),
    },
)
