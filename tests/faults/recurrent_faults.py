"""Mistakes in the recurrent model: what it hears, what it carries, what it says."""

from faults.fault import Fault

_MODEL, _TESTS = "src/menura/models/frame_rnn.py", ("tests/models/test_frame_rnn.py",)
_RECURRENCE, _GOLDEN = "src/menura/models/_recurrence.py", ("tests/golden/test_recurrence.py",)
_OUTPUTS, _OUTPUT_TESTS = "src/menura/models/_outputs.py", ("tests/models/test_outputs.py",)

_LOOPS, _MAKER = "src/menura/models/_frame_loops.py", "src/menura/models/_frame_maker.py"
_WHOLE = "src/menura/models/_whole_products.py"
_MAKER_TESTS = ("tests/models/test_frame_maker.py",)

_STEADINESS = ("tests/models/test_steadiness.py",)
_CALIBRATING = ("tests/training/test_calibrating.py",)

RECURRENT_FAULTS = (
    Fault(
        "steadiness is judged by how wide frames are, not by where",
        "src/menura/models/_steadiness.py",
        "(mean - other_mean).square().sum()",
        "0 * (mean - other_mean).square().sum()",
        _STEADINESS,
    ),
    Fault(
        "the noise of each feature is taken for loudness",
        "src/menura/models/_steadiness.py",
        "[:, -N_AXES:]",
        "",
        _STEADINESS,
    ),
    Fault(
        "what swells beyond all numbers is the steadiest",
        "src/menura/models/_steadiness.py",
        'return float("inf")',
        "return 0.0",
        _STEADINESS,
    ),
    Fault(
        "the steady temperature is found and not played at",
        _MODEL,
        "sampling.temperature * self.steady_temperature",
        "sampling.temperature",
        _STEADINESS,
    ),
    Fault(
        "a calibration sets off from an earlier one",
        _MODEL,
        "self.steady.fill_(1.0)",
        "self.steady.mul_(1.0)",
        _STEADINESS,
    ),
    Fault(
        "the last weights are calibrated, not those that are kept",
        "src/menura/training/fit.py",
        "kept = load(self.folder)",
        "kept = self.system",
        _CALIBRATING,
    ),
    Fault(
        "an interrupted run is not calibrated",
        "src/menura/training/fit.py",
        "                self._calibrated()\n",
        "",
        _CALIBRATING,
    ),
    Fault(
        "a system that is started from says at which temperature this one plays",
        _MODEL,
        'if name != "steady"',
        "",
        _STEADINESS,
    ),
    Fault(
        "a calibration is not written down",
        "src/menura/training/fit.py",
        "            save(kept, self.folder)\n",
        "",
        _CALIBRATING,
    ),
    Fault(
        "compiled: the LSTM keeps what it should take in",
        _LOOPS,
        "sigmoid(forget[i]) * c[i] + sigmoid(enter[i]) * tanh(new[i])",
        "sigmoid(enter[i]) * c[i] + sigmoid(forget[i]) * tanh(new[i])",
        _MAKER_TESTS,
    ),
    Fault(
        "compiled: the GRU's update gate the wrong way round",
        _LOOPS,
        "h[i] = new[i] + sigmoid(update[i]) * (h[i] - new[i])",
        "h[i] += sigmoid(update[i]) * (new[i] - h[i])",
        _MAKER_TESTS,
    ),
    Fault(
        "compiled: components are drawn at temperature 1",
        _LOOPS,
        "likelier = weights[k] + temperature * gumbel[k]",
        "likelier = weights[k] + gumbel[k]",
        _MAKER_TESTS,
    ),
    Fault(
        "compiled: every layer hears the frame",
        _LOOPS,
        "            x = h\n",
        "",
        _MAKER_TESTS,
    ),
    Fault(
        "compiled: one scale for all rows of a matrix",
        _MAKER,
        "np.abs(weights).max(axis=1)",
        "np.full(len(weights), np.abs(weights).max())",
        _MAKER_TESTS,
    ),
    Fault(
        "compiled: the state that is given is moved on",
        _MAKER,
        'np.array(as_array(state).transpose(2, 0, 1, 3), order="C")',
        "np.ascontiguousarray(as_array(state).transpose(2, 0, 1, 3))",
        _MAKER_TESTS,
    ),
    Fault(
        "compiled: the bits that the config asks for are not passed on",
        _MODEL,
        "FrameMaker(self.network, self.output, self.config.bits)",
        "FrameMaker(self.network, self.output)",
        _MAKER_TESTS,
    ),
    Fault(
        "compiled: the middle of the bytes counts as a weight",
        _LOOPS,
        "np.float32(dots[k] - ZERO * total)",
        "np.float32(dots[k])",
        _MAKER_TESTS,
    ),
    Fault(
        "compiled: what is heard is rounded to halves of a byte",
        _LOOPS,
        "np.int8(np.rint(x[j] / step))",
        "np.int8(np.rint(x[j] / step / 16) * 16)",
        _MAKER_TESTS,
    ),
    Fault(
        "compiled: bytes that are not numbers are played",
        _LOOPS,
        "    if not np.isfinite(size):\n        out[:] = np.nan\n        return\n",
        "",
        _MAKER_TESTS,
    ),
    Fault(
        "compiled: an instruction that numba does not trust is used",
        _WHOLE,
        "four_dots: Any = vnni_dots if _has_vnni() else plain_dots",
        "four_dots: Any = vnni_dots",
        _MAKER_TESTS,
    ),
    Fault(
        "compiled: four rows are the same row",
        _WHOLE,
        "builder.add(args[1], ir.Constant(count, k))",
        "builder.add(args[1], ir.Constant(count, 0 * k))",
        _MAKER_TESTS,
    ),
    Fault(
        "compiled: the loops multiply by the bytes without their sign",
        _WHOLE,
        "value = np.float32(x[j])",
        "value = np.float32(np.uint8(x[j]))",
        _MAKER_TESTS,
    ),
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
        "(weights + temperature * gumbel(chance)).argmax(dim=-1)",
        "weights.argmax(dim=-1)",
        _OUTPUT_TESTS,
    ),
)
