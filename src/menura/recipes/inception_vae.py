"""Mel spectrograms through parallel convolutions of several shapes (the interpolation report).

paper: the report names the form, not its sizes. As stated for its baseline: 512 mel bands × 640
    frames, latents of 32, squared error. Ours: kernels of 1 × 1, 3 × 3 and 5 × 5 side by side
    (Szegedy et al. 2015, figure 2a) in each of four layers that halve, of 32, 64, 64 and 64
    channels, and mirrored back; the rest as in conv2d-autoencoder.
laptop: 128 bands at 16 kHz; square, tall and wide kernels, residual blocks, latents for every
    0.77 s, a linear way that sets off from principal components. Ours.
"""

from menura.models._bottleneck import BottleneckConfig
from menura.models.contract import Optimizer
from menura.models.inception_vae import InceptionVae, InceptionVaeConfig
from menura.recipes.contract import Part, Preset, RandomCrops, Recipe, Training
from menura.representations.log_mel import PRESETS, LogMel

recipe = Recipe(
    report="Krishna, Gao & Pengfei: Music Interpolation (its Conv2D inception)",
    presets={
        "paper": Preset(
            sample_rate=32_768,
            representation=Part("log-mel", PRESETS["mel-interpolation"]),
            model=Part(
                "inception-vae",
                InceptionVaeConfig(
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
                "inception-vae",
                InceptionVaeConfig(
                    n_window=240,
                    n_overlap=24,
                    linear_way=True,
                    channels=(18, 36, 48, 63),
                    kernels=((3, 3), (9, 1), (1, 9)),
                    n_blocks=1,
                    n_places=5,
                    bottleneck=BottleneckConfig(
                        n_latent=32, kl_weight=0.5, warmup_steps=300, free_nats=0.05
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
            model=Part("inception-vae", InceptionVae.tiny),
            batching=RandomCrops(batch_size=4, n_frames=16),
            training=Training(evaluate_every=10, n_held_out=2),
            seconds=1.0,
        ),
    },
)
