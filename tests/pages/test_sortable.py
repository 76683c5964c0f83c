"""Tables that are sorted by clicks: what is marked, and what the script has to sort by."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from menura.pages.sortable import Cell, Column, Jump, Row, Value, figure, sortable


class Cells(HTMLParser):
    """Heads and rows as (tag, attributes, text)."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None], str]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("th", "td", "tbody"):
            self.found.append((tag, dict(attrs), ""))

    def handle_data(self, data: str) -> None:
        if self.found:  # what stands above the table is none of its cells
            tag, attributes, text = self.found[-1]
            self.found[-1] = (tag, attributes, text + data)


COLUMNS = [Column("system"), Column("far", "lower", "how far"), Column("kept", "higher")]


def table(*rows: Row) -> str:
    return sortable(COLUMNS, list(rows))


def test_the_best_of_each_column_is_bold_and_real_music_takes_no_part() -> None:
    html = table(
        Row(["real", Value(0.5), Value(1.0)], kept=True),
        Row(["a", Value(2.0), Value(0.9)]),
        Row(["b", Value(3.0), Value(0.2)]),
    )
    assert re.findall("<strong>(.*?)</strong>", html) == ["2.00", "0.900"]
    kept, others = html.split('<tbody class="sorted">')
    assert '<tbody class="kept">' in kept
    assert ">real<" in kept
    assert ">real<" not in others


def test_a_column_says_which_way_is_better() -> None:
    html = table(Row(["a", Value(1.0), None]))
    heads = [one for one in Cells(html).found if one[1].get("scope") == "col"]
    assert [attributes["data-better"] for _, attributes, _ in heads] == ["", "lower", "higher"]
    assert [text for _, _, text in heads] == [
        "system",
        "far↓ lower is better",
        "kept↑ higher is better",
    ]
    assert heads[1][1]["title"] == "how far"
    assert html.count('<button type="button">') == 3
    assert "<strong>" not in html, "one row alone is not the best"


@pytest.mark.parametrize(
    ("cell", "attributes", "text"),
    [
        (None, {"class": "number"}, "–"),
        ("words", {"data-sort": "words"}, "words"),
        (Jump("a name", "there"), {"data-sort": "a name"}, "a name"),
        (Value(1234.5), {"class": "number", "data-value": "1234.5"}, "1,234"),
        (Value(-0.5, -0.75, 0.25), {"class": "number", "data-value": "-0.5"},
         "−0.500−0.750 … 0.250"),
        (Value(2.0, None, None, "few"), {"class": "number", "data-value": "2.0"}, "2.00few"),
    ],
)  # fmt: skip
def test_a_cell(cell: Cell, attributes: dict[str, str], text: str) -> None:
    found = Cells(sortable([Column("x"), Column("y")], [Row(["r", cell])])).found[-1]
    assert found == ("td", attributes, text)


def test_groups_of_columns_have_buttons_and_no_group_is_always_shown() -> None:
    columns = [
        Column("system"),
        Column("a", group="one & all"),
        Column("b", group="other"),
        Column("c", group="one & all"),
    ]
    html = sortable(columns, [Row(["r", None, None, None])])
    buttons = re.findall('<button type="button" data-group="(.*?)">(.*?)</button>', html)
    assert buttons == [("one &amp; all", "one &amp; all"), ("other", "other"), ("", "all")]
    heads = [one[1] for one in Cells(html).found if one[1].get("scope") == "col"]
    assert [head.get("data-group") for head in heads] == [None, "one & all", "other", "one & all"]
    assert " hidden>" in html, "without a script there is nothing to choose by"
    assert "choose" not in sortable(columns[:2], [Row(["r", None])]), "one group is no choice"


def test_what_is_written_is_escaped() -> None:
    html = sortable([Column("<b>")], [Row(['"><script>'])], caption="<i>")
    assert "<b>" not in html
    assert "<script>" not in html
    assert "<i>" not in html


def test_ragged_rows_are_refused() -> None:
    with pytest.raises(ValueError, match="3 columns but a row of 1 cells"):
        table(Row(["a"]))


@given(st.floats(-1e300, 1e300))
def test_three_figures_tell_the_number(value: float) -> None:
    text = figure(value).replace("−", "-").replace(",", "")
    assert float(text) == pytest.approx(value, rel=0.006)
    assert len(text) < 12
