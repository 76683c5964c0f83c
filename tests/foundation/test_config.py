import json
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from menura.foundation.config import from_dict, to_dict, with_setting
from menura.foundation.errors import UsageError


@dataclass(frozen=True)
class Inner:
    n_fft: int = 1024
    window: Literal["hann", "rectangular"] = "hann"
    band_hz: tuple[float, float] = (0.0, 11025.0)


@dataclass(frozen=True)
class Middle:
    inner: Inner = Inner()
    dilations: tuple[int, ...] = (1, 2, 4)


@dataclass(frozen=True)
class Outer:
    rate: float = 1e-3
    name: str = "outer"
    causal: bool = True
    limit: int | None = None
    middle: Middle = Middle()
    pair: tuple[Inner, str] = (Inner(), "a")
    extra: Any = None

    def __post_init__(self) -> None:
        if self.rate < 0:
            raise ValueError(f"rate must not be negative: {self.rate}")


@dataclass(frozen=True)
class Compulsory:
    size: int
    labels: tuple[str, ...] = field(default=())


numbers = st.floats(allow_nan=False, allow_infinity=False)
inners = st.builds(
    Inner,
    n_fft=st.integers(),
    window=st.sampled_from(["hann", "rectangular"]),
    band_hz=st.tuples(numbers, numbers),
)
outers = st.builds(
    Outer,
    rate=st.floats(0, 1e300),
    name=st.text(),
    causal=st.booleans(),
    limit=st.none() | st.integers(),
    middle=st.builds(Middle, inner=inners, dilations=st.lists(st.integers()).map(tuple)),
    pair=st.tuples(inners, st.text()),
    extra=st.none() | st.text() | st.dictionaries(st.text(), st.integers()),
)


@given(outers)
def test_json_brings_back_the_same_config(config: Outer) -> None:
    assert from_dict(Outer, json.loads(json.dumps(to_dict(config)))) == config


def test_whole_number_becomes_a_float_where_one_is_asked_for() -> None:
    rate = from_dict(Outer, {"rate": 1}).rate
    assert rate == 1.0
    assert isinstance(rate, float)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"rat": 1.0}, "'rat' is not a setting; there is: causal, extra, limit, middle,"),
        (
            {"middle": {"inner": {"hop": 1}}},
            "'middle.inner.hop' is not a setting; there is: middle.i",
        ),
        ({"rate": "fast"}, "rate must be a number, not 'fast'"),
        ({"rate": True}, "rate must be a number, not True"),
        ({"limit": 1.5}, "limit must be a whole number, not 1.5"),
        ({"limit": True}, "limit must be a whole number, not True"),
        ({"causal": 1}, "causal must be true or false, not 1"),
        ({"name": None}, "name must be text, not None"),
        ({"middle": 3}, "middle must be a group of settings, not 3"),
        ({"middle": {"dilations": 3}}, "middle.dilations must be a list, not 3"),
        ({"middle": {"dilations": ["a"]}}, "middle.dilations must be a whole number, not 'a'"),
        ({"middle": {"inner": {"band_hz": [1.0]}}}, "middle.inner.band_hz must have 2 values"),
        ({"middle": {"inner": {"window": "hat"}}}, "window must be one of hann, rectangular, not"),
        ({"rate": -1.0}, "rate must not be negative: -1.0"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(values: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError) as refusal:
        from_dict(Outer, values)
    assert message in str(refusal.value)


def test_missing_value_is_named() -> None:
    with pytest.raises(UsageError, match="size"):
        from_dict(Compulsory, {})


def test_place_is_put_in_front() -> None:
    with pytest.raises(UsageError, match=r"^'model\.rat' is not a setting; .* model\.name,"):
        from_dict(Outer, {"rat": 1}, "model.")


@pytest.mark.parametrize(
    ("key", "text", "changed"),
    [
        ("rate", "0.5", Outer(rate=0.5)),
        ("rate", "2", Outer(rate=2.0)),
        ("name", "two words", Outer(name="two words")),
        ("causal", "false", Outer(causal=False)),
        ("limit", "7", Outer(limit=7)),
        ("middle.dilations", "[1, 3]", Outer(middle=Middle(dilations=(1, 3)))),
        ("middle.inner.n_fft", "256", Outer(middle=Middle(inner=Inner(n_fft=256)))),
        ("middle.inner.window", "rectangular", Outer(middle=Middle(Inner(window="rectangular")))),
    ],
)
def test_a_setting_changes_one_field(key: str, text: str, changed: Outer) -> None:
    before = Outer()
    assert with_setting(before, key, text) == changed
    assert before == Outer()


def test_a_setting_can_be_none() -> None:
    assert with_setting(Outer(limit=3), "limit", "null") == Outer()


@pytest.mark.parametrize(
    ("key", "text", "message"),
    [
        ("rat", "1", "'rat' is not a setting; there is: causal,"),
        ("middle.inner.hop", "1", "'middle.inner.hop' is not a setting; there is: middle.inner.b"),
        ("rate.first", "1", "'rate.first' is not a setting: rate has no parts"),
        ("rate", "fast", "rate must be a number, not 'fast'"),
        ("rate", "-1", "rate=-1: rate must not be negative"),
        ("middle", "3", "middle must be a group of settings, not 3"),
    ],
)
def test_wrong_setting_is_refused_by_name(key: str, text: str, message: str) -> None:
    with pytest.raises(UsageError) as refusal:
        with_setting(Outer(), key, text)
    assert message in str(refusal.value)


@given(outers, st.integers())
def test_a_setting_leaves_the_rest_alone(config: Outer, n_fft: int) -> None:
    changed = with_setting(config, "middle.inner.n_fft", str(n_fft))
    inner = replace(config.middle.inner, n_fft=n_fft)
    assert changed == replace(config, middle=replace(config.middle, inner=inner))
