"""The page in a real browser: every player and picture works, and nothing is asked of a network."""

import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from menura.audio import Clip
from menura.audio.picture import spectrograms_png
from menura.audio.thumbnail import stamp_png
from menura.pages import Figure, Page, Sound
from menura.pages.atlas import Atlas, Chart, Spot, Strip
from menura.pages.plane import Cell, Dot, Plane
from menura.pages.sortable import Column, Row, Value
from menura.pages.sound import mp3

pytestmark = pytest.mark.browser

# Runs in a copy of the page whose policy lets it: tells what the page's own parts have loaded.
ASK = """<script>
const tell = () => {
  const all = (name) => [...document.querySelectorAll(name)];
  document.body.dataset.seconds = all("audio").map((a) => a.duration).join(" ");
  document.body.dataset.widths = all("img").map((i) => i.naturalWidth).join(" ");
  document.body.dataset.room = document.documentElement.scrollWidth - innerWidth;
};
addEventListener("load", tell);
document.querySelectorAll("audio").forEach((a) => a.addEventListener("loadedmetadata", tell));
</script></body>"""


# Clicks the field, then the point, then the point again; tells after each which sounds play.
CLICK = """<script>
const click = (link) => link.firstElementChild.nextElementSibling.dispatchEvent(
  new MouseEvent("click", {bubbles: true, cancelable: true}));
const told = [];
const tell = () => told.push(
  [...document.querySelectorAll("audio")].map((a) => a.paused ? "-" : a.id).join("")
  + "/" + [...document.querySelectorAll("a.heard")].map((a) => a.dataset.plays).join(""));
addEventListener("load", async () => {
  const [field, point] = document.querySelectorAll("a[data-plays]");
  for (const link of [field, point, point]) {
    click(link);
    await new Promise((done) => setTimeout(done, 300));
    tell();
  }
  document.body.dataset.told = told.join(" ");
});
</script></body>"""


# Points at the first spot of the first map, clicks it, picks a label, zooms in, and goes back.
POINT = """<script>
const wait = (ms) => new Promise((done) => setTimeout(done, ms));
addEventListener("load", async () => {
  await wait(300);
  const atlas = document.querySelector(".atlas"), canvas = atlas.querySelector(".chart canvas");
  const chart = JSON.parse(atlas.querySelector("script").textContent).charts[0];
  const body = document.body.dataset, wide = canvas.clientWidth;
  const place = [chart.x[0] / 10000 * wide, (1 - chart.y[0] / 10000) * wide];
  const send = (type, [x, y], buttons = 0, pointerType = "mouse") => {
    const box = canvas.getBoundingClientRect();
    canvas.dispatchEvent(new PointerEvent(type, {
      bubbles: true, clientX: box.left + x, clientY: box.top + y, buttons, pointerType,
    }));
  };
  const ink = () => canvas.toDataURL();
  const card = atlas.querySelector(".card");
  send("pointermove", place);
  body.card = card.hidden ? "hidden" : card.innerText;
  body.pictures = card.querySelectorAll("img").length;
  send("pointerdown", place, 1);
  send("pointerup", place);
  await wait(300);
  body.plays = [...document.querySelectorAll("audio")].filter((a) => !a.paused)
    .map((a) => a.id).join();
  send("pointerleave", place, 0, "touch");
  body.stays = !card.hidden;
  send("pointerleave", place);
  body.away = card.hidden;
  const before = ink();
  atlas.querySelector(".key button").click();
  body.pressed = [...atlas.querySelectorAll(".key button")]
    .map((b) => b.getAttribute("aria-pressed")).join();
  atlas.querySelector(".key button").click();
  body.same = ink() === before;
  send("pointerdown", [0, 0], 1);
  send("pointermove", [wide / 4, wide / 4], 1);
  send("pointerup", [wide / 4, wide / 4]);
  body.zoomed = ink() !== before;
  canvas.dispatchEvent(new MouseEvent("dblclick"));
  body.back = ink() === before;
  const keys = (key) => canvas.dispatchEvent(new KeyboardEvent("keydown", {key}));
  keys("ArrowRight");
  keys("ArrowRight");
  body.stepped = card.hidden ? "hidden" : card.querySelector(".name").innerText;
  const choice = atlas.querySelector("select");
  choice.value = "zone";
  choice.dispatchEvent(new Event("change"));
  body.key = [...atlas.querySelectorAll(".key button")].map((b) => b.innerText).join();
});
</script></body>"""

# Clicks the head of the second column, again, then that of the first; tells the rows after each.
SORT = """<script>
addEventListener("load", () => {
  const told = [];
  for (const column of [1, 1, 0]) {
    const head = document.querySelectorAll("table.sortable thead th")[column];
    head.querySelector("button").click();
    const rows = [...document.querySelectorAll("table.sortable tbody tr")];
    told.push(head.getAttribute("aria-sort") + ":" + rows.map((r) => r.children[0].textContent));
  }
  document.body.dataset.told = told.join(" ");
});
</script></body>"""


@pytest.fixture(scope="module")
def chromium() -> str:
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    pytest.skip("no Chromium on this machine")


def browse(chromium: str, page: Path, profile: Path, width: int = 1200) -> tuple[str, list[str]]:
    """The page's DOM after loading, and the lines its console wrote."""
    done = subprocess.run(
        [
            *(chromium, "--headless", "--no-sandbox", "--disable-gpu"),
            *("--disable-background-networking", "--enable-logging=stderr", "--dump-dom"),
            "--autoplay-policy=no-user-gesture-required",  # scripts click here
            *("--virtual-time-budget=8000", f"--window-size={width},1000"),
            *(f"--user-data-dir={profile}", page.resolve().as_uri()),
        ],
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        timeout=120,
        check=True,
    )
    return done.stdout, [line for line in done.stderr.splitlines() if "CONSOLE" in line]


def asked(page: str, what: str = ASK) -> str:
    """A copy of the page that tells what it loaded, or what it does."""
    opened, n = re.subn(r"script-src '[^']*'", "script-src 'unsafe-inline'", page)
    assert n == 1
    assert opened.count("</body>") == 1
    return opened.replace("</body>", what)


def told(dom: str) -> dict[str, str | None]:
    class Body(HTMLParser):
        attributes: dict[str, str | None]

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            if tag == "body":
                self.attributes = dict(attrs)

    body = Body()
    body.feed(dom)
    return body.attributes


def noise(seconds: float, sample_rate: int = 22_050) -> Clip:
    rng = np.random.default_rng(0)
    shape = (1, round(seconds * sample_rate))
    return Clip((0.1 * rng.standard_normal(shape)).astype(np.float32), sample_rate)


def page() -> Page:
    clips = [noise(1.0), noise(2.0)]
    sounds = [
        Sound("<script>alert(1)</script>" * i, clip, "A clip.", spectrograms_png([("", clip)]))
        for i, clip in enumerate(clips)
    ]
    return (
        Page("A page", lead="With everything on it.")
        .figures([Figure(f"figure {i}", i * 1000, "s") for i in range(5)])
        .players(sounds)
        .table(["a rather long name"] * 8, [["a_rather_long_value" * 2] * 8])
        .curves({"a": [(0, 1), (9, 0)]}, x_label="x", y_label="y", caption="A curve.")
        .code("a command with words " * 20)
    )


def test_players_play_and_pictures_show(chromium: str, tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    file.write_text(asked(page().html()), encoding="utf-8")
    dom, console = browse(chromium, file, tmp_path / "profile")
    assert console == []
    body = told(dom)
    assert [float(s) for s in str(body["data-seconds"]).split()] == pytest.approx([1, 2], abs=0.1)
    assert all(int(width) > 300 for width in str(body["data-widths"]).split())


@pytest.mark.parametrize("width", [500, 1200])
def test_nothing_sticks_out_sideways(chromium: str, tmp_path: Path, width: int) -> None:
    file = tmp_path / "page.html"
    file.write_text(asked(page().html()), encoding="utf-8")
    dom, _ = browse(chromium, file, tmp_path / "profile", width)
    assert int(str(told(dom)["data-room"])) <= 0


def test_the_page_as_written_says_nothing_to_the_console(chromium: str, tmp_path: Path) -> None:
    file = page().write(tmp_path / "page.html")
    assert browse(chromium, file, tmp_path / "profile")[1] == []


def test_what_slipped_through_the_escaping_would_still_be_stopped(
    chromium: str, tmp_path: Path
) -> None:
    file = tmp_path / "page.html"
    slipped = '<h1><script>document.title="run"</script><img src="https://example.org/a.png">'
    file.write_text(page().html().replace("<h1>", slipped), encoding="utf-8")
    dom, console = browse(chromium, file, tmp_path / "profile")
    assert len([line for line in console if "Content Security Policy" in line]) == 2
    assert "<title>A page</title>" in dom


def test_a_click_on_the_plane_plays_and_another_stops(chromium: str, tmp_path: Path) -> None:
    """The field's sound gives way to the point's, which stops when it is clicked again."""
    picture = spectrograms_png([("", noise(0.1))])
    plane = Plane(
        *(-1, 1, -1, 1),
        grid=[[Cell("a field", picture, noise(5.0))]],
        dots=[Dot("a point", 0.5, 0.5, "piano", noise(5.0)), Dot("mute", 0, 0, "piano")],
    )
    file = tmp_path / "plane.html"
    file.write_text(asked(Page("A plane").plane(plane, caption="").html(), CLICK), encoding="utf-8")
    dom, console = browse(chromium, file, tmp_path / "profile")
    assert console == []
    assert told(dom)["data-told"] == "sound-0-/sound-0 -sound-1/sound-1 --/sound-1"


def atlas(n: int) -> Atlas:
    """`n` spots on two maps: the first is heard and has a twin, the last was made."""
    sound, picture = mp3(noise(5.0))[0], stamp_png(noise(4.0))
    rng = np.random.default_rng(0)
    spots = [
        Spot(
            f"sound {i}",
            {"mood": "wild" if i % 2 else "calm", "zone": f"zone {i % 3}"},
            "4.0 s",
            picture,
            sound if i == 0 else None,
            made=i == n - 1,
            twins=(1,) if i == 0 else (),
        )
        for i in range(n)
    ]
    charts = [
        Chart(title, {i: (float(x), float(y)) for i, (x, y) in enumerate(rng.normal(size=(n, 2)))})
        for title in ("PCA", "t-SNE")
    ]
    return Atlas(spots, [Strip("Features", charts, {})], ["mood", "zone"])


def test_a_spot_is_seen_heard_and_looked_at_closely(chromium: str, tmp_path: Path) -> None:
    file = tmp_path / "atlas.html"
    file.write_text(asked(Page("Maps").atlas(atlas(40)).html(), POINT), encoding="utf-8")
    dom, console = browse(chromium, file, tmp_path / "profile")
    assert console == []
    body = told(dom)
    assert str(body["data-card"]).startswith("sound 0")
    assert "same recording: sound 1" in str(body["data-card"])
    assert body["data-pictures"] == "1"
    assert body["data-plays"] == "spot-1-0"
    assert body["data-pressed"] == "true,false,false"
    for name in ("stays", "away", "same", "zoomed", "back"):
        assert body[f"data-{name}"] == "true", name
    assert str(body["data-stepped"]).startswith("sound ")
    assert str(body["data-key"]).startswith("zone 0 13,zone 1 13,zone 2 13,gen")


def test_two_thousand_spots_stay_smooth(chromium: str, tmp_path: Path) -> None:
    """Pointing is answered within a frame of 60 a second, in headless software drawing."""
    measure = """<script>
    addEventListener("load", () => setTimeout(() => {
      const canvas = document.querySelector(".chart canvas"), box = canvas.getBoundingClientRect();
      const start = performance.now();
      for (let i = 0; i < 100; i++) {
        canvas.dispatchEvent(new PointerEvent("pointermove", {
          bubbles: true, clientX: box.left + 50 + 2 * i, clientY: box.top + 100 + i,
        }));
      }
      document.body.dataset.ms = (performance.now() - start) / 100;
    }, 500));
    </script></body>"""
    file = tmp_path / "atlas.html"
    file.write_text(asked(Page("Maps").atlas(atlas(2000)).html(), measure), encoding="utf-8")
    dom, console = browse(chromium, file, tmp_path / "profile")
    assert console == []
    assert float(str(told(dom)["data-ms"])) < 16


@pytest.mark.parametrize("width", [500, 1200])
def test_maps_and_bars_do_not_stick_out(chromium: str, tmp_path: Path, width: int) -> None:
    file = tmp_path / "atlas.html"
    page = (
        Page("Maps")
        .atlas(atlas(40))
        .bars({"a rather long name of something": {"train": 3, "test": 1}, "b": {"train": 1}})
        .histogram([1.0, 2.0, 2.5], x_label="x", y_label="y", caption="c")
    )
    file.write_text(asked(page.html()), encoding="utf-8")
    dom, _ = browse(chromium, file, tmp_path / "profile", width)
    assert int(str(told(dom)["data-room"])) <= 0


@pytest.mark.parametrize(
    ("better", "first", "second"),
    [
        ("lower", "ascending:real,a,c,b,d", "descending:real,b,c,a,d"),
        ("higher", "descending:real,b,c,a,d", "ascending:real,a,c,b,d"),
    ],
)
def test_a_click_on_a_column_sorts_the_best_first(
    chromium: str, tmp_path: Path, better: Any, first: str, second: str
) -> None:
    """What is compared with stays on top, what is not known comes last."""
    rows = [
        Row(["real", Value(0.0)], kept=True),
        *(Row([n, Value(v)]) for n, v in (("a", -2.0), ("b", 10.0), ("c", 9.0))),
        Row(["d", None]),
    ]
    page = Page("Sorted").sortable([Column("system"), Column("far", better)], rows)
    file = tmp_path / "sorted.html"
    file.write_text(asked(page.html(), SORT), encoding="utf-8")
    dom, console = browse(chromium, file, tmp_path / "profile")
    assert console == []
    assert str(told(dom)["data-told"]).split() == [first, second, "ascending:real,a,b,c,d"]
