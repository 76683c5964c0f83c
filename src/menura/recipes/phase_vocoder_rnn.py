"""Phase-vocoder frames, next frame by one LSTM (Glover 2015, as cited by Dubey et al. 2017).

paper: phase-vocoder frames and AdaGrad, as the STFT-LSTM report cites Glover's trials on a sine, a
    clarinet and a piano. Ours: n_fft 1024, hop 256, 22,050 Hz, one LSTM layer of 512, squared
    error, batch of 32, back-propagation through 50 steps, AdaGrad's usual rate of 0.01.
laptop: with Adam, a mixture of next frames rather than their mean, and amplitudes to the power of
    0.3: as they are, soft sound lies where silence does, and music soon fell silent. Ours.
"""

from menura.models.contract import Optimizer
from menura.models.frame_rnn import FrameRnn, FrameRnnConfig
from menura.recipes.contract import ContiguousWindows, Part, Preset, Recipe, Training
from menura.representations.phase_vocoder import PhaseVocoder

recipe = Recipe(
    report="Glover: Generating sound with recurrent neural networks (2015), as cited by "
    "Dubey, Singh & Dabral (2017)",
    presets={
        "paper": Preset(
            sample_rate=22_050,
            representation=Part("phase-vocoder", PhaseVocoder.Config()),
            model=Part(
                "frame-rnn",
                FrameRnnConfig(n_hidden=512, optimizer=Optimizer("adagrad", learning_rate=0.01)),
            ),
            batching=ContiguousWindows(batch_size=32, n_frames=51, piece_s=30.0),
            temperature=0.0,
        ),
        "laptop": Preset(
            sample_rate=16_000,
            representation=Part("phase-vocoder", PhaseVocoder.Config(exponent=0.3)),
            model=Part(
                "frame-rnn",
                FrameRnnConfig(
                    n_hidden=256,
                    recurrent_dropout=0.25,
                    output="mixture",
                    input_noise=0.5,
                    bounded=True,
                    bits=8,
                ),
            ),
            batching=ContiguousWindows(batch_size=32, n_frames=51, piece_s=30.0),
        ),
        "tiny": Preset(
            sample_rate=8_000,
            representation=Part("phase-vocoder", PhaseVocoder.Config(n_fft=128, hop_length=64)),
            model=Part("frame-rnn", FrameRnn.tiny),
            batching=ContiguousWindows(batch_size=4, n_frames=17, piece_s=4.0),
            training=Training(evaluate_every=10, n_held_out=2),
            seconds=1.0,
        ),
    },
)
