"""Wheels by name: in pages of a package index (PEP 503 and 691), in folders, and in our locks."""

from __future__ import annotations

import json
import platform
import re
import sys
from collections.abc import Iterable
from html.parser import HTMLParser
from pathlib import Path
from typing import NamedTuple, Optional
from urllib.parse import unquote, urldefrag, urljoin

_HASH = re.compile(r"sha256[=:]([0-9a-f]{64})")
_LOCKED = re.compile(r"^\S+==\S+ --hash=sha256:([0-9a-f]{64})  # (\S+\.whl)$", re.MULTILINE)


class Wheel(NamedTuple):
    """A wheel: its file name (PEP 427), where it is, and its hash where the index tells it."""

    name: str
    url: str
    sha256: str = ""

    @property
    def parts(self) -> list[str]:
        """Project, version, Python, ABI and platform."""
        return self.name[: -len(".whl")].split("-")

    @property
    def version(self) -> str:
        """The version, with its local part (``2.13.0+cpu``)."""
        return self.parts[1]

    def fits(self, project: str, platform: re.Pattern[str], python: str = "") -> bool:
        """Whether it is of a project, for a platform, and for a Python (such as ``cp312``) if one is given."""
        parts = self.parts
        if len(parts) != 5 or parts[0].lower().replace("_", "-") != project:
            return False
        return bool(platform.search(parts[4])) and (not python or parts[2:4] == [python, python])


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, Optional[str]]]) -> None:
        address = dict(attributes).get("href")
        if tag == "a" and address:
            self.addresses.append(address)


def parse_page(text: str, url: str) -> list[Wheel]:
    """Return the wheels that a page of an index lists, HTML or JSON.

    Args:
        text: The page.
        url: Its address, which links may be relative to.

    Raises:
        ValueError: It is no such page.
    """
    return _json_wheels(text, url) if text.lstrip().startswith("{") else _html_wheels(text, url)


def _html_wheels(text: str, url: str) -> list[Wheel]:
    links = _Links()
    links.feed(text)
    wheels = []
    for link in links.addresses:
        address, fragment = urldefrag(urljoin(url, link))
        name = unquote(address).rsplit("/", 1)[-1]
        if name.endswith(".whl"):
            found = _HASH.search(fragment)
            wheels.append(Wheel(name, address, found[1] if found else ""))
    return wheels


def _json_wheels(text: str, url: str) -> list[Wheel]:
    try:
        files = json.loads(text)["files"]
        wheels = [
            Wheel(item["filename"], urljoin(url, item["url"]), item["hashes"].get("sha256", "")) for item in files
        ]
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"no page of a package index: {error!r}") from error
    return [wheel for wheel in wheels if wheel.name.endswith(".whl")]


def folder_wheels(folder: Path) -> list[Wheel]:
    """Return the wheels that lie in a folder."""
    return [Wheel(path.name, path.as_uri()) for path in sorted(folder.glob("*.whl"))]


def locked_wheels(path: Path) -> dict[str, str]:
    """Return the hashes by file name of a lock with a line per wheel."""
    return {name: sha256 for sha256, name in _LOCKED.findall(path.read_text(encoding="utf-8"))}


def hardware(system: str = sys.platform, machine: str = "", kernel: str = "") -> str:
    """Return the machine whose wheels are to be had, as ``platform.machine`` names it.

    That of a Mac, not of a QGIS made for Intel that Rosetta translates; on Windows always AMD64, which ARM emulates,
    since GDAL's wheels are not made for it.

    Args:
        system: As ``sys.platform`` names it.
        machine: As ``platform.machine`` names it; asked for where it is empty.
        kernel: As ``platform.version`` names it; likewise.
    """
    machine = machine or platform.machine()
    if system == "darwin" and "RELEASE_ARM64" in (kernel or platform.version()):
        return "arm64"
    return "AMD64" if system == "win32" and machine.upper() == "ARM64" else machine


def platform_pattern(system: str, machine: str) -> re.Pattern[str]:
    """Return what the platform of a wheel must match.

    Args:
        system: As ``sys.platform`` names it.
        machine: As ``platform.machine`` names it.
    """
    machine = {"amd64": "x86_64", "x64": "x86_64", "arm64": "aarch64"}.get(machine.lower(), machine.lower())
    if system == "win32":
        return re.compile("^win_amd64$" if machine == "x86_64" else "^win_arm64$")
    if system == "darwin":
        return re.compile(
            "^macosx_.*_(arm64|universal2)$" if machine == "aarch64" else "^macosx_.*_(x86_64|universal2)$"
        )
    return re.compile(rf"(^|\.)(many)?linux\w*_{re.escape(machine)}(\.|$)")


def newest(wheels: Iterable[Wheel]) -> Optional[Wheel]:
    """Return the wheel of the highest version; None where there is none."""
    return max(wheels, key=lambda wheel: [int(number) for number in re.findall(r"\d+", wheel.version)], default=None)


def requirements(lock: str) -> list[str]:
    """Cut a lock into requirements, each with its hashes."""
    return re.findall(r"^[A-Za-z].*\n(?:[ \t]+.*\n)*", lock, re.MULTILINE)


def without_hashes(lock: str, packages: Iterable[str]) -> str:
    """Return a lock in which some packages, given as ``name==version``, may be any file of that version."""
    unpinned = set(packages)
    blocks = []
    for block in requirements(lock):
        requirement = block.split("\n", 1)[0].rstrip("\\ ")
        name = requirement.split(" ", 1)[0]
        blocks.append(f"{requirement}\n" if name in unpinned else block)
    return "".join(blocks)


def project_versions(lock: str) -> set[str]:
    """Return the packages of a lock as ``name==version``."""
    return {block.split(None, 1)[0] for block in requirements(lock)}
