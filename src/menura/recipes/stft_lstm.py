"""Log-power STFT frames, next frame by one LSTM (Dubey, Singh & Dabral 2017).

paper: as reported (section 3): 512 features of log squared STFT, hop 512, one LSTM layer of 1500,
    mean squared error, AdaDelta, back-propagation through 50 steps, 30 s pieces, the mean fed
    back. Ours: n_fft 1024 with the Nyquist bin dropped (what makes 512 features), 22,050 Hz
    (librosa's default, the library they used), batch of 32, AdaDelta's rate of 1.0 (the
    algorithm's own), per-feature normalisation, gradient clipping.
paper-quarter-second: the report's text has "512 features for every quarter-second", hopped by 512.
    Both hold where 1024 samples last a quarter of a second: at 4,096 Hz. Otherwise as paper.
laptop: a narrower LSTM with Adam, which says a mixture of next frames rather than their mean, is
    trained with recurrent dropout, noise on what it hears and frames of its own, and is played at
    the temperature at which it neither dies away nor swells: what learns something audible in
    minutes on two cores and goes astray less (trials in docs/log.md). Ours.
"""

from dataclasses import replace

from menura.models.contract import Optimizer
from menura.models.frame_rnn import FrameRnn, FrameRnnConfig
from menura.recipes.contract import ContiguousWindows, Part, Preset, Recipe, Training
from menura.representations.log_power import PRESETS, LogPower

_FRAMES = PRESETS["stft-lstm"]
_PAPER = Preset(
    sample_rate=22_050,
    representation=Part("log-power", _FRAMES),
    model=Part(
        "frame-rnn",
        FrameRnnConfig(n_hidden=1500, optimizer=Optimizer("adadelta", learning_rate=1.0, eps=1e-6)),
    ),
    batching=ContiguousWindows(batch_size=32, n_frames=51, piece_s=30.0),
    temperature=0.0,  # the report feeds the mean back
)

recipe = Recipe(
    report="Dubey, Singh & Dabral: Music Generation using LSTM (2017)",
    presets={
        "paper": _PAPER,
        "paper-quarter-second": replace(_PAPER, sample_rate=4_096),
        "laptop": Preset(
            sample_rate=22_050,
            representation=Part("log-power", replace(_FRAMES, n_iter=4)),
            model=Part(
                "frame-rnn",
                FrameRnnConfig(
                    n_hidden=384,
                    recurrent_dropout=0.25,
                    output="mixture",
                    input_noise=0.3,
                    own_share=0.25,
                    own_rise_steps=400,
                    bounded=True,
                    steadied=True,
                    bits=8,
                ),
            ),
            batching=ContiguousWindows(batch_size=32, n_frames=51, piece_s=30.0),
            training=Training(ema_decay=0.98),
        ),
        "tiny": Preset(
            sample_rate=8_000,
            representation=Part("log-power", LogPower.Config(n_fft=256, hop_length=128, n_iter=4)),
            model=Part("frame-rnn", FrameRnn.tiny),
            batching=ContiguousWindows(batch_size=4, n_frames=17, piece_s=4.0),
            training=Training(evaluate_every=10, n_held_out=2),
            seconds=1.0,
        ),
    },
)
