"""The pictures of the documentation, taken anew: ``make screenshots``.

Starts a real QGIS under Xvfb, with the plugin as it would be installed and a profile of its own, walks
through the tutorial in it (``docs/pictures``), turns the reports into pictures with Chromium, and puts
all of it, with few colours, into ``docs/images``. Look at every one before it is committed.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from pictures.pages import browser, picture_of_page
from pictures.shrink import shrink

DOCS = Path(__file__).resolve().parent
ROOT = DOCS.parent
SCREEN = "1600x1200x24"
SETTINGS = """\
[PythonPlugins]
dis2=true
processing=true

[qgis]
checkVersion=false

[app]
plugin_installer\\checkOnStart=false
"""
BEGIN = """\
import sys
sys.path.insert(0, {docs!r})
from qgis.PyQt.QtCore import QTimer
from qgis.utils import iface
from pictures.tour import begin
QTimer.singleShot(1000, lambda: begin(iface, {folder!r}, {settings!r}))
"""
#: Reports of the tour: the page, the picture, width and height.
PAGES = {
    "evaluate_both": ("report_evaluate", 900, 1500),
    "what-if/report": ("report_whatif", 900, 1500),
    "trainmodel": ("report_trainmodel", 900, 1500),
    "modelinfo": ("report_modelinfo", 900, 1500),
}


def lay_out(folder: Path) -> None:
    """Make the folder of the tour anew: plugin, profile, and a Python for the worker."""
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "pictures").mkdir(parents=True)
    command = [sys.executable, str(ROOT / "tools" / "package.py"), "--build", str(folder / "build")]
    subprocess.run(command, check=True)
    profile = folder / "qgis" / "profiles" / "default"
    (profile / "QGIS").mkdir(parents=True)
    (profile / "QGIS" / "QGIS3.ini").write_text(SETTINGS, encoding="utf-8")
    (profile / "python").mkdir()
    (profile / "python" / "plugins").symlink_to(folder / "build")
    (folder / "runtime").symlink_to(sys.prefix)  # so that no path of this machine gets into a picture


def walk(folder: Path, options: argparse.Namespace) -> None:
    """Take the tour in QGIS.

    Raises:
        subprocess.CalledProcessError: A step of it failed.
    """
    python = str(folder / "runtime" / "bin" / "python")
    names = ("runtime", "size", "effort", "steps")
    settings = {"python": python, **{name: getattr(options, name) for name in names}}
    script = folder / "begin.py"
    script.write_text(BEGIN.format(docs=str(DOCS), folder=str(folder), settings=settings), encoding="utf-8")
    home = folder / "home"
    home.mkdir(mode=0o700)
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("DIS2_", "QGIS_", "PYTHON"))}
    own = {"HOME": str(home), "TMPDIR": str(home), "XDG_RUNTIME_DIR": str(home)}  # not /tmp: QGIS marks what lies there
    environment = {**inherited, **own, "LC_ALL": "C.UTF-8"}
    command = ["xvfb-run", "-a", "-s", f"-screen 0 {SCREEN}", "qgis", "--nologo", "--noversioncheck"]
    command += ["--lang", "en", "--profiles-path", str(folder / "qgis"), "--code", str(script)]
    subprocess.run(command, check=True, env=environment)


def photograph_pages(folder: Path) -> None:
    """Picture the reports, if there is a browser."""
    program = browser()
    if program is None:
        print("screenshots: no Chromium on the PATH: the reports are left out")
        return
    for page, (name, *size) in PAGES.items():
        if (path := folder / f"{page}.html").is_file():
            picture_of_page(program, path, folder / "pictures" / f"{name}.png", (size[0], size[1]))


def publish(folder: Path, images: Path) -> None:
    """Put the pictures into the documentation."""
    images.mkdir(exist_ok=True)
    for path in sorted((folder / "pictures").glob("*.png")):
        size = shrink(path, images / path.name, trimmed=path.stem.startswith("report_"))
        print(f"screenshots: {path.name}: {size / 1000:.0f} kB")


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    default = Path(tempfile.gettempdir()) / "dis2-tutorial"
    parser.add_argument("--folder", type=Path, default=default, help="made anew; its path is seen in the pictures")
    parser.add_argument("--images", type=Path, default=DOCS / "images", help="where the pictures go")
    parser.add_argument("--size", type=int, default=512, help="of the city, in pixels")
    parser.add_argument("--effort", default="normal", help="of the training")
    parser.add_argument("--runtime", help="folder of a runtime that 'Set up the runtime' made; default: this Python")
    parser.add_argument("--steps", nargs="*", help="methods of pictures.tour.Tour, the city among them; default: all")
    return parser.parse_args()


def main() -> None:
    """Take all pictures and say what the tour came to."""
    options = parse()
    if missing := [program for program in ("qgis", "xvfb-run") if shutil.which(program) is None]:
        sys.exit(f"screenshots: {' and '.join(missing)} cannot be found: make setup installs QGIS, apt xvfb")
    lay_out(options.folder)
    walk(options.folder, options)
    photograph_pages(options.folder)
    publish(options.folder, options.images)
    for name, run in json.loads((options.folder / "tour.json").read_text(encoding="utf-8")).items():
        print(f"screenshots: {name} took {run['seconds']:.1f} s")


if __name__ == "__main__":
    main()
