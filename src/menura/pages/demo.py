"""The page of `menura demo`: what was learned, what came out, and how to go on."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from menura.audio import Clip
from menura.audio.picture import spectrogram_db, spectrograms_png
from menura.pages.curve import Points
from menura.pages.document import Figure, Page
from menura.pages.sound import Sound
from menura.pages.table import written

PICTURE_IN = 4.6  # so that the letters are readable at the width of half the page
_SILENT_DB = -120.0


@dataclass(frozen=True)
class Heard:
    """A clip and what the page calls it."""

    title: str
    clip: Clip


@dataclass(frozen=True)
class Continued:
    """The beginning of a held-out recording, gone on with twice: by its author, by the system."""

    recording: str
    seed_s: float
    real: Clip
    made: Clip


@dataclass(frozen=True)
class DemoStory:
    """Everything the page tells.

    sources: the rows of labels.csv: file, recording, split, title, artist, licence.
    learned_s: seconds of audio in the train split.
    trained_min, steps, held_out: minutes and steps of training; the best held-out loss, None if
        it was never measured.
    stopped: why training ended, in words.
    start: name of the system it set off from; "" where it began from nothing.
    made_per_s: seconds of sound made in a second.
    curve: name → (step, loss) points; empty where training left no log.
    """

    sources: tuple[Mapping[str, str], ...]
    learned_s: float
    trained_min: float
    steps: int
    held_out: float | None
    stopped: str
    start: str
    made_per_s: float
    curve: Mapping[str, Points]
    held_out_clip: Heard
    generated: tuple[Heard, ...]
    continued: tuple[Continued, ...]
    temperature: float
    run_folder: str


def demo_page(story: DemoStory) -> Page:
    """The story from its result to its sources, then what to do next."""
    page = Page(
        "Menura has learned some music",
        lead=(
            f"A small model{_that_knew_music(story)} listened to {story.learned_s / 60:.1f} "
            f"minutes of music and trained for {story.trained_min:.1f} minutes on this machine. "
            "Everything below was made here, without a network: this page holds all of its sounds "
            "and pictures."
        ),
    )
    _in_figures(page, story)
    _continuations(page, story)
    _new_clips(page, story)
    _measured(page, story)
    _training(page, story)
    _sources(page, story)
    _your_own(page, story)
    return page


def peak_db(clip: Clip) -> float:
    """The largest sample in dB relative to full scale; −120 for silence."""
    return _db(float(np.abs(clip.samples).max(initial=0.0)))


def rms_db(clip: Clip) -> float:
    """The root mean square in dB relative to full scale; −120 for silence."""
    return _db(float(np.sqrt(np.square(clip.samples).mean())) if clip.samples.size else 0.0)


def movement_db(clip: Clip) -> float:
    """How much the sound changes from one half second to the next, in dB.

    The mean |difference| of neighbouring half-second means (of power, by mel band). Music with
    notes that come and go has several dB; a drone, and noise that goes on alike, are near 0.
    Bands more than 50 dB below the loudest are left out: there is next to nothing to hear.
    """
    frames = spectrogram_db(clip)[:, 2:-2]  # the outermost windows reach beyond the clip
    n_together = max(1, round(0.5 * frames.shape[1] / max(clip.duration_s, 1e-9)))
    n_parts = frames.shape[1] // n_together
    parts = frames[:, : n_parts * n_together].reshape(frames.shape[0], n_parts, n_together)
    mean_db = 10 * np.log10((10 ** (parts / 10)).mean(axis=2))
    heard = mean_db.max(axis=1, initial=_SILENT_DB) > mean_db.max(initial=_SILENT_DB) - 50
    change = np.abs(np.diff(mean_db, axis=1))[heard]
    return float(change.mean()) if change.size else 0.0


def _db(amplitude: float) -> float:
    return max(_SILENT_DB, float(20 * np.log10(max(amplitude, 1e-12))))


def _in_figures(page: Page, story: DemoStory) -> None:
    page.figures(
        [
            Figure("music learned from", round(story.learned_s), "s"),
            Figure("trained for", round(story.trained_min, 1), "min"),
            Figure("training steps", story.steps),
            Figure("loss on recordings it never heard", story.held_out),
            Figure("sound made in one second", round(story.made_per_s, 1), "s"),
        ]
    )
    page.note(
        f"What to expect: {_learnt(story)} Half an hour on an hour of one kind of music does much "
        "better. The table under “In figures” measures it."
    )


def _that_knew_music(story: DemoStory) -> str:
    return f" that knew music already ({story.start})" if story.start else ""


def _learnt(story: DemoStory) -> str:
    trained = f"it trained for {story.trained_min:.1f} minutes"
    if story.start:
        return (
            f"the system set off from {story.start}, which comes with Menura, and "
            f"{trained} on these recordings. It has their colour, and notes that begin and fade; "
            "it does not know their tunes, nor where a piece is going."
        )
    return (
        "the system first learned to write sound down in few numbers, then to make such numbers, "
        f"and {trained} in all. It picks up the colour of the music and that notes begin and fade, "
        "but not yet harmony or form, and what it makes is blurred."
    )


def _continuations(page: Page, story: DemoStory) -> None:
    page.section("It goes on from a beginning")
    page.text(
        "These recordings were kept out of training. First the recording itself; beside it, the "
        "system was given the first seconds and made the rest. Brighter is louder, and all "
        "pictures share one colour range."
    )
    sounds = []
    for one in story.continued:
        end_s = one.made.duration_s
        sounds.append(_sound(f"{one.recording}: the recording", one.real, "As its author made it."))
        sounds.append(
            _sound(
                f"{one.recording}: continued",
                one.made,
                f"The first {one.seed_s:.0f} s are the recording; "
                f"from {one.seed_s:.0f} s to {end_s:.0f} s is made.",
            )
        )
    page.players(sounds)


def _new_clips(page: Page, story: DemoStory) -> None:
    page.section("It starts by itself")
    page.text(
        "New clips without a beginning to go on from, and a held-out recording to compare. All "
        f"were made at this system's own temperature, {story.temperature:g}: a lower one "
        "(`--temperature`) is calmer, a higher one gives more variety and more noise."
    )
    real = _sound(
        story.held_out_clip.title, story.held_out_clip.clip, "Held out: a real recording."
    )
    page.players([real, *(_sound(one.title, one.clip, "Made.") for one in story.generated)])


def _measured(page: Page, story: DemoStory) -> None:
    every = [story.held_out_clip, *story.generated]
    for one in story.continued:
        every.append(Heard(f"{one.recording}: the recording", one.real))
        every.append(Heard(f"{one.recording}: continued", one.made))
    page.section("In figures")
    page.table(
        ["clip", "length (s)", "peak (dBFS)", "RMS (dBFS)", "movement of the last 4 s (dB)"],
        [
            [
                one.title,
                round(one.clip.duration_s, 1),
                round(peak_db(one.clip), 1),
                round(rms_db(one.clip), 1),
                round(movement_db(_last(one.clip, 4.0)), 1),
            ]
            for one in every
        ],
        caption="Movement: how much the sound changes from one half second to the next. "
        "A drone is near 0; compare the recordings.",
    )


def _training(page: Page, story: DemoStory) -> None:
    if not any(story.curve.values()):
        return
    page.section("How training went")
    page.text(f"Training ended after {story.steps:,} steps: {story.stopped}.")
    page.curves(
        story.curve,
        x_label="training step",
        y_label="loss",
        caption="The error of the prediction (lower is better) on the music it learns from, and "
        "on recordings it never heard.",
    )


def _sources(page: Page, story: DemoStory) -> None:
    uses = {
        "train": "learned from",
        "valid": "held out (validation)",
        "test": "held out (test)",
    }
    page.section("What it learned from")
    page.text(
        "Excerpts that come with Menura, mixed to mono, resampled and brought to one loudness; "
        "`clips/ATTRIBUTION.md` gives the source of each."
    )
    page.table(
        ["file", "title", "by", "licence", "use"],
        [
            [
                row["file"],
                row["title"],
                row["artist"],
                row["licence"],
                uses.get(row["split"], row["split"]),
            ]
            for row in story.sources
        ],
    )


def _your_own(page: Page, story: DemoStory) -> None:
    page.section("Now with your own recordings")
    page.text(
        "Ten minutes of one kind of sound is a good start: one instrument, one place, one band. "
        "Any folder will do; what cannot be read is left out and named, with the reason."
    )
    page.code(
        "menura prepare my_recordings --out prepared\n"
        "menura train latent-flow prepared --out my_system --minutes 30\n"
        "menura generate my_system --out new_clips -n 5 --seconds 10\n"
        "menura continue my_system beginning.wav --out continued.wav --seconds 10"
    )
    page.text("The system made here is ready to use in the same way:")
    page.code(f"menura generate {story.run_folder} --out new_clips -n 5 --seconds 10")


def _sound(title: str, clip: Clip, caption: str) -> Sound:
    facts = (
        f"{written(clip.duration_s, 1)} s",
        f"peak {written(peak_db(clip), 1)} dBFS",
        f"RMS {written(rms_db(clip), 1)} dBFS",
    )
    picture = spectrograms_png([("", clip)], width_in=PICTURE_IN)
    return Sound(title, clip, caption, picture, facts)


def _last(clip: Clip, seconds: float) -> Clip:
    return clip.between(clip.duration_s - seconds, clip.duration_s)
