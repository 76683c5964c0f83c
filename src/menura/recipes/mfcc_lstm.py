"""MFCC frames, next clip by two LSTM layers (the MFCC-LSTM report).

paper: as reported: 20 MFCC, two LSTM layers, linear output, recurrent dropout 0.5, clip in and
    next clip out, the output fed back to any length; of the optimisers compared (SGD, RMSProp,
    Adam) Adam; the rate lowered on a plateau and early stopping, as in every run here
    (the split is the prepared corpus's). Ours: layers of 256, a clip of 129 frames (3 s: a tenth of
    the report's 1293 frames, so that a 30 s file has clips that follow one another), 22,050 Hz and
    hop 512 (what makes GTZAN's 30.01 s 1293 frames), squared error, batch of 32, normalised
    coefficients and clipped gradients (without, the report's gradients exploded).
laptop: next frame, not next clip, and a mixture of what it may be: what lies 3 s ahead is hardly
    known, and its mean is a hum. 40 coefficients, since 20 keep no pitch. Ours.
"""

from menura.models.contract import Optimizer
from menura.models.frame_rnn import FrameRnnConfig
from menura.recipes.contract import ContiguousWindows, Part, Preset, Recipe, Training
from menura.representations.mfcc import PRESETS, Mfcc

_CLIP = 129

recipe = Recipe(
    report="Music generation by LSTM and VAE over MFCC (the MFCC-LSTM-VAE report)",
    presets={
        "paper": Preset(
            sample_rate=22_050,
            representation=Part("mfcc", PRESETS["20"]),
            model=Part(
                "frame-rnn",
                FrameRnnConfig(
                    n_layers=2,
                    n_hidden=256,
                    n_ahead=_CLIP,
                    recurrent_dropout=0.5,
                    optimizer=Optimizer("adam", learning_rate=1e-3),
                ),
            ),
            batching=ContiguousWindows(
                batch_size=32, n_frames=2 * _CLIP, piece_s=30.0, n_shared=_CLIP
            ),
            temperature=0.0,  # the report feeds the output back as it is
        ),
        "laptop": Preset(
            sample_rate=22_050,
            representation=Part("mfcc", Mfcc.Config(n_mfcc=40, unmel="pinv", n_iter=4)),
            model=Part(
                "frame-rnn",
                FrameRnnConfig(
                    n_layers=2,
                    n_hidden=256,
                    recurrent_dropout=0.25,
                    output="mixture",
                    input_noise=0.5,
                    bounded=True,
                    bits=8,
                ),
            ),
            batching=ContiguousWindows(batch_size=32, n_frames=51, piece_s=30.0),
            temperature=0.9,
        ),
        "tiny": Preset(
            sample_rate=8_000,
            representation=Part(
                "mfcc", Mfcc.Config(n_fft=256, hop_length=128, n_mels=32, n_iter=2)
            ),
            model=Part(
                "frame-rnn", FrameRnnConfig(n_layers=2, n_hidden=24, n_ahead=9, n_opening=2)
            ),
            batching=ContiguousWindows(batch_size=4, n_frames=18, piece_s=4.0, n_shared=9),
            training=Training(evaluate_every=10, n_held_out=2),
            seconds=1.0,
        ),
    },
)
