"""A clip inside the page: what it is, what it looks like, and a player."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from menura import audio
from menura.audio import Clip
from menura.pages.markup import data_uri, escape, inline
from menura.pages.picture import image


@dataclass(frozen=True)
class Sound:
    """One clip to hear.

    title: short and unique on the page; it is also the player's name for screen readers.
    picture: a PNG of the clip (its spectrogram), shown above the player; None for no picture.
    facts: figures with their units, e.g. "peak −3.1 dBFS".
    """

    title: str
    clip: Clip
    caption: str = ""
    picture: bytes | None = None
    facts: tuple[str, ...] = ()


def player(sound: Sound, *, waits: bool = False) -> str:
    """A figure with title, picture, player and caption. The sound is mp3, inside the page.

    waits: the browser does not look into the sound before it is to be played. Browsers have some
    tens of players ready at most.
    """
    content, remarks = mp3(sound.clip)
    title = f'<h3 class="name">{inline(sound.title)}</h3>'
    seen = image(sound.picture, alt=f"Spectrogram of {sound.title}") if sound.picture else ""
    label = escape(f"{sound.title}, {sound.clip.duration_s:.1f} s")
    heard = (
        f'<audio controls preload="{"none" if waits else "metadata"}" aria-label="{label}" '
        f'src="{data_uri(content, "audio/mpeg")}"></audio>'
    )
    caption = f"<p>{inline(sound.caption)}</p>" if sound.caption else ""
    facts = "".join(f"<li>{inline(fact)}</li>" for fact in (*sound.facts, *remarks))
    below = f'<ul class="facts">{facts}</ul>' if facts else ""
    return (
        f'<figure class="sound">{title}{seen}{heard}'
        f"<figcaption>{caption}{below}</figcaption></figure>"
    )


def players(sounds: Sequence[Sound], columns: int, *, waits: bool = False) -> str:
    """Players side by side where the window is wide enough, below each other where not."""
    inside = "".join(player(sound, waits=waits) for sound in sounds)
    return f'<div class="sounds of-{columns}">{inside}</div>'


def mp3(clip: Clip) -> tuple[bytes, tuple[str, ...]]:
    """The clip as an mp3 file, and what had to be changed for it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "clip.mp3"
        remarks = audio.write(clip, path)
        return path.read_bytes(), remarks
