"""What of the sounds of a comparison is on its page: shorter the more there are."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from menura import audio
from menura.audio import Clip, conform
from menura.evaluation.compare.stretches import read
from menura.evaluation.compare.ways import WAYS
from menura.pages.compare import Heard
from menura.workflows.compare.order import MADE
from menura.workflows.compare.results import Found

MOST_S, LEAST_S = 12.0, 2.0  # of a sound
ALL_S = 600.0  # of all sounds, unless that makes them shorter than LEAST_S: 8 MB or so
MOST_RATE = 32_000  # Hz
SPOKEN = {"generate": 2}  # clips of a way that are on the page; of the others one


def excerpt_s(found: Found, all_s: float) -> float:
    """Seconds of each sound, where there are to be `all_s` together."""
    facts = (one.facts for one in found.outcomes if one.facts is not None)
    n = sum(1 for some in facts for _ in _chosen(some))
    return min(MOST_S, max(LEAST_S, all_s / max(1, n)))


def heard_of(
    facts: Mapping[str, Any], folder: Path, seconds: float, seed_s: float
) -> tuple[Heard, ...]:
    """Of one system, whose clips lie in its `folder`."""
    return tuple(
        Heard(title, _cut(audio.read(folder / MADE / way / f"{name}.flac"), way, seconds, seed_s))
        for way, name, title in _chosen(facts)
    )


def heard_of_real(found: Found, seconds: float) -> tuple[Heard, ...]:
    """Two held-out recordings, to be heard beside what the systems make."""
    material = found.material
    heard: list[Heard] = []
    if not found.ways():  # there is nothing to hear it beside
        return ()
    if material.pieces:
        clip = read(material.prepared, material.pieces[0])
        shown = _cut(clip, "generate", seconds, material.seed_s)
        heard.append(Heard("a piece", shown, "Held out: a real recording."))
    if material.going_on:
        clip = read(material.prepared, material.going_on[0])
        begun_s = material.seed_s - _before_the_seam(seconds, material.seed_s)
        caption = f"The first {begun_s:g} s are the end of what systems go on from."
        shown = _cut(clip, "continue", seconds, material.seed_s)
        heard.append(Heard("as it goes on", shown, caption))
    return tuple(heard)


def _chosen(facts: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Way, name of the clip, title. The way there and back alone is no music of the system."""
    for way, made in facts["made"].items():
        if way == "round-trip":
            continue
        for number, name in enumerate(made.get("names", [])[: SPOKEN.get(way, 1)], 1):
            yield way, name, WAYS[way].title.lower() + (f" ({number})" if way in SPOKEN else "")


def _cut(clip: Clip, way: str, seconds: float, seed_s: float) -> Clip:
    """Where the music is new: from the beginning, around the seam, in the middle."""
    start_s = 0.0
    if way == "continue":
        start_s = _before_the_seam(seconds, seed_s)
    elif way == "inpaint":
        start_s = max(0.0, (clip.duration_s - seconds) / 2)
    shown = clip.between(start_s, start_s + seconds)
    return conform(shown, min(shown.sample_rate, MOST_RATE), shown.n_channels)


def _before_the_seam(seconds: float, seed_s: float) -> float:
    """Where an excerpt begins of which a third, at most, is the seed."""
    return max(0.0, round(seed_s - seconds / 3, 1))
