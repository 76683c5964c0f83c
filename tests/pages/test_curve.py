"""Curves: points land where the axes say."""

import math
import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from menura.pages import Page
from menura.pages.curve import curves

VALUES = st.floats(-1e9, 1e9, allow_subnormal=False)


def drawn(points: list[tuple[float, float]]) -> ElementTree.Element:
    return ElementTree.fromstring(
        curves({"loss": points}, x_label="step", y_label="loss", alt="a curve")
    )


def at(picture: ElementTree.Element) -> list[tuple[float, float]]:
    (line,) = list(picture.iter("polyline"))
    return [tuple(map(float, pair.split(","))) for pair in line.attrib["points"].split()]  # type: ignore[misc]


def test_a_point_lies_where_the_ticks_say() -> None:
    picture = drawn([(0, 0.0), (50, 1.0), (100, 2.0)])
    ticks = {
        text.text: float(text.attrib["x"])
        for text in picture.iter("text")
        if text.attrib.get("text-anchor") == "middle" and "class" not in text.attrib
    }
    assert ticks.keys() == {"0", "20", "40", "60", "80", "100"}
    places = at(picture)
    assert places[0][0] == pytest.approx(ticks["0"], abs=0.1)
    assert places[1][0] == pytest.approx((ticks["40"] + ticks["60"]) / 2, abs=0.1)
    assert places[0][1] > places[1][1] > places[2][1], "larger is higher"


@given(st.lists(st.tuples(VALUES, VALUES), min_size=2, max_size=20))
def test_every_point_lies_inside_the_picture(points: list[tuple[float, float]]) -> None:
    picture = drawn(points)
    width, height = map(float, picture.attrib["viewBox"].split()[2:])
    places = at(picture)
    assert len(places) == len(points)
    assert all(-0.1 <= x <= width + 0.1 and -0.1 <= y <= height + 0.1 for x, y in places)
    assert 2 <= len(list(picture.iter("line"))) <= 40


def test_losses_that_are_not_finite_are_left_out() -> None:
    assert len(at(drawn([(0, 1.0), (1, math.nan), (2, math.inf), (3, 0.5)]))) == 2
    with pytest.raises(ValueError, match="no point"):
        drawn([(0, math.nan)])


def test_one_point_is_a_dot() -> None:
    assert len(list(drawn([(5, 5.0)]).iter("circle"))) == 1


def test_each_curve_is_named_and_has_its_own_colour() -> None:
    lines = {"training": [(0, 1.0), (1, 0.5)], "held out": [(0, 1.1), (1, 0.7)]}
    html = Page("p").curves(lines, x_label="step", y_label="loss", caption="Two curves").html()
    assert ">training</text>" in html
    assert ">held out</text>" in html
    assert set(re.findall(r'class="line (c\d)" points', html)) == {"c0", "c1"}


def test_a_logarithmic_axis_has_equal_steps_for_equal_ratios() -> None:
    html = curves(
        {"drift": [(0, 1.0), (1, 10.0), (2, 100.0)]},
        x_label="second",
        y_label="× real",
        alt="a curve",
        logarithmic=True,
    )
    picture = ElementTree.fromstring(html)
    heights = [y for _, y in at(picture)]
    assert heights[0] - heights[1] == pytest.approx(heights[1] - heights[2], abs=0.2)
    ticks = [t.text for t in picture.iter("text") if t.attrib.get("text-anchor") == "end"]
    assert ticks[:3] == ["1", "2", "5"]
    assert "100" in ticks


@given(st.lists(st.floats(1e-6, 1e9), min_size=1, max_size=10))
def test_every_point_of_a_logarithmic_axis_lies_inside(values: list[float]) -> None:
    lines = {"a": [(float(i), value) for i, value in enumerate(values)], "b": [(0.0, 1.0)]}
    html = curves(lines, x_label="x", y_label="y", alt="a", logarithmic=True)
    picture = ElementTree.fromstring(html)
    for circle in picture.iter("circle"):
        assert 0 <= float(circle.attrib["cy"]) <= 300
    for line in picture.iter("polyline"):
        ys = [float(pair.split(",")[1]) for pair in line.attrib["points"].split()]
        assert all(30 <= y <= 260 for y in ys)
    assert len(list(picture.iter("line"))) < 40


def test_what_has_no_logarithm_is_left_out() -> None:
    lines = {"a": [(0.0, 0.0), (1.0, -1.0)]}
    with pytest.raises(ValueError, match="no point"):
        curves(lines, x_label="x", y_label="y", alt="a", logarithmic=True)


def test_many_names_take_more_lines_and_none_lies_over_another() -> None:
    names = [f"a system with a name {k}" for k in range(6)]
    lines = {name: [(0.0, 1.0), (1.0, 2.0)] for name in names}
    picture = ElementTree.fromstring(curves(lines, x_label="x", y_label="loss", alt="a"))
    top = float(picture.attrib["viewBox"].split()[1])
    boxes = [
        (float(text.attrib["x"]) - 7.2 * len(text.text or ""), float(text.attrib["x"]), y)
        for text in picture.iter("text")
        if text.text in names and (y := float(text.attrib["y"])) > top
    ]
    assert len(boxes) == 6
    assert all(left >= 64 for left, _, _ in boxes)
    for i, (left, right, y) in enumerate(boxes):
        for other_left, other_right, other_y in boxes[i + 1 :]:
            assert y != other_y or right <= other_left or other_right <= left
