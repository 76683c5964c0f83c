"""Notes by instrument, by an autoencoder that is told the label (the GAN, LSTM, CVAE report).

paper: as reported (section 3.4): 4 s at 16 kHz and the instrument; convolutions over time with
    ReLU, flattened, two dense layers (mean and log-variance); a draw and the label through dense,
    reshape and transposed convolutions with ReLU; squared error and divergence; early stopping as
    in every run here. Ours: tanh at its end (a sigmoid cannot make the negative half of a sound),
    the sizes, which the report does not state (those of the gan, 128 latents, batches of 32, Adam
    at 1e-3), and the divergence's weight, rise and free nats. Where the label of a clip is not
    known, as of one that is brought to the trained system, the encoder must do without: so it
    trains on half of them without.
laptop: the same form over log-mel frames, which show more of it after minutes; the label also
    told to every map of the decoder; 12 latents, kept from giving the label away by a listener
    (secrecy), since a decoder that hears the label in them need not listen to the one it is told,
    and made to be heard as the label that is told (obedience); levels and pitches
    varied against overfitting. Ours.

Labels: of the kinds family, genre or label (a folder's), where there are any of these; else all.
"""

from menura.models._bottleneck import BottleneckConfig
from menura.models.contract import Optimizer
from menura.models.cvae import Cvae, CvaeConfig
from menura.recipes._augmentation import Augmentation
from menura.recipes.contract import Part, Preset, RandomCrops, Recipe, Training
from menura.representations.log_mel import LogMel
from menura.representations.waveform import Waveform

_KINDS = ("family", "genre", "label")

recipe = Recipe(
    report="Viswanath, Saxena, Malik & Rathi: Music Generation Using Deep Learning (COMP9491)",
    presets={
        "paper": Preset(
            sample_rate=16_000,
            representation=Part("waveform", Waveform.Config()),
            model=Part(
                "cvae",
                CvaeConfig(
                    bottleneck=BottleneckConfig(
                        n_latent=128, kl_weight=0.01, warmup_steps=500, free_nats=0.05
                    )
                ),
            ),
            batching=RandomCrops(batch_size=32, n_frames=64_000),
            training=Training(evaluate_every=50, n_held_out=2),
            seconds=4.0,
            label_kinds=_KINDS,
        ),
        "laptop": Preset(
            sample_rate=16_000,
            representation=Part(
                "log-mel",
                LogMel.Config(n_fft=1024, hop_length=256, n_mels=128, normalisation="range"),
            ),
            model=Part(
                "cvae",
                CvaeConfig(
                    n_window=240,
                    n_overlap=24,
                    widths=(384, 256, 192, 128),
                    strides=(2, 2, 2, 2),
                    kernel=5,
                    told_throughout=True,
                    secrecy=0.1,
                    obedience=0.1,
                    bottleneck=BottleneckConfig(n_latent=12, kl_weight=0.25, warmup_steps=100),
                    optimizer=Optimizer("adamw", learning_rate=1.5e-3, weight_decay=0.01),
                ),
            ),
            batching=RandomCrops(
                batch_size=16,
                n_frames=240,
                augmentation=Augmentation(gain_db=6.0, tape_percent=6.0),
            ),
            training=Training(evaluate_every=100, n_held_out=4, ema_decay=0.99),
            seconds=4.0,
            label_kinds=_KINDS,
        ),
        "tiny": Preset(
            sample_rate=8_000,
            representation=Part(
                "log-mel", LogMel.Config(n_fft=256, hop_length=128, n_mels=32, n_iter=2)
            ),
            model=Part("cvae", Cvae.tiny),
            batching=RandomCrops(batch_size=4, n_frames=16),
            training=Training(evaluate_every=10, n_held_out=2, keep="last"),
            seconds=1.0,
            label_kinds=_KINDS,
        ),
    },
)
