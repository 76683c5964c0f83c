"""What the maps of a page hold: places within their squares, every sound once, no mark-up."""

import json
import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from menura.pages import Page
from menura.pages.atlas import MOST_VALUES, Atlas, Chart, Spot, Strip, drawn_atlas, values_shown

NASTY = "</script><script>alert(1)</script>"


def data_of(html: str) -> dict[str, Any]:
    [text] = re.findall(r'<script type="application/json">(.*?)</script>', html, re.DOTALL)
    return dict(json.loads(text))


def atlas(*spots: Spot, places: dict[int, tuple[float, float]] | None = None) -> Atlas:
    places = {i: (float(i), 0.5 * i) for i in range(len(spots))} if places is None else places
    return Atlas(spots, [Strip("Strip", [Chart("PCA", places)], {"UMAP": "why"})], ["mood"])


def test_every_spot_is_there_with_what_is_said_of_it() -> None:
    html = drawn_atlas(
        atlas(
            Spot("a", {"mood": "calm"}, "1 s", b"png", b"mp3", twins=(1,)),
            Spot("b", {"mood": "wild"}),
            Spot("c", {}, made=True),
        ),
        1,
    )
    data = data_of(html)
    assert data["spots"][0] == {
        "name": "a",
        "labels": {"mood": "calm"},
        "facts": "1 s",
        "picture": "data:image/png;base64,cG5n",
        "sound": "spot-1-0",
        "twins": [1],
    }
    assert data["spots"][2] == {"name": "c", "made": True}
    assert data["kinds"] == [{"name": "mood", "values": ["calm", "wild"], "of": [0, 1, -1]}]
    assert re.findall(r'<audio id="([^"]+)"', html) == ["spot-1-0"]
    assert "No UMAP: why." in html
    assert html.count("<canvas") == 1


def test_text_stays_text() -> None:
    html = drawn_atlas(atlas(Spot(NASTY, {NASTY: NASTY}, NASTY, None, b"x")), 1)
    assert "<script>alert" not in html
    assert data_of(html)["spots"][0]["name"] == NASTY


def test_two_atlases_of_a_page_do_not_share_a_player() -> None:
    one = atlas(Spot("a", {}, sound=b"mp3"))
    page = Page("p").atlas(one).atlas(one).html()
    assert re.findall(r'<audio id="([^"]+)"', page) == ["spot-1-0", "spot-2-0"]
    assert "for (const atlas of" in page
    assert "for (const atlas of" not in Page("p").html()  # pages without maps stay small


@given(st.lists(st.tuples(st.floats(-1e9, 1e9), st.floats(-1e9, 1e9)), min_size=1, max_size=30))
def test_places_lie_within_the_square(places: list[tuple[float, float]]) -> None:
    spots = [Spot(str(i), {}) for i in range(len(places))]
    [chart] = data_of(drawn_atlas(atlas(*spots, places=dict(enumerate(places))), 1))["charts"]
    assert chart["of"] == list(range(len(places)))
    assert all(0 <= value <= 10_000 for value in (*chart["x"], *chart["y"]))


def test_distances_keep_their_proportions() -> None:
    """A map that is wide and flat is drawn wide and flat."""
    places = {i: (10.0 * np.cos(i), np.sin(i)) for i in range(100)}
    spots = [Spot(str(i), {}) for i in places]
    [chart] = data_of(drawn_atlas(atlas(*spots, places=places), 1))["charts"]
    wide, flat = np.ptp(chart["x"]), np.ptp(chart["y"])
    assert wide / flat == pytest.approx(10, rel=0.02)
    assert wide > 9000


def test_a_spot_may_lie_on_one_map_alone() -> None:
    two = Strip("S", [Chart("A", {0: (0.0, 0.0), 1: (1.0, 1.0)}), Chart("B", {1: (0.0, 0.0)})], {})
    data = data_of(drawn_atlas(Atlas([Spot("a", {}), Spot("b", {})], [two], []), 1))
    assert [chart["of"] for chart in data["charts"]] == [[0, 1], [1]]


def test_of_many_values_the_frequent_ones_have_colours() -> None:
    few = ["a", "b", "", "b"]
    assert values_shown(few) == ["a", "b"]
    many = [f"v{i}" for i in range(30) for _ in range(30 - i)]
    shown = values_shown(many)
    assert len(shown) == MOST_VALUES - 1  # and "other" beside them
    assert set(shown) == {f"v{i}" for i in range(MOST_VALUES - 1)}
