"""What a person asks for in words, and which labels of a system these words name."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_WITHOUT = re.compile(r"\bwithout\b([^,.;:!?]*?)(?=\bbut\b|\bwithout\b|[,.;:!?]|$)", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+")
Words = tuple[str, ...]


@dataclass(frozen=True)
class Prompt:
    """Words for the music: what it is to be, and what it is not to be. Either may be empty."""

    wanted: str
    unwanted: str = ""

    @classmethod
    def read(cls, text: str, negative: str = "") -> "Prompt":
        """`text`, of which what follows a "without", as far as the clause goes, is not wanted.

        A network that hears "without rap" hears "rap"; so it is taken out, and joins `negative`.
        """
        avoided = [found.strip() for found in _WITHOUT.findall(text) if found.strip()]
        wanted = re.sub(r"\s+", " ", _WITHOUT.sub(" ", text))
        wanted = re.sub(r" (?=[,.;:!?])", "", wanted).strip(" ,;:")
        unwanted = [part for part in (*avoided, negative.strip()) if part]
        return cls(wanted if _WORD.search(wanted) else "", ", ".join(unwanted))

    @classmethod
    def of(cls, words: "Prompt | str | None") -> "Prompt | None":
        """Plain text is read."""
        return cls.read(words) if isinstance(words, str) else words


@dataclass(frozen=True)
class Matched:
    """labels: those that the words name, in the system's order. ignored: the other words."""

    labels: tuple[str, ...]
    ignored: tuple[str, ...]


def match_labels(text: str, labels: Sequence[str]) -> Matched:
    """Every label that the words of `text` name; where two could, the one of more words.

    Case, accents, hyphens, spaces and plurals make no difference: "Hip hop", "hip-hop" and
    "hiphops" name Hip-Hop. A label written kind=value is named by its value, or by both; one
    written "a / b" by either.
    """
    words = _WORD.findall(text)
    forms = [_plain(word) for word in words]
    named: dict[str, list[str]] = {}
    for label in labels:
        for form in _forms(label):
            named.setdefault(form, []).append(label)
    # One more: a label may be written as one word that the prompt writes as two.
    longest = 1 + max((len(_WORD.findall(label)) for label in labels), default=0)
    found: set[str] = set()
    ignored: list[str] = []
    at = 0
    while at < len(words):
        for n in range(min(longest, len(words) - at), 0, -1):
            hit = named.get(_singular("".join(forms[at : at + n])))
            if hit:
                found.update(hit)
                at += n
                break
        else:
            ignored.append(words[at])
            at += 1
    return Matched(tuple(one for one in labels if one in found), tuple(ignored))


def _forms(label: str) -> Iterator[str]:
    """The ways to name a label, each as one string of letters and digits."""
    kind, equals, value = label.partition("=")
    for way in {label, *(value if equals else kind).split("/")}:
        joined = "".join(_plain(word) for word in _WORD.findall(way))
        if joined:
            yield _singular(joined)


def _plain(word: str) -> str:
    decomposed = unicodedata.normalize("NFKD", word.casefold())
    return "".join(mark for mark in decomposed if not unicodedata.combining(mark))


def _singular(word: str) -> str:
    """Of English, as far as names of music need it. Blues is no plural."""
    if len(word) < 4 or word == "blues" or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith(("ches", "shes", "xes", "sses")):
        return word[:-2]
    return word.removesuffix("s")
