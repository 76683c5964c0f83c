"""Notes from MIDI, the next event by two LSTM layers, played by a synthesiser (deepjazz 2016).

The STFT-LSTM report (Dubey, Singh & Dabral 2017, sections 2 and 4) retrained deepjazz (Kim 2016)
on piano MIDI and found it the most plausible of what it tried.

paper: the report states two LSTM layers, notes in sequence and MIDI of piano. From deepjazz, which
    it cites: 128 units, dropout 0.2 after each layer, one-hot input, windows of 20 every 3 of which
    the next is learnt, softmax and cross-entropy, RMSProp (Keras' 0.001 and 0.9), batches of 128,
    temperature 0.5, pieces that set off from a stretch of the training music. Ours: the alphabet.
    deepjazz takes the chords and melody of one piece, a word for each that occurs; here all notes
    are events (Oore et al. 2018) at 16 steps a second with one velocity, the nearest to its grid.
laptop: what sounds best after five minutes on two cores. Ours: notes that say their length instead
    of note-offs, in one key (`note-lengths`), 30 steps a second, 8 velocities, an embedding, layers
    of 256, dropout 0.5, windows of 256 events with every one learnt, state that lasts as long as
    the piece, Adam, the last weights rather than those that foresee other composers best,
    temperature 0.8.
"""

from menura.models.contract import Optimizer
from menura.models.event_rnn import EventRnn, EventRnnConfig
from menura.recipes.contract import EventWindows, Part, Preset, Recipe, Training
from menura.representations.note_lengths import NoteLengths
from menura.representations.notes import Notes

recipe = Recipe(
    report="Dubey, Singh & Dabral: Music Generation using LSTM (2017), citing Kim: deepjazz (2016)",
    presets={
        "paper": Preset(
            sample_rate=44_100,
            n_audio_channels=2,
            representation=Part(
                "notes", Notes.Config(steps_per_second=16, n_shifts=32, n_velocities=1)
            ),
            model=Part(
                "event-rnn",
                EventRnnConfig(
                    n_layers=2,
                    n_hidden=128,
                    dropout=0.2,
                    n_window=20,
                    optimizer=Optimizer("rmsprop", learning_rate=1e-3, alpha=0.9, eps=1e-7),
                ),
            ),
            batching=EventWindows(batch_size=128, n_frames=21, stride=3),
            seconds=30.0,
            temperature=0.5,
        ),
        "laptop": Preset(
            sample_rate=44_100,
            n_audio_channels=2,
            representation=Part(
                "note-lengths",
                NoteLengths.Config(
                    steps_per_second=30,
                    n_shifts=30,
                    n_velocities=8,
                    n_lengths=16,
                    longest_s=4.0,
                    in_c=True,
                ),
            ),
            model=Part(
                "event-rnn",
                EventRnnConfig(
                    n_layers=2,
                    n_hidden=256,
                    n_embedding=64,
                    dropout=0.5,
                    optimizer=Optimizer("adam", learning_rate=3e-3),
                ),
            ),
            batching=EventWindows(batch_size=16, n_frames=256, stride=256),
            training=Training(evaluate_every=50, n_held_out=6, patience=4, keep="last"),
            seconds=30.0,
            temperature=0.8,
        ),
        "tiny": Preset(
            sample_rate=8_000,
            representation=Part(
                "notes", Notes.Config(steps_per_second=16, n_shifts=8, n_velocities=4)
            ),
            model=Part("event-rnn", EventRnn.tiny),
            batching=EventWindows(batch_size=8, n_frames=32, stride=16, transpose=3),
            training=Training(evaluate_every=10, n_held_out=2),
            seconds=1.0,
        ),
    },
)
