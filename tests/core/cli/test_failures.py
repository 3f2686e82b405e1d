"""What a person, a file or a disk did is told in one line, whatever it was; only what is left is a bug."""

from __future__ import annotations

import errno
import json
import os
import random
import subprocess
import sys

import pytest
from tiny_models import save_tiny_model

from dis2_core.cli import main
from dis2_core.contract.errors import Cancelled, Dis2Error, InputError, NoSpace, ResourceError
from dis2_core.contract.other_jobs import CityJob, NdsmJob
from dis2_core.contract.segment_job import Job, Source
from dis2_core.run.failures import describe


def error_line(capsys):
    """The one line on stderr that tells what is wrong."""
    lines = capsys.readouterr().err.splitlines()
    (line,) = [line for line in lines if line.startswith("error: ")]
    assert len(line) < 600 and "bug" not in line
    assert len(lines) <= 3, lines  # with the hint, and how far it came
    return line


@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        (OSError(errno.EACCES, "Permission denied", "a.tif"), InputError, "a.tif .*Permission"),
        (OSError(errno.ENAMETOOLONG, "File name too long", "x" * 5000), InputError, "too long"),
        (OSError(errno.EROFS, "Read-only file system", b"b\xff"), InputError, "Read-only"),
        (OSError(errno.ENOSPC, "No space left on device", "a.tif"), NoSpace, "a.tif .*No space"),
        (OSError(errno.EIO, "Input/output error", "a.tif"), ResourceError, "a.tif .*Input/output"),
        (OSError(errno.EMFILE, "Too many open files", "a.tif"), ResourceError, "Too many open files"),
        (OSError("sealed"), ResourceError, "sealed"),
        (UnicodeEncodeError("ascii", "ü", 0, 1, "ordinal not in range(128)"), InputError, "encoding"),
        (RecursionError(), InputError, "nested"),
        (MemoryError(), ResourceError, "memory"),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate"), ResourceError, "memory"),
        (ImportError("no such library", name="torch"), ResourceError, "torch"),
        (ImportError("a.so: failed to map segment from shared object"), ResourceError, "machine has too little"),
        (ImportError("a.so: cannot open shared object file: Too many open files"), ResourceError, "machine has"),
        (KeyboardInterrupt(), Cancelled, "Cancelled"),
    ],
)
def test_what_happened_outside_is_no_bug(error, kind, words):
    import torch  # noqa: F401 (its errors are known where it is at work)

    found = describe(error)
    assert isinstance(found, kind)
    assert "bug" not in found.message
    with pytest.raises(kind, match=words):
        raise found


def test_what_is_left_is_a_bug_of_bounded_length():
    found = describe(ZeroDivisionError("x" * 10**6))
    assert type(found) is Dis2Error and found.exit_code == 1
    assert found.message.startswith("This is a bug in DIS2 (ZeroDivisionError") and len(found.message) <= 500


def whole_jobs(folder):
    run = Job("m.safetensors", {"rgb": Source("a.tif")}, {"classes": str(folder / "c.tif")})
    return [run, NdsmJob(Source("a.tif"), Source("b.tif"), str(folder / "c.tif")), CityJob(str(folder), 16)]


HOSTILE = [
    None,
    True,
    -1,
    1.5,
    10**30,
    "",
    "a\0b",
    "\ud800",
    "x" * 300,
    "x" * 10**6,
    [],
    {},
    [[1]],
    "/dev/null",
    "[/b]",
]


def hostile_texts(folder, seed, count):
    """Jobs with a value or some characters changed, and what is no job at all."""
    rng = random.Random(seed)
    yield from [
        "",
        "null",
        "[]",
        "[" * 10**5,
        '{"v":' + "9" * 10**4 + "}",
        json.dumps({"v": 1, "type": "hello", "job": None}),
    ]
    for _ in range(count):
        data = json.loads(rng.choice(whole_jobs(folder)).to_json())
        name = rng.choice(sorted(set(data) - {"folder", "size"}))
        yield (
            json.dumps({**data, name: rng.choice(HOSTILE)})
            if rng.random() < 0.8
            else json.dumps(data).replace(rng.choice('":,{}'), rng.choice('x0"['), 1)
        )


@pytest.mark.parametrize("seed", [1, 2])
def test_a_hostile_job_ends_in_one_line_and_leaves_nothing(tmp_path, capsys, seed):
    out, job = tmp_path / "out", tmp_path / "job.json"
    out.mkdir()
    for text in hostile_texts(out, seed, 40):
        job.write_bytes(text.encode("utf-8", "surrogatepass"))
        with pytest.raises(SystemExit) as stopped:
            main(["run", str(job)])
        if stopped.value.code == 0:  # a city whose seed was changed
            capsys.readouterr()
            for path in out.iterdir():
                path.unlink()
            continue
        assert stopped.value.code in (2, 3, 4), text[:300]
        error_line(capsys)
        assert not list(out.iterdir())


@pytest.mark.parametrize("kind", ["pipe", "device", "folder", "bytes", "missing", "long"])
def test_a_job_that_is_no_text_file_is_refused_at_once(tmp_path, capsys, kind):
    path = tmp_path / "job.json"
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    elif kind == "bytes":
        path.write_bytes(b"\xff\xfe{")
    named = {"device": "/dev/zero", "long": str(tmp_path / ("x" * 300))}.get(kind, str(path))
    with pytest.raises(SystemExit) as stopped:
        main(["run", named])
    assert stopped.value.code == 2
    assert "The job " in error_line(capsys)


@pytest.mark.parametrize(
    "words",
    [
        "segment -m MODEL -i rgb=PIPE --output OUT",
        "segment -m MODEL -i rgb=RGB --grid PIPE --output OUT",
        "segment -m MODEL -i rgb=RGB --aoi PIPE --output OUT",
        "segment -m PIPE -i rgb=RGB --output OUT",
        "ndsm --dsm PIPE --dtm NDSM --out OUT",
        "ndsm --dsm NDSM --dtm NDSM --grid PIPE --out OUT",
        "evaluate PIPE --reference RGB",
        "evaluate RGB --reference PIPE",
        "evaluate RGB --reference PIPE --field class",
        "sample PIPE --out OUT",
        "whatif -m MODEL -i rgb=RGB -i ndsm=NDSM --reference PIPE --out OUT",
        "plan -m MODEL -i rgb=PIPE --out OUT",
        "plan -m MODEL -i rgb=RGB --aoi PIPE --out OUT",
        "work PIPE",
        "join PIPE",
        "info PIPE",
        "import-onnx PIPE OUT",
        "import-author PIPE OUT",
    ],
)
def test_no_command_waits_at_a_pipe(tmp_path, scene, capsys, words):
    """Whichever file the pipe stands for: the test ends, and so does the command, in one line."""
    os.mkfifo(tmp_path / "pipe")
    names = {"PIPE": tmp_path / "pipe", "OUT": tmp_path / "out", "MODEL": save_tiny_model(tmp_path / "m.safetensors")}
    for name, path in {**names, "RGB": scene()["rgb"], "NDSM": scene()["ndsm"]}.items():
        words = words.replace(name, str(path))
    with pytest.raises(SystemExit) as stopped:
        main(words.split())
    assert stopped.value.code in (2, 3)
    error_line(capsys)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("where", ["working folder", "MATPLOTLIBRC"])
def test_a_report_reads_nobodys_matplotlibrc(tmp_path, where):
    os.mkfifo(tmp_path / "matplotlibrc")  # whoever reads it waits for ever
    code = """if True:
        import os
        from dis2_core.run.machine.process import settle_process
        settle_process()
        import matplotlib
        print(matplotlib.matplotlib_fname())
        print(os.getcwd())
    """
    folder = tmp_path if where == "working folder" else tmp_path.parent
    environment = {**os.environ, "MATPLOTLIBRC": str(tmp_path), "MPLBACKEND": "nonsense"}
    run = subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert run.stdout.splitlines()[-1] == str(folder)
