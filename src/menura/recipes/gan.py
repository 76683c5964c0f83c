"""Sound from noise, by two players (the GAN of the GAN, LSTM, WaveNet and CVAE report).

paper: as reported (sections 3.2 and 5.1): Gaussian noise, dense, reshaped, transposed convolutions
    with batch norm and LeakyReLU, tanh; against convolutions, LeakyReLU, dropout, dense. 4 s at
    16 kHz (NSynth's), batches of 64. Real sound is told as 0.9, made sound as 0, with noise; cross
    entropy; gradient penalty 10; Adam at 2e-4, × 0.9 every 10,000 steps; values of gradients
    clipped. Ours, since the report states no sizes: 100 numbers of noise; maps of 256, 128, 64 and
    32 channels, kernels of 25 with stride 4 (WaveGAN's); slope 0.2, dropout 0.3 (Keras' examples);
    noise of up to 0.05; values clipped at 1. The penalty is taken without dropout. Its figures of
    1.3 to 5.3 s of computing per clip seen are what benchmarks/training.py is for.
wavegan: what the report left out for want of time, as Donahue, McAuley & Puckette 2019 have it: a
    Wasserstein loss, five turns of the critic to one of the generator, phase shuffle of 2, Adam at
    1e-4 (0.5, 0.9), no batch norm; 16,384 samples at 16 kHz. For days rather than minutes.
laptop: the same players over log-mel frames, whose phase need not be learnt (GANSynth, Engel et al.
    2019, makes spectra for that reason): 256 frames (4.1 s) in one window, one turn of the critic
    at 4e-4, weights averaged, levels and pitches varied. Ours.

A piece of any length is windows of independent noise, each faded into the next over an eighth of
it: of notes a new one every window.
"""

from menura.models.contract import Optimizer, Schedule
from menura.models.gan import GanConfig
from menura.recipes._augmentation import Augmentation
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
                LogMel.Config(n_fft=1024, hop_length=256, n_mels=128, normalisation="range"),
            ),
            model=Part(
                "gan",
                GanConfig(
                    n_frames=256,
                    widths=(384, 256, 192, 128),
                    strides=(2, 2, 2, 2),
                    kernel=5,
                    batch_norm=False,
                    dropout=0.0,
                    loss="wasserstein",
                    critic_turns=1,
                    optimizer=Optimizer("adam", learning_rate=4e-4, betas=(0.0, 0.9)),
                    schedule=Schedule(),
                ),
            ),
            batching=RandomCrops(
                batch_size=16,
                n_frames=256,
                augmentation=Augmentation(gain_db=6.0, tape_percent=6.0),
            ),
            training=Training(evaluate_every=200, n_held_out=2, clip_norm=1e6, ema_decay=0.99),
            seconds=4.0,
        ),
        "tiny": Preset(
            sample_rate=8_000,
            representation=Part("waveform", Waveform.Config()),
            model=Part("gan", GanConfig(n_noise=8, n_frames=4096, widths=(16, 8), strides=(8, 8))),
            batching=RandomCrops(batch_size=4, n_frames=4096),
            training=Training(evaluate_every=4, n_held_out=1, keep="last"),
            seconds=1.0,
        ),
    },
)
