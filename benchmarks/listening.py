"""How many raters a listening test takes at once, and how long each waits for an answer to be kept.

    python benchmarks/listening.py [--raters 50] [--json FILE]

Raters answer as fast as they are let; people take seconds between answers. The server runs as it
is run for people (`menura listen serve`), on the same machine as the raters.
"""

import argparse
import json
import re
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from pathlib import Path
from typing import Any

import numpy as np

from machine import machine
from menura import audio
from menura.audio import Clip
from menura.foundation.atomic import write_json
from menura.workflows.listen.create import listen_create

N_CLIPS = 20


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--raters", type=int, default=50)
    options.add_argument("--json", type=Path)
    asked = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        figures = measured(Path(folder), asked.raters)
    print(json.dumps(figures, indent=2))  # noqa: T201
    if asked.json:
        write_json(asked.json, figures)


def measured(folder: Path, n_raters: int) -> dict[str, Any]:
    rng = np.random.default_rng(0)
    for k in range(N_CLIPS):
        noise = 0.1 * rng.standard_normal((1, 8000))
        audio.write(Clip(noise.astype(np.float32), 8000), folder / "system" / f"{k}.wav")
    listen_create([folder / "system"], folder / "test", clips=N_CLIPS)
    words = ["-m", "menura", "listen", "serve", str(folder / "test"), "--port", "0"]
    with subprocess.Popen([sys.executable, *words], stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        found = re.search(r"http://\S+:\d+/", server.stderr.readline())
        assert found
        waits = answers(found.group(), n_raters)
        server.send_signal(2)
    return machine() | waits


def answers(url: str, n_raters: int) -> dict[str, Any]:
    """Every rater answers every trial."""
    waited_s: list[float] = []

    def rater(number: int) -> None:
        name = f"{number:032x}"
        told = post(f"{url}api/raters", {"rater": name})
        for trial in range(len(told["trials"])):
            begun = time.perf_counter()
            given = {"rater": name, "trial": trial, "values": {"fluent": 3, "good": 4}}
            post(f"{url}api/answers", given | {"took_ms": 1, "plays": 1})
            waited_s.append(time.perf_counter() - begun)

    threads = [threading.Thread(target=rater, args=(number,)) for number in range(n_raters)]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took_s = time.perf_counter() - begun
    return {
        "raters": n_raters,
        "trials_answered": len(waited_s),
        "per_second": len(waited_s) / took_s,
        **{f"waited_ms_{q}": 1000 * float(np.quantile(waited_s, q / 100)) for q in (50, 95, 100)},
    }


def post(url: str, body: dict[str, Any]) -> Any:
    request = urllib.request.Request(
        url, json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.loads(answer.read())


if __name__ == "__main__":
    main()
