"""Mistakes in music longer than memory: streams, pieces, tapes."""

from faults.fault import Fault

CHUNKING = "src/menura/representations/_chunking.py"

STREAM_FAULTS = (
    Fault(
        "rows that are decoded side by side share a decoder",
        "src/menura/systems/streaming.py",
        "pair[0].push(pair[1][None])",
        "decoders[0].push(pair[1][None])",
        ("tests/systems/test_streaming.py",),
    ),
    Fault(
        "a piece is decoded before what it overlaps is there",
        CHUNKING,
        "while self._seen - (self._start + self._size) > self._overlap:",
        "while self._seen - (self._start + self._size) > 0:",
        ("tests/representations/test_stream_decoder.py",),
    ),
    Fault(
        "a phase that runs on begins anew with each piece",
        CHUNKING,
        "[self._representation.cut(frames, left - self._first, frames.shape[2])]",
        "[frames[:, :, left - self._first :]]",
        ("tests/representations/test_stream_decoder.py",),
    ),
    Fault(
        "every frame that was decoded is kept",
        CHUNKING,
        "        left = max(0, stop - self._overlap)\n",
        "        left = 0\n",
        ("tests/representations/test_stream_decoder.py", "tests/systems/test_streaming.py"),
    ),
    Fault(
        "music is made whole before it is streamed",
        "src/menura/systems/trained.py",
        "            frames = first_frames(model.stream(None, rngs, sampling), n_frames)\n",
        "            made = list(first_frames(model.stream(None, rngs, sampling), n_frames))\n"
        "            frames = iter(made)\n",
        ("tests/systems/test_streaming.py::test_a_few_seconds_are_held_whatever_the_length",),
    ),
    Fault(
        "a step of loudness forgets what began in the block before",
        "src/menura/audio/loudness.py",
        "        begun += float(square[first:].sum())\n",
        "        begun = float(square[first:].sum())\n",
        ("tests/audio/test_loudness.py",),
    ),
    Fault(
        "a fade begins anew with each block",
        "src/menura/audio/editing.py",
        "rising = np.arange(start, min(stop, self.n_in))",
        "rising = np.arange(0, min(stop, self.n_in) - start)",
        ("tests/audio/test_tape.py",),
    ),
)
