"""MIDI pitch to frequency."""


def hz_of(pitch: float) -> float:
    """Equal temperament, A above middle C (69) at 440 Hz."""
    return float(440.0 * 2 ** ((pitch - 69) / 12))
