"""Assemble the QGIS plugin: the folder ``build/dis2`` and the zip that QGIS installs.

The plugin carries ``dis2_core`` and ``dis2_training`` inside its own folder, so that client, library
and training never disagree.
The same sources give the same zip, byte for byte. Run by ``make package``, and for an upload by
``make package RELEASE=1``, which refuses what plugins.qgis.org would refuse.
"""

from __future__ import annotations

import argparse
import configparser
import re
import shutil
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NAME = "dis2"  # the folder's name is the plugin's import name in QGIS
CARRIED = {"dis2_core": "dis2_core", "training": "dis2_training"}  # folder here: package there
MAX_BYTES = 25_000_000  # the limit of plugins.qgis.org
ASKED_FOR = ("tracker", "repository", "email")  # plugins.qgis.org takes no plugin without them
EPOCH = (2020, 1, 1, 0, 0, 0)  # one date for all files: a zip does not depend on the clock
LEFT_OUT = ("__pycache__", "tests", "*.pyc", "*.pyo", ".*", "*~", "*.orig", "*.aux.xml")


def version(root: Path) -> str:
    """Return the version of the library; the plugin's metadata must state the same one.

    Raises:
        ValueError: The two differ.
    """
    library = _search(r'^__version__ = "(.+)"$', root / "dis2_core" / "contract" / "version.py")
    plugin = _search(r"^version=(.+)$", root / "metadata.txt")
    if library != plugin:
        raise ValueError(f"dis2_core/contract/version.py says {library}, metadata.txt says {plugin}")
    return library


def lacking(root: Path) -> list[str]:
    """Return the entries of ``metadata.txt`` that an upload needs and that are empty."""
    metadata = configparser.ConfigParser(interpolation=None)
    metadata.read_string((root / "metadata.txt").read_text(encoding="utf-8"))
    return [name for name in ASKED_FOR if not metadata["general"].get(name, "").strip()]


def assemble(root: Path, build: Path) -> Path:
    """Copy plugin, library, training, models and licences to ``build/dis2`` and return that folder."""
    folder = build / NAME
    shutil.rmtree(folder, ignore_errors=True)
    ignore = shutil.ignore_patterns(*LEFT_OUT)
    shutil.copytree(root / "qgis_plugin", folder, ignore=ignore)
    for source, name in CARRIED.items():
        shutil.copytree(root / source, folder / name, ignore=ignore)
        shutil.copyfile(root / "LICENSE", folder / name / "LICENSE")
    shutil.copyfile(root / "metadata.txt", folder / "metadata.txt")
    return folder


def archive(folder: Path, target: Path) -> None:
    """Zip a folder, which becomes the only top entry."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as bundle:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            entry = zipfile.ZipInfo(f"{folder.name}/{path.relative_to(folder).as_posix()}", EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            bundle.writestr(entry, path.read_bytes())


def package(root: Path, build: Path) -> Path:
    """Make folder and zip; return the zip.

    Raises:
        ValueError: The versions differ, or the zip is too large for plugins.qgis.org.
    """
    target = build / f"{NAME}-{version(root)}.zip"
    archive(assemble(root, build), target)
    if target.stat().st_size > MAX_BYTES:
        raise ValueError(f"{target.name} has {target.stat().st_size:,} bytes; {MAX_BYTES:,} is the limit")
    return target


def _search(pattern: str, path: Path) -> str:
    found = re.search(pattern, path.read_text(encoding="utf-8"), re.MULTILINE)
    if not found:
        raise ValueError(f"{path.name} states no version")
    return found[1].strip()


def main(root: Path = ROOT) -> int:
    """Package this working tree; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=Path, default=root / "build", help="folder for the results")
    parser.add_argument("--release", action="store_true", help="refuse what plugins.qgis.org would refuse")
    options = parser.parse_args()
    empty = ", ".join(lacking(root))
    if empty and options.release:
        print(
            f"package: no release, metadata.txt has nothing at {empty}; fill in the project's own pages and address",
            file=sys.stderr,
        )
        return 1
    target = package(root, options.build)
    print(f"package: {target} ({target.stat().st_size / 1e6:.1f} MB)")
    if empty:
        print(f"package: not for an upload, metadata.txt has nothing at {empty}; QGIS itself takes the zip")
    return 0


if __name__ == "__main__":
    sys.exit(main())
