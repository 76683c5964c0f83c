"""MFCC of half a minute through a variational autoencoder of dense layers (the MFCC report).

paper: as reported: 20 MFCC × 1293 frames flattened to 25,860 values, a hidden layer of 2580, mean
    and log-variance of 128, and back: 134,459,596 parameters; pieces are made of latents drawn
    with mean 0.05 and variance 0.95. Coefficients scaled to −1…1 by their least and largest, as
    MinMax scaling does. Ours: 22,050 Hz and hop 512 (what makes GTZAN's 30.01 s 1293 frames),
    squared error, ReLU, Adam at 1e-4, batches of 16, a weight of the divergence that rises over
    500 steps and 0.02 nats of each latent free; windows of longer pieces overlap by 129 frames
    (3 s); shorter recordings are looped to 1293 frames.
paper-wide-range: scaled to −2…2, the range that sounded worse in the report.
laptop: 60 coefficients, which keep more of the pitch, each scaled by its own mean and deviation;
    windows of 4 s (a note of NSynth); 64 latents, which set off from principal components; draws
    from the Gaussian of the training latents. Ours.

The report turned what it made into sound with the scaling of another clip, its template. So does
`--set representation.template=CLIP`.
"""

from dataclasses import replace

from menura.models._bottleneck import BottleneckConfig
from menura.models.contract import Optimizer
from menura.models.dense_vae import DenseVae, DenseVaeConfig
from menura.recipes.contract import Part, Preset, RandomCrops, Recipe, Training
from menura.representations.mfcc import PRESETS, Mfcc

_MINMAX = replace(PRESETS["20"], normalisation="range", bounds=(-1.0, 1.0))
_PAPER = Preset(
    sample_rate=22_050,
    representation=Part("mfcc", _MINMAX),
    model=Part(
        "dense-vae",
        DenseVaeConfig(
            n_window=1293,
            n_overlap=129,
            n_hidden=2580,
            bottleneck=BottleneckConfig(
                n_latent=128, kl_weight=1.0, warmup_steps=500, free_nats=0.02
            ),
            drawn=(0.05, 0.95),
            optimizer=Optimizer("adam", learning_rate=1e-4),
        ),
    ),
    batching=RandomCrops(batch_size=16, n_frames=1293),
    training=Training(evaluate_every=20, n_held_out=2),
    seconds=30.0,
)

recipe = Recipe(
    report="Music generation by LSTM and VAE over MFCC (the MFCC-LSTM-VAE report)",
    presets={
        "paper": _PAPER,
        "paper-wide-range": replace(
            _PAPER, representation=Part("mfcc", replace(_MINMAX, bounds=(-2.0, 2.0)))
        ),
        "laptop": Preset(
            sample_rate=16_000,
            representation=Part(
                "mfcc",
                Mfcc.Config(n_fft=1024, hop_length=256, n_mels=80, n_mfcc=60, floor_db=-80.0),
            ),
            model=Part(
                "dense-vae",
                DenseVaeConfig(
                    n_window=240,
                    n_overlap=24,
                    linear_way=True,
                    n_hidden=1024,
                    bottleneck=BottleneckConfig(
                        n_latent=64, kl_weight=0.5, warmup_steps=300, free_nats=0.05
                    ),
                    optimizer=Optimizer("adamw", learning_rate=3e-4, weight_decay=0.01),
                ),
            ),
            batching=RandomCrops(batch_size=16, n_frames=240),
            training=Training(evaluate_every=50, n_held_out=4, ema_decay=0.99),
            seconds=4.0,
        ),
        "tiny": Preset(
            sample_rate=8_000,
            representation=Part(
                "mfcc", Mfcc.Config(n_fft=256, hop_length=128, n_mels=32, n_iter=2)
            ),
            model=Part("dense-vae", DenseVae.tiny),
            batching=RandomCrops(batch_size=4, n_frames=16),
            training=Training(evaluate_every=10, n_held_out=2, keep="last"),
            seconds=1.0,
        ),
    },
)
