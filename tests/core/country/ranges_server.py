"""A server of files in ranges that can be told to be slow, overloaded, torn off, or to serve another file.

    python ranges_server.py FOLDER

In a process of its own, because GDAL asks while it holds Python's lock. Prints its port. ``/~set?slow=0.3`` changes a
``Mood``, ``/~get`` tells it.
"""

from __future__ import annotations

import http.server
import json
import re
import sys
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit


@dataclass
class Mood:
    """How the server answers.

    Attributes:
        slow: Seconds before each answer.
        trouble: How many requests for a range still go wrong.
        kind: How: ``503``, or ``torn``: the connection breaks in the middle of the answer.
        ranges: How many ranges were served.
        tag: Of all files; another one means other files.
        next_tag: Replaces the tag after the next range; empty: it stays.
    """

    slow: float = 0.0
    trouble: int = 0
    kind: str = "503"
    ranges: int = 0
    tag: str = "1"
    next_tag: str = ""


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers from ``folder``, in its ``mood``."""

    protocol_version = "HTTP/1.1"
    folder = Path()
    mood = Mood()

    def do_HEAD(self) -> None:
        self._serve(with_body=False)

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        if address.path == "/~set":
            kinds = {name: type(value) for name, value in asdict(Handler.mood).items()}
            Handler.mood = replace(
                Handler.mood, **{name: kinds[name](value) for name, value in parse_qsl(address.query)}
            )
        if address.path.startswith("/~"):
            return self._send(200, json.dumps(asdict(Handler.mood)).encode())
        return self._serve(with_body=True)

    def _serve(self, *, with_body: bool) -> None:
        mood, path = Handler.mood, self.folder / self.path.lstrip("/")
        time.sleep(mood.slow)
        if not path.is_file():
            return self._send(404, b"")
        data = path.read_bytes()
        asked = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        first, last = (int(asked[1]), int(asked[2] or len(data) - 1)) if asked else (0, len(data) - 1)
        part = data[first : last + 1]
        is_trouble = with_body and mood.trouble > 0
        mood.trouble -= is_trouble
        if is_trouble and mood.kind == "503":
            return self._send(503, b"")
        headers = {"ETag": f'"{mood.tag}"', "Accept-Ranges": "bytes"}
        if asked:
            headers["Content-Range"] = f"bytes {first}-{first + len(part) - 1}/{len(data)}"
        self._send(
            206 if asked else 200, part, headers, sent=(len(part) // 2 if is_trouble else None) if with_body else 0
        )
        if asked and with_body and not is_trouble:
            mood.ranges += 1
            mood.tag, mood.next_tag = mood.next_tag or mood.tag, ""
        return None

    def _send(self, code: int, body: bytes, headers: dict[str, str] | None = None, sent: int | None = None) -> None:
        """Send a body, or its first ``sent`` bytes."""
        self.send_response(code)
        for name, value in {**(headers or {}), "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body[:sent])
        self.close_connection = self.close_connection or (bool(sent) and sent < len(body))

    def log_message(self, *_: object) -> None:
        pass


if __name__ == "__main__":
    Handler.folder = Path(sys.argv[1])
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        print(running.server_port, flush=True)
        running.serve_forever()
