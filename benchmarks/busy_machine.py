"""How ``dis2 segment`` fares on a machine that others use: one thread, and as many as it takes by itself.

    python benchmarks/busy_machine.py [--size 640] [--rounds 3]

Segments a generated city in processes of their own, by turns, first as the machine is, then beside a program that
keeps each core busy. Tells the shortest wall time of the rounds and its processor time; ends with 1 where the default
takes over a tenth longer than one thread.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dis2_core.democity import make_city
from dis2_core.run.machine.cores import free_cores, usable_cores

LIMIT = 1.1
SETTINGS = {"one thread": ["--threads", "1"], "default": []}


@contextmanager
def neighbours(count: int) -> Iterator[None]:
    """Programs that do nothing but keep a core busy."""
    busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(count)]
    try:
        yield
    finally:
        for process in busy:
            process.kill()
            process.wait()


def timed(city: dict[str, Path], target: Path, options: list[str], model: str = "aerial-demo") -> tuple[float, float]:
    """Wall and processor seconds of one run."""
    command = [sys.executable, "-c", "from dis2_core.cli import main; main()", "segment", "--model", model]
    inputs = [word for name in ("rgb", "ndsm") for word in ("--input", f"{name}={city[name]}")]
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(
        [*command, *inputs, "--output", str(target), "--device", "cpu", *options], check=True, capture_output=True
    )
    wall, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> int:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=640, help="pixels a side of the city")
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    slow = False
    with tempfile.TemporaryDirectory() as name:
        city = make_city(Path(name) / "city", size=args.size)
        for label, count in (("as it is", 0), ("a neighbour a core", usable_cores())):
            with neighbours(count):
                print(f"{label}: {free_cores()} of {usable_cores()} cores free", flush=True)
                best = dict.fromkeys(SETTINGS, (float("inf"), 0.0))
                for _ in range(args.rounds):
                    for setting, options in SETTINGS.items():
                        best[setting] = min(best[setting], timed(city, Path(name) / "map.tif", options))
            for setting, (wall, cpu) in best.items():
                print(f"  {setting}: {wall:.1f} s, of a processor {cpu:.1f} s", flush=True)
            slow |= best["default"][0] > LIMIT * best["one thread"][0]
    return int(slow)


if __name__ == "__main__":
    sys.exit(main())
