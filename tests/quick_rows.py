"""Work for `classify` that takes no library: rows made up from the spectrum of the sound."""

import numpy as np

from menura.evaluation.descriptors import COLUMNS
from menura.evaluation.descriptors.describing import _clip
from menura.prepared.crew import Announce, Payload
from menura.prepared.unusable import UnusableError

SHORTEST = 2048


def row(payload: Payload, announce: Announce) -> Payload:
    """519 values: the levels of as many bands, in dB."""
    announce(payload["id"])
    try:
        clip = _clip(payload)
    except UnusableError as error:
        return {"dropped": str(error)}
    if clip.n_samples < SHORTEST:
        return {"dropped": f"too short: {clip.n_samples} samples, and one window takes {SHORTEST}"}
    power = np.abs(np.fft.rfft(clip.samples.mean(axis=0))) ** 2
    bands = np.array_split(power, len(COLUMNS))
    values = [float(10 * np.log10(band.mean() + 1e-9)) for band in bands]
    return {"values": values, "notes": [], "sample_rate": clip.sample_rate, "seconds": 1.0}
