"""Wheels by name: in pages of a package index (PEP 503 and 691), in folders, and in our locks."""

from __future__ import annotations

import platform
import re
import sys
from collections.abc import Iterable, Iterator
from html import unescape
from pathlib import Path
from typing import Any, NamedTuple, Optional
from urllib.parse import unquote, urldefrag, urljoin

from ...dis2_core.contract.untrusted import parse_json

_HASH = re.compile(r"sha256[=:]([0-9a-f]{64})")

#: Project, version, perhaps a build, Python, ABI and platform (PEP 427). No name of a file is longer.
_NAME = re.compile(r"(?=.{1,255}$)[\w.]+-[\w.!+]{1,100}(-\d[\w.]*)?-[\w.]+-[\w.]+-[\w.]+\.whl", re.ASCII)

#: Links of a page, read in a time that grows with its length alone, whatever is in it.
_ANCHOR = re.compile(r"<a\s([^<>]{1,8000})>", re.IGNORECASE)
_ADDRESS = re.compile(r"""(?:^|\s)href\s{0,9}=\s{0,9}(?:"([^"]*)|'([^']*)|([^\s"']+))""", re.IGNORECASE)

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
    before, *comments = text.split("<!--")
    shown = "".join([before, *(comment.partition("-->")[2] for comment in comments)])
    found = (_ADDRESS.search(anchor[1]) for anchor in _ANCHOR.finditer(shown))
    links = (unescape(address[1] or address[2] or address[3] or "") for address in found if address)
    return list(_wheels_of((("", link, "") for link in links), url))


def _json_wheels(text: str, url: str) -> list[Wheel]:
    try:
        items = [
            (item["filename"], item["url"], item["hashes"].get("sha256", "")) for item in parse_json(text)["files"]
        ]
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"no page of a package index: {error!r}") from error
    return list(_wheels_of(items, url))


def _wheels_of(items: Iterable[tuple[Any, Any, Any]], url: str) -> Iterator[Wheel]:
    """The wheels among files that a page lists by name, link and hash; other files are passed over."""
    for name, link, sha256 in items:
        if not all(isinstance(part, str) for part in (name, link, sha256)):
            raise ValueError("no page of a package index: names, addresses and hashes are no text")
        try:
            address, fragment = urldefrag(urljoin(url, link))
        except ValueError:  # no address, such as http://[
            continue
        name = name or unquote(address).rsplit("/", 1)[-1]
        if _NAME.fullmatch(name):
            hashed = _HASH.search(fragment)
            yield Wheel(name, address, sha256 or (hashed[1] if hashed else ""))


def folder_wheels(folder: Path) -> list[Wheel]:
    """Return the wheels that lie in a folder."""
    return [Wheel(path.name, path.as_uri()) for path in sorted(folder.glob("*.whl")) if _NAME.fullmatch(path.name)]


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
