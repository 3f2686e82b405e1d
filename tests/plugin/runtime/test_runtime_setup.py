"""Set-ups that happen: a real one with torch, and quick ones of two tiny packages that break off in every way."""

import ast
import base64
import dataclasses
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
import venv
import zipfile
from pathlib import Path
from urllib.parse import unquote, urlparse

import pytest
from qgis.core import QgsApplication, QgsProcessingContext, QgsProcessingException, QgsProcessingFeedback, QgsSettings


class Feedback(QgsProcessingFeedback):
    """Keeps what it is told; ``cancel_at`` is a text upon which the person loses patience."""

    def __init__(self, cancel_at=None):
        super().__init__(False)
        self.infos, self.warnings, self.cancelled_at, self._cancel_at = [], [], None, cancel_at

    def pushInfo(self, text):
        self._watch(text)
        self.infos.append(text)

    def pushConsoleInfo(self, text):
        self._watch(text)

    def pushCommandInfo(self, text):
        self._watch(text)

    def pushWarning(self, text):
        self.warnings.append(text)

    def _watch(self, text):
        if self._cancel_at and self._cancel_at in text:
            self.cancelled_at = time.monotonic()
            self.cancel()


@pytest.fixture
def root(tmp_path, monkeypatch, plugin):
    """A folder of a runtime, with a space and letters beyond ASCII; nothing else is chosen."""
    folder = tmp_path / "Läufer Zürich 東京"
    monkeypatch.setenv("DIS2_RUNTIME", str(folder))
    monkeypatch.delenv("DIS2_PYTHON", raising=False)
    yield folder
    for name in ("dis2/python", "dis2/runtime_folder"):
        QgsSettings().remove(name)


def run(feedback=None, **parameters):
    """Run the algorithm as Processing does; return its outputs."""
    from dis2.algorithms.setupruntime import SetupRuntimeAlgorithm

    algorithm = SetupRuntimeAlgorithm()
    algorithm.initAlgorithm()
    context = QgsProcessingContext()
    accepted, reason = algorithm.checkParameterValues(parameters, context)
    assert accepted, reason
    outputs, _ = algorithm.create().run(parameters, context, feedback or Feedback(), {}, False)
    return outputs


def refusal(feedback=None, **parameters):
    with pytest.raises(QgsProcessingException) as caught:
        run(feedback, **parameters)
    return str(caught.value)


def environments(root):
    return [path for path in root.glob("env-*") if path.is_dir()]


# --------------------------------------------------------------------------------------------- the real one


@pytest.fixture(scope="session")
def pip_settings(torch_python):
    """What pip is configured with, by option: indexes, folders of wheels."""
    listed = subprocess.run(
        [torch_python, "-m", "pip", "config", "list"], stdout=subprocess.PIPE, text=True, check=True
    ).stdout
    settings = {}
    for line in listed.splitlines():
        key, _, value = line.partition("=")
        option = key.rsplit(".", 1)[-1]
        settings.setdefault(option, []).extend(ast.literal_eval(value).split())
    return settings


@pytest.fixture(scope="session")
def index_url(pip_settings):
    """The package index of this machine: a mirror where pip has one, else PyPI."""
    return " ".join(pip_settings.get("index-url", []))


@pytest.fixture(scope="session")
def wheels(pip_settings):
    """A folder with a CPU build of the pinned torch, for a Python that is here."""
    for place in pip_settings.get("find-links", []):
        folder = Path(unquote(urlparse(place).path)) if place.startswith("file:") else Path(place)
        minors = [re.search(r"-cp3(\d+)-", wheel.name)[1] for wheel in folder.glob("torch-2.13.0*cpu-cp3*.whl")]
        if any(shutil.which(f"python3.{minor}") for minor in minors):
            return folder
    pytest.skip("pip knows no folder of wheels with a CPU build of torch 2.13.0 for a Python of this machine")


@pytest.mark.slow
def test_a_real_runtime_is_set_up_after_one_that_broke_off_and_runs_the_models(root, wheels, index_url, scene):
    asked = {"WHEELS": str(wheels), "INDEX_URL": index_url, "DOWNLOAD_PYTHON": False, "DEVICE": "cpu"}
    impatient = Feedback(cancel_at="torch for 'cpu', the largest part")
    assert "Cancelled. An earlier runtime is as it was." in refusal(impatient, **asked)
    assert environments(root) == [] and (root / "uv-cache").is_dir()
    assert "no Python to run its models with yet" in refusal(ACTION="check")

    feedback = Feedback()
    outputs = run(feedback, **asked)
    python = Path(outputs["PYTHON_PATH"])
    assert python.parents[2] == root and outputs["DEVICE_USED"] == "cpu"
    versions = "import torch, rasterio; print(torch.__version__, rasterio.__version__, torch.__file__)"
    done = subprocess.run([str(python), "-I", "-c", versions], stdout=subprocess.PIPE, text=True, check=True)
    assert done.stdout.startswith("2.13.0+cpu 1.4") and str(root) in done.stdout
    if not index_url:
        assert feedback.warnings == []  # uv, packages and torch: all of them have the published hashes
    assert not (root / "uv-cache").exists() and len(environments(root)) == 1

    segment = QgsApplication.processingRegistry().algorithmById("dis2:segment").create()
    target = str(root.parent / "map.tif")
    parameters = {"MODEL": scene.model, "ELEVATION": scene.ndsm, "OUTPUT": target, "DEVICE": "cpu"}
    results, succeeded = segment.run(parameters, QgsProcessingContext(), feedback)
    assert succeeded and results["MODALITIES_USED"] == "ndsm" and Path(target).is_file()

    assert run(ACTION="remove")["PYTHON_PATH"] == ""
    assert not root.exists()


# --------------------------------------------------------------------------------------------- the quick ones


def make_wheel(folder, name, version="1.0", payload=0):
    """A wheel of a package that does nothing, with as many bytes that cannot be compressed."""
    info, stem = f"{name}-{version}.dist-info", name.replace("-", "_")
    files = {
        f"{stem}/__init__.py": b"",
        f"{stem}/payload": os.urandom(payload),
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n".encode(),
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = [f"{path},sha256={_digest(content)},{len(content)}\n" for path, content in files.items()]
    files[f"{info}/RECORD"] = "".join([*record, f"{info}/RECORD,,\n"]).encode()
    path = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for member, content in files.items():
            archive.writestr(member, content)
    return path


def _digest(content):
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()


def lock_of(*wheels):
    lines = []
    for wheel in wheels:
        name, version = wheel.name.split("-")[:2]
        lines.append(f"{name}=={version} \\\n    --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}\n")
    return "".join(lines)


@pytest.fixture(scope="session")
def uv(tmp_path_factory, plugin, index_url):
    """uv as the set-up gets it from the package index."""
    from dis2.runtime.journal import Journal
    from dis2.runtime.packages.uv import UV, Sources, obtain

    root = tmp_path_factory.mktemp("uv")
    _, is_published = obtain(root, Sources(tuple(index_url.split())), Journal(Feedback()))
    assert is_published
    return root / f"uv-{UV}"


@pytest.fixture
def quick(root, monkeypatch, tmp_path, uv):
    """Set-ups of two packages from a folder, offline; what tries them out only looks whether they are there."""
    from dis2.runtime import layout
    from dis2.runtime.packages.torch_builds import TorchPlan
    from dis2.runtime.setup import creation, installation, trial

    folder = tmp_path / "wheels, of mine"
    folder.mkdir()
    first, second = make_wheel(folder, "dis2first"), make_wheel(folder, "dis2second")
    lock = tmp_path / "packages.txt"
    lock.write_text(lock_of(first))
    monkeypatch.setattr(installation, "PACKAGES_LOCK", lock)
    plan = TorchPlan(lock_of(second), is_pinned=True)
    monkeypatch.setattr(installation, "plans", lambda *_: [plan])
    monkeypatch.setattr(creation, "SPACE", {False: 1_000, True: 1_000})

    def smoke_test(python, journal):
        installed = sorted(
            path.name for path in Path(python).parents[1].rglob("dis2*") if path.parent.name[:4] == "site"
        )
        report = dict.fromkeys(installed, "1.0")
        return trial.SmokeReport("3.11.2", {"torch": "2.13.0+cpu", **report}, {}, "", "", "no card")

    monkeypatch.setattr(trial, "smoke_test", smoke_test)
    layout.claim(root)
    shutil.copytree(uv, root / uv.name)
    asked = {"WHEELS": str(folder), "OFFLINE": True, "DEVICE": "cpu"}
    return lambda feedback=None, **others: run(feedback, **{**asked, **others})


def stamp(root):
    return json.loads((root / "runtime.json").read_text(encoding="utf-8"))


@pytest.mark.slow
def test_a_quick_set_up_leaves_a_stamp_an_environment_uv_and_a_log(root, quick):
    from dis2.runtime.interpreter import interpreter

    outputs = quick()
    assert interpreter() == outputs["PYTHON_PATH"]
    names = {path.name for path in root.iterdir()}
    assert names == {".dis2-runtime", "runtime.json", "setup.log", stamp(root)["environment"], *names & {"uv-0.13.8"}}
    assert stamp(root)["unverified"] == []
    assert "dis2second 1.0" in outputs["DIAGNOSIS"]


@pytest.mark.slow
def test_a_set_up_that_is_cancelled_leaves_the_earlier_runtime_in_use(root, quick):
    before = quick()["PYTHON_PATH"]
    impatient = Feedback(cancel_at="pip install")
    with pytest.raises(QgsProcessingException, match="Cancelled"):
        quick(impatient)
    assert time.monotonic() - impatient.cancelled_at < 5
    assert [str(path) for path in environments(root)] == [str(Path(before).parents[1])]
    after = quick()["PYTHON_PATH"]
    assert after != before and len(environments(root)) == 1


@pytest.mark.slow
def test_what_a_killed_set_up_left_behind_is_swept_away(root, quick):
    (root / "env-dead" / "lib").mkdir(parents=True)
    (root / "runtime.json.new").write_text("{")
    quick()
    assert not (root / "env-dead").exists() and len(environments(root)) == 1


@pytest.mark.slow
def test_a_wheel_with_other_bytes_is_taken_from_a_folder_and_named(root, quick, monkeypatch, tmp_path):
    from dis2.runtime.setup import installation

    lock = re.sub(r"sha256:\w+", f"sha256:{'0' * 64}", installation.PACKAGES_LOCK.read_text())
    installation.PACKAGES_LOCK.write_text(lock)
    feedback = Feedback()
    quick(feedback)
    assert stamp(root)["unverified"] == ["dis2first==1.0"]
    assert feedback.warnings == ["Not verified against the hashes of the published files: dis2first==1.0"]


@pytest.mark.slow
def test_hashes_are_enforced_where_the_folder_does_not_offer_the_package(root, quick, monkeypatch, tmp_path):
    """The wheel with other bytes comes from an index that the person did not name."""
    from dis2.runtime.packages import uv
    from dis2.runtime.setup import installation

    installation.PACKAGES_LOCK.write_text(
        re.sub(r"sha256:\w+", f"sha256:{'0' * 64}", installation.PACKAGES_LOCK.read_text())
    )
    index, empty = simple_index(tmp_path / "index", tmp_path / "wheels, of mine"), tmp_path / "empty"
    empty.mkdir()
    monkeypatch.setattr(uv, "PYPI", index)
    with pytest.raises(QgsProcessingException, match=r"dis2first==1\.0 is not the file that was published"):
        quick(WHEELS=str(empty), OFFLINE=False, DOWNLOAD_PYTHON=False)
    assert environments(root) == [] and not (root / "runtime.json").exists()


def simple_index(folder, wheels):
    """A package index (PEP 503) in a folder; return its address."""
    for wheel in wheels.glob("*.whl"):
        page = folder / "simple" / wheel.name.split("-")[0]
        page.mkdir(parents=True)
        shutil.copy(wheel, page)
        (page / "index.html").write_text(f'<html><body><a href="{wheel.name}">{wheel.name}</a></body></html>')
    return (folder / "simple").as_uri()


@pytest.fixture
def served():
    """Serve folders over HTTP; return the address."""
    import threading
    from functools import partial
    from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

    servers = []

    def serve(folder):
        server = ThreadingHTTPServer(("127.0.0.1", 0), partial(SimpleHTTPRequestHandler, directory=str(folder)))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}"

    yield serve
    for server in servers:
        server.shutdown()


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["file", "http"])
def test_a_mirror_serves_all_uv_too_and_what_it_built_itself_is_named(
    root, quick, uv, tmp_path, monkeypatch, served, scheme
):
    from dis2.runtime.packages.index import locked_wheels
    from dis2.runtime.packages.uv import UV_LOCK
    from dis2.runtime.setup import installation

    shutil.rmtree(root / uv.name)
    folder = tmp_path / "wheels, of mine"
    tag = next(name for name in locked_wheels(UV_LOCK) if "manylinux_2_17_x86_64" in name or sys.platform == "win32")
    with zipfile.ZipFile(folder / tag, "w") as archive:
        archive.write(uv / "uv", "uv-0.data/scripts/uv")
    address = simple_index(tmp_path / "index", folder)
    address = address if scheme == "file" else served(tmp_path / "index") + "/simple"
    lock = installation.PACKAGES_LOCK.read_text()
    installation.PACKAGES_LOCK.write_text(re.sub(r"sha256:\w+", f"sha256:{'0' * 64}", lock))
    feedback = Feedback()
    quick(feedback, WHEELS=None, OFFLINE=False, INDEX_URL=address, DOWNLOAD_PYTHON=False)
    assert stamp(root)["unverified"] == ["uv", "dis2first==1.0"]
    assert stamp(root)["options"]["indexes"] == [address]


@pytest.mark.slow
def test_a_package_that_the_folder_lacks_is_one_sentence(root, quick, tmp_path):
    (tmp_path / "wheels, of mine" / "dis2second-1.0-py3-none-any.whl").unlink()
    with pytest.raises(QgsProcessingException, match=r"a package is missing where it was looked for \(.*dis2second"):
        quick()
    assert environments(root) == []


def test_offline_without_a_folder_is_refused_at_once(root):
    assert refusal(OFFLINE=True).startswith("Without internet the set-up needs a folder of wheels.")
    assert "There is no folder of wheels" in refusal(WHEELS=str(root / "none"))


def test_an_index_out_of_reach_is_one_sentence_and_what_to_do(root):
    message = refusal(INDEX_URL="http://127.0.0.1:9/simple", DOWNLOAD_PYTHON=False, DEVICE="cpu")
    assert "the server cannot be reached" in message and "a folder of wheels" in message
    assert environments(root) == []


@pytest.mark.slow
def test_two_set_ups_at_once_are_refused(root, quick):
    from dis2.runtime.setup.managed import locked

    with locked(root), pytest.raises(QgsProcessingException, match="is being set up already"):
        quick()
    quick()


@pytest.mark.slow
def test_a_card_that_cannot_compute_makes_the_set_up_fall_back_to_the_cpu(root, quick, monkeypatch):
    from dis2.runtime import gpu
    from dis2.runtime.setup import installation

    asked = []
    usual = installation.plans
    monkeypatch.setattr(gpu, "graphics_cards", lambda journal: gpu.parse_smi("NVIDIA L4, 580.65.06, 8.9"))
    monkeypatch.setattr(installation, "plans", lambda backend, *others: asked.append(backend) or usual())
    feedback = Feedback()
    assert quick(feedback, DEVICE="auto")["DEVICE_USED"] == "cpu"
    assert asked == ["cu130", "cpu"] and len(environments(root)) == 1
    assert "The graphics card cannot be used (no card)" in feedback.warnings[0]


@pytest.mark.slow
@pytest.mark.parametrize("trouble", ["NoRuntime", "SetupFailed"])
def test_a_cuda_build_that_does_not_load_or_is_nowhere_makes_it_fall_back_to_the_cpu(root, quick, monkeypatch, trouble):
    from dis2.runtime import errors, gpu
    from dis2.runtime.setup import installation

    usual = installation.plans

    def plans(backend, *others):
        if backend != "cpu":
            raise getattr(errors, trouble)("It crashed.")
        return usual()

    monkeypatch.setattr(gpu, "graphics_cards", lambda journal: gpu.parse_smi("NVIDIA L4, 580.65.06, 8.9"))
    monkeypatch.setattr(installation, "plans", plans)
    feedback = Feedback()
    assert quick(feedback, DEVICE="auto")["DEVICE_USED"] == "cpu"
    assert "The graphics card cannot be used (It crashed.)" in feedback.warnings[0] and len(environments(root)) == 1


@pytest.mark.slow
def test_a_cancel_after_the_stamp_leaves_the_new_runtime_in_use(root, quick, monkeypatch):
    from dis2.runtime import layout
    from dis2.runtime.interpreter import interpreter

    feedback = Feedback()
    write = layout.write_stamp
    monkeypatch.setattr(layout, "write_stamp", lambda *words: (write(*words), feedback.cancel()))
    assert quick(feedback)["PYTHON_PATH"] == interpreter()
    assert len(environments(root)) == 1 and not (root / "uv-cache").exists()


@pytest.mark.slow
def test_a_stamp_that_cannot_be_written_leaves_no_environment(root, quick, monkeypatch):
    from dis2.runtime import layout

    def full(*words):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(layout, "write_stamp", full)
    with pytest.raises(QgsProcessingException, match=r"failed: the disk is full\. Free some space"):
        quick()
    assert environments(root) == []


@pytest.mark.slow
def test_a_python_that_cannot_be_downloaded_is_replaced_by_the_machines(root, quick, monkeypatch):
    monkeypatch.setenv("UV_PYTHON_INSTALL_MIRROR", "file:///nowhere")
    feedback = Feedback()
    quick(feedback, OFFLINE=False)
    assert feedback.warnings[0].endswith("The machine's own Python is taken.")


@pytest.mark.slow
def test_a_repair_does_not_go_elsewhere_where_the_address_had_a_password(root, quick):
    from dis2.runtime import layout

    quick()
    made = layout.read_stamp(root)
    options = {**made.options, "indexes": ["https://***@mirror.example/simple"]}
    layout.write_stamp(root, dataclasses.replace(made, options=options))
    assert "was given with a password, which is not kept" in refusal(ACTION="repair")


@pytest.mark.slow
def test_a_check_is_of_the_folder_that_is_named(root, quick, tmp_path):
    quick()
    assert "DIS2 has no Python" in refusal(ACTION="check", FOLDER=str(tmp_path / "none"))
    assert run(ACTION="check", FOLDER=str(root))["PYTHON_PATH"].startswith(str(root))


@pytest.mark.slow
def test_the_log_of_a_set_up_that_runs_is_left_alone_by_one_that_is_refused(root, quick):
    from dis2.runtime.setup.managed import locked

    quick()
    before = (root / "setup.log").read_text(encoding="utf-8")
    with locked(root), pytest.raises(QgsProcessingException):
        quick()
    assert (root / "setup.log").read_text(encoding="utf-8") == before


@pytest.mark.slow
def test_a_driver_that_is_too_old_is_told_and_the_cpu_taken(root, quick, monkeypatch):
    from dis2.runtime import gpu

    monkeypatch.setattr(gpu, "graphics_cards", lambda journal: gpu.parse_smi("NVIDIA L4, 470.1, 8.9"))
    feedback = Feedback()
    assert quick(feedback, DEVICE="auto")["DEVICE_USED"] == "cpu"
    assert "The driver 470.1 of NVIDIA L4 is too old: 525.60.13 or newer is needed." in feedback.warnings[0]


@pytest.mark.slow
def test_a_repair_asks_for_what_the_set_up_was_asked_for(root, quick):
    quick()
    environment, options = stamp(root)["environment"], stamp(root)["options"]
    (root / environment / "bin" / "python").unlink()
    assert "its Python is gone" in refusal(ACTION="check")
    run(ACTION="repair")
    assert stamp(root)["environment"] != environment and stamp(root)["options"] == options


@pytest.mark.slow
def test_a_damaged_stamp_is_repaired(root, quick):
    quick()
    (root / "runtime.json").write_text("{")
    assert "is damaged" in refusal(ACTION="check")
    feedback = Feedback()
    quick(feedback, ACTION="repair")
    assert "is damaged" in feedback.warnings[0] and len(environments(root)) == 1


@pytest.fixture
def small_disk(tmp_path):
    """A disk with room for uv and little else; only root can have one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=80m", "tmpfs", str(folder)], capture_output=True)
    if mounted.returncode:
        pytest.skip("a small disk cannot be mounted without being root")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.mark.slow
def test_a_disk_that_fills_up_is_one_sentence_and_the_earlier_runtime_stays(
    small_disk, quick, uv, tmp_path, monkeypatch
):
    from dis2.runtime import layout
    from dis2.runtime.interpreter import interpreter
    from dis2.runtime.packages.torch_builds import TorchPlan
    from dis2.runtime.setup import creation, installation

    root = small_disk / "run time é"
    monkeypatch.setenv("DIS2_RUNTIME", str(root))
    layout.claim(root)
    shutil.copytree(uv, root / uv.name)
    before = quick()["PYTHON_PATH"]
    large = make_wheel(tmp_path / "wheels, of mine", "dis2large", payload=60_000_000)
    monkeypatch.setattr(installation, "plans", lambda *_: [TorchPlan(lock_of(large), is_pinned=True)])
    with pytest.raises(QgsProcessingException, match=r"failed: the disk is full\. Free some space"):
        quick()
    assert interpreter() == before and len(environments(root)) == 1
    monkeypatch.setattr(creation, "SPACE", {False: 10**9, True: 10**9})
    with pytest.raises(
        QgsProcessingException, match=r"needs about 1\.0 GB while it is made, and the disk of .* has 0\.0"
    ):
        quick()


# --------------------------------------------------------------------------------------------- an existing Python


@pytest.mark.slow
def test_an_existing_python_is_tried_out_and_used_from_then_on(root, torch_python, tmp_path):
    from dis2.runtime.interpreter import interpreter

    report = tmp_path / "report.html"
    outputs = run(PYTHON=torch_python, REPORT=str(report))
    assert interpreter() == outputs["PYTHON_PATH"] == torch_python
    assert "torch 2." in report.read_text(encoding="utf-8") and "<pre>" in report.read_text(encoding="utf-8")
    assert not root.exists()  # nothing is installed


def test_checking_an_existing_python_does_not_choose_it(root, tmp_path):
    report = {
        "python": "3.12.1",
        "versions": {"torch": "2.6.0+debian", "rasterio": "1.4.3"},
        "broken": {"jinja2": "none"},
        "cuda_build": "12.6",
    }
    program = tmp_path / "python"
    program.write_text(f"#!/bin/sh\necho '{json.dumps({**report, 'gpu': 'NVIDIA L4', 'no_gpu': ''})}'\n")
    program.chmod(0o700)
    feedback = Feedback()
    assert run(feedback, ACTION="check", PYTHON=str(program))["DEVICE_USED"] == "cuda"
    assert feedback.warnings == ["The models run; reports with charts need as well: jinja2"]
    assert not QgsSettings().value("dis2/python", "")


def test_a_python_without_torch_is_refused_and_the_diagnosis_written(root, tmp_path):
    report = tmp_path / "report.txt"
    venv.create(tmp_path / "bare")  # where Debian has torch, the environment of the tests sees it
    message = refusal(PYTHON=str(tmp_path / "bare" / "bin" / "python"), REPORT=str(report))
    assert re.match(r"'.*' cannot import torch, .*\(ModuleNotFoundError: No module named 'torch'\)\.", message)
    text = report.read_text(encoding="utf-8")
    assert "Problem: '" in text and "cannot import torch" in text and "QGIS 3." in text
    assert not QgsSettings().value("dis2/python", "")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("echo no python; exit 3", r"does not work as a Python for DIS2 \(exit code 3\)"),
        ("kill -SEGV $$", r"does not work as a Python for DIS2 \(it crashed\)"),
        (
            """echo '{"python": "3.9.2", "versions": {}, "broken": {}, "cuda_build": "", "gpu": "", "no_gpu": ""}'""",
            r"is Python 3\.9\.2; DIS2 needs 3\.10 or newer",
        ),
        (
            """echo '{"python": "3.11.2", "versions": {"torch": "1.13.1"}, "broken": {}, "cuda_build": "", """
            """"gpu": "", "no_gpu": ""}'""",
            r"has torch 1\.13\.1; DIS2 needs 2\.6 or newer\. Update it there",
        ),
        (
            """echo '{"python": "3.12.1", "versions": {}, "broken": {"torch": "OSError: [WinError 1114] c10.dll"}, """
            """"cuda_build": "", "gpu": "", "no_gpu": ""}'""",
            r"cannot import torch \(OSError: \[WinError 1114\] c10\.dll\)\. Install the Microsoft Visual C\+\+",
        ),
    ],
)
def test_what_is_no_usable_python_is_one_sentence(root, tmp_path, body, reason):
    program = tmp_path / "python"
    program.write_text(f"#!/bin/sh\n{body}\n")
    program.chmod(0o700)
    assert re.search(reason, refusal(PYTHON=str(program)))


def test_removing_nothing_is_no_error(root):
    feedback = Feedback()
    assert run(feedback, ACTION="remove")["DEVICE_USED"] == ""
    assert "There was no runtime." in feedback.infos


@pytest.mark.slow
def test_a_new_runtime_replaces_a_python_that_was_chosen_before(root, quick, torch_python):
    QgsSettings().setValue("dis2/python", torch_python)
    feedback = Feedback()
    quick(feedback)
    assert not QgsSettings().value("dis2/python", "")
    assert f"'{torch_python}', which was chosen before, is not used any more." in feedback.infos


@pytest.mark.slow
def test_a_variable_that_goes_first_is_told(root, quick, torch_python, monkeypatch):
    monkeypatch.setenv("DIS2_PYTHON", torch_python)
    feedback = Feedback()
    quick(feedback)
    assert feedback.warnings == ["The environment variable DIS2_PYTHON names another Python, which goes first."]
