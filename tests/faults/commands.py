"""Commands that write, in forks of this process: a hundred times cheaper than processes that import torch anew."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Ended:
    """How a command ended.

    Attributes:
        code: The exit code; None where a signal ended it.
        stderr: What it said there.
        seconds: Wall time.
    """

    code: int | None
    stderr: str
    seconds: float


def arguments(folder: Path, out: Path) -> dict[str, list[str]]:
    """The commands, by name, on the files that ``scene`` has made in ``folder``."""
    rasters = ["--model", str(folder / "tiny.safetensors"), "--overlap", "0", "--threads", "1", "--device", "cpu"]
    rasters += ["--input", f"rgb={folder / 'rgb.tif'}", "--input", f"ndsm={folder / 'ndsm.tif'}"]
    extra = [
        item for name in ("confidence", "probabilities", "scenario") for item in (f"--{name}", f"{out}/{name}.tif")
    ]
    labels = [str(folder / "labels.tif"), "--reference", str(folder / "labels.tif")]
    heights = ["--dsm", str(folder / "ndsm.tif"), "--dtm", str(folder / "ndsm.tif")]
    return {
        "segment": ["segment", *rasters, "--output", f"{out}/classes.tif", "--areas", f"{out}/areas.csv", *extra],
        "evaluate": ["evaluate", *labels, "--report", f"{out}/r.html", "--matrix", f"{out}/m.csv"],
        "whatif": ["whatif", *rasters, "--out", f"{out}/what-if"],
        "ndsm": ["ndsm", *heights, "--out", f"{out}/above.tif"],
        "city": ["city", f"{out}/town", "--size", "48"],
        "sample": ["sample", str(folder / "labels.tif"), "--out", f"{out}/points.geojson", "--points", "20"],
        "join": ["join", f"{out}/run", "--to", "gti", "--stac"],
        "work": ["work", f"{out}/run", "--threads", "1", "--device", "cpu"],
        "resume": ["segment", *rasters, "--output", f"{out}/classes.tif", "--areas", f"{out}/areas.csv", "--resume"],
    }


def before(folder: Path, out: Path) -> dict[str, list[list[str]]]:
    """What the commands need that work on what others have left, by name."""
    model, inputs = str(folder / "tiny.safetensors"), [f"rgb={folder / 'rgb.tif'}", f"ndsm={folder / 'ndsm.tif'}"]
    plan = ["plan", "--model", model, "--out", f"{out}/run", "--overlap", "0"]
    plan += [word for item in inputs for word in ("--input", item)]
    return {"join": [plan, ["work", f"{out}/run", "--threads", "1", "--device", "cpu"]]}


def fail_in(out: Path) -> None:
    """A run that would write into a folder and fails: all that it does there is to end what others began."""
    assert call(["evaluate", "no such map", "--reference", "nor this", "--report", f"{out}/other.html"]).code == 2


def call(
    words: Sequence[str], before: Callable[[], None] = lambda: None, hit: tuple[float, int] | None = None
) -> Ended:
    """Run ``dis2`` in a fork.

    Args:
        words: Its arguments.
        before: Done in the fork first.
        hit: After how many seconds it gets which signal.
    """
    reading, writing = os.pipe()
    started = time.monotonic()
    pid = os.fork()
    if not pid:
        _become(words, before, writing)
    os.close(writing)
    if hit is not None:
        time.sleep(hit[0])
        os.kill(pid, hit[1])
    with os.fdopen(reading, encoding="utf-8", errors="replace") as stream:
        stderr = stream.read()
    status = os.waitpid(pid, 0)[1]
    code = os.WEXITSTATUS(status) if os.WIFEXITED(status) else None
    return Ended(code, stderr, time.monotonic() - started)


def _become(words: Sequence[str], before: Callable[[], None], writing: int) -> None:
    code: object = 99
    try:
        os.dup2(writing, 2)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115 (as long as the process lives)
        sys.stderr = open(2, "w", encoding="utf-8", buffering=1, closefd=False)  # noqa: SIM115
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL if number == signal.SIGTERM else signal.default_int_handler)
        from dis2_core.cli import main

        before()
        try:
            main(list(words))
        except SystemExit as end:
            code = end.code
    except KeyboardInterrupt:
        code = 130  # before the first line of ``main``, where Python itself answers
    finally:
        os._exit(code if isinstance(code, int) else 1)


def files(out: Path) -> dict[str, bytes]:
    """What a person sees of the results."""
    paths = [path for path in sorted(out.rglob("*")) if path.is_file()]
    return {str(path.relative_to(out)): path.read_bytes() for path in paths if not is_hidden(path, out)}


def hidden(out: Path) -> list[str]:
    """What nobody should have to see."""
    return [str(path.relative_to(out)) for path in sorted(out.rglob("*")) if is_hidden(path, out)]


def is_hidden(path: Path, out: Path) -> bool:
    return any(part.startswith(".") for part in path.relative_to(out).parts)
