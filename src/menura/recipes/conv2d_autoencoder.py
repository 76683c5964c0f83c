"""Mel spectrograms through 2-D convolutions and back (the music interpolation report, baseline).

paper: as reported: 512 mel bands × 640 frames (5 s at 32,768 Hz, windows of 4096 samples hopped by
    256: the report's table swaps the two); 3 × 3 convolutions that halve, without padding, 32, 64,
    64 and 64 channels; a dense layer to 64 numbers, the mean and log-variance of 32; a dense layer
    to 32 × 40 × 64; transposed convolutions back; squared error. 5,044,800 + 2,832,897 parameters.
    Ours: bands scaled each by its own mean and deviation, ReLU, Adam at 1e-3, batches of 16, the
    divergence rising over 500 steps with 0.05 nats of each latent free, an overlap of 64 frames
    between the windows of longer pieces.
plain: the same without a spread: the latents are 32 numbers, and the last layer of the encoder has
    half the weights.
laptop: 128 bands at 16 kHz; kernels of 4 × 4, residual blocks; latents for every 0.77 s,
    where the report has one vector for 5 s, which cannot say which notes are played when; a linear
    way beside the network, which sets off from principal components. Ours.
laptop-plain: the same without a spread.
"""

from dataclasses import replace

from menura.models._bottleneck import BottleneckConfig
from menura.models.contract import Optimizer
from menura.models.conv2d_autoencoder import Conv2dAutoencoder, Conv2dAutoencoderConfig
from menura.recipes.contract import Part, Preset, RandomCrops, Recipe, Training
from menura.representations.log_mel import PRESETS, LogMel

_PAPER = Preset(
    sample_rate=32_768,
    representation=Part("log-mel", PRESETS["mel-interpolation"]),
    model=Part(
        "conv2d-autoencoder",
        Conv2dAutoencoderConfig(
            bottleneck=BottleneckConfig(
                n_latent=32, kl_weight=1.0, warmup_steps=500, free_nats=0.05
            )
        ),
    ),
    batching=RandomCrops(batch_size=16, n_frames=640),
    training=Training(evaluate_every=50, n_held_out=4),
    seconds=5.0,
)
_LAPTOP = Preset(
    sample_rate=16_000,
    representation=Part("log-mel", LogMel.Config(n_mels=128, floor_db=-80.0)),
    model=Part(
        "conv2d-autoencoder",
        Conv2dAutoencoderConfig(
            n_window=240,
            n_overlap=24,
            linear_way=True,
            channels=(16, 32, 48, 64),
            kernel=4,
            padding="same",
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
)


def _plain(preset: Preset) -> Preset:
    model = preset.model.config
    without = replace(model, bottleneck=replace(model.bottleneck, variational=False))
    return replace(preset, model=Part(preset.model.name, without))


recipe = Recipe(
    report="Krishna, Gao & Pengfei: Music Interpolation (its first autoencoder)",
    presets={
        "paper": _PAPER,
        "plain": _plain(_PAPER),
        "laptop": _LAPTOP,
        "laptop-plain": _plain(_LAPTOP),
        "tiny": Preset(
            sample_rate=8_000,
            representation=Part(
                "log-mel", LogMel.Config(n_fft=256, hop_length=128, n_mels=32, n_iter=2)
            ),
            model=Part("conv2d-autoencoder", Conv2dAutoencoder.tiny),
            batching=RandomCrops(batch_size=4, n_frames=16),
            training=Training(evaluate_every=10, n_held_out=2),
            seconds=1.0,
        ),
    },
)
