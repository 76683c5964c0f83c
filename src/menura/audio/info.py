"""What is known of a sound file before it is decoded."""

from dataclasses import dataclass

LOWEST_RATE_HZ, HIGHEST_RATE_HZ = 1000, 384_000
MOST_CHANNELS = 64


@dataclass(frozen=True)
class SoundInfo:
    """What the header of a sound file says.

    sample_rate: in Hz, 1000…384000.
    n_channels: 1…64.
    n_samples: per channel, as the header claims; None when it makes no claim worth repeating. A
        cut file decodes to fewer, so never allocate by it.
    format, subtype: container and coding, e.g. "WAV" and "PCM_16".
    through_ffmpeg: whether ffmpeg must decode it; else libsndfile does.
    """

    sample_rate: int
    n_channels: int
    n_samples: int | None
    format: str
    subtype: str
    through_ffmpeg: bool = False

    @property
    def is_16_bit(self) -> bool:
        """Whether the file holds 16-bit values that can be had as they are."""
        return self.subtype == "PCM_16" and not self.through_ffmpeg


def outside_limits(sample_rate: int, n_channels: int) -> str | None:
    """Why no sound is read at this rate and channel count, or None when it is.

    The limits keep a damaged header from asking for gigabytes: 3000 samples at "1 Hz" would
    become 96 million at 32 kHz.
    """
    if not LOWEST_RATE_HZ <= sample_rate <= HIGHEST_RATE_HZ:
        return f"sample rate of {sample_rate} Hz is outside {LOWEST_RATE_HZ}…{HIGHEST_RATE_HZ}"
    if not 1 <= n_channels <= MOST_CHANNELS:
        return f"{n_channels} channels is outside 1…{MOST_CHANNELS}"
    return None
