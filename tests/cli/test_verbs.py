"""Each verb hands its words to its workflow, and prints what comes back, and nothing else."""

import json
import shlex
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from menura.cli import run
from menura.foundation.reporting import Reporter
from menura.workflows.sound import SoundOptions

StandIn = Callable[[str, Any], list[Any]]


@dataclass(frozen=True)
class Result:
    """As the results of workflows: paths, figures, some of them not a number."""

    run: Path
    page: Path
    held_out: float | None
    figures: dict[str, float]
    remarks: tuple[str, ...] = ()


RESULT = Result(Path("o"), Path("o/page.html"), None, {"loss": float("nan")}, ("fine",))
PLAIN = SoundOptions()
ALL_SOUND = "--seconds 4 --seed 7 --fade-in 0.5 --fade-out 2 --loudness -14 --format mp3"
ALL_SOUND_OPTIONS = SoundOptions(4.0, 7, 0.5, 2.0, False, -14.0, "mp3")
TRAIN: dict[str, Any] = {
    "preset": "laptop",
    "init": None,
    "minutes": None,
    "steps": None,
    "resume": False,
    "seed": 0,
    "settings": {},
    "device": "auto",
    "precision": "auto",
}
PREPARE: dict[str, Any] = {
    "corpus": "folder",
    "labels": None,
    "workers": None,
    "resume": False,
    "min_seconds": 0.5,
    "held_out": 0.2,
    "seed": 0,
    "settings": {},
    "append": False,
    "duplicates": "group",
    "trim_silence_db": None,
    "engine": "local",
    "address": None,
}
SPECTROGRAM: dict[str, Any] = {
    "representation": None,
    "preset": None,
    "settings": {},
    "vocoder": None,
}
PRETRAINED: dict[str, Any] = {"preset": None, "settings": {}}
CONTINUE: dict[str, Any] = PRETRAINED | {
    "label": None,
    "prompt": None,
    "negative_prompt": None,
    "temperature": None,
    "guidance": None,
    "soundfont": None,
    "sound": PLAIN,
}
GENERATE: dict[str, Any] = CONTINUE | {"n": 1}
R, C, OUT = Path("r"), Path("c.wav"), Path("o")

CASES: list[tuple[str, str, tuple[Any, ...], dict[str, Any]]] = [
    ("demo", "demo", (Path("menura-demo"),), {}),
    ("demo --out o", "demo", (OUT,), {}),
    ("prepare s --out o", "prepare", (Path("s"), OUT), PREPARE),
    (
        "prepare s --out o --corpus gtzan --labels l.csv --workers 3 --resume --min-seconds 1 "
        "--held-out 0.1 --seed 5 --set split=stratified --append --duplicates drop "
        "--trim-silence-db -60 --engine ray --address h:1",
        "prepare",
        (Path("s"), OUT),
        {
            "corpus": "gtzan",
            "labels": Path("l.csv"),
            "workers": 3,
            "resume": True,
            "min_seconds": 1.0,
            "held_out": 0.1,
            "seed": 5,
            "settings": {"split": "stratified"},
            "append": True,
            "duplicates": "drop",
            "trim_silence_db": -60.0,
            "engine": "ray",
            "address": "h:1",
        },
    ),
    ("train stft-lstm c --out o", "train", ("stft-lstm", Path("c"), OUT), TRAIN),
    (
        "train stft-lstm c --out o --preset tiny --init b --minutes 2.5 --resume --seed 3 "
        "--set model.depth=2 --set text=a=b --device cpu --precision bfloat16",
        "train",
        ("stft-lstm", Path("c"), OUT),
        TRAIN
        | {
            "preset": "tiny",
            "init": "b",
            "minutes": 2.5,
            "resume": True,
            "seed": 3,
            "settings": {"model.depth": "2", "text": "a=b"},
            "device": "cpu",
            "precision": "bfloat16",
        },
    ),
    (
        "train stft-lstm c --out o --steps 10",
        "train",
        ("stft-lstm", Path("c"), OUT),
        TRAIN | {"steps": 10},
    ),
    ("generate r --out o", "generate", (R, OUT), GENERATE),
    (
        f"generate r --out o -n 3 --label jazz --prompt 'slow rain' --temperature 0.8 "
        f"--guidance 2 --negative-prompt rap --preset p --set k=v --soundfont s {ALL_SOUND}",
        "generate",
        (R, OUT),
        {
            "n": 3,
            "label": "jazz",
            "prompt": "slow rain",
            "negative_prompt": "rap",
            "temperature": 0.8,
            "guidance": 2.0,
            "preset": "p",
            "settings": {"k": "v"},
            "soundfont": Path("s"),
            "sound": ALL_SOUND_OPTIONS,
        },
    ),
    (
        "continue r c.wav --out o",
        "continue_",
        (R, C, OUT),
        CONTINUE,
    ),
    (
        f"continue --temperature 0 {ALL_SOUND} --out o r c.wav",
        "continue_",
        (R, C, OUT),
        CONTINUE | {"temperature": 0.0, "sound": ALL_SOUND_OPTIONS},
    ),
    (
        "continue r c.wav --out o --label jazz --prompt rain --negative-prompt rap --guidance 2 "
        "--preset p --set k=v",
        "continue_",
        (R, C, OUT),
        CONTINUE
        | {
            "label": "jazz",
            "prompt": "rain",
            "negative_prompt": "rap",
            "guidance": 2.0,
            "preset": "p",
            "settings": {"k": "v"},
        },
    ),
    (
        f"reconstruct r c.wav --out o --label piano --preset p --set k=v {ALL_SOUND}",
        "reconstruct",
        (R, C, OUT),
        {"label": "piano", "preset": "p", "settings": {"k": "v"}, "sound": ALL_SOUND_OPTIONS},
    ),
    (
        "spectrogram c.wav --out o",
        "spectrogram",
        (C, OUT),
        SPECTROGRAM,
    ),
    (
        "spectrogram --representation power --preset p --set n_fft=8 --vocoder r --out=o -- -c.wav",
        "spectrogram",
        (Path("-c.wav"), OUT),
        {"representation": "power", "preset": "p", "settings": {"n_fft": "8"}, "vocoder": R},
    ),
    (
        f"inpaint r c.wav --from 1 --to 2.5 --out o {ALL_SOUND}",
        "inpaint",
        (R, C, OUT),
        {"from_s": 1.0, "to_s": 2.5, "sound": ALL_SOUND_OPTIONS},
    ),
    (
        f"vary r c.wav --strength 0.3 --out o {ALL_SOUND}",
        "vary",
        (R, C, OUT),
        {"strength": 0.3, "sound": ALL_SOUND_OPTIONS},
    ),
    (
        "interpolate r c.wav d.wav --out o",
        "interpolate",
        (R, C, Path("d.wav"), OUT),
        {"steps": 5, "glide": False, "path": None, "sound": PLAIN},
    ),
    (
        f"interpolate --out o --steps 9 --path spherical {ALL_SOUND} -- -r -c.wav --d",
        "interpolate",
        (Path("-r"), Path("-c.wav"), Path("--d"), OUT),
        {"steps": 9, "glide": False, "path": "spherical", "sound": ALL_SOUND_OPTIONS},
    ),
    (
        "interpolate r c.wav d.wav --out o --glide --loop",
        "interpolate",
        (R, C, Path("d.wav"), OUT),
        {"steps": 5, "glide": True, "path": None, "sound": SoundOptions(loop=True)},
    ),
]
WRITES_SEVERAL = {"generate", "interpolate"}
REPORTS = {"demo": "o/page.html", "prepare": "o", "train": "o"}


def result_of(workflow: str) -> Any:
    if workflow in REPORTS:
        return RESULT
    return [Path("o/1.wav"), Path("o/2.wav")] if workflow in WRITES_SEVERAL else OUT


@pytest.mark.parametrize(("words", "workflow", "given", "named"), CASES, ids=lambda value: "")
def test_words_reach_the_workflow(
    words: str,
    workflow: str,
    given: tuple[Any, ...],
    named: dict[str, Any],
    stand_in: StandIn,
    capsys: pytest.CaptureFixture[str],
) -> None:
    calls = stand_in(workflow, result_of(workflow))
    assert run(shlex.split(words)) == 0
    [(positional, options)] = calls
    assert isinstance(options.pop("reporter"), Reporter)
    assert positional == given
    assert options == named
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("words", "workflow"),
    [(words, workflow) for words, workflow, _, _ in CASES if "--seed" not in words],
)
def test_the_essence_is_printed_and_json_is_whole(
    words: str, workflow: str, stand_in: StandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    stand_in(workflow, result_of(workflow))
    files = ["o/1.wav", "o/2.wav"] if workflow in WRITES_SEVERAL else ["o"]
    verb, *rest = shlex.split(words)
    assert run([verb, *rest]) == 0
    assert capsys.readouterr().out.splitlines() == [REPORTS.get(workflow, files[0]), *files[1:]]
    assert run([verb, "--json", *rest]) == 0
    expected: Any = {"files": files}
    if workflow in REPORTS:
        expected = {
            "run": "o",
            "page": "o/page.html",
            "held_out": None,
            "figures": {"loss": None},
            "remarks": ["fine"],
        }
    assert json.loads(capsys.readouterr().out) == expected


def test_json_is_alone_on_standard_output(
    stand_in: StandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    def talkative(clip: Path, out: Path, *, reporter: Reporter, **_: object) -> Path:
        print("a library prints")  # noqa: T201
        reporter.say("drawing")
        reporter.warn("very short")
        return out

    stand_in("spectrogram", talkative)
    assert run(["spectrogram", "c.wav", "--out", "o.png", "--json"]) == 0
    out, err = capsys.readouterr()
    assert json.loads(out) == {"files": ["o.png"]}
    assert err == "a library prints\ndrawing\nwarning: very short\n"


def test_bare_menura_gives_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert run([]) == 0
    out, err = capsys.readouterr()
    assert "menura demo" in out
    assert err == ""


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    import menura

    assert run(["--version"]) == 0
    assert capsys.readouterr().out == f"menura {menura.__version__}\n"
