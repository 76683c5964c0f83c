"""Making a test: what raters get tells nothing but the music, and nothing is lost unsaid."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from menura import audio
from menura.audio import Clip
from menura.evaluation.listening.definition import Item, clip_file, load
from menura.foundation.errors import MenuraError, UsageError
from menura.foundation.reporting import Collected
from menura.workflows.listen.create import CreatedTest, listen_create

Folders = dict[str, Path]


def tone(hz: float, seconds: float, amplitude: float, rate: int, n_channels: int = 1) -> Clip:
    time = np.arange(round(seconds * rate)) / rate
    one = amplitude * np.sin(2 * np.pi * hz * time)
    return Clip(np.tile(one.astype(np.float32), (n_channels, 1)), rate)


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    """Three systems of unlike level, rate, channels and format, with tags that tell all."""
    forms = {
        "quiet": (0.02, 8000, 1, "wav"),
        "loud": (0.7, 16_000, 2, "flac"),
        "lossy": (0.2, 11_025, 1, "mp3"),
    }
    for number, (name, (amplitude, rate, n_channels, suffix)) in enumerate(forms.items()):
        for k in range(3):
            clip = tone(300 + 100 * k + 20 * number, 1.0, amplitude, rate, n_channels)
            file = tmp_path / name / f"piece{k}.{suffix}"
            audio.write(clip, file, comment=f"made by the system {name}")
    return {name: tmp_path / name for name in forms}


def made(folders: Folders, out: Path, **options: object) -> CreatedTest:
    return listen_create(list(folders.values()), out, **options)  # type: ignore[arg-type]


def test_copies_are_equally_loud_and_of_one_form(folders: Folders, tmp_path: Path) -> None:
    made(folders, tmp_path / "test")
    test = load(tmp_path / "test")
    assert (test.sample_rate, test.n_channels) == (16_000, 2)
    assert test.loudness_lufs == -23.0
    assert len(test.clips) == 9
    for one in test.clips:
        clip = audio.read(clip_file(tmp_path / "test", one.name))
        assert (clip.sample_rate, clip.n_channels) == (16_000, 2)
        assert audio.integrated_lufs(clip) == pytest.approx(-23.0, abs=0.1)
        assert one.lufs == pytest.approx(-23.0, abs=0.1)


def test_the_copy_is_the_clip_it_is_said_to_be(folders: Folders, tmp_path: Path) -> None:
    made(folders, tmp_path / "test")
    for one in load(tmp_path / "test").clips:
        clip = audio.read(clip_file(tmp_path / "test", one.name)).mono()
        spectrum = np.abs(np.fft.rfft(clip.samples[0]))
        hz = np.argmax(spectrum) / clip.duration_s
        number = list(folders).index(one.system)
        assert hz == pytest.approx(300 + 100 * int(one.source[-1]) + 20 * number, abs=1)


def test_no_file_tells_whose_it_is(folders: Folders, tmp_path: Path) -> None:
    made(folders, tmp_path / "test")
    files = sorted((tmp_path / "test" / "clips").iterdir())
    assert len(files) == 9
    for file in files:
        assert audio.read_comment(file) == ""
        for secret in (*folders, "piece", "made by", str(tmp_path)):
            assert secret.encode() not in file.read_bytes()
            assert secret not in file.name
    # Names follow each other in another order than systems do.
    systems = [clip.system for clip in load(tmp_path / "test").clips]
    assert systems != sorted(systems)


def test_a_test_can_be_moved_and_made_again(folders: Folders, tmp_path: Path) -> None:
    made(folders, tmp_path / "a", seed=5)
    made(folders, tmp_path / "b", seed=5)
    (tmp_path / "a").rename(tmp_path / "elsewhere")
    first, second = load(tmp_path / "elsewhere"), load(tmp_path / "b")
    assert first.items == second.items
    assert first.clips == second.clips
    assert first.id != second.id, "answers of the one must not be taken for those of the other"
    made(folders, tmp_path / "c", seed=6)
    assert {clip.name for clip in load(tmp_path / "c").clips}.isdisjoint(
        clip.name for clip in first.clips
    )


def test_a_clip_with_high_peaks_brings_all_down(folders: Folders, tmp_path: Path) -> None:
    """As loud as all can be: a click every twentieth of a second has its peak 20 dB and more above
    its loudness."""
    clicks = np.zeros((1, 16_000), np.float32)
    clicks[:, ::800] = 0.9
    audio.write(Clip(clicks, 16_000), folders["loud"] / "clicks.wav")
    reporter = Collected()
    made(folders, tmp_path / "test", reporter=reporter)
    test = load(tmp_path / "test")
    assert test.loudness_lufs is not None
    assert -35 <= test.loudness_lufs < -23
    assert all(one.lufs == pytest.approx(test.loudness_lufs, abs=0.2) for one in test.clips)
    assert any("would pass −1 dB" in line and "clicks" in line for line in reporter.lines)
    for one in test.clips:
        assert audio.true_peak(audio.read(clip_file(tmp_path / "test", one.name)).blocks()) < 1


def test_a_mono_clip_is_levelled_as_it_will_be_heard(folders: Folders, tmp_path: Path) -> None:
    """On two channels it is 3 dB louder: all are brought down until its peak is at −1 dB, and no
    further."""
    clicks = np.zeros((1, 16_000), np.float32)
    clicks[:, ::800] = 0.9
    audio.write(Clip(clicks, 16_000), folders["quiet"] / "clicks.wav")
    made(folders, tmp_path / "test")
    test = load(tmp_path / "test")
    [name] = [one.name for one in test.clips if one.source == "clicks"]
    peak = audio.true_peak(audio.read(clip_file(tmp_path / "test", name)).blocks())
    assert 20 * np.log10(peak) == pytest.approx(-1.0, abs=0.1)
    assert all(one.lufs == pytest.approx(test.loudness_lufs, abs=0.1) for one in test.clips)


def test_a_copy_that_stays_quieter_is_said(folders: Folders, tmp_path: Path) -> None:
    clicks = np.zeros((1, 16_000), np.float32)
    clicks[:, ::8000] = 0.9
    audio.write(Clip(clicks, 16_000), folders["quiet"] / "clicks.wav")
    reporter = Collected()
    made(folders, tmp_path / "test", reporter=reporter, loudness_lufs=-10.0)
    test = load(tmp_path / "test")
    [reached] = [one.lufs for one in test.clips if one.source == "clicks"]
    assert test.loudness_lufs == -22.0
    assert reached is not None
    [line] = [line for line in reporter.warnings if "quieter than" in line]
    assert f"quiet: clicks: stays {-22 - reached:.1f} dB quieter" in line


def test_what_cannot_be_heard_is_named_and_its_place_taken(
    folders: Folders, tmp_path: Path
) -> None:
    (folders["quiet"] / "text.wav").write_text("no sound")
    audio.write(tone(300, 0.2, 0.1, 16_000), folders["quiet"] / "short.wav")
    audio.write(tone(300, 1, 0.1, 16_000), folders["quiet"] / "fine.wav")
    report = made(folders, tmp_path / "test", clips=4)
    assert report.n_clips == {"quiet": 4, "loud": 3, "lossy": 3}
    reasons = {Path(one.file).name: one.reason for one in report.left_out}
    assert set(reasons) == {"text.wav", "short.wav"}
    assert "0.20 s long" in reasons["short.wav"]


def test_silence_is_kept_and_said(folders: Folders, tmp_path: Path) -> None:
    audio.write(Clip(np.zeros((1, 16_000), np.float32), 16_000), folders["quiet"] / "nothing.wav")
    reporter = Collected()
    report = made(folders, tmp_path / "test", reporter=reporter)
    assert report.n_clips["quiet"] == 4
    assert any("quiet: nothing: too quiet" in line for line in reporter.warnings)


def items_of(out: Path, kind: str) -> list[Item]:
    return [item for item in load(out).items if item.kind == kind]


def sources_of(out: Path, item: Item) -> list[tuple[str, str]]:
    clips = {clip.name: clip for clip in load(out).clips}
    return [(clips[name].system, clips[name].source) for name in item.clips]


def test_reconstructions_are_heard_after_their_originals(folders: Folders, tmp_path: Path) -> None:
    audio.write(tone(300, 1, 0.1, 16_000), folders["quiet"] / "alone.wav")
    report = made(folders, tmp_path / "test", originals=folders["lossy"])
    assert report.questions == ("fluent", "good", "same")
    items = items_of(tmp_path / "test", "reconstruction")
    assert len(items) == 9
    for item in items:
        (before, name), (system, again) = sources_of(tmp_path / "test", item)
        assert (before, name, item.systems) == ("", again, (system,))
    [alone] = report.left_out
    assert alone.file.endswith("alone.wav")
    assert alone.reason == "not asked same: nothing of its name to compare with"


def test_interpolations_are_heard_after_both_ends(folders: Folders, tmp_path: Path) -> None:
    """One end is a single clip for all of them, the other a folder of clips by name."""
    report = listen_create(
        [folders["quiet"]],
        tmp_path / "test",
        first=folders["loud"] / "piece0.flac",
        second=folders["lossy"],
    )
    assert report.questions == ("mix", "features", "genre", "good")
    items = items_of(tmp_path / "test", "mixture")
    assert len(items) == 3
    for item in items:
        first, second, between = sources_of(tmp_path / "test", item)
        assert first == ("", "piece0")
        assert second == ("", between[1])
        assert between[0] == "quiet"


def test_pairs_are_of_one_name_where_there_are_such(folders: Folders, tmp_path: Path) -> None:
    audio.write(tone(300, 1, 0.1, 16_000), folders["quiet"] / "other.wav")
    audio.write(tone(300, 1, 0.1, 16_000), folders["loud"] / "different.wav")
    made(folders, tmp_path / "test", questions=["prefer"])
    items = items_of(tmp_path / "test", "preference")
    assert {item.systems for item in items} == {
        ("quiet", "loud"),
        ("quiet", "lossy"),
        ("loud", "lossy"),
    }
    of_first = [i for i in items if i.systems == ("quiet", "loud")]
    names = [tuple(name for _, name in sources_of(tmp_path / "test", item)) for item in of_first]
    assert sorted(names)[:1] == [("other", "different")]
    assert [a == b for a, b in sorted(names)[1:]] == [True] * 3


def test_systems_of_like_names_are_judged_by_the_same_clips(tmp_path: Path) -> None:
    for system in ("a", "b"):
        for k in range(12):
            audio.write(tone(300, 0.6, 0.1, 8000), tmp_path / system / f"{k:02}.wav")
    listen_create([tmp_path / "a", f"other={tmp_path / 'b'}"], tmp_path / "test", clips=4)
    clips = load(tmp_path / "test").clips
    chosen = {s: {c.source for c in clips if c.system == s} for s in ("a", "other")}
    assert chosen["a"] == chosen["other"]
    assert len(chosen["a"]) == 4


def test_real_music_is_judged_without_being_named(folders: Folders, tmp_path: Path) -> None:
    listen_create(
        [folders["quiet"]], tmp_path / "test", real=folders["loud"], questions=["good", "prefer"]
    )
    test = load(tmp_path / "test")
    assert (test.systems, test.real) == (("quiet", "real"), "real")
    assert len(items_of(tmp_path / "test", "preference")) == 3


def test_a_question_of_ones_own_comes_beside_the_others(folders: Folders, tmp_path: Path) -> None:
    report = made(folders, tmp_path / "test", ask=["Is it sad?"], questions=["good"])
    assert report.questions == ("good", "own-1")
    assert load(tmp_path / "test").questions[1].text == "Is it sad?"
    report = made(folders, tmp_path / "usual", ask=["Is it sad?"])
    assert report.questions == ("fluent", "good", "own-1")


def test_ends_and_originals_are_both_asked_for(folders: Folders, tmp_path: Path) -> None:
    quiet = folders["quiet"]
    report = listen_create([quiet], tmp_path / "t", first=quiet, second=quiet, originals=quiet)
    assert report.questions == ("mix", "features", "genre", "good", "same")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"questions": ["same"]}, "same needs --originals"),
        ({"questions": ["good", "same"]}, "same needs --originals"),
        ({"questions": ["good", "mix"], "first": "."}, "mix needs --first and --second"),
    ],
)
def test_what_a_question_lacks_is_said_though_a_file_is_bad(
    folders: Folders, tmp_path: Path, options: dict[str, object], words: str
) -> None:
    (folders["quiet"] / "text.wav").write_text("no sound")
    first = {"first": folders["loud"]} if "first" in options else {}
    with pytest.raises(UsageError, match=words):
        made(folders, tmp_path / "test", clips=4, **(options | first))


def test_a_bad_file_is_no_reason_where_nothing_is_of_its_name(
    folders: Folders, tmp_path: Path
) -> None:
    (folders["quiet"] / "text.wav").write_text("no sound")
    audio.write(tone(300, 1, 0.1, 16_000), tmp_path / "other" / "another.wav")
    with pytest.raises(MenuraError, match="no clip of quiet can be asked same"):
        made(folders, tmp_path / "test", questions=["good", "same"], originals=tmp_path / "other")


def test_real_music_alone_needs_what_lies_at_the_ends(folders: Folders, tmp_path: Path) -> None:
    bad = tmp_path / "bad.wav"
    bad.write_text("no sound")
    with pytest.raises(MenuraError, match="no clip can be asked mix"):
        listen_create(
            [], tmp_path / "test", real=folders["loud"], first=bad, second=bad, questions=["mix"]
        )


def test_words_for_raters_are_one_line_of_whole_characters(
    folders: Folders, tmp_path: Path
) -> None:
    made(folders, tmp_path / "test", title="so\udcff\ncalled", ask=["Is it\udcff sad?"])
    test = load(tmp_path / "test")
    assert (test.title, test.questions[-1].text) == ("so\\xff called", "Is it\\xff sad?")


Wrong = Callable[[Folders, Path], object]
REFUSED: dict[str, tuple[type[MenuraError], str, Wrong]] = {
    "unknown question": (UsageError, "'godo'", lambda f, o: made(f, o, questions=["godo"])),
    "one system to choose from": (
        UsageError,
        "two systems or more",
        lambda f, o: listen_create([f["loud"]], o, questions=["prefer"]),
    ),
    "no originals": (UsageError, "--originals", lambda f, o: made(f, o, questions=["same"])),
    "one end": (UsageError, "--first and --second", lambda f, o: made(f, o, first=f["loud"])),
    "two of a name": (
        UsageError,
        "two systems are called loud",
        lambda f, o: listen_create([f["loud"], f["loud"]], o),
    ),
    "no folder": (MenuraError, "no file or folder", lambda f, o: listen_create([o / "no"], o)),
    "no system": (UsageError, "at least one", lambda f, o: listen_create([], o)),
    "no clips": (UsageError, "--clips", lambda f, o: made(f, o, clips=0)),
    "seconds": (UsageError, "--seconds", lambda f, o: made(f, o, seconds=0.1)),
    "endless": (UsageError, "--seconds must be", lambda f, o: made(f, o, seconds=601.0)),
    "too many questions": (
        UsageError,
        "101 questions about each sound",
        lambda f, o: made(f, o, questions=["good"], ask=["Is it sad?"] * 100),
    ),
    "a system called real": (
        UsageError,
        "give it with --real DIR",
        lambda f, o: listen_create([f["loud"], f"real={f['quiet']}"], o),
    ),
    "a system called as the hidden reference": (
        UsageError,
        "give it with --real DIR",
        lambda f, o: listen_create([f"real={f['quiet']}"], o, real=f["loud"]),
    ),
    "too loud": (UsageError, "--loudness", lambda f, o: made(f, o, loudness_lufs=3.0)),
    "a file": (UsageError, "is a file", lambda f, o: made(f, f["loud"] / "piece0.flac")),
    "not empty": (MenuraError, "not empty", lambda f, o: made(f, f["loud"])),
    "half a name": (UsageError, "NAME=DIR", lambda f, o: listen_create([f"={f['loud']}"], o)),
    "originals that nothing uses": (
        UsageError,
        r"--originals .*lossy: no question uses it; add same to --questions, or leave out --orig",
        lambda f, o: made(f, o, originals=f["lossy"], questions=["good"]),
    ),
    "an end that nothing uses": (
        UsageError,
        r"--second .*lossy: no question uses it; add mix to --questions",
        lambda f, o: made(f, o, second=f["lossy"], questions=["good"]),
    ),
    "an empty question": (UsageError, "--ask", lambda f, o: made(f, o, ask=["  "])),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_is_refused_and_nothing_written(
    folders: Folders, tmp_path: Path, name: str
) -> None:
    kind, words, wrong = REFUSED[name]
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(kind, match=words):
        wrong(folders, tmp_path / "test")
    assert sorted(tmp_path.rglob("*")) == before


def test_a_system_of_which_nothing_can_be_heard_is_an_error(
    folders: Folders, tmp_path: Path
) -> None:
    for file in folders["quiet"].iterdir():
        file.write_text("no sound")
    with pytest.raises(MenuraError, match=r"quiet/piece\d\.wav: not audio"):
        made(folders, tmp_path / "test")
    assert not (tmp_path / "test").exists()


def test_a_failure_in_the_middle_leaves_nothing(
    folders: Folders, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = sorted(tmp_path.rglob("*"))
    n_left = 4
    write = audio.write

    def full(*given: object, **named: object) -> tuple[str, ...]:
        nonlocal n_left
        n_left -= 1
        if n_left < 0:
            raise MenuraError("the disk is full")
        return write(*given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(audio, "write", full)
    with pytest.raises(MenuraError, match="disk is full"):
        made(folders, tmp_path / "test")
    assert sorted(tmp_path.rglob("*")) == before
