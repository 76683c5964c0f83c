"""Mistakes in images as frames, in the model over windows of them, and in sliding windows."""

from faults.fault import Fault

IMAGES = "src/menura/representations/spectrogram_images.py"
MODEL = "src/menura/models/bilstm.py"
LOOPS = "src/menura/models/_window_loops.py"
IMAGES_TESTS = ("tests/representations/test_spectrogram_images.py",)
MODEL_TESTS = ("tests/models/test_bilstm.py",)

BILSTM_FAULTS = (
    Fault(
        "padding between images takes time",
        IMAGES,
        "        return self.n_filled * int(self.config.hop_length)",
        "        return int(self.config.n_columns) * int(self.config.hop_length)",
        IMAGES_TESTS,
    ),
    Fault(
        "padding is inverted with the rest",
        IMAGES,
        "filled = images[..., : self.n_filled]",
        "filled = images",
        IMAGES_TESTS,
    ),
    Fault(
        "images are joined bin by bin",
        IMAGES,
        "filled.permute(0, 2, 3, 1, 4).flatten(3)",
        "filled.permute(0, 2, 3, 4, 1).flatten(3)",
        IMAGES_TESTS,
    ),
    Fault(
        "the directions change places",
        MODEL,
        "torch.cat([hidden[-2], hidden[-1]], dim=1)",
        "torch.cat([hidden[-1], hidden[-2]], dim=1)",
        MODEL_TESTS,
    ),
    Fault(
        "a window is read forwards twice",
        LOOPS,
        "t = step if direction == 0 else n_window - 1 - step",
        "t = step",
        MODEL_TESTS,
    ),
    Fault(
        "the layer below is heard in one layer only",
        LOOPS,
        "if layer > 0:",
        "if layer == 1:",
        MODEL_TESTS,
    ),
    Fault(
        "what was heard is written over",
        LOOPS,
        "gates = heard.copy()",
        "gates = heard",
        MODEL_TESTS,
    ),
    Fault(
        "the newest image is pushed out in place of the oldest",
        MODEL,
        "torch.cat([heard[:, 1:], reader.hear",
        "torch.cat([heard[:, :-1], reader.hear",
        MODEL_TESTS,
    ),
    Fault(
        "a short seed is repeated from its end",
        MODEL,
        "window = repeated[:, :, -n_window:].transpose(1, 2)",
        "window = repeated[:, :, :n_window].transpose(1, 2)",
        MODEL_TESTS,
    ),
    Fault(
        "the farthest mode is learnt",
        MODEL,
        "image = errors.amin(dim=1).mean()",
        "image = errors.amax(dim=1).mean()",
        MODEL_TESTS,
    ),
    Fault(
        "the last window is never seen",
        "src/menura/training/batches.py",
        "self._ends[-1] - self.n_frames + 1)",
        "self._ends[-1] - self.n_frames)",
        ("tests/training/test_batches.py",),
    ),
)
