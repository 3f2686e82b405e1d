"""A worker without torch: the events of the real one, written by hand, and bad manners on demand.

The variable FAKE_WORKER says how it behaves; ``map FILE`` behaves well and gives a copy of a file.
"""

import fcntl
import json
import os
import signal
import socket
import sys
import time
from pathlib import Path

BEHAVIOUR, _, MAP = os.environ["FAKE_WORKER"].partition(" ")
HELD = []  # open lock files
FLOODS = {
    "flood-info": (json.dumps({"v": 1, "type": "info", "text": "hello"}), 1),
    "flood-advice": (json.dumps({"v": 1, "type": "warning", "text": "Give --nodata, or use gdal_translate."}), 1),
    "flood-progress": (json.dumps({"v": 1, "type": "progress", "fraction": 0.1, "stage": "x"}), 1),
    "flood-noise": ("noise", 1),
    "flood-stderr": ("noise", 2),
}
ODD = {  # no field of these holds what it should
    "hello": {"pid": "x"},
    "progress": {"fraction": [1], "stage": 7},
    "info": {"text": None},
    "warning": {"text": {"a": 1}},
}


def send(kind, **data):
    print(json.dumps({"v": 1, "type": kind, **data}), flush=True)


def begin(target):
    """Half a result and a lock, as the real worker keeps them beside the target."""
    lock = open(lock_of(target), "w")  # noqa: SIM115 (open as long as the worker lives)
    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    if BEHAVIOUR == "nameless":
        os._exit(7)
    json.dump({"pid": os.getpid(), "host": socket.gethostname(), "started": time.time()}, lock)
    lock.flush()
    HELD.append(lock)
    folder = target.with_name(f".{target.name}.dis2-{os.getpid()}-0123abcd")
    folder.mkdir()
    (folder / target.name).write_bytes(b"half")
    return folder


def tidy_up(target, folder):
    (folder / target.name).unlink()
    folder.rmdir()
    lock_of(target).unlink()
    HELD.pop().close()


def lock_of(target):
    return target.with_name(f".{target.name}.dis2-lock")


def flood(text, stream):
    """Talk without taking a breath, as long as somebody listens."""
    block = (text + "\n").encode() * 1000
    while True:
        os.write(stream, block)


def beat_for_ever():
    for step in range(10_000):
        send("heartbeat")
        send("progress", fraction=min(step / 100, 1.0), stage="Segmenting")
        time.sleep(0.05)


def finish(job, target, folder):
    for path in job["outputs"].values():
        Path(path).write_bytes(Path(MAP).read_bytes() if MAP else b"whole")
    tidy_up(target, folder)
    modalities = {name: source["path"] for name, source in job["inputs"].items()}
    send("result", outputs=job["outputs"], modalities=modalities, device="cpu", seconds=0.5, area_table=AREAS)


AREAS = [
    {"value": 0, "name": "house", "pixels": 36, "square_metres": 9.0, "percent": 90.0},
    {"value": 1, "name": "road", "pixels": 4, "square_metres": 1.0, "percent": 10.0},
    {"value": 254, "name": "uncertain", "pixels": 2, "square_metres": 0.5, "percent": None},
    {"value": 255, "name": "nodata", "pixels": 8, "square_metres": 2.0, "percent": None},
]


def main():
    hello = {"v": 99 if BEHAVIOUR == "version" else 1, "type": "hello", "pid": os.getpid()}
    print(json.dumps(hello), flush=True)
    job = json.loads(sys.stdin.readline())
    target = Path(job["outputs"]["classes"])
    folder = begin(target)
    if BEHAVIOUR in ("stubborn", "version"):
        beat_for_ever()
    if BEHAVIOUR == "crash":
        print("Segmentation fault is near", file=sys.stderr, flush=True)
        os.kill(os.getpid(), signal.SIGSEGV)
    if BEHAVIOUR == "quit":
        print("Traceback: something odd", file=sys.stderr, flush=True)
        os._exit(7)
    if BEHAVIOUR == "placing":  # killed between two renames
        (folder / "journal.json").write_text("{}")
        os.kill(os.getpid(), signal.SIGKILL)
    if BEHAVIOUR in FLOODS:
        send("progress", fraction=0.5, stage="Segmenting")
        flood(*FLOODS[BEHAVIOUR])
    if BEHAVIOUR == "odd":
        for kind, data in ODD.items():
            send(kind, **data)
    if BEHAVIOUR == "hang":
        time.sleep(600)
    if BEHAVIOUR == "error":
        tidy_up(target, folder)
        send("error", code="no-space", text="The disk is full.", hint="Free 3 GB.", exit_code=4)
        sys.exit(4)
    if BEHAVIOUR == "gpu":
        tidy_up(target, folder)
        print("CUDA error: unspecified launch failure", file=sys.stderr, flush=True)
        send("error", code="device-lost", text="The graphics card stopped answering.", hint="Use 'cpu'.", exit_code=4)
        sys.exit(4)
    if BEHAVIOUR == "gpu-crash":
        print("CUDA error: the launch timed out and was terminated", file=sys.stderr, flush=True)
        os.abort()
    if BEHAVIOUR == "noise":
        print("Loading weights: 100%\r\n{not json}\n[1, 2]\n" + "x" * 3_000_000, flush=True)
        os.write(1, b"\xff\xfe bytes of no alphabet\n")
    send("info", text="The height was resampled.")
    send("warning", code="range", text="Is this an absolute DSM?")
    send("progress", fraction=0.5, stage="Segmenting")
    finish(job, target, folder)


main()
