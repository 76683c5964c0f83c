"""Means with intervals, where they are drawn."""

import re

import pytest

from menura.pages.intervals import Scale, Spread, intervals

SCALE = Scale(1, 5, 1, "points", decimals=2)


def test_means_and_bars_lie_on_the_axis() -> None:
    drawn = intervals([Spread("a", 3.0, 2.0, 4.0), Spread("b", 5.0, None, None)], SCALE, alt="x")
    left, right = SCALE.x(1), SCALE.x(5)
    circles = [float(x) for x in re.findall(r'<circle[^>]* cx="([\d.]+)"', drawn)]
    assert circles == pytest.approx([(left + right) / 2, right], abs=0.1)
    [(low, high)] = re.findall(r'<line class="bar c0" x1="([\d.]+)" x2="([\d.]+)"', drawn)
    assert float(high) - float(low) == pytest.approx((right - left) / 2, abs=0.2)
    assert re.findall(r'middle">(\d)</text>', drawn) == ["1", "2", "3", "4", "5"]
    assert "3.00" in drawn


def test_names_are_text_and_what_is_beyond_the_axis_lies_at_its_end() -> None:
    drawn = intervals([Spread("<b>&" * 20, 9.0, 0.0, 9.0)], SCALE, alt="<i>")
    assert "<b>" not in drawn
    assert "<i>" not in drawn
    assert f'cx="{SCALE.x(5):.1f}"' in drawn


def test_the_reference_stands_out_and_no_difference_is_marked() -> None:
    scale = Scale(0, 100, 25, "%", decimals=0, middle=50)
    drawn = intervals([Spread("real", 60.0, 50.0, 70.0, stands_out=True)], scale, alt="x")
    assert 'class="bar c1"' in drawn
    assert 'class="middle"' in drawn


def test_nothing_cannot_be_drawn() -> None:
    with pytest.raises(ValueError, match="no row"):
        intervals([], SCALE, alt="x")
