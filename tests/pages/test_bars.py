"""Bars and histograms count right, whatever the numbers."""

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from menura.pages.bars import bars, histogram

VALUES = st.floats(-1e6, 1e6, allow_subnormal=False)


def columns(svg: str) -> list[tuple[str, int]]:
    titles = re.findall(r"<title>(.+?): ([\d,]+)</title>", svg)
    return [(name, int(count.replace(",", ""))) for name, count in titles]


def drawn(values: list[float]) -> str:
    return histogram(values, x_label="x", y_label="y", alt="alt")


@given(st.lists(VALUES, min_size=1, max_size=60))
def test_every_value_is_counted_once(values: list[float]) -> None:
    assert sum(count for _, count in columns(drawn(values))) == len(values)


def test_columns_are_of_widths_people_count_in() -> None:
    found = columns(drawn([0.0, 1.0, 1.5, 2.0, 19.5]))
    assert found[:3] == [("0 to 1", 1), ("1 to 2", 2), ("2 to 3", 1)]
    assert found[-1] == ("19 to 20", 1)
    assert columns(drawn([-20.0, -14.5, -14.0]))[0][0] == "−20.0 to −19.5"


def test_one_far_value_does_not_hide_the_others() -> None:
    values = [30.0 + i / 100 for i in range(200)] + [5000.0]
    found = columns(drawn(values))
    assert found[-1][0].endswith("and more")
    assert len(found) > 10


def test_values_that_are_all_alike_are_one_column() -> None:
    assert [count for _, count in columns(drawn([30.0] * 5))] == [5]
    with pytest.raises(ValueError, match="no value"):
        drawn([math.nan, math.inf])


def test_bars_are_as_long_as_their_counts() -> None:
    html = bars({"a<b": {"train": 30, "test": 10}, "c": {"train": 20, "test": 0}})
    assert re.findall(r"width:([\d.]+)%", html) == ["75.00", "25.00", "50.00"]
    assert re.findall(r"<span>(\d+)</span>", html) == ["40", "20"]
    assert "a&lt;b" in html
    assert 'class="bars-key"' in html
    assert "bars-key" not in bars({"a": {"": 3}})
