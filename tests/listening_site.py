"""A small listening test, and its server as a process that can be killed."""

import http.client
import json
import os
import re
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from menura.audio import Clip, write
from menura.evaluation.listening.definition import (
    HeardClip,
    Item,
    ListeningTest,
    clip_file,
    save,
)
from menura.evaluation.listening.questions import Question, question

SYSTEMS = ("alpha-net", "beta-net")


def small_test(
    folder: Path,
    *,
    n_clips: int = 3,
    questions: tuple[str, ...] = ("fluent", "good", "prefer"),
    seconds: float = 0.6,
    n_trials: int = 40,
    n_repeats: int = 2,
) -> ListeningTest:
    """Two systems with `n_clips` clips each; every clip is a tone of its own."""
    asked: list[Question] = [question(name) for name in questions]
    names = {(s, k): f"{17 * s + k:016x}" for s in range(2) for k in range(n_clips)}
    time = np.arange(round(seconds * 16_000)) / 16_000
    for (s, k), name in names.items():
        tone = 0.2 * np.sin(2 * np.pi * (300 + 200 * s + 40 * k) * time)
        write(Clip(tone[None].astype(np.float32), 16_000), clip_file(folder, name))
    items = [Item("single", (name,), (SYSTEMS[s],)) for (s, _), name in names.items()]
    if "prefer" in questions:
        items += [Item("preference", (names[0, k], names[1, k]), SYSTEMS) for k in range(n_clips)]
    test = ListeningTest(
        id="0123456789abcdef",
        title="A small test",
        made_by="tests",
        seed=3,
        systems=SYSTEMS,
        real=None,
        questions=tuple(asked),
        n_trials=n_trials,
        n_repeats=n_repeats,
        loudness_lufs=-23.0,
        sample_rate=16_000,
        n_channels=1,
        clips=tuple(
            HeardClip(name, SYSTEMS[s], f"clip{k}", seconds, -23.0)
            for (s, k), name in names.items()
        ),
        items=tuple(items),
    )
    save(test, folder)
    return test


class Site:
    """The server of a test, as its raters reach it."""

    def __init__(self, folder: Path):
        self._folder = folder
        self.port = 0
        self.process: subprocess.Popen[str]
        self.start()

    def start(self) -> None:
        """Start it; after a kill, at the address that it had."""
        words = ["-m", "menura", "listen", "serve", str(self._folder), "--port", str(self.port)]
        self.process = subprocess.Popen(
            [sys.executable, *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | {"NO_COLOR": "1"},
        )
        assert self.process.stderr is not None
        line = self.process.stderr.readline()
        found = re.search(r"http://127\.0\.0\.1:(\d+)/", line)
        assert found, line + self.process.stderr.read()
        self.port = int(found.group(1))

    def kill(self) -> None:
        """As `kill -9`."""
        self.process.kill()
        self._end()

    def stop(self, patience_s: float = 15) -> tuple[int, str]:
        """As Ctrl-C: what it exits with, and what it prints."""
        if self.process.poll() is None:
            self.process.send_signal(2)
        out, _ = self.process.communicate(timeout=patience_s)
        return self.process.returncode, out

    def _end(self) -> None:
        self.process.wait(15)
        for stream in (self.process.stdout, self.process.stderr):
            if stream is not None:
                stream.close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def ask(
        self, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> tuple[int, bytes, dict[str, str]]:
        """Status, content and head of an answer. body: bytes as they are, anything else as JSON.

        Raises OSError when the server is away, also where it goes in the middle of its answer.
        """
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        given = {"Content-Type": "application/json"} if body is not None else {}
        request = urllib.request.Request(self.url + path, data, given | (headers or {}))
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return answer.status, answer.read(), dict(answer.headers)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read(), dict(error.headers)
        except http.client.HTTPException as error:  # a part of it is no OSError
            raise ConnectionError(str(error)) from error

    def told(self, path: str, body: Any) -> tuple[int, Any]:
        status, content, _ = self.ask(path, body)
        return status, json.loads(content)


@contextmanager
def site(folder: Path) -> Iterator[Site]:
    server = Site(folder)
    try:
        yield server
    finally:
        if server.process.poll() is None:
            server.stop()
        elif server.process.stdout and not server.process.stdout.closed:
            server._end()
