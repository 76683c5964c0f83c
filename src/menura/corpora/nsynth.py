"""NSynth: 305,979 single notes of 1,006 instruments, 4 s each, by family, source and pitch."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from menura.audio import Clip, write
from menura.corpora._nsynth_notes import FAMILIES, SOURCES, Note, labels_of, read_notes
from menura.corpora._scan import scan
from menura.corpora._stated_licence import stated_licence
from menura.corpora.contract import Corpus, Dropped, Found, Split, Track
from menura.foundation.atomic import write_text
from menura.foundation.errors import MenuraError, UsageError
from menura.foundation.printable import printable

EXAMPLES = "examples.json"
FOLDERS: dict[str, Split] = {
    "nsynth-train": "train",
    "nsynth-valid": "valid",
    "nsynth-test": "test",
}


@dataclass(frozen=True)
class Config:
    """Which notes are taken.

    pitch_min, pitch_max: MIDI numbers, both included; 24–84 is where most instruments have notes
        and what is usually taken (Engel et al., "GANSynth", ICLR 2019).
    families, sources, instruments: only these; none means all.
    licence: of the notes; to be changed for another set in NSynth's layout. What examples.json
        says in a `licence` or `license` of a note comes first.
    """

    pitch_min: int = 24
    pitch_max: int = 84
    families: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    instruments: tuple[str, ...] = ()
    licence: str = "CC BY 4.0"

    def __post_init__(self) -> None:
        if not 0 <= self.pitch_min <= self.pitch_max <= 127:
            raise ValueError(
                f"pitches run from 0 to 127, not from {self.pitch_min} to {self.pitch_max}"
            )
        for kind, chosen, known in (
            ("family", self.families, FAMILIES),
            ("source", self.sources, SOURCES),
        ):
            unknown = [name for name in chosen if name not in known]
            if unknown:
                raise ValueError(f"there is no {kind} {unknown[0]!r}; there is {', '.join(known)}")

    def takes(self, note: Note) -> bool:
        """Whether the note passes all filters."""
        return (
            self.pitch_min <= note["pitch"] <= self.pitch_max
            and (not self.families or note["instrument_family_str"] in self.families)
            and (not self.sources or note["instrument_source_str"] in self.sources)
            and (not self.instruments or note["instrument_str"] in self.instruments)
        )


class Nsynth(Corpus):
    """`nsynth-train`, `nsynth-valid` and `nsynth-test`, each with `examples.json` and `audio/`;
    the root holds some of them or is one.

    NSynth's own splits are kept; an instrument, which is the group, is in one of them only.
    The sound of note NAME is `audio/NAME.wav`, or of another kind by the same name (flac). All
    that examples.json says of a note is in the track's `details`.
    """

    Config = Config
    licence = Config.licence
    citation = (
        "J. Engel, C. Resnick, A. Roberts, S. Dieleman, D. Eck, K. Simonyan, M. Norouzi: Neural "
        "Audio Synthesis of Musical Notes with WaveNet Autoencoders. ICML 2017"
    )

    def find(self, root: Path, labels_file: Path | None = None) -> Found:
        """Scan `root` without opening sound files.

        Raises UsageError when `root` is a file or a label file is given (the labels are in
        examples.json), and MenuraError when there are no notes in it, or none that is wanted.
        """
        if labels_file is not None:
            raise UsageError(f"--labels: the labels of nsynth are in its own {EXAMPLES}; leave it")
        scanned = scan(root)
        listing = _Listing(scanned.sounds, self.config)
        dropped = list(scanned.dropped)
        parts = _parts(root)
        if not parts:
            raise MenuraError(
                f"no {EXAMPLES} in {printable(str(root))} or in {', '.join(FOLDERS)} inside it; "
                "give the folder that NSynth was unpacked into"
            )
        for prefix, folder, split in parts:
            notes, unusable = read_notes(folder / EXAMPLES, prefix)
            dropped += unusable
            listing.take(prefix, notes, split)
        listing.drop_unlisted()
        if not listing.tracks:
            said = "; ".join(listing.remarks) or "examples.json lists no note that is there"
            raise MenuraError(f"no note in {printable(str(root))} can be used ({said})")
        dropped = sorted([*dropped, *listing.dropped], key=lambda item: item.file)
        tracks = sorted(listing.tracks, key=lambda track: track.id)
        return Found(tuple(tracks), tuple(dropped), tuple(listing.remarks))

    def miniature(self, folder: Path) -> None:
        """Two instruments in each split, with two notes of 0.8 s each."""
        for place, part in enumerate(FOLDERS):
            notes = {}
            for family, source in (("bass", "synthetic"), ("reed", "acoustic")):
                instrument = f"{family}_{source}_{place:03d}"
                for pitch in (36, 60):
                    name = f"{instrument}-{pitch:03d}-100"
                    notes[name] = _example(name, instrument, family, source, pitch)
                    write(_tone(pitch + 0.3 * place, family), folder / part / f"audio/{name}.wav")
            write_text(folder / part / EXAMPLES, json.dumps(notes, indent=1))


class _Listing:
    """Notes matched with the sound files that are there."""

    def __init__(self, sounds: Mapping[str, Path], config: Config):
        self.tracks: list[Track] = []
        self.dropped: list[Dropped] = []
        self.remarks: list[str] = []
        self._sounds, self._config = sounds, config
        self._named = set[str]()
        self._prefixes: list[str] = []
        # The same note may be there as wav and flac: wav, NSynth's own, is taken.
        self._by_stem: dict[str, str] = {}
        for identity in sounds:
            stem, _, suffix = identity.rpartition(".")
            if suffix.lower() == "wav" or stem not in self._by_stem:
                self._by_stem[stem] = identity

    def take(self, prefix: str, notes: Mapping[str, Note], split: Split | None) -> None:
        """The notes of one part, whose folder's name with "/" is `prefix`."""
        self._prefixes.append(prefix)
        n_unwanted = 0
        for name, note in notes.items():
            stem = f"{prefix}audio/{name}"
            identity = self._by_stem.get(stem)
            self._named.add(stem)
            if not self._config.takes(note):
                n_unwanted += 1
            elif identity is None:
                self.dropped.append(Dropped(stem, f"in {EXAMPLES}, but its sound is not there"))
            else:
                self.tracks.append(self._track(identity, note, split))
        if n_unwanted:
            self.remarks.append(
                f"{prefix.rstrip('/') or EXAMPLES}: {n_unwanted} of {len(notes)} notes are not "
                f"among those wanted (pitch {self._config.pitch_min}…{self._config.pitch_max}"
                f"{self._filters()})"
            )

    def drop_unlisted(self) -> None:
        """Give a reason for each sound file that no examples.json names."""
        for identity in self._sounds:
            stem = identity.rpartition(".")[0]
            if stem not in self._named:
                self.dropped.append(Dropped(identity, f"not in {EXAMPLES}"))
            elif self._by_stem[stem] != identity:
                other = printable(self._by_stem[stem])
                self.dropped.append(Dropped(identity, f"the note of {other}, which is used"))

    def _track(self, identity: str, note: Note, split: Split | None) -> Track:
        labels = labels_of(note)
        return Track(
            id=identity,
            group=labels["instrument"],
            path=self._sounds[identity],
            labels=labels,
            licence=stated_licence(note) or self._config.licence,
            split=split,
            details=note,
        )

    def _filters(self) -> str:
        config = self._config
        chosen = (*config.families, *config.sources, *config.instruments)
        return "".join(f", {printable(name)}" for name in chosen)


def _parts(root: Path) -> list[tuple[str, Path, Split | None]]:
    """(prefix of its files' identities, folder, split) of each part that is there."""
    if (root / EXAMPLES).is_file():
        return [("", root, FOLDERS.get(root.resolve().name))]
    return [
        (f"{name}/", root / name, split)
        for name, split in FOLDERS.items()
        if (root / name / EXAMPLES).is_file()
    ]


def _example(name: str, instrument: str, family: str, source: str, pitch: int) -> dict[str, object]:
    """A note as examples.json has it."""
    return {
        "note": pitch,
        "note_str": name,
        "instrument": int(instrument[-3:]),
        "instrument_str": instrument,
        "instrument_family": FAMILIES.index(family),
        "instrument_family_str": family,
        "instrument_source": SOURCES.index(source),
        "instrument_source_str": source,
        "pitch": pitch,
        "velocity": 100,
        "sample_rate": 16_000,
        "qualities": [0, 1, 0, 0, 0, 0, 0, 0, 0, 0] if pitch < 60 else [0] * 10,
        "qualities_str": ["dark"] if pitch < 60 else [],
    }


def _tone(pitch: float, family: str) -> Clip:
    time = np.arange(12_800) / 16_000
    tone = np.sin(2 * np.pi * 440 * 2 ** ((pitch - 69) / 12) * time)
    if family == "reed":
        tone = np.sign(tone) * np.abs(tone) ** 0.5
    return Clip((0.4 * tone * np.exp(-2 * time)).astype(np.float32)[None], 16_000)
