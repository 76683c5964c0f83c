"""A headless Chromium that a test drives: it loads pages, clicks, types and is looked at.

It is spoken to through two pipes in the DevTools protocol, so nothing needs to be installed.
"""

import base64
import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

PATIENCE_S = 30.0
PHONE = {"width": 390, "height": 844, "deviceScaleFactor": 2, "mobile": True}
DESK = {"width": 1200, "height": 900, "deviceScaleFactor": 1, "mobile": False}


class Tab:
    """One page of the browser."""

    def __init__(self, reading: int, writing: int):
        self._reading, self._writing = reading, writing
        self._number, self._rest = 0, b""
        self._session = ""
        self.problems: list[str] = []
        targets = self._ask("Target.getTargets")["targetInfos"]
        page = next(target for target in targets if target["type"] == "page")
        attached = {"targetId": page["targetId"], "flatten": True}
        self._session = self._ask("Target.attachToTarget", attached)["sessionId"]
        for domain in ("Page", "Runtime", "Log"):
            self._ask(f"{domain}.enable")

    def open(self, address: str) -> None:
        self._ask("Page.navigate", {"url": address})
        self.wait("document.readyState === 'complete'")

    def reload(self) -> None:
        self.run("document.documentElement.dataset.old = 1")
        self._ask("Page.reload")
        self.wait("!document.documentElement.dataset.old && document.readyState === 'complete'")

    def run(self, script: str) -> Any:
        """The value of an expression in the page, as if a person had set it off."""
        asked = {"expression": script, "returnByValue": True, "userGesture": True}
        answer = self._ask("Runtime.evaluate", asked | {"awaitPromise": True})
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def wait(self, condition: str) -> None:
        """Until the expression is true."""
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            try:
                if self.run(f"!!({condition})"):
                    return
            except AssertionError:  # the page is being changed for another
                pass
            time.sleep(0.05)
        raise AssertionError(
            f"never true: {condition}; page: {self.run('document.body.innerText')}"
        )

    def press(self, key: str, code: str, number: int) -> None:
        """A key goes down and up. number: its virtual key code."""
        text = key if len(key) == 1 else "\r" if key == "Enter" else ""
        named = {"key": key, "code": code, "windowsVirtualKeyCode": number}
        self._ask("Input.dispatchKeyEvent", {"type": "keyDown", "text": text, **named})
        self._ask("Input.dispatchKeyEvent", {"type": "keyUp", **named})

    def touch(self, element: str) -> None:
        """A finger on the middle of what the selector finds."""
        place = self._place(element)
        self._ask("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [place]})
        self._ask("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    def click(self, element: str, *, from_left: float | None = None) -> None:
        """The mouse on what the selector finds: on its middle, or so far from its left edge."""
        place = self._place(element, from_left)
        for kind in ("mousePressed", "mouseReleased"):
            pressed = {"type": kind, "button": "left", "clickCount": 1, **place}
            self._ask("Input.dispatchMouseEvent", pressed)

    def screen(self, form: dict[str, Any], *, dark: bool = False) -> None:
        self._ask("Emulation.setDeviceMetricsOverride", form)
        self._ask("Emulation.setTouchEmulationEnabled", {"enabled": form["mobile"]})
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self._ask("Emulation.setEmulatedMedia", {"features": [scheme]})

    def picture(self, file: Path) -> None:
        """All of the page as a PNG."""
        shot = self._ask("Page.captureScreenshot", {"captureBeyondViewport": True})
        file.write_bytes(base64.b64decode(shot["data"]))

    def _place(self, element: str, from_left: float | None = None) -> dict[str, float]:
        across = "b.width / 2" if from_left is None else f"{from_left}"
        return dict(
            self.run(
                f"(() => {{ const e = document.querySelector({json.dumps(element)});"
                "e.scrollIntoView({block: 'center'}); const b = e.getBoundingClientRect();"
                f"return {{x: b.x + {across}, y: b.y + b.height / 2}}; }})()"
            )
        )

    def _ask(self, method: str, params: dict[str, Any] | None = None) -> dict[str, Any]:
        number = self._send(method, params or {})
        while (answer := self._next()).get("id") != number:
            self._note(answer)
        assert "error" not in answer, (method, answer["error"])
        return dict(answer["result"])

    def _send(self, method: str, params: dict[str, Any]) -> int:
        self._number += 1
        asked: dict[str, Any] = {"id": self._number, "method": method, "params": params}
        if self._session:
            asked["sessionId"] = self._session
        os.write(self._writing, json.dumps(asked).encode() + b"\0")
        return self._number

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            part = os.read(self._reading, 1 << 16)
            assert part, "the browser has ended"
            self._rest += part
        message, _, self._rest = self._rest.partition(b"\0")
        return dict(json.loads(message))

    def _note(self, told: dict[str, Any]) -> None:
        """What the page's console complains of; a page that asks whether to leave it is left."""
        if told.get("method") == "Page.javascriptDialogOpening":
            self._send("Page.handleJavaScriptDialog", {"accept": True})
        if told.get("method") == "Runtime.exceptionThrown":
            self.problems.append(json.dumps(told["params"]["exceptionDetails"]))
        if told.get("method") == "Log.entryAdded":
            self.problems.append(told["params"]["entry"]["text"])


@contextmanager
def browser(profile: Path) -> Iterator[Tab]:
    """Skips the test where there is no Chromium. profile: a new folder."""
    names = ("chromium", "chromium-browser", "google-chrome")
    program = next((found for name in names if (found := shutil.which(name))), None)
    if program is None:
        pytest.skip("no Chromium on this machine")
    theirs_in, ours_out = os.pipe()
    ours_in, theirs_out = os.pipe()
    words = (
        *(program, "--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe"),
        *("--disable-background-networking", "--mute-audio", f"--user-data-dir={profile}"),
        "about:blank",
    )
    with subprocess.Popen(
        # The protocol wants its pipes as 3 and 4; not every sh takes numbers of two digits.
        ["bash", "-c", f'exec "$@" 3<&{theirs_in} 4>&{theirs_out}', "bash", *words],
        pass_fds=(theirs_in, theirs_out),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        os.close(theirs_in)
        os.close(theirs_out)
        try:
            yield Tab(ours_in, ours_out)
        finally:
            process.terminate()
            process.wait(10)
            os.close(ours_in)
            os.close(ours_out)
