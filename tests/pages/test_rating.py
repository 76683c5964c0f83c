"""The rater's page is one file that loads nothing and tells nothing."""

import base64
import hashlib
import re

from menura.pages.rating import rating_page


def test_it_holds_its_script_and_its_style_and_allows_no_other() -> None:
    page = rating_page("A test", "id", minutes=5)
    [script] = re.findall(r"<script>(.*)</script>", page, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in page
    assert "default-src 'none'" in page
    assert not re.findall(r"https?://", page)
    assert "about 5 minutes" in page
    assert "about a minute" in rating_page("A test", "id", minutes=1)


def test_a_title_is_text() -> None:
    page = rating_page("<script>alert(1)</script>", '"><img>', minutes=5)
    assert page.count("<script>") == 1
    assert "<img>" not in page
