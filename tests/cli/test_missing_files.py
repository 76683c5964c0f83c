"""With the real workflows: what is not there, or is not what it should be, is one plain line."""

import shlex
from pathlib import Path

import pytest

from menura.cli import run

WRONG = {
    "spectrogram no.wav --out x.png": (1, "no.wav"),
    "spectrogram text.wav --out x.png": (1, "text.wav"),
    "spectrogram text.wav --out x.jpg": (2, "must end in .png"),
    "spectrogram empty --out x.png": (1, "empty"),
    "spectrogram -- -no.wav --out": (2, "--out"),
    "spectrogram text.wav --representation mel --out x.png": (2, "'mel'"),
    "prepare no --out o": (1, "no"),
    "prepare empty --out o": (1, "empty"),
    "prepare empty --out o --corpus tapes": (2, "'tapes'"),
    "prepare empty --out text.wav": (2, "text.wav"),
    "prepare empty --out o --held-out 1.5": (2, "held"),
    "train stft-lsmt no --out o": (2, "did you mean 'stft-lstm'"),
    "train stft-lstm no --out o": (1, "no"),
    "train stft-lstm no --out o --preset huge": (2, "'huge'"),
    "train stft-lstm no --out o --set depth=3": (2, "'depth'"),
    "generate no --out o": (1, "no"),
    "prepare text.wav --out o": (2, "text.wav"),
    "generate text.wav --out o": (2, "text.wav"),
    "generate no --out text.wav": (2, "text.wav is a file"),
    "generate no --out text.wav/o": (2, "text.wav is a file"),
    "generate empty --out o": (1, "empty"),
    "continue no text.wav --out x.wav": (1, "no"),
    "continue no text.wav --out text.wav": (2, "is the clip itself"),
    "continue no text.wav --out ./empty/../text.wav": (2, "is the clip itself"),
    "continue no text.wav --out x": (2, "must end in .wav or .flac or .ogg or .mp3"),
    "continue no text.wav --out x.aiff": (2, "must end in .wav"),
    "continue no text.wav --out x.mp3 --format wav": (
        2,
        "x.mp3 ends in .mp3, but --format says wav",
    ),
    "continue no text.wav --out empty": (2, "must end in"),
    "continue no text.wav --out empty --format wav": (2, "empty is a folder"),
    "continue no text.wav --out text.wav/x.wav": (2, "text.wav is a file"),
    "continue no text.wav --out /dev/null --format wav": (2, "/dev/null is not a file"),
    "reconstruct no text.wav --out x.wav": (1, "no"),
    "inpaint no text.wav --from 1 --to 2 --out x.wav": (1, "no"),
    "vary no text.wav --strength 1 --out x.wav": (1, "no"),
    "interpolate no text.wav text.wav --out o": (1, "no"),
    "list labels no": (1, "no"),
    "classify train no --out o": (1, "no"),
    "classify train no --out o --classifier svn": (2, "did you mean 'svm'"),
    "classify train no --out text.wav": (2, "text.wav: is a file"),
    "classify predict no text.wav": (1, "no: not a classifier"),
    "classify predict text.wav text.wav": (2, "text.wav is a file"),
    "classify table no --out o": (1, "no"),
    "classify table empty --out o --classifiers k-nm": (2, "did you mean 'k-nn'"),
    "evaluate no empty": (1, "no file or folder no"),
    "evaluate empty text.wav": (1, "empty"),
    "evaluate text.wav text.wav": (1, "text.wav"),
    "evaluate no text.wav --json text.wav": (2, "must end in .json"),
    "evaluate no text.wav --metrics fid": (2, "'fid'"),
    "listen create no --out o": (1, "no file or folder no"),
    "listen create empty --out o": (1, "empty"),
    "listen create empty --out text.wav": (2, "text.wav is a file"),
    "listen create text.wav --out o": (1, "text.wav: not audio"),
    "listen serve no": (1, "no: no listening test"),
    "listen serve text.wav": (1, "text.wav: no listening test"),
    "listen results empty": (1, "empty: no listening test"),
    "listen results empty --out x.txt": (2, "must end in .html"),
    "listen results empty --csv x.txt": (2, "must end in .csv"),
}


@pytest.mark.parametrize("words", WRONG)
def test_what_is_not_there_is_named(
    words: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("text.wav").write_text("no sound", encoding="utf-8")
    Path("empty").mkdir()
    before = set(tmp_path.rglob("*"))
    status, named = WRONG[words]
    assert run(shlex.split(words)) == status
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("menura: ")
    assert named in err
    assert err.count("\n") == 1
    assert "fault in Menura" not in err
    assert set(tmp_path.rglob("*")) == before, "nothing is written by a refused command"
