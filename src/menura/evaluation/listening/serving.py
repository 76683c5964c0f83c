"""Running the server of a test until it is stopped."""

import contextlib
import socket
from pathlib import Path

import uvicorn

from menura.evaluation.listening.definition import ANSWERS, ListeningTest
from menura.evaluation.listening.server import application
from menura.foundation.errors import MenuraError, UsageError
from menura.foundation.reporting import Reporter
from menura.store import Answers, Database

WAITING = 128  # connections that may wait to be taken
CLOSING_S = 5  # that a rater's request may still take when the server is stopped
EVERYWHERE = ("0.0.0.0", "::")
HIGHEST_PORT = 65_535


def serve_until_stopped(
    test: ListeningTest, folder: Path, host: str, port: int, reporter: Reporter
) -> tuple[int, int]:
    """Serve the test in `folder` until the process is interrupted (Ctrl-C).

    Returns how many raters have answered, and how many trials. port: 0 takes a free one. Raises
    UsageError for no port, MenuraError where the address cannot be had, or the answers cannot be
    kept.
    """
    listening = _bound(host, port)
    with contextlib.closing(listening):
        database = Database(folder / ANSWERS)
        answers = Answers(database, test.id)
        with contextlib.closing(database):
            server = uvicorn.Server(
                uvicorn.Config(
                    application(test, folder, answers, reporter),
                    log_level="warning",
                    access_log=False,
                    backlog=WAITING,
                    timeout_graceful_shutdown=CLOSING_S,
                    timeout_keep_alive=15,
                    server_header=False,
                    lifespan="off",
                )
            )
            for line in _addresses(listening, host):
                reporter.say(line)
            with contextlib.suppress(KeyboardInterrupt):  # uvicorn closes first, then passes it on
                server.run(sockets=[listening])
            answered = answers.all()
            return len({one.rater for one in answered}), len(answered)


def _bound(host: str, port: int) -> socket.socket:
    """A socket at that address. It listens from now on: who comes early waits."""
    if not 0 <= port <= HIGHEST_PORT:  # which would be taken for another one
        raise UsageError(f"--port must be 0…{HIGHEST_PORT}, not {port}")
    try:
        family, *_, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except (OSError, UnicodeError) as error:  # the latter of what can be no name at all
        raise MenuraError(f"--host {host}: there is no such address ({_reason(error)})") from None
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(WAITING)
    except OSError as error:
        listening.close()
        raise MenuraError(
            f"--host {host} --port {port}: cannot be had ({_reason(error)}); "
            "choose another port, or 0 for any that is free"
        ) from None
    return listening


def _addresses(listening: socket.socket, host: str) -> list[str]:
    port = listening.getsockname()[1]
    if host in EVERYWHERE:
        return [
            f"raters open http://{_own_address()}:{port}/ (and on this machine "
            f"http://127.0.0.1:{port}/)",
            "Ctrl-C ends it; every answer that was acknowledged is kept",
        ]
    named = f"[{host}]" if ":" in host else host
    return [
        f"raters open http://{named}:{port}/",
        "Ctrl-C ends it; every answer that was acknowledged is kept",
        *(
            ["only this machine can open it; --host 0.0.0.0 lets others on the network in"]
            if host in ("127.0.0.1", "localhost", "::1")
            else []
        ),
    ]


def _own_address() -> str:
    """This machine's address on its network, found out without sending anything."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        try:
            asking.connect(("192.0.2.1", 9))  # RFC 5737: an address that is nobody's
            return str(asking.getsockname()[0])
        except OSError:
            return socket.gethostname()


def _reason(error: Exception) -> str:
    return (getattr(error, "strerror", None) or str(error)).lower()
