"""Mistakes in the WaveNets: the network, its compiled loops, the autoencoders."""

from faults.fault import Fault

STACK = "src/menura/models/_wavenet/stack.py"
LOOPS = "src/menura/models/_wavenet/loops.py"
PLAYER = "src/menura/models/_wavenet/player.py"
TESTS = ("tests/models/test_wavenet.py",)

WAVENET_FAULTS = (
    Fault(
        "a dilation is one too long",
        STACK,
        "pad(x, (0, 0, dilation, 0))",
        "pad(x, (0, 0, dilation + 1, 0))",
        TESTS,
    ),
    Fault(
        "filters and gates change places",
        STACK,
        "filters, opened = gates.chunk(2, dim=2)",
        "opened, filters = gates.chunk(2, dim=2)",
        TESTS,
    ),
    Fault(
        "a sample is told itself",
        STACK,
        "nn.functional.pad(numbers + 1, (2, 0))",
        "nn.functional.pad(numbers + 1, (1, 1))",
        TESTS,
    ),
    Fault(
        "a ring is read one sample late",
        LOOPS,
        "((t - dilation) & mask) * width",
        "((t - dilation + 1) & mask) * width",
        TESTS,
    ),
    Fault(
        "what was looked up ahead is used a sample late",
        LOOPS,
        "gates_at = plan[layer, 4] + (t & (plan[layer, 1] - 1)) * n_gates",
        "gates_at = plan[layer, 4] + ((t + 1) & (plan[layer, 1] - 1)) * n_gates",
        TESTS,
    ),
    Fault(
        "the gate of the loops opens by its filter",
        LOOPS,
        "b = min(max(gates[at + n + j] * -_LOG2_E, -_FAR), _FAR)",
        "b = min(max(gates[at + j] * -_LOG2_E, -_FAR), _FAR)",
        TESTS,
    ),
    Fault(
        "a step is told a sample too early",
        LOOPS,
        "steps[i] = min(((t & ~15) + i) // hold",
        "steps[i] = min(((t & ~15) + i + 1) // hold",
        TESTS,
    ),
    Fault(
        "guidance leads away from the label",
        LOOPS,
        "untold + guidance * (logits[first, i] - untold)",
        "untold - guidance * (logits[first, i] - untold)",
        TESTS,
    ),
    Fault(
        "draws are of the temperature's inverse",
        LOOPS,
        "scale = np.float32(_LOG2_E / temperature)",
        "scale = np.float32(_LOG2_E * temperature)",
        TESTS,
    ),
    Fault(
        "threads play as if each were at the beginning",
        PLAYER,
        "strands.clock[:] = clocks[0]",
        "strands.clock[:] = 0",
        TESTS,
    ),
    Fault(
        "a seed is heard up to one sample short of the reach",
        "src/menura/models/wavenet.py",
        "[:, -self.stack.sizes.receptive_field :]",
        "[:, -self.stack.sizes.receptive_field + 2 :]",
        TESTS,
    ),
    Fault(
        "the autoencoder's loss is squared",
        "src/menura/models/dilated_autoencoder.py",
        "(made.float() - sound).abs().mean()",
        "(made.float() - sound).square().mean()",
        ("tests/models/test_dilated_autoencoder.py",),
    ),
    Fault(
        "an autoencoder's convolution sees the future",
        "src/menura/models/dilated_autoencoder.py",
        "pad(x, (self.n_before, 0))",
        "pad(x, (0, self.n_before))",
        ("tests/models/test_dilated_autoencoder.py",),
    ),
    Fault(
        "an autoencoder's piece hears too little of what is before it",
        "src/menura/models/dilated_autoencoder.py",
        "n_heard = -(-(self.entering.n_before + self.encoder.n_before) // stride)",
        "n_heard = (self.entering.n_before + self.encoder.n_before) // stride",
        ("tests/models/test_dilated_autoencoder.py",),
    ),
    Fault(
        "the embedding reaches the decoder in the wrong order",
        "src/menura/models/wavenet_autoencoder.py",
        "self.telling(latents.transpose(1, 2))",
        "self.telling(latents.flip(2).transpose(1, 2))",
        ("tests/models/test_wavenet_autoencoder.py",),
    ),
    Fault(
        "an encoder's piece hears too little of what is beside it",
        "src/menura/models/wavenet_autoencoder.py",
        "self.reach = 1 + n_cycles",
        "self.reach = n_cycles",
        ("tests/models/test_wavenet_autoencoder.py",),
    ),
    Fault(
        "latents walk backwards",
        "src/menura/models/_latent_walk.py",
        "onwards = covariance[n:, :n] @",
        "onwards = covariance[:n, n:] @",
        ("tests/models/test_latent_walk.py",),
    ),
)
