"""What the embedding's classifier learns from: labels, splits, and whose names its card carries."""

from dataclasses import replace
from pathlib import Path

import pytest

import classifier
import making
from allowlist import Permitted, read_allowlist
from classifier import complete, composed, recorded, written
from making import Made, Order, make
from menura import corpora
from menura.evaluation.classifiers import CARD
from menura.evaluation.embeddings import menura
from menura.foundation.errors import UsageError

PLACE = Order(0, 1, None, "built-in", "CC0 1.0", "some code")
ROWS = read_allowlist()
PIECES = {
    "notes": {"family": "piano"},
    "piano": {"family": "piano"},
    "ambient": {"genre": "ambient"},
    "quartet": {},
}


@pytest.fixture
def pieces(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A folder of a piece of each kind."""
    kinds = list(PIECES)

    def quickly(order: Order, out: Path, number: int) -> Made:
        made = Made(number, kinds[number], "", 36.0, -20.0, 1, PIECES[kinds[number]])
        (out / made.file).parent.mkdir(parents=True, exist_ok=True)
        (out / made.file).write_bytes(b".")
        return made

    monkeypatch.setattr(making, "make_piece", quickly)
    make(PLACE, tmp_path / "composed", 0.04, 1, lambda line: None)
    return tmp_path / "composed"


def test_composed_notes_and_music_have_labels_of_their_own(pieces: Path) -> None:
    lines = list(composed(pieces))
    labels = [label for _, label, *_ in lines]
    assert labels == ["note of piano", "music of piano", "ambient", "quartet"]
    assert {line[3:] for line in lines} == {("train", "CC0 1.0")}
    assert len({recording for _, _, recording, *_ in lines}) == 4, "each is one of its own"


def test_recordings_are_those_of_the_list_by_instrument_or_genre() -> None:
    lines = {file: rest for file, *rest in recorded(ROWS)}
    for row in ROWS:
        label = row.genre or (f"note of {row.family}" if row.family else None)
        if label is None:
            assert row.file not in lines
        else:
            assert lines[row.file] == [label, row.recording, row.use, row.licence]


def test_prepare_takes_the_label_file(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(b".")
    line = ("a.wav", "note of reed", "a reed", "test", "MIT")
    (track,) = (
        corpora.load("folder").find(tmp_path, written(tmp_path / "in" / "l.csv", [line])).tracks
    )
    assert (track.labels, track.group) == ({"label": "note of reed"}, "a reed")
    assert (track.split, track.licence) == ("test", "MIT")


def test_the_card_names_those_that_were_learnt_from_and_no_others(tmp_path: Path) -> None:
    def row(use: str, genre: str = "lofi") -> Permitted:
        return Permitted(use, use, "", "", genre, f"Song of {use}", "Somebody", "CC0 1.0")  # type: ignore[arg-type]

    card = tmp_path / "README.md"
    card.write_text("# A classifier\n", encoding="utf-8")
    unlabelled = replace(row("train", genre=""), title="Song of no genre")
    complete(card, [row("train"), row("valid"), row("test"), unlabelled])
    text = card.read_text(encoding="utf-8")
    assert text.startswith("# A classifier\n\nLicence of the weights: Apache-2.0.\n\n## Sources\n")
    assert "Song of train" in text
    assert text.count("Song of") == 1


def test_what_is_shipped_names_all_that_it_learnt_from_as_the_list_has_it(tmp_path: Path) -> None:
    """And says as its licence; the rest is of the training."""
    shipped = (menura.FOLDER / CARD).read_text(encoding="utf-8")
    trained, _, _ = shipped.partition("\nLicence of the weights")
    card = tmp_path / "README.md"
    card.write_text(trained, encoding="utf-8")
    complete(card, ROWS)
    assert card.read_text(encoding="utf-8") == shipped


def test_what_is_not_there_is_told_in_a_line(
    pieces: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UsageError, match=r"has no labels\.csv; make it by base/material\.py"):
        list(composed(tmp_path / "nowhere"))
    assert not (tmp_path / "nowhere").exists()
    monkeypatch.delenv("MENURA_DATA", raising=False)
    with pytest.raises(UsageError, match="MENURA_DATA=: is no folder"):
        classifier._data()
