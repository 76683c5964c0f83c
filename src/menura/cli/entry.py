"""Where the command line begins, and where every error ends as one line."""

import contextlib
import io
import sys
import traceback
import warnings
from collections.abc import Sequence

import click

from menura.cli.mistakes import COULD_NOT, DONE, line_and_status
from menura.cli.program import program


def main() -> int:
    """The console script: the words of the command line in, the exit status out."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A file name may hold bytes that are no text; a terminal may lack letters of ours.
        utf8 = sys.stdout.encoding.lower() == "utf-8"
        sys.stdout.reconfigure(errors="surrogateescape" if utf8 else "backslashreplace")
    words = sys.argv[1:]
    if not _debugging(words) and not sys.warnoptions:
        warnings.simplefilter("ignore")  # libraries speak to programmers there
    return run(words)


def run(words: Sequence[str]) -> int:
    """Do what `words` ask. Returns 0 (done), 1 (could not), 2 (wrong usage) or 130 (Ctrl-C)."""
    try:
        with program.make_context("menura", list(words)) as context:
            program.invoke(context)
        sys.stdout.flush()
        return DONE
    except click.exceptions.Exit as ended:  # --help and --version
        return ended.exit_code
    except BrokenPipeError:  # `menura list | head -1`: nobody reads on, and that is fine
        return COULD_NOT
    except (Exception, KeyboardInterrupt) as error:
        return _explain(error, _debugging(words))


def _explain(error: BaseException, debugging: bool) -> int:
    line, status = line_and_status(error)
    with contextlib.suppress(BrokenPipeError):
        if debugging:
            traceback.print_exception(error)
        click.echo(f"menura: {line}", err=True)
    return status


def _debugging(words: Sequence[str]) -> bool:
    options = list(words)
    if "--" in options:
        options = options[: options.index("--")]
    return "--debug" in options
