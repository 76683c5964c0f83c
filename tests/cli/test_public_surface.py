"""People's scripts depend on these names. Whoever changes this file changes what they rely on."""

import ast
import inspect
import re
from pathlib import Path

import click
import mypy.api
import pytest

import menura
from menura.cli.program import program

ALWAYS = {"--json", "--debug", "--help"}
FADES = {"--fade-in", "--fade-out"}
SOUND = {"--seconds", "--seed", "--loop", "--stereo", "--loudness", "--format"} | FADES
SOUND |= {"--device", "--precision", "--compile"}
WISHES = {"--label", "--prompt", "--negative-prompt", "--temperature", "--guidance"}
PRETRAINED = {"--preset", "--set"}
CLASSIFYING = {
    "--preset",
    "--grid",
    "--epochs",
    "--minutes",
    "--seed",
    "--device",
    "--precision",
}
SURFACE: dict[str, tuple[str, set[str]]] = {
    "demo": ("", {"--out"}),
    "doctor": ("", set()),
    "list": ("[WHAT] [RECIPE|RUN]", set()),
    "download": ("CORPUS", {"--out", "--keep-archive"}),
    "prepare": (
        "SOURCE",
        {
            "--out",
            "--corpus",
            "--labels",
            "--workers",
            "--resume",
            "--append",
            "--min-seconds",
            "--held-out",
            "--seed",
            "--set",
            "--engine",
            "--address",
            "--duplicates",
            "--trim-silence-db",
        },
    ),
    "train": (
        "RECIPE CORPUS",
        {
            "--out",
            "--preset",
            "--init",
            "--minutes",
            "--steps",
            "--resume",
            "--seed",
            "--set",
            "--device",
            "--precision",
        },
    ),
    "generate": (
        "RUN",
        {"--out", "-n", "--soundfont"} | WISHES | PRETRAINED | SOUND,
    ),
    "continue": ("RUN CLIP", {"--out", "--soundfont"} | WISHES | PRETRAINED | SOUND),
    "reconstruct": ("RUN CLIP", {"--out", "--label"} | PRETRAINED | SOUND),
    "spectrogram": ("CLIP", {"--representation", "--preset", "--set", "--vocoder", "--out"}),
    "inpaint": ("RUN CLIP", {"--from", "--to", "--out"} | SOUND),
    "vary": ("RUN CLIP", {"--strength", "--out"} | SOUND),
    "interpolate": ("RUN A B", {"--out", "--steps", "--glide", "--path"} | SOUND),
    "explore": (
        "CORPUS|RUN",
        {
            "--out",
            "--by",
            "--generated",
            "--corpus",
            "--features",
            "--echonest",
            "--most",
            "--heard",
            "--workers",
            "--seed",
        },
    ),
    "evaluate": ("CANDIDATES REFERENCE", {"--metrics", "--through"}),
    "compare": (
        "CORPUS",
        {"--recipes", "--minutes", "--out", "--preset", "--clips", "--seconds", "--seed"}
        | {"--page-seconds"},
    ),
    "classify train": (
        "CORPUS",
        {"--out", "--label", "--classifier", "--set", "--workers"} | CLASSIFYING,
    ),
    "classify predict": ("CLASSIFIER CLIP_OR_FOLDER", {"--workers"}),
    "classify table": (
        "CORPUS",
        {"--out", "--label", "--classifiers", "--folds", "--workers"} | CLASSIFYING,
    ),
    "listen create": (
        "DIR…",
        {
            "--out",
            "--questions",
            "--ask",
            "--real",
            "--originals",
            "--first",
            "--second",
            "--clips",
            "--trials",
            "--repeats",
            "--seconds",
            "--loudness",
            "--title",
            "--seed",
        },
    ),
    "listen serve": ("TEST", {"--host", "--port"}),
    "listen results": ("TEST", {"--out", "--csv", "--keep-all", "--seed"}),
    "features": ("CORPUS", {"--out", "--sample-rate", "--workers"}),
    "verify": ("PREPARED", set()),
}


def verbs_of(group: click.Group, before: str = "") -> dict[str, click.Command]:
    """Every verb by its words, those of groups ("listen create") among them."""
    found: dict[str, click.Command] = {}
    for name in group.list_commands(click.Context(group)):
        command = group.commands[name]
        words = f"{before}{name}"
        found |= verbs_of(command, f"{words} ") if isinstance(command, click.Group) else {}
        found |= {} if isinstance(command, click.Group) else {words: command}
    return found


VERBS = verbs_of(program)


def context_of(verb: str) -> click.Context:
    return click.Context(VERBS[verb], info_name=verb)


def test_the_verbs() -> None:
    assert list(VERBS) == list(SURFACE)
    own = {word for param in program.get_params(click.Context(program)) for word in param.opts}
    assert own == {"--version", "--debug", "--help"}


@pytest.mark.parametrize("verb", SURFACE)
def test_the_words_of_a_verb(verb: str) -> None:
    context = context_of(verb)
    params = context.command.get_params(context)
    arguments = [p.make_metavar(context) for p in params if isinstance(p, click.Argument)]
    options = [p for p in params if isinstance(p, click.Option)]
    assert (" ".join(arguments), {word for option in options for word in option.opts}) == (
        SURFACE[verb][0],
        SURFACE[verb][1] | ALWAYS,
    )
    assert all(option.secondary_opts == [] for option in options)


@pytest.mark.parametrize("verb", SURFACE)
def test_every_option_says_what_it_is(verb: str) -> None:
    context = context_of(verb)
    for param in context.command.get_params(context):
        if isinstance(param, click.Option):
            assert param.help, f"{verb} {param.opts[0]}"
    assert context.command.get_short_help_str(200).endswith(".")


@pytest.mark.parametrize("name", menura.__all__)
def test_every_name_of_the_python_api_is_there(name: str) -> None:
    assert getattr(menura, name) is not None


def test_type_checkers_see_every_verb_where_it_is() -> None:
    """The imports under TYPE_CHECKING, the verbs that are found at run time, and __all__ agree."""
    tree = ast.parse(Path(menura.__file__).read_text(encoding="utf-8"))
    [seen] = [
        node
        for node in tree.body
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
    ]
    imported = {
        alias.name: str(node.module).removeprefix("menura.workflows.")
        for node in seen.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert imported == menura._VERBS
    assert menura.__all__ == ["__version__", *sorted(imported)]


def test_users_get_real_types(tmp_path: Path) -> None:
    snippet = tmp_path / "script.py"
    snippet.write_text(
        "import menura\nreveal_type(menura.generate)\nmenura.generat\nmenura.load(3)\n"
    )
    root = Path(__file__).parents[2]  # whose cache `make check` has just filled
    options = [f"--config-file={root / 'pyproject.toml'}", f"--cache-dir={root / '.mypy_cache'}"]
    out, err, _ = mypy.api.run([*options, str(snippet)])
    assert err == ""
    assert re.search(
        r":2: note: Revealed type is .*run: .*Path.*list\[pathlib\._?\w*\.?Path\]", out
    )
    assert ':3: error: Module has no attribute "generat"' in out
    assert ':4: error: Argument 1 to "load"' in out


def test_the_python_api_refuses_other_names() -> None:
    with pytest.raises(AttributeError, match="no attribute 'trian'"):
        _ = menura.trian


SHORTEST = {
    "download": ["c", "--out", "o"],
    "prepare": ["s", "--out", "o"],
    "train": ["r", "c", "--out", "o"],
    "generate": ["r", "--out", "o"],
    "continue": ["r", "c", "--out", "o"],
    "reconstruct": ["r", "c", "--out", "o"],
    "spectrogram": ["c", "--out", "o"],
    "interpolate": ["r", "a", "b", "--out", "o"],
    "explore": ["r", "--out", "o"],
    "evaluate": ["c", "r"],
    "classify train": ["c", "--out", "o"],
    "classify predict": ["k", "c"],
    "classify table": ["c", "--out", "o"],
    "listen create": ["d", "--out", "o"],
    "listen serve": ["t"],
    "listen results": ["t"],
    "compare": ["c", "--out", "o"],
    "features": ["c", "--out", "o"],
    "verify": ["c"],
}


@pytest.mark.parametrize("verb", SHORTEST)
def test_both_faces_of_a_verb_have_the_same_defaults(verb: str) -> None:
    """An option left out means the same on the command line and in Python."""
    function = getattr(menura, "continue_" if verb == "continue" else verb.replace(" ", "_"))
    python = inspect.signature(function).parameters
    by_words = VERBS[verb].make_context(verb, SHORTEST[verb]).params
    own = {param.name for param in VERBS[verb].params if not param.required}
    # Without --set there is () here and None there; interpolate itself fills in its 5 steps.
    own -= {"steps"} if verb == "interpolate" else {"settings"}
    assert own <= python.keys()
    assert {name: by_words[name] for name in own} == {name: python[name].default for name in own}
