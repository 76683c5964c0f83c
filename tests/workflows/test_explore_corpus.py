"""explore CORPUS: what is in it is on the page, what is not is said, and nothing is done twice."""

import json
import re
import shutil
from collections.abc import Generator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from menura import corpora
from menura.evaluation import maps
from menura.evaluation.descriptors import COLUMNS, write_csv
from menura.evaluation.descriptors import describing as describers
from menura.evaluation.hearing import hear_track
from menura.foundation.errors import MenuraError, UsageError
from menura.foundation.reporting import Collected
from menura.prepared.crew import Crew, Payload
from menura.workflows import features as describing
from menura.workflows.explore import corpus as corpus_file
from menura.workflows.explore import explore as verb
from menura.workflows.explore import tracks as tracks_file
from menura.workflows.explore.explore import explore
from menura.workflows.prepare import prepare
from tunes import tune

RATE = 11_025  # the least work


def made_up(payload: Payload) -> dict[str, Any]:
    """A row of descriptors that depends on the name alone; of what is no music, none."""
    if "short" in payload["id"]:
        return {"dropped": "too short: 100 samples, and one window takes 2048"}
    if "text" in payload["id"]:
        return {"dropped": "not audio"}
    rng = np.random.default_rng(sum(payload["id"].encode()))
    row = rng.standard_normal(len(COLUMNS)) + 6 * ("wild" in payload["id"])
    row[3] = 1.0
    return {"values": row.tolist(), "notes": [], "sample_rate": RATE, "seconds": 1.0}


class Here(Crew):
    """Works in this process; descriptors are made up, what is heard is real."""

    asked: list[str]

    def results(self, payloads: list[Payload]) -> Generator[tuple[int, Payload]]:
        for index, payload in enumerate(payloads):
            self.asked.append(f"{self.function.partition(':')[2]} {payload['id']}")
            if self.function == describers.WORK:
                yield index, made_up(payload)
            else:
                yield index, hear_track(payload | {"deadly": {}}, lambda _: None)


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was worked on."""
    Here.asked = []
    monkeypatch.setattr(describing, "Crew", Here)
    return Here.asked


@pytest.fixture(autouse=True)
def one_map(monkeypatch: pytest.MonkeyPatch) -> None:
    """PCA alone: the others take seconds, and have tests of their own."""
    monkeypatch.setattr(maps.room, "names", lambda: ["pca"])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Eight tunes of two moods, one of them twice, and files that are no use."""
    place = tmp_path / "tunes"
    for number in range(8):
        mood = "wild" if number % 2 else "calm"
        write(place / mood / f"{number}.wav", tune(4.0, RATE, seed=number))
    again = soundfile.read(place / "calm" / "0.wav")[0]
    write(place / "wild" / "again.ogg", again[None])
    write(place / "calm" / "short.wav", tune(0.5, RATE))
    (place / "text.mp3").write_text("no music")
    return place


def write(path: Path, samples: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, samples.T, RATE)


def data_of(page: Path | str) -> dict[str, Any]:
    text = Path(page).read_text("utf-8")
    [found] = re.findall(r'<script type="application/json">(.*?)</script>', text, re.DOTALL)
    return dict(json.loads(found))


def test_a_folder_is_laid_out_counted_and_heard(folder: Path, tmp_path: Path) -> None:
    told = Collected()
    report = explore(folder, tmp_path / "page.html", reporter=told)
    assert (report.tracks, report.heard, report.generated) == (9, 9, 0)
    data = data_of(report.page)
    assert len(data["charts"]) == 1
    assert data["kinds"][0]["name"] == "label"
    assert data["kinds"][0]["values"] == ["calm", "wild"]
    page = Path(report.page).read_text("utf-8")
    for heading in ("Maps", "How many of each label", "The same recording", "Left out", "Time it"):
        assert f"<h2>{heading}" in page
    assert sorted(path.name for path in tmp_path.iterdir()) == ["page.html", "tunes"]
    assert not re.search("https?://", page)


def test_groups_that_sound_alike_lie_together(folder: Path, tmp_path: Path) -> None:
    """The made-up descriptors of one mood are far from those of the other."""
    data = data_of(explore(folder, tmp_path / "page.html").page)
    [pca] = data["charts"]
    of = [data["spots"][spot]["labels"]["label"] for spot in pca["of"]]
    calm = [x for x, mood in zip(pca["x"], of, strict=True) if mood == "calm"]
    wild = [x for x, mood in zip(pca["x"], of, strict=True) if mood == "wild"]
    assert max(calm) < min(wild) or max(wild) < min(calm)


def test_a_planted_duplicate_is_shown(folder: Path, tmp_path: Path) -> None:
    page = Path(explore(folder, tmp_path / "page.html").page).read_text("utf-8")
    assert re.search(r"calm/0\.wav</td><td[^>]*>wild/again\.ogg</td>", page)
    spots = data_of(tmp_path / "page.html")["spots"]
    [twins] = [spot["twins"] for spot in spots if spot["name"] == "calm/0.wav"]
    assert [spots[twin]["name"] for twin in twins] == ["wild/again.ogg"]


def test_what_is_left_out_is_named_with_its_reason(folder: Path, tmp_path: Path) -> None:
    told = Collected()
    report = explore(folder, tmp_path / "page.html", reporter=told)
    reasons = {item.file: item.reason for item in report.dropped}
    assert reasons.keys() == {"calm/short.wav", "text.mp3"}
    assert reasons["calm/short.wav"].startswith("too short: 100 samples")
    page = Path(report.page).read_text("utf-8")
    assert "the same for all sounds (1)" in page  # the column that does not vary
    assert all(any(name in line for line in told.warnings) for name in reasons)


def test_a_prepared_corpus_shows_its_splits(folder: Path, tmp_path: Path) -> None:
    prepare(folder, tmp_path / "prepared", duplicates="ignore", held_out=0.5)
    page = Path(explore(tmp_path / "prepared", tmp_path / "page.html").page).read_text("utf-8")
    assert 'class="bars-key"' in page
    assert "split" in [kind["name"] for kind in data_of(tmp_path / "page.html")["kinds"]]


def test_a_pair_across_splits_is_warned_of(folder: Path, tmp_path: Path) -> None:
    """`prepare` keeps them together; a corpus that was told to ignore them may not."""
    lines = [
        "file,split",
        *(f"calm/{i}.wav,train" for i in (0, 2, 4, 6)),
        *(f"wild/{name},test" for name in ("1.wav", "3.wav", "5.wav", "7.wav", "again.ogg")),
    ]
    (folder / "labels.csv").write_text("\n".join(lines), encoding="utf-8")
    prepare(folder, tmp_path / "prepared", duplicates="ignore")
    page = Path(explore(tmp_path / "prepared", tmp_path / "page.html").page).read_text("utf-8")
    assert "1 of these pairs lie in different splits" in page


def test_generated_sounds_stand_beside_the_real_ones(folder: Path, tmp_path: Path) -> None:
    made = tmp_path / "made"
    for number in range(3):
        write(made / f"{number}.wav", tune(3.0, RATE, seed=40 + number))
    shutil.copy(folder / "wild" / "7.wav", made / "learnt by heart.wav")
    report = explore(folder, tmp_path / "page.html", generated=made)
    assert (report.tracks, report.generated) == (9, 4)
    data = data_of(report.page)
    stars = {spot["name"] for spot in data["spots"] if spot.get("made")}
    assert stars == {"0.wav", "1.wav", "2.wav", "learnt by heart.wav"}
    page = Path(report.page).read_text("utf-8")
    assert re.search(r"wild/7\.wav</td><td[^>]*>generated: learnt by heart\.wav</td>", page)


def test_generated_sounds_alone_are_no_corpus(tmp_path: Path) -> None:
    write(tmp_path / "made" / "0.wav", tune(3.0, RATE, seed=40))
    write(tmp_path / "real" / "short.wav", tune(0.5, RATE))
    (tmp_path / "unheard").mkdir()
    (tmp_path / "unheard" / "0.wav").write_text("no sound")
    for name, line in (("real", "short.wav: too short"), ("unheard", "0.wav: ")):
        with pytest.raises(MenuraError, match=rf"no sound can be explored \({line}"):
            explore(tmp_path / name, tmp_path / "page.html", generated=tmp_path / "made")


def test_the_same_words_give_the_same_page(folder: Path, tmp_path: Path) -> None:
    first, again = (data_of(explore(folder, tmp_path / f"{i}.html", seed=3).page) for i in (0, 1))
    assert first == again


def test_work_that_was_done_is_not_done_again(
    folder: Path, tmp_path: Path, here: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "page.html"
    with monkeypatch.context() as patch:
        patch.setattr(corpus_file, "corpus_page", lambda _: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            explore(folder, out)
    n_before = len(here)
    assert not out.exists()
    explore(folder, out)
    # What was left out is looked at again by nobody either.
    assert here[n_before:] == []
    explore(folder, out)  # what was kept is gone with the page
    assert len(here) == 2 * n_before


def test_features_may_be_given(folder: Path, tmp_path: Path, here: list[str]) -> None:
    names = [f"calm/{i}.wav" for i in (0, 2, 4, 6)] + ["wild/1.wav", "elsewhere.wav"]
    rows = {name: made_up({"id": name})["values"] for name in names}
    write_csv(rows, tmp_path / "t.csv")
    report = explore(folder, tmp_path / "page.html", features=tmp_path / "t.csv")
    assert report.tracks == 5
    assert not any(line.startswith("describe_track") for line in here)
    reasons = {item.file: item.reason for item in report.dropped}
    assert reasons["wild/3.wav"] == "has no row in t.csv"
    write_csv({"elsewhere.wav": rows["elsewhere.wav"]}, tmp_path / "other.csv")
    with pytest.raises(MenuraError, match="no row of the sounds here"):
        explore(folder, tmp_path / "page.html", features=tmp_path / "other.csv")


def test_fma_has_maps_of_its_high_level_features(tmp_path: Path) -> None:
    root = tmp_path / "fma"
    corpora.load("fma").miniature(root)
    metadata = root / "fma_metadata" / "echonest.csv"
    header = metadata.read_text("utf-8").splitlines()[:4]
    rows = [
        f"{n},{','.join(str((n * k) % 7 / 7) for k in range(1, 9))},x,0" for n in (2, 5, 10, 140)
    ]
    metadata.write_text("\n".join([*header, *rows]), encoding="utf-8")
    prepare(root, root / "prepared", corpus="fma")
    report = explore(root / "prepared", tmp_path / "page.html", by="genre")
    data = data_of(report.page)
    assert [len(chart["of"]) for chart in data["charts"]] == [6, 4]
    assert "By Echonest" in Path(report.page).read_text("utf-8")
    with pytest.raises(MenuraError, match="--echonest: there is no file"):
        explore(root / "prepared", tmp_path / "page.html", echonest=tmp_path / "none.csv")


def test_sounds_without_numbers_of_fma_are_said_to_be_none(folder: Path, tmp_path: Path) -> None:
    corpora.load("fma").miniature(tmp_path / "fma")
    for name in ("wild", "calm"):
        for path in (folder / name).iterdir():
            path.rename(path.with_name(f"tune {path.name}"))
    with pytest.raises(MenuraError, match="has none of these sounds; they must be FMA's"):
        explore(folder, tmp_path / "page.html", echonest=tmp_path / "fma" / "fma_metadata")


def test_sounds_that_are_named_by_number_are_not_fma_s(folder: Path, tmp_path: Path) -> None:
    """FMA lies beside them; 2.wav and 5.wav are nonetheless none of its tracks."""
    corpora.load("fma").miniature(tmp_path)
    page = Path(explore(folder, tmp_path / "page.html").page).read_text("utf-8")
    assert "By Echonest" not in page
    with pytest.raises(MenuraError, match="has none of these sounds; they must be FMA's"):
        explore(folder, tmp_path / "page.html", echonest=tmp_path / "fma_metadata")


@pytest.mark.parametrize(
    ("name", "of_fma", "made", "number"),
    [
        ("000/000002.mp3", False, False, 2),
        ("fma_small/123/123456.mp3", False, False, 123456),
        ("000/123456.mp3", False, False, None),
        ("000002.mp3", False, False, None),
        ("000/002.wav", False, False, None),
        ("2.mp3", True, False, 2),
        ("tune.mp3", True, False, None),
        ("generated: x/000/000002.wav", False, True, None),
    ],
)
def test_numbers_are_those_of_fma_s_layout(
    name: str, of_fma: bool, made: bool, number: int | None
) -> None:
    one = tracks_file.Explorable(name, {}, None, {}, "", made, of_fma)
    assert one.number == number


def test_few_may_be_asked_for_and_few_are_heard(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(corpus_file, "MOST_HEARD", 2)
    told = Collected()
    report = explore(folder, tmp_path / "page.html", most=6, reporter=told)
    assert (report.tracks, report.heard) == (5, 2)  # one of the six is too short
    assert "6 of 11 sounds of tunes, evenly" in told.lines
    sounds = [spot for spot in data_of(report.page)["spots"] if "sound" in spot]
    assert sorted(spot["labels"]["label"] for spot in sounds) == ["calm", "wild"]
    page = Path(report.page).read_text("utf-8")
    assert "2 of 5 can be heard" in page
    assert "5 of 11 sounds are on the maps" in page
    assert "Looked for among the 5 of 11 sounds that were listened to" in page
    assert "Of the 5 of 11 sounds that were listened to" in page


def test_as_many_are_heard_as_asked_for(folder: Path, tmp_path: Path) -> None:
    assert explore(folder, tmp_path / "page.html", heard=3).heard == 3


def test_what_else_is_in_the_folder_is_said(folder: Path, tmp_path: Path) -> None:
    (folder / "tune.mid").write_bytes(b"MThd")
    told = Collected()
    report = explore(folder, tmp_path / "page.html", reporter=told)
    [note] = [line for line in told.lines if ".mid" in line]
    assert note[1:] in Path(report.page).read_text("utf-8")


def test_of_generated_sounds_as_many_are_shown_as_asked_for(folder: Path, tmp_path: Path) -> None:
    for number in range(4):
        write(tmp_path / "made" / f"{number}.wav", tune(1.0, RATE))
    told = Collected()
    report = explore(
        folder, tmp_path / "page.html", generated=tmp_path / "made", most=3, reporter=told
    )
    assert report.generated == 3
    assert "3 of 4 sounds of made, evenly" in told.lines


def test_notes_without_sound_and_nothing_usable_are_errors(tmp_path: Path) -> None:
    write(tmp_path / "s" / "short.wav", tune(0.5, RATE))
    with pytest.raises(MenuraError, match=r"no sound can be explored \(short.wav: too short"):
        explore(tmp_path / "s", tmp_path / "page.html")
    assert not (tmp_path / "page.html").exists()
    with pytest.raises(MenuraError, match="there is no folder"):
        explore(tmp_path / "none", tmp_path / "page.html")
    assert tracks_file.Explorables("", (), ()).some(5, Collected()) == []


@pytest.mark.parametrize(
    ("words", "line"),
    [
        ({"out": "page.png"}, r"must end in \.html"),
        ({"by": "colour"}, r"--by 'colour': no kind of label \(there is: label\)"),
        ({"corpus": "there"}, "--corpus says what a run was trained on"),
        ({"workers": 0}, "--workers must be at least 1, not 0"),
        ({"most": 0}, "--most must be at least 1, not 0"),
        ({"heard": 0}, "--heard must be at least 1, not 0"),
    ],
)
def test_wrong_words_are_refused_before_the_work(
    folder: Path, tmp_path: Path, here: list[str], words: dict[str, Any], line: str
) -> None:
    out = tmp_path / str(words.pop("out", "page.html"))
    with pytest.raises(UsageError, match=line):
        explore(folder, out, **words)
    assert here == []


def test_a_full_disk_is_said(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_room(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(verb, "explore_corpus", no_room)
    with pytest.raises(MenuraError, match=r"no space left.*make room there and start it again"):
        explore(folder, tmp_path / "page.html")
