"""The rate of a recipe over a codec is one setting."""

import pytest

from menura.foundation.errors import UsageError
from menura.recipes import Preset, trainable


def tiny() -> Preset:
    found: Preset = trainable("latent-flow").preset("tiny")
    return found


@pytest.mark.parametrize("settings", [{}, {"codec.sample_rate": "44100"}])
def test_a_codec_has_the_rate_of_what_learns_over_it(settings: dict[str, str]) -> None:
    preset = tiny().with_settings({"sample_rate": "44100", **settings})
    assert preset.codec is not None
    assert (preset.sample_rate, preset.codec.sample_rate) == (44100, 44100)


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"codec.sample_rate": "44100"}, r"codec\.sample_rate=44100: .*set sample_rate, which"),
        ({"sample_rate": "10"}, "sample_rate=10: sample_rate must be 1000"),
        ({"sample_rate": "high"}, "sample_rate must be a whole number"),
    ],
)
def test_a_rate_that_cannot_be_is_a_line(settings: dict[str, str], says: str) -> None:
    with pytest.raises(UsageError, match=says):
        tiny().with_settings(settings)
