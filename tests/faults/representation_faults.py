"""Mistakes in the ways to show sound and bring it back, and in corpora that grow."""

from faults.fault import Fault

ROOM = "src/menura/representations"

REPRESENTATION_FAULTS = (
    Fault(
        "phase slopes the wrong way along frequency",
        f"{ROOM}/_phase/integration.py",
        "np.float32(-gamma / (hop_length * n_fft) / max(after - before, 1))",
        "np.float32(gamma / (hop_length * n_fft) / max(after - before, 1))",
        ("tests/representations/test_phase.py",),
    ),
    Fault(
        "phase is handed on with the slope of one end",
        f"{ROOM}/_phase/integration.py",
        "0.5 * (slope[here] + slope[place])",
        "slope[here]",
        ("tests/representations/test_phase.py",),
    ),
    Fault(
        "pieces that overlap are laid a hop late",
        f"{ROOM}/_stft.py",
        "blocks[:, number : number + n_frames, : stop - start]",
        "blocks[:, n_over - 1 : n_over - 1 + n_frames, : stop - start]",
        ("tests/golden/test_stft.py", "tests/representations/test_fft_blocks.py"),
    ),
    Fault(
        "momentum pulls back instead of on",
        f"{ROOM}/_phase/griffin_lim.py",
        "previous.mul_(-pull).add_(projected)",
        "previous.mul_(pull).add_(projected)",
        ("tests/golden/test_stft.py", "tests/representations/test_phase.py"),
    ),
    Fault(
        "the template scales the way there",
        f"{ROOM}/_normaliser.py",
        "lambda x: (x - self.shift) / self.scale",
        "lambda x: (x - self.back_shift) / self.back_scale",
        ("tests/representations",),
    ),
    Fault(
        "phases are scaled like magnitudes",
        f"{ROOM}/_normaliser.py",
        "        if self.n_bins == frames.shape[1]:\n",
        "        if True:\n",
        ("tests/representations",),
    ),
    Fault(
        "liftering is not undone",
        f"{ROOM}/mfcc.py",
        "self.transform.T @ (frames / self.weights)",
        "self.transform.T @ frames",
        ("tests/representations/test_mfcc.py",),
    ),
    Fault(
        "what is appended is not compared by its sound",
        "src/menura/prepared/appending.py",
        "    if any(new.values()):\n",
        "    if False:\n",
        ("tests/prepared/test_duplicates.py",),
    ),
    Fault(
        "the disk is told of a shard from its beginning each time",
        "src/menura/prepared/shards.py",
        "start, self._written_out = self._written_out, self._size",
        "start, self._written_out = 0, self._size",
        ("tests/prepared/test_shards.py",),
    ),
    Fault(
        "a damaged shard is taken for whole",
        "src/menura/prepared/shards.py",
        "        digest.update(block)\n",
        "        pass\n",
        ("tests/prepared/test_verify.py",),
    ),
    Fault(
        "features in another order",
        "src/menura/evaluation/descriptors/columns.py",
        '"tonnetz"',
        '"tonnetz "',
        ("tests/evaluation/test_descriptors.py", "tests/evaluation/test_descriptors_table.py"),
    ),
)
