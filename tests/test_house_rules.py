"""The house rules that style checkers do not know: small files, plain names, no trap doors."""

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import menura

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = Path(menura.__file__).parent
DRAWERS = {"util", "utils", "helper", "helpers", "common", "misc"}
UNSAFE_MODULES = {"cloudpickle", "dill", "joblib", "marshal", "pickle", "shelve"}


def python_files(*folders: Path) -> list[Path]:
    return sorted(file for folder in folders for file in folder.rglob("*.py"))


SOURCES = python_files(PACKAGE)
FOLDERS = ("tests", "benchmarks", "base", "examples")
EVERYTHING = [*SOURCES, *python_files(*(ROOT / folder for folder in FOLDERS))]


def named(file: Path) -> str:
    return "/".join(file.parts[-3:])


def is_public(file: Path) -> bool:
    return not file.stem.startswith("_") or file.stem == "__init__"


def too_long(code: str) -> Iterator[str]:
    lines = len(code.splitlines())
    if lines > 400:
        yield f"{lines} lines"
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno is not None
            if (length := node.end_lineno - node.lineno + 1) > 60:
                yield f"{node.name} has {length} lines"


def passed_through(code: str) -> Iterator[str]:
    """Functions that hand on **anything they are given: a misspelt option would go unnoticed."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.args.kwarg:
            words = [
                w for call in ast.walk(node) if isinstance(call, ast.Call) for w in call.keywords
            ]
            if any(w.arg is None and node.args.kwarg.arg in ast.unparse(w.value) for w in words):
                yield f"{node.name} hands on **{node.args.kwarg.arg}"


def without_docstring(code: str) -> Iterator[str]:
    """The file itself, and what it offers at its top level."""
    tree = ast.parse(code)
    if ast.get_docstring(tree) is None:
        yield "the file"
    for node in tree.body:
        if (
            isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
            and not node.name.startswith("_")
            and ast.get_docstring(node) is None
        ):
            yield node.name


def unsafe_loading(code: str) -> Iterator[str]:
    """Ways to load a file that can run what is in it."""
    for node in ast.walk(ast.parse(code)):
        modules: list[str] = []
        if isinstance(node, ast.Import):
            modules = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            modules = [node.module or ""]
        yield from (module for module in modules if module.split(".")[0] in UNSAFE_MODULES)
        if not isinstance(node, ast.Call):
            continue
        given = {word.arg: ast.unparse(word.value) for word in node.keywords}
        if ast.unparse(node.func) == "torch.load" and given.get("weights_only") != "True":
            yield "torch.load without weights_only=True"
        if given.get("allow_pickle", "False") != "False":
            yield "allow_pickle"


def shapes(code: str) -> list[tuple[int, int, int, int]]:
    """Where shapes stand in jaxtyping's types, as in Float32[Tensor, "batch time"]: from a line and
    column to a line and column."""
    tree = ast.parse(code)
    types = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "jaxtyping"
        for alias in node.names
    }
    return [
        (word.lineno, word.col_offset, word.end_lineno or 0, word.end_col_offset or 0)
        for node in ast.walk(tree)
        if isinstance(node, ast.Subscript) and ast.unparse(node.value) in types
        for word in ast.walk(node.slice)
        if isinstance(word, ast.Constant) and isinstance(word.value, str)
    ]


def undefined(*files: Path) -> Iterator[str]:
    """Names that nothing defines, as ruff finds them; it takes shapes for names, which are none."""
    words = ("ruff", "check", "--isolated", "--select=F821", "--output-format=json")
    done = subprocess.run([sys.executable, "-m", *words, *files], capture_output=True, text=True)
    assert done.returncode in (0, 1), done.stderr
    for found in json.loads(done.stdout):
        code = Path(found["filename"]).read_text(encoding="utf-8")
        row, column = found["location"]["row"], found["location"]["column"] - 1
        if not any((a, b) <= (row, column) < (c, d) for a, b, c, d in shapes(code)):
            yield f"{found['filename']}:{row}: {found['message']}"


@pytest.mark.parametrize("file", EVERYTHING, ids=named)
def test_files_and_functions_are_small(file: Path) -> None:
    assert list(too_long(file.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize("file", EVERYTHING, ids=named)
def test_no_drawers(file: Path) -> None:
    words = {word for part in (file.stem, file.parent.name) for word in part.split("_")}
    assert not words & DRAWERS


@pytest.mark.parametrize("file", SOURCES, ids=named)
def test_options_are_named(file: Path) -> None:
    assert list(passed_through(file.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize("file", [f for f in SOURCES if is_public(f)], ids=named)
def test_what_is_public_is_documented(file: Path) -> None:
    assert list(without_docstring(file.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize("file", SOURCES, ids=named)
def test_loading_runs_nothing(file: Path) -> None:
    assert list(unsafe_loading(file.read_text(encoding="utf-8"))) == []


def test_every_name_is_defined() -> None:
    """Type checkers are not asked: they would take shapes for names, and so would ruff alone."""
    assert list(undefined(*EVERYTHING)) == []


def test_a_lost_import_is_found(tmp_path: Path) -> None:
    file = tmp_path / "lost.py"
    file.write_text(
        "from jaxtyping import Float32\nfrom torch import Tensor\n\n"
        'Line = Float32[Tensor, " time"]\n\n\n'
        "def f(line: Line, other: 'Lost') -> Float32[Ndarray, 'points']:\n"
        "    def g() -> 'points': ...\n"
        "    return gone(line, Tensor)\n"
    )
    lines = [one.removeprefix(f"{file}:") for one in undefined(file)]
    assert lines == [
        "7: Undefined name `Lost`",
        "7: Undefined name `Ndarray`",
        "8: Undefined name `points`",
        "9: Undefined name `gone`",
    ]


def test_each_rule_can_fail() -> None:
    long_function = "def f():\n" + "    pass\n" * 60
    assert list(too_long(long_function)) == ["f has 61 lines"]
    assert list(too_long("\n" * 401)) == ["401 lines"]
    assert list(passed_through("def f(a, **rest): g(a, **rest)")) == ["f hands on **rest"]
    assert list(passed_through("def f(a, **rest): g(rest, **a)")) == []
    assert list(without_docstring("def f(): ...\nclass C: ...")) == ["the file", "f", "C"]
    assert list(unsafe_loading("import pickle"))
    assert list(unsafe_loading("from joblib import load"))
    assert list(unsafe_loading("torch.load(path)"))
    assert list(unsafe_loading("torch.load(path, weights_only=False)"))
    assert list(unsafe_loading("numpy.load(path, allow_pickle=True)"))
    assert not list(unsafe_loading("torch.load(path, weights_only=True)"))
