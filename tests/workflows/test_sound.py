"""Options that cannot be are refused in words that name them."""

import math
from typing import Any

import pytest

from menura.foundation.errors import UsageError
from menura.workflows.sound import SoundOptions


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"seconds": 0.0}, "--seconds must be above 0 and at most 86400"),
        ({"seconds": 1e9}, "--seconds must be above 0 and at most 86400"),
        ({"seconds": 1e18}, "--seconds"),
        ({"seconds": math.inf}, "--seconds"),
        ({"seconds": math.nan}, "--seconds"),
        ({"fade_in_s": -1.0}, "--fade-in"),
        ({"fade_in_s": math.nan}, "--fade-in"),
        ({"fade_out_s": math.inf}, "--fade-out"),
        ({"loop": True, "fade_out_s": 1.0}, "--loop"),
        ({"loudness_lufs": 3.0}, "--loudness must be -70…0 LUFS, not 3"),
        ({"loudness_lufs": -80.0}, "--loudness"),
        ({"loudness_lufs": math.nan}, "--loudness"),
    ],
)
def test_impossible_options(options: dict[str, Any], named: str) -> None:
    with pytest.raises(UsageError) as refused:
        SoundOptions(**options)
    assert named in str(refused.value)


def test_the_limits_themselves_are_taken() -> None:
    assert SoundOptions(seconds=86_400.0, fade_in_s=86_400.0).length(3.0) == 86_400
    assert SoundOptions(loudness_lufs=-70.0).loudness_lufs == -70
    assert SoundOptions(loudness_lufs=0.0).length(3.0) == 3
