"""Frames from noise, by two players (the GAN of the GAN, LSTM, WaveNet and CVAE report)."""

from menura.models.contract import Optimizer, Schedule
from menura.models.gan import Gan, GanConfig
from menura.recipes.contract import Part, Preset, RandomCrops, Recipe, Training
from menura.representations.log_mel import LogMel
from menura.representations.waveform import Waveform

recipe = Recipe(
    report="Viswanath, Saxena, Malik & Rathi: Music Generation Using Deep Learning (COMP9491)",
    presets={
        "paper": Preset(
            sample_rate=16_000,
            representation=Part("waveform", Waveform.Config()),
            model=Part("gan", GanConfig()),
            batching=RandomCrops(batch_size=64, n_frames=64_000),
            training=Training(evaluate_every=50, n_held_out=1, clip_norm=1e6, clip_value=1.0),
            seconds=4.0,
        ),
        "wavegan": Preset(
            sample_rate=16_000,
            representation=Part("waveform", Waveform.Config()),
            model=Part(
                "gan",
                GanConfig(
                    n_frames=16_384,
                    widths=(1024, 512, 256, 128, 64),
                    strides=(4, 4, 4, 4, 4),
                    batch_norm=False,
                    dropout=0.0,
                    phase_shuffle=2,
                    loss="wasserstein",
                    critic_turns=5,
                    optimizer=Optimizer("adam", learning_rate=1e-4, betas=(0.5, 0.9)),
                    schedule=Schedule(),
                ),
            ),
            batching=RandomCrops(batch_size=64, n_frames=16_384),
            training=Training(evaluate_every=200, n_held_out=2, clip_norm=1e6),
            seconds=1.0,
        ),
        "laptop": Preset(
            sample_rate=16_000,
            representation=Part(
                "log-mel",
                LogMel.Config(
                    n_fft=1024, hop_length=256, n_mels=128, normalisation="range"
                ),
            ),
            model=Part(
                "gan",
                GanConfig(
                    n_frames=240,
                    widths=(384, 256, 192, 128),
                    strides=(2, 2, 2, 2),
                    kernel=5,
                    batch_norm=False,
                    dropout=0.0,
                    loss="wasserstein",
                    critic_turns=2,
                    optimizer=Optimizer("adam", learning_rate=2e-4, betas=(0.0, 0.9)),
                    schedule=Schedule(),
                ),
            ),
            batching=RandomCrops(batch_size=16, n_frames=240),
            training=Training(evaluate_every=200, n_held_out=2, clip_norm=1e6, ema_decay=0.99),
            seconds=4.0,
        ),
        "tiny": Preset(
            sample_rate=8_000,
            representation=Part("waveform", Waveform.Config()),
            model=Part("gan", GanConfig(n_noise=8, n_frames=4096, widths=(16, 8), strides=(8, 8))),
            batching=RandomCrops(batch_size=4, n_frames=4096),
            training=Training(evaluate_every=4, n_held_out=1),
            seconds=1.0,
        ),
    },
)
assert Gan
