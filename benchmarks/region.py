"""A region of many tiles: planned, worked by Dask's workers, killed, gone on with, joined, and compared.

    python benchmarks/region.py OUT [--side 40000] [--tile 5000] [--model aerial] [--kills 2] [--again 1]

Writes ``OUT/tiles``, a photo and heights in tiles of a generated city, and runs ``dis2 plan``, ``dis2 work --dask
local --threads 1`` (a worker a core), ``dis2 status`` and ``dis2 join`` as processes. ``dis2 work`` and all that it
started is killed as often as is asked, each time some seconds after units were finished, and called again. At the end
some units are made once more, from the same plan, by one process that nobody disturbs, and must be the same files.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import rasterio
import torch
from rasterio.transform import Affine
from report import machine
from scene import make_scene

DIS2 = [sys.executable, "-m", "dis2_core"]
WITHOUT_HEIGHTS = 10  # every tenth tile has a photo alone
LOOK = 0.5  # seconds between two looks at a run
IN_HAND = 20.0  # seconds that workers have had their next units in hand when they are killed


def make_tiles(folder: Path, side: int, tile: int) -> dict[str, Path]:
    """Write square tiles of one scene side by side; the folder of each modality."""
    folders = {name: folder / name for name in ("rgb", "ndsm")}
    for path in (*folders.values(), folder / "one"):
        path.mkdir(parents=True, exist_ok=True)
    one = make_scene(folder / "one", tile, tile)
    across = -(-side // tile)
    for number in range(across * across):
        row, col = divmod(number, across)
        for name, target in folders.items():
            if name == "ndsm" and number % WITHOUT_HEIGHTS == WITHOUT_HEIGHTS - 1:
                continue
            shutil.copyfile(one[name], target / f"r{row}_c{col}.tif")
            with rasterio.open(target / f"r{row}_c{col}.tif", "r+") as raster:
                raster.transform @= Affine.translation(col * tile, row * tile)
    return folders


def call(*command: str | Path) -> float:
    """Run a command of ours to its end; its wall seconds."""
    start = time.monotonic()
    subprocess.run([*DIS2, *map(str, command)], check=True, stdout=subprocess.DEVNULL)
    return time.monotonic() - start


@dataclass
class Watched:
    """What was seen of ``dis2 work`` and the processes that it starts.

    Attributes:
        wall, cpu: Seconds, of all calls together.
        memory: The largest sum of resident sizes, in bytes; what processes share counts in each.
    """

    wall: float = 0.0
    cpu: float = 0.0
    memory: int = 0
    killed_at: list[int] = field(default_factory=list)

    def work(self, run: Path, kill_at: int | None) -> None:
        """Call it, and kill it when so many units are finished; None: let it end."""
        command = [*DIS2, "work", str(run), "--dask", "local", "--threads", "1"]
        start, cpu, reached = time.monotonic(), 0.0, None
        process = subprocess.Popen(command, start_new_session=True, stdout=subprocess.DEVNULL)
        while process.poll() is None:
            seconds, memory = _of_session(process.pid)
            cpu, self.memory = max(cpu, seconds), max(self.memory, memory)
            finished = len(_sidecars(run))
            if kill_at is not None and finished >= kill_at:
                reached = reached or time.monotonic()
                if time.monotonic() - reached > IN_HAND:
                    os.killpg(process.pid, signal.SIGKILL)
                    self.killed_at.append(finished)
                    process.wait()
            time.sleep(LOOK)
        self.wall, self.cpu = self.wall + time.monotonic() - start, self.cpu + cpu
        if kill_at is None and process.returncode:
            raise RuntimeError(f"dis2 work ended with {process.returncode}")


def _sidecars(run: Path) -> list[Path]:
    return [path for path in (run / "units").glob("*.json") if not path.name.endswith(".failed.json")]


def _of_session(session: int) -> tuple[float, int]:
    """CPU seconds and resident bytes of the processes of a session that live."""
    ticks, page = os.sysconf("SC_CLK_TCK"), os.sysconf("SC_PAGE_SIZE")
    mine = [fields for fields in _processes() if int(fields[3]) == session]
    return sum(int(f[11]) + int(f[12]) for f in mine) / ticks, sum(int(f[21]) for f in mine) * page


def _processes() -> Iterator[list[str]]:
    """The fields of ``/proc/PID/stat`` from the state on."""
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            yield path.read_text().rpartition(")")[2].split()
        except OSError:  # it has ended
            continue


def differing(run: Path, second: Path, count: int) -> int:
    """Make some units once more, by one process that nobody disturbs; how many files differ from those of the run."""
    second.mkdir()
    shutil.copyfile(run / "plan.json", second / "plan.json")
    total = len(json.loads((run / "plan.json").read_text())["units"])
    for number in range(count):
        call("work", second, "--threads", "1", "--shard", f"{1 + number * total // count}/{total}")
    files = list((second / "units").glob("*.tif"))
    if len(files) < count:
        raise RuntimeError("units that were to be made again are missing")
    return sum(path.read_bytes() != (run / "units" / path.name).read_bytes() for path in files)


def main() -> None:
    """Make the region, and print what it took."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path, help="a new folder; 40,000 pixels a side take 10 GB")
    parser.add_argument("--side", type=int, default=40_000, help="pixels of the region")
    parser.add_argument("--tile", type=int, default=5000, help="pixels of its tiles")
    parser.add_argument("--unit", type=int, default=8192, help="pixels of its units")
    parser.add_argument("--model", default="aerial")
    parser.add_argument("--kills", type=int, default=2)
    parser.add_argument("--again", type=int, default=1, help="units that are made again and compared")
    args = parser.parse_args()
    run = args.out / "run"
    folders = make_tiles(args.out / "tiles", args.side, args.tile)
    inputs = [f"--input={name}={folder}" for name, folder in folders.items()]
    figures = {"plan": call("plan", "--model", args.model, *inputs, "--side", str(args.unit), "--out", run)}
    units = len(json.loads((run / "plan.json").read_text())["units"])
    watched = Watched()
    for number in range(args.kills):
        watched.work(run, kill_at=(number + 1) * units // (args.kills + 1))
    watched.work(run, kill_at=None)
    for name, command in {
        "status": ("status", run),
        "join": ("join", run, "--to", "vrt", "--stac"),
        "gti": ("join", run, "--to", "gti"),
    }.items():
        figures[name] = call(*command)
    figures["differing"] = differing(run, args.out / "again", args.again)
    seconds = [json.loads(path.read_text())["seconds"] for path in _sidecars(run)]
    print(
        json.dumps(
            {
                **machine(torch.device("cpu")),
                **{f"{name}_seconds" if name != "differing" else "files_that_differ": v for name, v in figures.items()},
                "units": len(seconds),
                "killed_at_units": watched.killed_at,
                "work_wall_seconds": watched.wall,
                "work_cpu_seconds": watched.cpu,
                "cpu_seconds_a_megapixel": 1e6 * watched.cpu / args.side**2,
                "peak_megabytes": watched.memory / 1e6,
                "longest_unit_seconds": max(seconds),
            },
            indent=1,
        )
    )


if __name__ == "__main__":
    main()
