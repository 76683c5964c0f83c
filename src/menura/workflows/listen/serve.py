"""listen serve: the page of a listening test, for raters near and far, until it is stopped."""

from dataclasses import dataclass
from pathlib import Path

from menura.evaluation.listening.definition import load, require_clips
from menura.foundation.errors import MenuraError
from menura.foundation.reporting import Reporter


@dataclass(frozen=True)
class Served:
    """What there is when the server has ended. n_raters: who have answered; n_trials: answered."""

    test: str
    n_raters: int
    n_trials: int


def listen_serve(
    test: Path | str,
    *,
    host: str = "127.0.0.1",
    port: int = 8790,
    reporter: Reporter | None = None,
) -> Served:
    """Serve the test in the folder `test` until the process is interrupted (Ctrl-C).

    The answers are kept in the folder. One is acknowledged only when it is on the disk, so
    whatever ends the server loses none; started again, it goes on, and so does every rater.
    host: 127.0.0.1 lets this machine in only, 0.0.0.0 the network. port: 0 takes a free one.

    Raises MenuraError where the folder is no whole test or may not be written in, the address
    cannot be had, or the libraries of the extra `studio` are missing.
    """
    reporter, folder = reporter or Reporter(), Path(test)
    definition = load(folder)
    require_clips(definition, folder)
    try:
        from menura.evaluation.listening.serving import serve_until_stopped
    except ModuleNotFoundError as error:
        if error.name and error.name.partition(".")[0] in ("fastapi", "uvicorn"):
            raise MenuraError(
                'listen serve needs two more libraries: pip install "menura[studio]"'
            ) from None
        raise
    n_raters, n_trials = serve_until_stopped(definition, folder, host, port, reporter)
    return Served(str(folder), n_raters, n_trials)
