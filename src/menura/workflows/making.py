"""What every verb that makes sound does around its own step: open, read, finish, sign, write."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from menura import audio, systems
from menura.audio import Clip, Played, Signal
from menura.audio.midi import MIDI_SUFFIXES
from menura.foundation import shipped
from menura.foundation.errors import MenuraError, UsageError
from menura.foundation.printable import printable
from menura.foundation.reporting import Reporter
from menura.foundation.version import __version__
from menura.systems import BoundSystem, Pretrained, Prompt, ScoreSystem, System
from menura.workflows.finishing import finish
from menura.workflows.load import load, require, require_of_name
from menura.workflows.outputs import notes_file
from menura.workflows.sound import SoundOptions

Option = str | float | bool | None


@dataclass(frozen=True)
class Making:
    """A run, opened for one verb.

    options: the verb's own, by the names they have on the command line: files tell them. What is
    None or False was not asked for.
    """

    verb: str
    system: System
    system_hash: str
    sound: SoundOptions
    reporter: Reporter
    options: Mapping[str, Option] = field(default_factory=dict)

    @classmethod
    def begin(
        cls,
        verb: str,
        run: Path | str,
        sound: SoundOptions,
        reporter: Reporter | None,
        soundfont: Path | str | None = None,
        *,
        preset: str | None = None,
        settings: Mapping[str, str] | None = None,
        options: Mapping[str, Option] | None = None,
    ) -> "Making":
        """Open the run. Raises MenuraError for a bad one, UsageError if it lacks the power, or if
        less than a sample is asked for.

        soundfont: an SF2 file by which a system of notes plays.
        preset, settings: where the run is the name of a pretrained recipe.
        options: the verb's other ones, for the comment tag.
        """
        reporter = reporter or Reporter()
        require_of_name(run, verb)
        system = load(
            run,
            preset=preset,
            settings=settings,
            device=sound.device,
            precision=sound.precision,
            compiled=sound.compiled,
            reporter=reporter,
        )
        require(system, verb)
        _refuse_nothing(sound, system)
        if soundfont is not None:
            _play_by(system, Path(soundfont))
        if isinstance(system, Pretrained):
            hash_ = system.signature
        else:
            hash_ = systems.content_hash(shipped.folder_of(run))
        if system.licence:
            reporter.say(f"{system.recipe}: weights {hash_}, licence {system.licence}")
        said: dict[str, Option] = {"preset": preset, **_of_weights(settings or {})}
        if soundfont is not None:
            said["soundfont"] = Path(soundfont).name
        said |= options or {}
        return cls(verb, system, hash_, sound, reporter, said)

    @property
    def seconds(self) -> float:
        """Of new music: what is asked for, or the system's own."""
        return self.sound.length(self.system.seconds)

    def prompt(self, prompt: str | None, negative: str | None) -> Prompt | None:
        """The words as the system is to hear them; what it makes of them is said."""
        if prompt is None and negative is None:
            return None
        words = Prompt.read(prompt or "", negative or "")
        if not (words.wanted or words.unwanted):
            raise UsageError("--prompt has no words; say what the music is to be")
        self.reporter.say(self.system.reads(words))
        return words

    def read(self, path: Path | str) -> Clip:
        """A sound file at the system's rate and channels (what is lost on the way is said), or
        the MIDI file that a system of notes takes, played.

        Raises UsageError for a MIDI file where sound is taken, and the other way round.
        """
        path = Path(path)
        if isinstance(self.system, ScoreSystem):
            return _played(self.system, path)
        if path.suffix.lower() in MIDI_SUFFIXES:
            raise UsageError(
                f"{printable(str(path))} is MIDI, and a {self.system.recipe} system "
                "takes sound; give a sound file"
            )
        clip = audio.read(path)
        for line in _losses(clip, self.system):
            self.reporter.say(f"{printable(str(path))}: {line}")
        return audio.conform(clip, self.system.sample_rate, self.system.n_audio_channels)

    def write(
        self,
        clip: Signal,
        path: Path,
        *,
        seconds: float | None = None,
        seed: int | None = None,
        is_loop: bool = False,
    ) -> Path:
        """Finish the clip and write it, with what made it in its comment tag.

        A clip that was played from notes gets a MIDI file of them beside it, with the same comment
        (see `outputs.notes_beside`).
        seconds, seed: those of the result, where they are not the ones that were asked for.
        is_loop: its end flows into its start already.
        """
        seconds = self.sound.seconds if seconds is None else seconds
        seed = self.sound.seed if seed is None else seed
        score = clip.score if isinstance(clip, Played) else None
        spread = self.sound.stereo and clip.n_channels == 1
        clip, missed = finish(clip, seconds, self.sound, is_loop=is_loop)
        comment = self._comment(seed, spread=spread)
        if score is not None:  # MIDI's text is Latin-1, and the two are known by being equal
            comment = comment.encode("latin-1", "replace").decode("latin-1")
        done = "replaced" if path.exists() else "wrote"
        changed = audio.write(clip, path, format=self.sound.format, comment=comment)
        form = ", stereo spread from mono" if spread else ""
        self.reporter.say(f"{done} {printable(str(path))} ({clip.duration_s:.2f} s{form})")
        for remark in (*missed, *changed):
            self.reporter.warn(f"{printable(str(path))}: {remark}")
        if score is not None:
            notes = notes_file(path)
            audio.write_score(notes, score.until(clip.duration_s), comment=comment)
        return path

    def _comment(self, seed: int, *, spread: bool) -> str:
        """What made a clip, on one line: the same command makes it again. No place of a
        file is told."""
        said = [f"Menura {__version__}", self.verb, f"system {self.system_hash}", f"seed {seed}"]
        if spread:
            said.append("stereo spread from mono")
        if self.system.licence:
            said.append(f"weights under {self.system.licence}")
        options = {**self.options, **_of_sound(self.sound), **_of_compute(self.system, self.sound)}
        said += [_said(name, value) for name, value in options.items() if _is_asked(value)]
        return printable("; ".join(said))

    def keep_apart(self, file: Path, inputs: Iterable[Path | str]) -> None:
        """Raises UsageError where the notes beside the sound `file` would replace an input."""
        if isinstance(self.system, ScoreSystem):
            notes_file(file, inputs)

    def check_label(self, label: str | None) -> None:
        """Raises UsageError for a label where the system knows none."""
        if label is not None and not self.system.labels:
            raise UsageError(
                f"--label: a {self.system.recipe} system has learnt no labels; leave the option out"
            )


def asked(
    label: str | None,
    prompt: str | None,
    negative_prompt: str | None,
    temperature: float | None,
    guidance: float | None,
) -> dict[str, Option]:
    """What new music was asked to be, as the options of a `Making`."""
    return {
        "label": label,
        "prompt": prompt,
        "negative-prompt": negative_prompt,
        "temperature": temperature,
        "guidance": guidance,
    }


def _of_sound(sound: SoundOptions) -> dict[str, Option]:
    return {
        "seconds": sound.seconds,
        "loop": sound.loop,
        "fade-in": sound.fade_in_s or None,
        "fade-out": sound.fade_out_s or None,
        "loudness": sound.loudness_lufs,
    }


def _of_compute(system: System, sound: SoundOptions) -> dict[str, Option]:
    """Where and in which numbers, if a machine may choose: another may choose otherwise."""
    if not isinstance(system, BoundSystem):
        asked = {"device": sound.device, "precision": sound.precision}
        return {name: value for name, value in asked.items() if value != "auto"}
    if not system.model.plays_in_parallel:
        return {}
    own = system.compute
    return {"device": own.device, "precision": own.precision, "compile": sound.compiled}


def _of_weights(settings: Mapping[str, str]) -> dict[str, Option]:
    """Without the place of a checkpoint, which is nobody's business: the system's hash names it."""
    return {
        f"set {key}={value}": True
        for key, value in settings.items()
        if not ({"/", "\\"} & set(value) or Path(value).is_dir())
    }


def _is_asked(value: Option) -> bool:
    return value is not None and value is not False


def _said(name: str, value: Option) -> str:
    """As "temperature 0.8", "loop", "label hip hop"; in quotes where it would read as the next."""
    if value is True:
        return name
    text = value if isinstance(value, str) else f"{value:.12g}"
    return f'{name} "{text}"' if ";" in text else f"{name} {text}"


def _refuse_nothing(sound: SoundOptions, system: System) -> None:
    rate = system.sample_rate
    if sound.seconds is not None and round(sound.seconds * rate) < 1:
        raise UsageError(
            f"--seconds {sound.seconds:g} is less than a sample at {rate} Hz; give 0.001 or more"
        )


def _played(system: ScoreSystem, path: Path) -> Played:
    """A seed of notes. It is heard again with what follows, so this playing is a plain one."""
    if path.suffix.lower() not in MIDI_SUFFIXES:
        raise UsageError(
            f"{printable(str(path))} is not MIDI, and a {system.recipe} system takes "
            "notes; give a MIDI file (.mid)"
        )
    score = audio.read_score(path)
    if not score.notes:
        raise MenuraError(f"{printable(str(path))}: a MIDI file without notes")
    return system.play(score, score.duration_s)


def _play_by(system: System, soundfont: Path) -> None:
    if not isinstance(system, ScoreSystem):
        raise UsageError(
            f"--soundfont: a {system.recipe} system makes sound by itself; leave the option out"
        )
    if not soundfont.is_file():
        raise UsageError(f"--soundfont {printable(str(soundfont))}: there is no such file")
    system.soundfont = soundfont


def _losses(clip: Clip, system: System) -> list[str]:
    said = []
    if clip.sample_rate > system.sample_rate:
        said.append(
            f"{clip.sample_rate} Hz → {system.sample_rate} Hz: content above "
            f"{system.sample_rate / 2000:g} kHz is lost"
        )
    if clip.n_channels > system.n_audio_channels:
        fewer = {1: "mono", 2: "stereo"}.get(system.n_audio_channels)
        said.append(
            f"{clip.n_channels} channels → {fewer or system.n_audio_channels}: "
            "where the sounds stand in space is lost"
        )
    return said
