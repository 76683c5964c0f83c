"""A wrong command line is answered with status 2 and one line that names the offending word."""

import shlex

import pytest

from menura.cli import run

WRONG = {
    # unknown verbs, verbs that another release may bring, misspelt ones
    "trian": "'trian'",
    "Train r c --out o": "'Train'",
    "compere c --recipes a,b": "'compere'",
    "studio": "'studio'",
    "''": "''",
    "--bogus": "--bogus",
    "--bogus list": "--bogus",
    "-- --train": "'--train'",
    # something is missing
    "train": "RECIPE",
    "train r": "CORPUS",
    "train r c": "--out",
    "train r c --out": "--out",
    "prepare --out o": "SOURCE",
    "generate --out o": "RUN",
    "continue r --out o.wav": "CLIP",
    "spectrogram c.wav": "--out",
    "vary r c.wav --out o.wav": "--strength",
    "inpaint r c.wav --to 2 --out o.wav": "--from",
    "interpolate r a.wav --out o": "B is missing",
    "list labels": "labels needs a RUN",
    "list presets": "presets needs a RECIPE",
    "list presets stft-lsmt": "did you mean 'stft-lstm'",
    "classify trian c": "there is no command 'trian'; did you mean 'train'?",
    "classify train": "CORPUS",
    "classify train c": "--out",
    "classify predict k": "CLIP_OR_FOLDER",
    "classify table c": "--out",
    # something is too much
    "train r c d --out o": "(d)",
    "doctor x": "(x)",
    "demo x": "(x)",
    "list recipes r": "r is one argument too many",
    "train r c --out o --set a=1 b=2": "(b=2)",
    "doctor --json=3": "--json",
    "generate r --out o --loop=1": "--loop",
    # unknown and misspelt options
    "train r c --out o --stps 3": "did you mean --steps?",
    "doctor --seed 3": "--seed",
    "generate r --out o -q": "-q",
    "generate r --out o --set a=1": "--set",
    # values that cannot be
    "train r c --out o --steps -3": "--steps must be a whole number, 1 or more, not '-3'",
    "train r c --out o --steps 0": "--steps",
    "train r c --out o --steps 1.5": "'1.5'",
    "train r c --out o --steps many": "'many'",
    "train r c --out o --minutes 0": "--minutes must be a number above 0, not '0'",
    "train r c --out o --minutes nan": "--minutes",
    "train r c --out o --minutes inf": "--minutes",
    "train r c --out o --seed -1": "--seed",
    "train r c --out o --set depth": "--set must be written KEY=VALUE, not 'depth'",
    "train r c --out o --set =3": "--set",
    "train r c --out o --device tpu": "--device must be one of auto, cpu, cuda, mps, not 'tpu'",
    "train r c --out o --precision half": "--precision",
    "prepare s --out o --workers 0": "--workers",
    "prepare s --out o --min-seconds -1": "--min-seconds",
    "prepare s --out o --held-out -0.2": "--held-out",
    "generate r --out o -n 0": "-n must be",
    "generate r --out o --format aac": "'aac'",
    "generate r --out o --loudness loud": "--loudness must be a number, not 'loud'",
    "generate r --out o --fade-in -1": "--fade-in",
    "generate r --out o --fade-out x": "--fade-out",
    "generate r --out o --seconds -4": "--seconds",
    "generate r --out o --temperature -1": "--temperature",
    "vary r c.wav --strength lots --out o.wav": "--strength",
    "interpolate r a.wav b.wav --out o --steps none": "--steps",
    "list everything": "'everything'",
    "generate r --out ''": "--out must be the name",
    "spectrogram '' --out o.png": "CLIP must be the name",
    "classify train c --out o --epochs 0": "--epochs must be a whole number, 1 or more",
    "classify train c --out o --minutes 0": "--minutes must be a number above 0",
    "classify table c --out o --classifiers a,,b": "--classifiers takes names",
    "classify table c --out o --folds 0": "--folds",
    "listen create d --out o --clips 0": "--clips",
    "listen create d --out o --seconds 0": "--seconds",
    "listen create d --out o --questions --json": "--questions",
    "listen create d --out o --questions godo": "'godo'",
    "listen create --out o": "DIR… is missing",
    "listen create d": "--out",
    "listen serve": "TEST",
    "listen serve t --port x": "--port",
    "listen crate": "did you mean 'create'?",
    # words that fight each other
    "train r c --out o --minutes 1 --steps 2": "--minutes and --steps exclude each other",
    "interpolate r a.wav b.wav --out o --steps 3 --glide": "--glide",
    "generate r --out o --loop --fade-in 1": "--loop",
    "inpaint r c.wav --from 3 --to 2 --out o.wav": "--to 2 must be later than --from 3",
    "generate r --out --json": "--out has no value: the next word is the option --json",
    "generate r --out o --label --json": "--label has no value",
}


@pytest.mark.parametrize("words", WRONG)
def test_wrong_words_get_one_plain_line(words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(shlex.split(words)) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("menura: ")
    assert err.count("\n") == 1
    assert err.endswith("\n")
    assert WRONG[words] in err
    assert "Traceback" not in err


def test_an_unknown_verb_is_answered_with_the_verbs_there_are(
    capsys: pytest.CaptureFixture[str],
) -> None:
    run(["genrate"])
    err = capsys.readouterr().err
    assert "did you mean 'generate'?" in err
    assert "there is: demo, doctor, list, download, prepare, train, generate" in err


def test_a_wrong_value_is_answered_with_where_the_help_is(
    capsys: pytest.CaptureFixture[str],
) -> None:
    run(["train", "r", "c", "--out", "o", "--steps", "x"])
    assert capsys.readouterr().err.endswith("; see menura train --help\n")
