"""Mistakes in the recurrent model: what it hears, what it carries, what it says."""

from faults.fault import Fault

_MODEL, _TESTS = "src/menura/models/frame_rnn.py", ("tests/models/test_frame_rnn.py",)
_RECURRENCE, _GOLDEN = "src/menura/models/_recurrence.py", ("tests/golden/test_recurrence.py",)
_OUTPUTS, _OUTPUT_TESTS = "src/menura/models/_outputs.py", ("tests/models/test_outputs.py",)

RECURRENT_FAULTS = (
    Fault(
        "the model predicts the frame it was given",
        _MODEL,
        "self.output.loss(hidden, frames[:, n:])",
        "self.output.loss(hidden, frames[:, :-n])",
        _TESTS,
    ),
    Fault(
        "the carried state is lost",
        _MODEL,
        "return self.carried * batch.continues.float()[None, None, :, None]",
        "return self.network.at_rest(n)",
        _TESTS,
    ),
    Fault(
        "state is carried into a new piece",
        _MODEL,
        "return self.carried * batch.continues.float()[None, None, :, None]",
        "return self.carried",
        _TESTS,
    ),
    Fault(
        "the gradient flows into the window before",
        _MODEL,
        "self.carried = state.detach()",
        "self.carried = state",
        _TESTS,
    ),
    Fault(
        "own frames a frame too early",
        _MODEL,
        "torch.cat([heard[:, :n], torch.where(taken, own, heard[:, n:])], dim=1)",
        "torch.cat([torch.where(taken, own, heard[:, :-n]), heard[:, -n:]], dim=1)",
        _TESTS,
    ),
    Fault(
        "dropout of what a layer says, not of what it remembers",
        _RECURRENCE,
        "found += [from_input, from_h if masks is None else from_h * masks[layer], *biases]",
        "kept = None if masks is None else masks[layer].repeat(len(from_h) // len(masks[layer]))\n"
        "            found += [from_input, from_h if kept is None else from_h * kept[:, None]]\n"
        "            found += biases",
        _GOLDEN,
    ),
    Fault(
        "GRU gates the wrong way round",
        _RECURRENCE,
        "torch.lerp(new, h, update)",
        "torch.lerp(h, new, update)",
        _GOLDEN,
    ),
    Fault(
        "a likelihood without the width of its Gaussian",
        _OUTPUTS,
        "return (width - likelihood).mean() / n",
        "return -likelihood.mean() / n",
        _OUTPUT_TESTS,
    ),
    Fault(
        "the likeliest component every time",
        _OUTPUTS,
        "(weights + temperature * gumbel).argmax(dim=-1)",
        "weights.argmax(dim=-1)",
        _OUTPUT_TESTS,
    ),
)
