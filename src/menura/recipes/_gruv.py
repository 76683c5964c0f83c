"""What gruv-lstm and gruv-gru share: all but the cell."""

from menura.models._recurrence import Cell
from menura.models.contract import Optimizer
from menura.models.frame_rnn import FrameRnnConfig
from menura.recipes.contract import ContiguousWindows, Part, Preset, Recipe, Training
from menura.representations.fft_blocks import PRESETS, FFTBlocks


def gruv(cell: Cell) -> Recipe:
    """The recipe with that cell."""
    return Recipe(
        report="Nayebi & Vitelli: GRUV (2015), as cited by Dubey, Singh & Dabral (2017)",
        presets={
            "paper": _paper("gruv", cell),
            "paper-raw": _paper("gruv-raw", cell),
            "laptop": Preset(
                sample_rate=16_000,
                representation=Part("fft-blocks", FFTBlocks.Config(block_s=0.064)),
                model=Part(
                    "frame-rnn",
                    FrameRnnConfig(
                        cell=cell,
                        n_hidden=256,
                        output="mixture",
                        input_noise=0.1,
                        bounded=True,
                        bits=8,
                    ),
                ),
                batching=ContiguousWindows(batch_size=32, n_frames=51, piece_s=30.0),
            ),
            "tiny": Preset(
                sample_rate=8_000,
                representation=Part("fft-blocks", FFTBlocks.Config(block_s=0.03)),
                model=Part("frame-rnn", FrameRnnConfig(cell=cell, n_hidden=24, n_opening=2)),
                batching=ContiguousWindows(batch_size=4, n_frames=17, piece_s=4.0),
                training=Training(evaluate_every=10, n_held_out=2),
                seconds=1.0,
            ),
        },
    )


def _paper(form: str, cell: Cell) -> Preset:
    return Preset(
        sample_rate=44_100,
        representation=Part("fft-blocks", PRESETS[form]),
        model=Part(
            "frame-rnn",
            FrameRnnConfig(
                cell=cell, n_hidden=1024, optimizer=Optimizer("rmsprop", learning_rate=1e-3)
            ),
        ),
        batching=ContiguousWindows(batch_size=16, n_frames=41, piece_s=30.0),
        temperature=0.0,
    )
