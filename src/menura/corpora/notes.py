"""Any folder of MIDI files: music as notes, with labels from its sub-folders or a label file."""

from dataclasses import replace
from pathlib import Path

from menura.audio import Note, Score, write_score
from menura.audio.midi import MIDI_SUFFIXES
from menura.corpora._label_file import FOUND_NAMES, tracks_of
from menura.corpora._scan import SOUND_SUFFIXES, scan
from menura.corpora.contract import Corpus, Found, Track
from menura.foundation.errors import MenuraError
from menura.foundation.printable import printable


class Notes(Corpus):
    """Whatever MIDI files (.mid, .midi; type 0 or 1) lie in a folder, at any depth.

    Labels and recordings are found as for `folder`: from a label file, or the first sub-folder.
    `audio.read_score` reads a track's notes with tempo and key; that is when a file that is no
    MIDI, damaged or of type 2 is refused, with the reason.
    """

    licence = "not stated; whoever prepares a folder answers for the rights in it"
    citation = "none: these are the user's own files"

    def find(self, root: Path, labels_file: Path | None = None) -> Found:
        """Scan `root` without opening MIDI files.

        Raises UsageError when `root` is a file, and MenuraError when there is no MIDI file in it
        or the label file cannot be used.
        """
        scanned = scan(root, MIDI_SUFFIXES)
        if not scanned.sounds:
            raise MenuraError(f"no MIDI files (.mid, .midi) found in {printable(str(root))}")
        n_sounds = sum(scanned.others[suffix] for suffix in SOUND_SUFFIXES)
        remarks = [f"{n_sounds} sound files were not looked at"] * bool(n_sounds)
        if labels_file is None:
            places = (root / name for name in FOUND_NAMES)
            labels_file = next((place for place in places if place.is_file()), None)
        if labels_file is None:
            tracks = tuple(_track(identity, path) for identity, path in scanned.sounds.items())
            return Found(tracks, tuple(scanned.dropped), tuple(remarks))
        found = tracks_of(labels_file, root, scanned)
        tracks = tuple(replace(track, score=track.path) for track in found.tracks)
        dropped = sorted((*scanned.dropped, *found.dropped), key=lambda item: item.file)
        return Found(tracks, tuple(dropped), (*remarks, *found.notes))

    def miniature(self, folder: Path) -> None:
        """Four short tunes in two sub-folders, with tempo and key."""
        for place, (label, name) in enumerate(
            [("slow", "a.mid"), ("slow", "b.midi"), ("fast", "a.mid"), ("fast", "c.mid")]
        ):
            step = {"slow": 0.5, "fast": 0.25}[label]
            pitches = [60 + place + interval for interval in (0, 4, 7, 12)]
            tune = tuple(
                Note(step * beat, step * (beat + 1), pitch) for beat, pitch in enumerate(pitches)
            )
            path = folder / label / name
            path.parent.mkdir(parents=True, exist_ok=True)
            write_score(path, Score(tune, tempo_bpm=60 / step, key="C"))


def _track(identity: str, path: Path) -> Track:
    folder, slash, _ = identity.partition("/")
    labels = {"label": printable(folder)} if slash else {}
    return Track(id=identity, group=identity, path=path, labels=labels, score=path)
