"""A page holds everything it shows, and no text can harm it."""

import base64
import io
import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st
from jaxtyping import Float32
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure as Drawing

from menura.audio import Clip
from menura.pages import Figure, Link, Page, Sound

RATE = 22_050
NASTY = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)> & `<b>` ]]> -->"


class Read(HTMLParser):
    """What a browser would see: tags with their attributes, and text by the tag it is in."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words += data

    def attributes(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def tone(seconds: float = 1.0, hz: float = 440.0) -> Clip:
    time: Float32[np.ndarray, " time"] = np.arange(round(seconds * RATE), dtype=np.float32) / RATE
    return Clip((0.5 * np.sin(2 * np.pi * hz * time))[None].astype(np.float32), RATE)


def png() -> bytes:
    drawing = Drawing(figsize=(1.2, 0.5))
    FigureCanvasAgg(drawing)
    file = io.BytesIO()
    drawing.savefig(file, dpi=100)
    return file.getvalue()


def decoded(uri: str | None, media_type: str) -> bytes:
    assert uri is not None
    head, _, content = uri.partition(",")
    assert head == f"data:{media_type};base64"
    return base64.b64decode(content, validate=True)


def full_page(text: str) -> Page:
    """A page on which every part says `text`."""
    sound = Sound(text, tone(0.3), text, png(), (text,))
    return (
        Page(text, lead=text, language=text)
        .section(text)
        .text(text)
        .note(text)
        .points([text, text])
        .code(text)
        .table(
            [text, "n"],
            [[text, 1], [Link(text, "https://example.org/a?b=c&d"), None]],
            caption=text,
        )
        .figures([Figure(text, 1.0, text), Figure("words", text)])
        .picture(png(), alt=text, caption=text)
        .curves({text: [(0, 1), (1, 2)]}, x_label=text, y_label=text, caption=text)
        .player(sound)
        .players([sound, sound], columns=3)
    )


def test_text_stays_text_wherever_it_stands() -> None:
    plain, nasty = Read(full_page("plain " * 9).html()), Read(full_page(NASTY).html())
    without_code = [tag for tag, _ in nasty.tags if tag != "code"]
    assert without_code == [tag for tag, _ in plain.tags if tag != "code"]
    for (_, expected), (tag, found) in zip(
        (one for one in plain.tags if one[0] != "code"),
        (one for one in nasty.tags if one[0] != "code"),
        strict=True,
    ):
        assert expected.keys() == found.keys(), tag
    assert nasty.attributes("audio")[0]["aria-label"] == f"{NASTY}, 0.3 s"
    assert "<script>alert(1)</script>" in nasty.words


@given(st.text(alphabet=st.characters(exclude_categories=())))
def test_any_text_gives_a_page_that_utf8_can_hold(text: str) -> None:
    page = Page(text).text(text).table([text], [[text]]).html()
    assert page.encode("utf-8").decode("utf-8") == page
    assert [tag for tag, _ in Read(page).tags if tag != "code"] == [
        tag for tag, _ in Read(Page("a").text("a").table(["a"], [["a"]]).html()).tags
    ]


def test_a_file_name_in_an_unknown_encoding_can_be_written(tmp_path: Path) -> None:
    page = Page("names").text("caf\udce9\x00.wav").write(tmp_path / "page.html")
    assert "caf\ufffd\ufffd.wav" in page.read_text(encoding="utf-8")


def test_the_player_holds_the_sound() -> None:
    clip = tone(1.5)
    page = Read(Page("p").player(Sound("A tone", clip)).html())
    (audio,) = page.attributes("audio")
    assert "controls" in audio
    samples, rate = soundfile.read(io.BytesIO(decoded(audio["src"], "audio/mpeg")))
    assert len(samples) / rate == pytest.approx(1.5, abs=0.1)
    spectrum = np.abs(np.fft.rfft(samples[:rate]))
    assert np.argmax(spectrum) == pytest.approx(440, abs=2)
    assert np.abs(samples).max() == pytest.approx(0.5, abs=0.05)


def test_the_player_says_what_writing_changed() -> None:
    loud = Clip(tone().samples * 4, RATE)
    assert re.search(r"\d dB", Read(Page("p").player(Sound("Loud", loud)).html()).words)


def test_the_picture_is_in_the_page_at_its_size() -> None:
    (image,) = Read(Page("p").picture(png(), alt="a blank").html()).attributes("img")
    assert decoded(image["src"], "image/png") == png()
    assert (image["width"], image["height"], image["alt"]) == ("120", "50", "a blank")


def test_a_picture_that_is_no_png_is_refused() -> None:
    with pytest.raises(ValueError, match="PNG"):
        Page("p").picture(b"GIF89a", alt="no")


def test_nothing_is_loaded_from_outside() -> None:
    page = full_page("text")
    for tag, attributes in Read(page.html()).tags:
        for name, value in attributes.items():
            if name in {"src", "srcset", "poster", "data", "action"}:
                assert str(value).startswith("data:"), (tag, name)
            if name == "href" and tag != "a":
                assert str(value).startswith("data:"), (tag, name)
    assert not re.search(r"url\(|@import", page.html())


def test_links_lead_to_the_web_or_are_refused() -> None:
    page = Read(Page("p").table(["a"], [[Link("there", "https://example.org/?a=1&b=2")]]).html())
    assert page.attributes("a")[0]["href"] == "https://example.org/?a=1&b=2"
    for address in ("javascript:alert(1)", "https://a b", 'https://a"onclick="x', ""):
        with pytest.raises(ValueError, match="http"):
            Link("words", address)


def test_columns_of_numbers_are_aligned_and_unknown_figures_are_a_dash() -> None:
    html = (
        Page("p").table(["clip", "peak (dBFS)"], [["a", -3.25], ["b", -12.0], ["c", None]]).html()
    )
    assert re.findall(r'<td class="number">([^<]*)</td>', html) == ["−3.25", "−12.00", "–"]
    with pytest.raises(ValueError, match="2 columns"):
        Page("p").table(["a", "b"], [["only one"]])


@pytest.mark.parametrize(
    ("value", "shown"),
    [(843, "843"), (12345, "12,345"), (0.41273, "0.413"), (1.2, "1.2"), (155.34, "155"),
     (-0.0, "0"), (float("-inf"), "−∞"), (2.0e-5, "0.00002"), (98765.4, "98,765"), (0.9999, "1")],
)  # fmt: skip
def test_numbers_read_as_people_write_them(value: float, shown: str) -> None:
    html = Page("p").figures([Figure("f", value)]).html()
    assert f"<dd>{shown}</dd>" in html


def test_a_page_is_written_whole(tmp_path: Path) -> None:
    page = Page("One").text("two")
    path = page.write(tmp_path / "new" / "page.html")
    assert path.read_text(encoding="utf-8") == page.html()
    assert [file.name for file in path.parent.iterdir()] == ["page.html"]
