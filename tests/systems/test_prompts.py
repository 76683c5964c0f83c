"""Words: what is wanted, what is not, and which labels they name."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from menura.systems.prompts import Matched, Prompt, match_labels

GENRES = ("Blues", "Electronic", "Hip-Hop", "Indie Rock", "Old-Time / Historic", "Rock", "drums")


@pytest.mark.parametrize(
    ("text", "negative", "expected"),
    [
        ("give me a sad song with happy beats", "", Prompt("give me a sad song with happy beats")),
        ("a loud song without heavy rap", "", Prompt("a loud song", "heavy rap")),
        ("jazz WITHOUT drums, slow", "", Prompt("jazz, slow", "drums")),
        ("jazz without drums but with bass", "", Prompt("jazz but with bass", "drums")),
        ("rain without drums without rap", "thunder", Prompt("rain", "drums, rap, thunder")),
        ("rain", "thunder", Prompt("rain", "thunder")),
        ("without drums", "", Prompt("", "drums")),
        ("a song without", "", Prompt("a song")),
        ("withoutness", "", Prompt("withoutness")),
        (" , . ", " ", Prompt("")),
    ],
)
def test_reading(text: str, negative: str, expected: Prompt) -> None:
    assert Prompt.read(text, negative) == expected


@pytest.mark.parametrize(
    ("text", "labels", "ignored"),
    [
        ("slow rock", ["Rock"], ["slow"]),
        ("ROCK, electronic!", ["Electronic", "Rock"], []),
        ("hip hop", ["Hip-Hop"], []),
        ("hiphop", ["Hip-Hop"], []),
        ("some hip-hops", ["Hip-Hop"], ["some"]),
        ("indie rock", ["Indie Rock"], []),
        ("indie and rock", ["Rock"], ["indie", "and"]),
        ("old time", ["Old-Time / Historic"], []),
        ("historic rocks", ["Old-Time / Historic", "Rock"], []),
        ("a drum", ["drums"], ["a"]),
        ("blues", ["Blues"], []),
        ("blue sky", [], ["blue", "sky"]),
        ("éléctronic", ["Electronic"], []),
        ("", [], []),
    ],
)
def test_labels_by_words(text: str, labels: list[str], ignored: list[str]) -> None:
    assert match_labels(text, GENRES) == Matched(tuple(labels), tuple(ignored))


def test_labels_of_kinds() -> None:
    labels = ("genre=guitar", "instrument=guitar", "mood=sad")
    both = ("genre=guitar", "instrument=guitar")
    assert match_labels("guitars", labels).labels == both
    assert match_labels("instrument guitar", labels).labels == both[1:]
    assert match_labels("instrument=guitar", labels).labels == both[1:]
    assert match_labels("sad guitar", labels).labels == labels


WORDS = st.text(alphabet=string.ascii_letters + string.digits, min_size=1, max_size=8)


@given(st.lists(WORDS, min_size=1, max_size=5))
def test_a_label_names_itself(labels: list[str]) -> None:
    distinct = tuple(dict.fromkeys(labels))
    for label in distinct:
        assert label in match_labels(label, distinct).labels
        assert label in match_labels(label.upper(), distinct).labels
    assert match_labels("+ ? -", distinct) == Matched((), ())


@given(st.text(max_size=40), st.lists(st.text(max_size=12), max_size=4))
def test_any_text_is_read(text: str, labels: list[str]) -> None:
    prompt = Prompt.read(text)
    assert len(prompt.wanted) <= len(text)
    matched = match_labels(text, labels)
    assert set(matched.labels) <= set(labels)
