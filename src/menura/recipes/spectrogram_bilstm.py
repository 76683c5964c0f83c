"""Images of magnitude and phase, 16 in and the next one out, by bidirectional LSTMs."""

from menura.models.bilstm import Bilstm, BilstmConfig
from menura.models.contract import Optimizer
from menura.recipes.contract import Part, Preset, Recipe, SlidingWindows, Training
from menura.representations.spectrogram_images import SpectrogramImages

recipe = Recipe(
    report="gan-lstm-wavenet-cvae",
    presets={
        "paper": Preset(
            sample_rate=16_000,
            representation=Part("spectrogram-images", SpectrogramImages.Config()),
            model=Part("bilstm", BilstmConfig(optimizer=Optimizer("adam", eps=1e-7))),
            batching=SlidingWindows(batch_size=32, n_frames=17),
            training=Training(max_steps=1550, evaluate_every=31, n_held_out=3),
            seconds=20.0,
            temperature=0.0,
        ),
        "laptop": Preset(
            sample_rate=16_000,
            representation=Part(
                "spectrogram-images",
                SpectrogramImages.Config(
                    n_columns=19, n_padding=0, phase="found", n_iter=8, floor_db=-80.0
                ),
            ),
            model=Part(
                "bilstm", BilstmConfig(n_layers=2, n_hidden=256, n_read=32, rank=6, n_modes=16)
            ),
            batching=SlidingWindows(batch_size=16, n_frames=17),
            training=Training(evaluate_every=50, n_held_out=4),
        ),
        "tiny": Preset(
            sample_rate=8_000,
            representation=Part(
                "spectrogram-images",
                SpectrogramImages.Config(n_fft=256, hop_length=64, n_columns=16, n_padding=3),
            ),
            model=Part("bilstm", Bilstm.tiny),
            batching=SlidingWindows(batch_size=4, n_frames=9),
            training=Training(evaluate_every=10, n_held_out=2),
            seconds=1.0,
        ),
    },
)
