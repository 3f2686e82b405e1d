"""Wheels: how indexes list them, which one fits, which hash it must have; and what uv's words come down to."""

import hashlib
import io
import json
import random
import re
import time
import zipfile

import pytest
from qgis.core import QgsProcessingFeedback
from qgis.PyQt.QtNetwork import QNetworkProxy

HASH = "ab" * 32


@pytest.fixture(scope="module")
def index(plugin):
    from dis2.runtime.packages import index

    return index


@pytest.fixture(scope="module")
def builds(plugin):
    from dis2.runtime.packages import torch_builds

    return torch_builds


@pytest.fixture(scope="module")
def constants(plugin):
    from dis2.runtime import constants

    return constants


def test_html_page_with_relative_and_absolute_links(index):
    page = f"""<!DOCTYPE html><html><body>
        <a href="../../files/uv-1.0-py3-none-any.whl#sha256={HASH}" data-requires-python="&gt;=3.8">uv</a><br/>
        <a href="https://files.example/torch-2.13.0%2Bcpu-cp312-cp312-win_amd64.whl">torch</a>
        <a href="uv-1.0.tar.gz#sha256={HASH}">source</a> <a name="x">no link</a></body></html>"""
    wheels = index.parse_page(page, "https://mirror.example/api/simple/uv/")
    assert wheels == [
        ("uv-1.0-py3-none-any.whl", "https://mirror.example/api/files/uv-1.0-py3-none-any.whl", HASH),
        (
            "torch-2.13.0+cpu-cp312-cp312-win_amd64.whl",
            "https://files.example/torch-2.13.0%2Bcpu-cp312-cp312-win_amd64.whl",
            "",
        ),
    ]


def test_json_page(index):
    page = f"""{{"meta": {{"api-version": "1.1"}}, "name": "uv", "files": [
        {{"filename": "uv-1.0-py3-none-any.whl", "url": "../f/uv-1.0-py3-none-any.whl",
          "hashes": {{"sha256": "{HASH}"}}}},
        {{"filename": "uv-1.0.tar.gz", "url": "../f/uv-1.0.tar.gz", "hashes": {{}}}}]}}"""
    assert index.parse_page(page, "file:///mirror/simple/uv/") == [
        ("uv-1.0-py3-none-any.whl", "file:///mirror/simple/f/uv-1.0-py3-none-any.whl", HASH)
    ]


@pytest.mark.parametrize("page", ["{", '{"files": 3}', '{"message": "not found"}', '{"files": [{"url": "x"}]}'])
def test_json_that_is_no_page_is_refused(index, page):
    with pytest.raises(ValueError):
        index.parse_page(page, "https://mirror.example/simple/uv/")


@pytest.mark.parametrize(
    "name", ["foo.whl", "-.whl", ".whl", "-----.whl", "uv-1-x.whl", "a-b-c-d-e-f-g.whl", f"uv-{'9' * 5000}-a-b-c.whl"]
)
def test_what_is_not_named_as_wheels_are_is_none(index, tmp_path, name):
    """PEP 427; where the name cannot be a file's, pages alone may say it."""
    link = f'<a href="{name}">{name}</a>'
    listed = json.dumps({"files": [{"filename": name, "url": name, "hashes": {}}]})
    assert index.parse_page(link, "https://a/") == index.parse_page(listed, "https://a/") == []
    if len(name) < 256:
        (tmp_path / name).write_bytes(b"x")
        assert index.folder_wheels(tmp_path) == []


def test_a_wheel_may_have_a_build_number(index):
    (wheel,) = index.parse_page("<a href=torch-2.13.0-1cpu-cp312-cp312-linux_x86_64.whl>", "https://a/")
    assert wheel.version == "2.13.0"


def test_links_that_are_commented_out_or_no_address_are_passed_over(index):
    links = ("<!-- <a href='x-1-py3-none-any.whl'> -->", "<a href='http://[::1/x-1-py3-none-any.whl'>")
    page = "".join([*links, "<A\nHREF = y-1-py3-none-any.whl>"])
    assert [wheel.name for wheel in index.parse_page(page, "https://a/")] == ["y-1-py3-none-any.whl"]


HOSTILE = [
    "<![",
    "<!",
    "<!--",
    "<!---->",
    "<",
    "&#",
    "<a href=",
    '<a href="',
    "</",
    "<?",
    "<![CDATA[",
    "<a ",
    "<a href='x' ",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_page_takes_no_longer_than_an_honest_one(index, text):
    honest = '<a href="uv-1.0-py3-none-any.whl#sha256=0">uv-1.0-py3-none-any.whl</a>\n'
    seconds = []
    for page in (honest, text):
        begun = time.process_time()
        index.parse_page(page * (4_000_000 // len(page)), "https://a/")
        seconds.append(time.process_time() - begun)
    assert seconds[1] < 2 * seconds[0] + 1


@pytest.mark.parametrize(
    "files",
    [
        None,
        {},
        [1],
        [{}],
        [{"filename": 5, "url": "x", "hashes": {}}],
        [{"filename": "uv-1-a-b-c.whl", "url": None, "hashes": {}}],
        [{"filename": "uv-1-a-b-c.whl", "url": "x", "hashes": []}],
        [{"filename": "uv-1-a-b-c.whl", "url": "x", "hashes": {"sha256": 5}}],
    ],
)
def test_json_of_wrong_types_is_no_page(index, files):
    text = json.dumps({"files": files})
    try:
        assert index.parse_page(text, "https://a/") == []
    except ValueError as error:
        assert "no page of a package index" in str(error)


@pytest.mark.parametrize("text", ['{"files":' + "[" * 100_000, '{"files":' + "9" * 10_000 + "}", '{"files":['])
def test_json_beyond_all_bounds_is_no_page(index, text):
    with pytest.raises(ValueError):
        index.parse_page(text, "https://a/")


def test_wheels_for_each_system(index, constants):
    names = list(index.locked_wheels(constants.UV_LOCK))
    expected = {
        ("linux", "x86_64"): "manylinux_2_17_x86_64.manylinux2014_x86_64",
        ("linux", "aarch64"): "manylinux_2_17_aarch64.manylinux2014_aarch64.musllinux_1_1_aarch64",
        ("win32", "AMD64"): "win_amd64",
        ("win32", "ARM64"): "win_arm64",
        ("darwin", "arm64"): "macosx_11_0_arm64",
        ("darwin", "x86_64"): "macosx_10_12_x86_64",
    }
    for (system, machine), platform in expected.items():
        pattern = index.platform_pattern(system, machine)
        fitting = [name for name in names if index.Wheel(name, "").fits("uv", pattern)]
        assert fitting and fitting[0] == f"uv-{constants.UV}-py3-none-{platform}.whl", system


def test_a_musl_wheel_is_not_for_glibc(index):
    pattern = index.platform_pattern("linux", "x86_64")
    assert not index.Wheel("uv-1.0-py3-none-musllinux_1_2_x86_64.whl", "").fits("uv", pattern)


def test_what_merely_begins_alike_does_not_fit(index):
    pattern = index.platform_pattern("linux", "x86_64")
    assert not index.Wheel("uv_build-1.0-py3-none-manylinux_2_17_x86_64.whl", "").fits("uv", pattern)
    assert not index.Wheel("evil.whl", "").fits("uv", pattern)


@pytest.mark.parametrize(("address", "count"), [("https://mirror.example/simple", 1), ("file:///mirror/simple", 2)])
def test_a_page_of_the_network_does_not_lead_to_files_of_this_machine(plugin, monkeypatch, address, count):
    from dis2.runtime.packages import uv

    page = b'<a href="uv-1-py3-none-any.whl">1</a> <a href="file://server/share/uv-2-py3-none-any.whl">2</a>'
    monkeypatch.setattr(uv, "fetch", lambda *arguments: page)
    assert len(uv._listed(address, None)) == count


def test_every_locked_requirement_has_a_version_and_hashes(index, constants):
    for lock in (constants.PACKAGES_LOCK, constants.TORCH_PYPI_LOCK):
        blocks = index.requirements(lock.read_text(encoding="utf-8"))
        assert len(blocks) > 15
        for block in blocks:
            assert re.match(r"[a-z0-9-]+==\d\S* ", block)
            assert re.search(r"--hash=sha256:[0-9a-f]{64}\b", block)


def test_the_lock_has_what_the_worker_needs_and_no_torch(index, constants):
    names = {
        item.split("==")[0] for item in index.project_versions(constants.PACKAGES_LOCK.read_text(encoding="utf-8"))
    }
    for module in (*constants.REQUIRED_MODULES, *constants.OPTIONAL_MODULES):
        assert module in names or module == "torch"
    assert not {"torch", "torchvision", "typer", "rich", "pyyaml", "lightning", "kornia"} & names


def test_versions_are_those_that_the_tests_run_with(index, constants):
    """The lock is resolved within ``constraints.txt``; a pin for newer Pythons alone has an older sister in it."""
    from conftest import REPOSITORY

    lines = (REPOSITORY / "constraints.txt").read_text().splitlines()
    pins = dict(re.match(r"([\w.-]+)==([^\s;]+)", line).groups() for line in lines if "==" in line)
    pins = {name.lower().replace("_", "-"): version for name, version in pins.items()}
    locked = index.project_versions(constants.PACKAGES_LOCK.read_text(encoding="utf-8"))
    assert pins["torch"] == constants.TORCH
    for name in ("numpy", "rasterio", "pyproj", "safetensors", "matplotlib", "jinja2"):
        assert f"{name}=={pins[name]}" in locked


def test_an_existing_python_needs_what_the_project_needs(constants):
    from conftest import REPOSITORY

    project = (REPOSITORY / "pyproject.toml").read_text(encoding="utf-8")
    for name, oldest in constants.OLDEST_MODULES.items():
        assert f'"{name}>={oldest[0]}.{oldest[1]}"' in project


def test_taking_away_hashes_leaves_the_others_enforced(index):
    lock = f"a==1 ; python_version < '3.11' \\\n    --hash=sha256:{HASH}\nb==2 \\\n    --hash=sha256:{HASH}\n"
    assert (
        index.without_hashes(lock, ["a==1"]) == f"a==1 ; python_version < '3.11'\nb==2 \\\n    --hash=sha256:{HASH}\n"
    )
    assert index.without_hashes(lock, []) == lock


def sources(plugin, folder=None, indexes=(), offline=False):
    from dis2.runtime.packages.uv import Sources

    return Sources(indexes, folder, offline)


LINUX = ("linux", "x86_64", (3, 12))


@pytest.mark.parametrize(
    ("backend", "machine", "arguments"),
    [
        ("cu130", LINUX, ()),  # PyPI's own build there
        ("cpu", ("win32", "AMD64", (3, 12)), ()),
        ("cpu", ("darwin", "arm64", (3, 12)), ()),
        ("cpu", LINUX, ("--torch-backend", "cpu")),
        ("cu126", LINUX, ("--torch-backend", "cu126")),
        ("cu126", ("win32", "AMD64", (3, 12)), ("--torch-backend", "cu126")),
        ("cu130", ("win32", "AMD64", (3, 12)), ("--torch-backend", "cu130")),
    ],
)
def test_torch_comes_from_pypi_where_its_build_is_there(builds, plugin, backend, machine, arguments):
    (way,) = builds.plans(backend, builds.Machine(*machine), sources(plugin))
    assert way.arguments == arguments
    if not arguments:
        assert way.is_pinned and "\ntorch==2.13.0 \\\n" in way.requirement


def test_a_known_wheel_of_pytorchs_index_is_pinned_and_an_unknown_one_is_not(builds, plugin):
    (way,) = builds.plans("cpu", builds.Machine(*LINUX), sources(plugin))
    assert way.is_pinned and re.fullmatch(r"torch==2\.13\.0\+cpu --hash=sha256:[0-9a-f]{64}\n", way.requirement)
    (way,) = builds.plans("cu126", builds.Machine(*LINUX), sources(plugin))
    assert not way.is_pinned and way.requirement == "torch==2.13.0+cu126\n" == way.libraries
    (way,) = builds.plans("cu126", builds.Machine("win32", "AMD64", (3, 12)), sources(plugin))
    assert not way.libraries  # the wheel carries them


def test_a_mirror_is_asked_for_the_build_first_and_for_pypis_then(builds, plugin):
    ways = builds.plans("cpu", builds.Machine(*LINUX), sources(plugin, indexes=("https://mirror.example/simple",)))
    assert ways[0].requirement.split()[0] == "torch==2.13.0+cpu"
    assert "\ntorch==2.13.0 \\\n" in ways[1].requirement
    assert not any(way.arguments for way in ways)


def test_a_folder_goes_first_and_the_build_that_fits_best_of_it(builds, plugin, tmp_path):
    for build in ("cpu", "cu126"):
        (tmp_path / f"torch-2.13.0+{build}-cp312-cp312-manylinux_2_28_x86_64.whl").touch()
    (tmp_path / "torch-2.13.0+cpu-cp311-cp311-manylinux_2_28_x86_64.whl").touch()
    (tmp_path / "torch-2.12.0+cpu-cp312-cp312-manylinux_2_28_x86_64.whl").touch()
    for backend in ("cpu", "cu126"):
        (way,) = builds.plans(backend, builds.Machine(*LINUX), sources(plugin, tmp_path))
        assert way.requirement.startswith(f"torch==2.13.0+{backend}")
        assert way.arguments == ()


def test_a_folder_without_torch_is_refused_offline(builds, plugin, tmp_path):
    from dis2.runtime.errors import SetupFailed

    with pytest.raises(SetupFailed, match=r"has no torch 2\.13\.0 for Python 3\.12 on linux x86_64"):
        builds.plans("cpu", builds.Machine(*LINUX), sources(plugin, tmp_path, offline=True))


@pytest.mark.parametrize(
    ("machine", "words"),
    [
        (("darwin", "x86_64"), "Macs with an Intel processor"),
        (("linux", "x86_64", "musl"), "Linux without glibc, such as Alpine"),
        (("linux", "riscv64"), "riscv64 on linux"),
        (("win32", "x86"), "x86 on win32"),
    ],
)
def test_machines_that_torch_is_not_made_for_are_refused_in_one_sentence(builds, machine, words):
    from dis2.runtime.errors import SetupFailed

    with pytest.raises(
        SetupFailed, match=rf"torch 2\.13\.0 is not made for {words}\. Choose an existing Python"
    ) as caught:
        builds.require_supported(*machine)
    assert "existing Python" in caught.value.hint


@pytest.mark.parametrize(
    "machine",
    [("darwin", "arm64"), ("linux", "x86_64", "glibc"), ("linux", "aarch64", "glibc"), ("win32", "AMD64"), ()],
)
def test_machines_that_torch_is_made_for_are_not(builds, machine):
    builds.require_supported(*machine)


def test_the_hardware_counts_and_not_what_qgis_was_made_for(index):
    kernel = "Darwin Kernel Version 23.6.0: root:xnu-10063.141.2~1/RELEASE_ARM64_T6000"
    assert index.hardware("darwin", "x86_64", kernel) == "arm64"  # QGIS made for Intel, under Rosetta
    assert index.hardware("darwin", "x86_64", "Darwin Kernel Version 22.6.0: /RELEASE_X86_64") == "x86_64"
    assert index.hardware("win32", "ARM64", "10.0.26100") == "AMD64"  # emulated
    assert index.hardware("linux", "aarch64", "#1 SMP") == "aarch64"


def test_what_uv_is_told_of_the_sources(plugin, tmp_path):
    from dis2.runtime.constants import PYPI

    assert sources(plugin).arguments() == [] and sources(plugin).variables() == {"UV_DEFAULT_INDEX": PYPI}
    mirrors = sources(plugin, indexes=("https://me:secret@a", "https://b"))
    assert mirrors.arguments() == []  # a command line can be read by everybody on the machine
    assert mirrors.variables() == {"UV_DEFAULT_INDEX": "https://me:secret@a", "UV_INDEX": "https://b"}
    folder = tmp_path / "a, b"
    assert sources(plugin, folder, offline=True).arguments() == [
        "--find-links",
        folder.as_uri(),
        "--no-index",
        "--offline",
    ]
    assert sources(plugin, folder, indexes=("https://a",), offline=True).variables() == {}
    assert "," not in folder.as_uri()  # uv would cut there


def wheel_of_uv(name="uv", method=zipfile.ZIP_STORED):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        archive.writestr(f"uv-9.data/scripts/{name}", b"program")
        archive.writestr("../../evil", b"evil")
    return buffer.getvalue()


def test_unpacking_writes_the_program_and_nothing_else(plugin, tmp_path):
    from dis2.runtime.packages.uv import unpack

    program = tmp_path / "root" / "uv-9" / "uv"
    program.parent.parent.mkdir()
    unpack(wheel_of_uv(), program)
    assert [path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()] == ["root/uv-9/uv"]
    assert program.read_bytes() == b"program" and program.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(
    "wheel",
    [
        b"",
        b"PK\x03\x04 cut off",
        wheel_of_uv("other"),
        wheel_of_uv(method=zipfile.ZIP_LZMA),
        wheel_of_uv(method=zipfile.ZIP_BZIP2),
    ],
    ids=["empty", "cut off", "another", "lzma", "bz2"],
)
def test_a_damaged_wheel_of_uv_is_refused(plugin, tmp_path, wheel):
    from dis2.runtime.errors import SetupFailed
    from dis2.runtime.packages.uv import unpack

    with pytest.raises(SetupFailed, match="The wheel of uv is damaged"):
        unpack(wheel, tmp_path / "uv-9" / "uv")
    assert not list(tmp_path.rglob("uv"))


def test_a_wheel_with_bytes_changed_is_unpacked_or_refused(plugin, tmp_path):
    from dis2.runtime.errors import SetupFailed
    from dis2.runtime.packages.uv import unpack

    drawn, whole, refused = random.Random(0), wheel_of_uv(method=zipfile.ZIP_DEFLATED), 0
    for _ in range(400):
        wheel = bytearray(whole)
        for _ in range(drawn.choice([1, 2, 5])):
            wheel[drawn.randrange(len(wheel))] = drawn.choice([0, 1, 127, 255, drawn.randrange(256)])
        try:
            unpack(bytes(wheel), tmp_path / "uv-9" / "uv")
        except SetupFailed:
            refused += 1
    assert 100 < refused < 400


@pytest.fixture
def journal(plugin):
    from dis2.runtime.journal import Journal

    return Journal(QgsProcessingFeedback(False))


def test_fetching_a_file_and_refusing_a_large_one(plugin, journal, tmp_path):
    from dis2.runtime.errors import SetupFailed
    from dis2.runtime.packages.network import fetch

    file = tmp_path / "a ü.txt"
    file.write_bytes(b"12345")
    assert fetch(file.as_uri(), 5, journal) == b"12345"
    with pytest.raises(SetupFailed, match="larger than"):
        fetch(file.as_uri(), 4, journal)
    with pytest.raises(SetupFailed, match="No such file"):
        fetch((tmp_path / "none").as_uri(), 5, journal)


def test_a_server_out_of_reach_is_one_sentence_and_what_to_do(plugin, journal):
    from dis2.runtime.errors import Offline
    from dis2.runtime.packages.network import fetch

    with pytest.raises(Offline) as caught:
        fetch("http://127.0.0.1:9/simple/uv/", 5, journal)
    assert re.match(r"Downloading http\S+ failed: the server cannot be reached \(.+\)\.$", caught.value.message)
    assert "folder of wheels" in caught.value.hint


def test_downloads_stop_at_the_limit_and_say_what_the_server_said(plugin, journal, tmp_path):
    import threading
    from functools import partial
    from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

    from dis2.runtime.errors import SetupFailed
    from dis2.runtime.packages.network import fetch

    (tmp_path / "file").write_bytes(b"x" * 3_000_000)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(SimpleHTTPRequestHandler, directory=str(tmp_path)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    try:
        assert len(fetch(f"{address}/file", 3_000_000, journal)) == 3_000_000
        with pytest.raises(SetupFailed, match="larger than 1 MB"):
            fetch(f"{address}/file", 1_000_000, journal)
        with pytest.raises(SetupFailed, match="File not found"):
            fetch(f"{address}/none", 1_000, journal)
    finally:
        server.shutdown()


@pytest.mark.parametrize(
    ("proxy", "expected"),
    [
        (QNetworkProxy(QNetworkProxy.ProxyType.NoProxy), ""),
        (QNetworkProxy(QNetworkProxy.ProxyType.HttpProxy, "proxy.example", 8080), "http://proxy.example:8080"),
        (
            QNetworkProxy(QNetworkProxy.ProxyType.HttpProxy, "proxy.example", 8080, "d@b", "p:/w ü"),
            "http://d%40b:p%3A%2Fw%20%C3%BC@proxy.example:8080",
        ),
        (QNetworkProxy(QNetworkProxy.ProxyType.Socks5Proxy, "::1", 1080), "socks5h://[::1]:1080"),
    ],
)
def test_proxies_as_variables(plugin, proxy, expected):
    from dis2.runtime.packages.network import proxy_url

    assert proxy_url(proxy) == expected


def test_uv_gets_qgis_proxy_and_none_of_pips_and_its_own_settings(plugin, journal, tmp_path, monkeypatch):
    from dis2.runtime.packages import network
    from dis2.runtime.packages.uv import Sources, Uv

    names = ("PIP_INDEX_URL", "UV_INDEX_URL", "UV_FIND_LINKS", "UV_TORCH_BACKEND", "UV_PYTHON", "UV_INSECURE_HOST")
    others = ("UV_PYTHON_DOWNLOADS_JSON_URL", "RUST_LOG", "BASH_ENV", "UNHEARD_OF")  # it is a list of what is passed on
    for name in (*names, *others, "UV_PRERELEASE", "UV_TARGET", "PYTHONPATH", "VIRTUAL_ENV"):
        monkeypatch.setenv(name, "elsewhere")
    monkeypatch.setenv("UV_PYTHON_INSTALL_MIRROR", "https://mirror.example")
    chosen = QNetworkProxy(QNetworkProxy.ProxyType.HttpProxy, "proxy.example", 8080)
    monkeypatch.setattr(network, "proxy", lambda url: chosen)
    monkeypatch.setattr(network, "imported_certificates", lambda: b"PEM")
    environment = Uv(tmp_path / "uv", tmp_path, Sources(), journal)._environment()
    assert environment.value("HTTPS_PROXY") == "http://proxy.example:8080"
    assert environment.value("UV_PYTHON_INSTALL_MIRROR") == "https://mirror.example"
    assert (tmp_path / "ca.pem").read_bytes() == b"PEM" and environment.value("SSL_CERT_FILE") == str(
        tmp_path / "ca.pem"
    )
    assert environment.value("UV_CACHE_DIR") == str(tmp_path / "uv-cache")
    assert "elsewhere" not in [environment.value(name) for name in environment.keys()]  # noqa: SIM118


@pytest.mark.parametrize("person", ["me:secret", "me:p@secret", "secret"])
def test_passwords_of_addresses_are_in_no_log(plugin, tmp_path, person):
    from dis2.runtime.journal import Journal

    journal = Journal(QgsProcessingFeedback(False))
    journal.keep(tmp_path / "setup.log")
    journal.output(f"error: https://{person}@mirror.example/simple and http://other.example/@x")
    log = (tmp_path / "setup.log").read_text()
    assert "secret" not in log + journal.feedback.textLog() and "me:p" not in log
    assert "https://***@mirror.example/simple and http://other.example/@x" in log


def test_a_server_that_stalls_is_given_up(plugin, journal):
    """QGIS's own time limit holds in the thread of an algorithm, too."""
    import socket

    from dis2.runtime.errors import Offline
    from dis2.runtime.packages.network import fetch
    from qgis.core import QgsNetworkAccessManager

    before = QgsNetworkAccessManager.timeout()
    with socket.create_server(("127.0.0.1", 0)) as server:
        QgsNetworkAccessManager.setTimeout(300)
        try:
            with pytest.raises(Offline, match="no answer within the time"):
                fetch(f"http://127.0.0.1:{server.getsockname()[1]}/simple/uv/", 5, journal)
        finally:
            QgsNetworkAccessManager.setTimeout(before)


def test_a_password_in_an_address_opens_the_index(plugin, journal, tmp_path):
    import base64
    import threading
    from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

    from dis2.runtime.packages.network import fetch

    class Guarded(BaseHTTPRequestHandler):
        def do_GET(self):
            known = self.headers.get("Authorization") == "Basic " + base64.b64encode(b"me:p@ss").decode()
            self.send_response(200 if known else 401)
            if not known:
                self.send_header("WWW-Authenticate", 'Basic realm="index"')
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, *arguments):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Guarded)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        assert fetch(f"http://me:p%40ss@127.0.0.1:{server.server_port}/simple/uv/", 5, journal) == b"ok"
    finally:
        server.shutdown()


#: Texts of uv 0.13 and, where marked, of the operating system.
SAID = {
    "disk": "error: Failed to install: torch-2.13.0.whl (torch==2.13.0)\n  cause: failed to write to file\n"
    "  cause: No space left on device (os error 28)",
    "disk-windows": "error: Es steht nicht genug Speicherplatz auf dem Datenträger zur Verfügung. (os error 112)",
    "offline": "error: Request failed after 3 retries in 10.4s\n  cause: Failed to fetch: https://pypi.org/simple/idna/\n"
    "  cause: client error (Connect)\n  cause: tcp connect error\n  cause: Connection refused (os error 111)",
    "dns": "error: Failed to install cpython-3.12.16-linux-x86_64-gnu\n  cause: dns error\n  cause: failed to lookup",
    "certificate": "error: Failed to fetch: https://pypi.org/simple/\n  cause: client error (Connect)\n"
    "  cause: invalid peer certificate: UnknownIssuer",
    "proxy": "error: Failed to fetch: https://pypi.org/simple/\n  cause: HTTP status client error (407 Proxy "
    "Authentication Required)",
    "hash": "error: Failed to download `idna==3.20`\n  cause: Hash mismatch for `idna==3.20`\n\n  Expected: …",
    "missing": "error: No solution found when resolving dependencies\n  cause: Because idna was not found in the "
    "provided package locations and you require idna==3.20, we can conclude that your requirements are unsatisfiable.",
    "python": "error: No interpreter found for Python >=3.20 in virtual environments or search path",
    "denied": "error: failed to create directory `/x`\n  cause: Permission denied (os error 13)",
    "other": "error: something else\n  cause: nobody knows",
}


@pytest.mark.parametrize(
    ("key", "code", "words"),
    [
        ("disk", "no-space", "the disk is full"),
        ("disk-windows", "no-space", "the disk is full"),
        ("offline", "offline", "cannot be reached (Connection refused (os error 111))"),
        ("dns", "offline", "cannot be reached (dns error)"),
        ("certificate", "setup", "a certificate is not trusted (invalid peer certificate: UnknownIssuer)"),
        ("proxy", "offline", "the proxy asks for a name and a password"),
        ("hash", "hash", "idna==3.20 is not the file that was published"),
        ("missing", "setup", "a package is missing where it was looked for"),
        ("python", "setup", "there is no Python that fits on this machine (No interpreter found for Python >=3.20"),
        ("denied", "output-not-writable", "a file may not be written (Permission denied"),
        ("other", "setup", "Doing it failed."),
    ],
)
def test_words_of_uv_come_down_to_one_sentence_and_what_to_do(plugin, key, code, words):
    from dis2.runtime.errors import explain

    error = explain(SAID[key], "Doing it")
    assert error.code == code
    assert words in error.message and "\n" not in error.message and error.message.endswith(".")
    assert error.hint


def test_names_of_people_are_not_in_a_report(plugin):
    from dis2.runtime.setup.diagnosis import without_people

    text = "/home/ada/x '/home/ada' /Users/eve/q /media/eve/stick /home/adamant/y"
    assert without_people(text, "/home/ada") == "~/x '~' /Users/~/q /media/~/stick /home/~/y"
    text = "C:\\Users\\Ada L\\y C:/Users/Ada L/y C:\\Users\\bob\\z"
    assert without_people(text, "C:\\Users\\Ada L") == "~\\y ~/y C:\\Users\\~\\z"


def test_a_report_as_a_page_is_escaped(plugin):
    from dis2.runtime.setup.diagnosis import as_html

    assert "&lt;script&gt;" in as_html("<script>") and "<script>" not in as_html("<script>")


def test_hash_of_a_wheel_is_compared(plugin, journal, monkeypatch, tmp_path, index):
    """A wheel of the right name with other bytes: refused from PyPI, taken and named from a folder."""
    from dis2.runtime.packages import uv

    content = wheel_of_uv()
    name = next(iter(index.locked_wheels(uv.UV_LOCK)))
    monkeypatch.setattr(uv, "_find", lambda sources, journal: index.Wheel(name, "", ""))
    monkeypatch.setattr(uv, "fetch", lambda url, limit, journal: content)
    with pytest.raises(uv.HashMismatch, match="is not the file that was published"):
        uv._wheel(uv.Sources(), journal)
    assert uv._wheel(uv.Sources(folder=tmp_path), journal) == (content, False)
    lock = tmp_path / "uv.txt"
    lock.write_text(f"uv==1 --hash=sha256:{hashlib.sha256(content).hexdigest()}  # {name}\n")
    monkeypatch.setattr(uv, "UV_LOCK", lock)
    assert uv._wheel(uv.Sources(), journal) == (content, True)
    monkeypatch.setattr(uv, "_find", lambda sources, journal: index.Wheel("uv-2-x.whl", "", HASH))
    with pytest.raises(uv.HashMismatch):  # not what the mirror itself says
        uv._wheel(uv.Sources(folder=tmp_path), journal)
