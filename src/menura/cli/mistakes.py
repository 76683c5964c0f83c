"""Any error → one plain line and an exit status.

2: the words are wrong, and no other disk would make them right: an unknown name, an impossible
value, options that fight, a file where a folder is meant or a folder where a file is.
1: it could not be done: what the words name is not there, is damaged or holds something else, or
a result cannot be written.
"""

import errno
import re

import click

from menura.foundation.errors import MenuraError, is_out_of_memory

DONE, COULD_NOT, WRONG_USAGE, INTERRUPTED = 0, 1, 2, 130


def line_and_status(error: BaseException) -> tuple[str, int]:
    """The line for standard error (without the leading `menura: `) and the exit status."""
    if isinstance(error, MenuraError):
        return one_line(str(error)), error.exit_status
    if isinstance(error, click.ClickException):
        return one_line(_usage(error)), WRONG_USAGE
    if isinstance(error, KeyboardInterrupt):
        return "stopped; nothing half-written is left", INTERRUPTED
    if is_out_of_memory(error):
        return "the memory is not enough; take a smaller preset or fewer workers", COULD_NOT
    if isinstance(error, OSError) and error.strerror:
        return one_line(_system(error)), COULD_NOT
    what = type(error).__name__ + (f": {error}" if str(error) else "")
    return (
        f"this is a fault in Menura: {one_line(what)}; run again with --debug and report it",
        COULD_NOT,
    )


def one_line(text: str) -> str:
    """Line breaks become spaces; other control characters (a file name may hold any) show."""
    joined = re.sub(r"\s*[\r\n]\s*", " ", text.strip())
    return "".join(
        mark if mark.isprintable() else mark.encode("unicode_escape").decode() for mark in joined
    )


def _system(error: OSError) -> str:
    reason = (error.strerror or "").lower()
    mend = {
        errno.EACCES: "; change its permissions or choose another place",
        errno.EPERM: "; change its permissions or choose another place",
        errno.EROFS: "; choose another place",
        errno.ENOSPC: "; free some space or choose another place",
        errno.ENAMETOOLONG: "; choose a shorter name",
    }.get(error.errno or 0, "")
    where = f"{error.filename}: " if error.filename else ""
    return f"{where}{reason}{mend}"


def _usage(error: click.ClickException) -> str:
    context = error.ctx if isinstance(error, click.UsageError) else None
    help_ = f"; see {context.command_path if context else 'menura'} --help"
    if isinstance(error, click.NoSuchOption):
        near = f"; did you mean {error.possibilities[0]}?" if error.possibilities else help_
        return f"there is no option {error.option_name}{near}"
    if isinstance(error, click.MissingParameter) and error.param:
        return f"{_written(error.param)} is missing{help_}"
    if isinstance(error, click.BadParameter) and error.param:
        return f"{_written(error.param)} {error.message}{help_}"
    message = error.format_message().rstrip(".")
    return f"{message[:1].lower()}{message[1:]}{help_}"


def _written(param: click.Parameter) -> str:
    """The parameter as a person writes it: --min-seconds, CLIP."""
    if isinstance(param, click.Argument):
        return param.human_readable_name.strip("[]")
    return max(param.opts, key=len)
