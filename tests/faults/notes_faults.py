"""Mistakes in systems of notes, and in how notes are played."""

from faults.fault import Fault

NOTES_FAULTS = (
    Fault(
        "silence is not told before the first event",
        "src/menura/models/event_rnn.py",
        "self.network(self._after_silence(events[:, :-1]))",
        "self.network(self._inputs(events).roll(1, 1))",
        ("tests/models/test_event_rnn.py",),
    ),
    Fault(
        "events are made in single precision",
        "src/menura/models/event_rnn.py",
        'copy.deepcopy(model).to("cpu", torch.float64).eval()',
        'copy.deepcopy(model).to("cpu", torch.float32)',
        ("tests/models/test_event_rnn.py", "tests/contracts/test_every_model.py"),
    ),
    Fault(
        "held-out scores are transposed too",
        "src/menura/training/assembly.py",
        "return replace(batching, transpose=0)",
        "return batching",
        ("tests/training/test_score_batches.py",),
    ),
    Fault(
        "a continuation says the seed again",
        "src/menura/systems/scores.py",
        "if note.start_s >= known_s]",
        "if note.start_s >= 0]",
        ("tests/systems/test_scores.py",),
    ),
    Fault(
        "a score is moved to C the wrong way",
        "src/menura/representations/note_lengths.py",
        "pitch = in_range(number + key)",
        "pitch = in_range(number - key)",
        ("tests/representations/test_note_lengths.py",),
    ),
    Fault(
        "harmonics beyond Nyquist are played",
        "src/menura/audio/synthesis/struck.py",
        "heard = (hz < 0.47 * sample_rate) & (sizes > INAUDIBLE)",
        "heard = sizes > INAUDIBLE",
        ("tests/audio/test_synthesis.py",),
    ),
    Fault(
        "a damper falls at once",
        "src/menura/audio/synthesis/struck.py",
        "sound[start:] *= np.exp(fall * np.arange(sound.size - start))",
        "sound[start:] = 0",
        ("tests/audio/test_synthesis.py",),
    ),
    Fault(
        "notes are written without what made them",
        "src/menura/workflows/making.py",
        "audio.write_score(notes, score.until(clip.duration_s), comment=comment)",
        "audio.write_score(notes, score.until(clip.duration_s))",
        ("tests/test_whole_run_of_notes.py",),
    ),
)
