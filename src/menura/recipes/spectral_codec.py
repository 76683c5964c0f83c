"""Sound as 32 numbers at 31 steps a second and back: what a flow will make music of.

Ours, after Vocos (Siuzdak 2023), DAC (Kumar et al. 2023) and RAVE's two phases (Caillon & Esling
2021): first against spectra alone, then also against small critics. By itself it reconstructs,
and mixes two clips in its latent space.
"""

from menura.models.spectral_codec import SpectralCodec, SpectralCodecConfig
from menura.recipes._augmentation import Augmentation
from menura.recipes._tuning import Tuning
from menura.recipes.contract import Part, Preset, RandomCrops, Recipe, Training
from menura.representations.waveform import Waveform

recipe = Recipe(
    report="ours",
    presets={
        "laptop": Preset(
            sample_rate=32_000,
            representation=Part("waveform", Waveform.Config()),
            model=Part("spectral-codec", SpectralCodecConfig()),
            batching=RandomCrops(batch_size=12, n_frames=32_768),
            training=Training(
                evaluate_every=200, n_held_out=4, clip_norm=5.0, ema_decay=0.998, fall=0.4
            ),
            tuning=Tuning(rate=0.4, evaluate_every=50, patience=4, n_drops=1),
        ),
        # Of base: as large as 40 MB allow beside the flow, for hours of varied music. The critics
        # come when most is learnt, and the last weights are kept: what critics bring is texture,
        # which the held-out distance does not reward.
        "base": Preset(
            sample_rate=32_000,
            representation=Part("waveform", Waveform.Config()),
            model=Part(
                "spectral-codec",
                SpectralCodecConfig(
                    n_latent=64,
                    encoder_depths=(3, 3),
                    decoder_depths=(2, 6),
                    floor_db=-100.0,
                    texture_weight=1.0,
                    critic_start=7_000,
                ),
            ),
            batching=RandomCrops(
                batch_size=12,
                n_frames=32_768,
                augmentation=Augmentation(
                    gain_db=6.0, polarity=True, tape_percent=12.0, tilt_db=3.0, hiss=0.2, mix=0.4
                ),
            ),
            training=Training(
                evaluate_every=500,
                n_held_out=16,
                keep="last",
                patience=1000,
                clip_norm=5.0,
                ema_decay=0.9995,
            ),
        ),
        "tiny": Preset(
            sample_rate=8_000,
            representation=Part("waveform", Waveform.Config()),
            model=Part("spectral-codec", SpectralCodec.tiny),
            batching=RandomCrops(batch_size=4, n_frames=2_048),
            training=Training(evaluate_every=10, n_held_out=2),
            seconds=1.0,
        ),
    },
)
