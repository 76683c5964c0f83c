"""Frames decoded as they come: the same sound, and no more held than a piece needs."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from menura.representations import Representation, StreamDecoder, build, decode_chunked
from tunes import tune

RATE = 8000
EXACT = {
    "waveform": {},
    "magnitude-phase": {"n_fft": 256, "hop_length": 64},
    "phase-vocoder": {"n_fft": 256, "hop_length": 64},
    "fft-blocks": {"block_s": 0.01},
}
SEARCHED = {"log-power": {"n_fft": 256, "hop_length": 64, "n_iter": 1}}


def fitted(name: str) -> tuple[Representation, torch.Tensor]:
    part = build(name, {**EXACT, **SEARCHED}[name], RATE)
    sound = torch.from_numpy(tune(1.0, RATE))
    part.fit([sound])
    with torch.no_grad():
        return part, part.encode(sound[None])


@pytest.mark.parametrize("name", [*EXACT, *SEARCHED])
@settings(max_examples=8)
@given(data=st.data(), size=st.integers(1, 60))
def test_pieces_of_any_size_give_the_sound_of_the_whole(
    name: str, data: st.DataObject, size: int
) -> None:
    part, frames = PARTS[name]
    frames = frames[:, :, : data.draw(st.integers(0, 200))]
    cuts = data.draw(st.lists(st.integers(0, frames.shape[2]), max_size=5))
    decoder = StreamDecoder(part, size)
    sound = [
        decoder.push(frames[:, :, a:b])
        for a, b in zip([0, *sorted(cuts)], [*sorted(cuts), frames.shape[2]], strict=True)
    ]
    streamed = np.concatenate([*sound, decoder.finish()], axis=1)
    np.testing.assert_array_equal(streamed, decode_chunked(part, frames, size))
    if name in EXACT and frames.shape[2]:
        with torch.no_grad():
            whole = part.decode(frames)[0].numpy()
        np.testing.assert_allclose(streamed, whole, atol=2e-5)


@pytest.mark.parametrize("name", [*EXACT, *SEARCHED])
def test_what_is_held_does_not_grow(name: str) -> None:
    part, frames = PARTS[name]
    size = 50
    decoder, held, n_made = StreamDecoder(part, size), [], 0
    for t in range(frames.shape[2]):
        n_made += decoder.push(frames[:, :, t : t + 1]).shape[1]
        held.append(decoder.n_held)
    reach = 4 * part.context_frames
    assert max(held) <= max(size, 2 * reach) + 2 * reach + 1
    hop = part.spec.hop_length or 1
    assert n_made >= (frames.shape[2] - max(held)) * hop


def test_a_piece_is_ten_seconds() -> None:
    part, frames = PARTS["fft-blocks"]
    assert StreamDecoder(part)._size == pytest.approx(10 * RATE / part.spec.hop_length, abs=1)
    assert StreamDecoder(part).finish().shape == (1, 0)
    assert frames.shape[2] > 50


PARTS = {name: fitted(name) for name in (*EXACT, *SEARCHED)}
