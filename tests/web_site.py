"""A web server on this machine that can be as bad as the worst of the net."""

import http.server
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Site:
    """What the server has and how it behaves. cuts: bytes after which it hangs up, one a request.

    asked: (Range, If-Range) of each request.
    """

    url: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    etag: str | None = '"one"'
    ranges: bool = True
    wrong_range: bool = False
    says_length: bool = True
    stated_length: int | None = None
    cuts: list[int] = field(default_factory=list)
    codes: list[int] = field(default_factory=list)
    hang_s: float = 0.0
    asked: list[tuple[str | None, str | None]] = field(default_factory=list)


@contextmanager
def serving() -> Iterator[Site]:
    """A server on this machine while the block runs."""
    site = Site()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            range_, unless = self.headers.get("Range"), self.headers.get("If-Range")
            site.asked.append((range_, unless))
            code = site.codes.pop(0) if site.codes else 200
            if code == 200 and self.path not in site.files:
                code = 404
            if code >= 400:
                self.send_error(code)
                return
            whole, begin = site.files[self.path], 0
            if range_ and site.ranges and unless == site.etag:
                begin = int(range_.removeprefix("bytes=").rstrip("-"))
                self.send_response(206)
                if site.wrong_range:
                    whole = whole[1:] + whole[:1]
                    self.send_header(
                        "Content-Range", f"bytes {begin + 1}-{len(whole)}/{len(whole)}"
                    )
                else:
                    last = f"{len(whole) - 1}/{len(whole)}"
                    self.send_header("Content-Range", f"bytes {begin}-{last}")
            else:
                self.send_response(200)
            if site.etag:
                self.send_header("ETag", site.etag)
            if site.says_length:
                length = len(whole) - begin if site.stated_length is None else site.stated_length
                self.send_header("Content-Length", str(length))
            self.end_headers()
            cut = site.cuts.pop(0) if site.cuts else None
            self.wfile.write(whole[begin : None if cut is None else begin + cut])
            time.sleep(site.hang_s)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    site.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
