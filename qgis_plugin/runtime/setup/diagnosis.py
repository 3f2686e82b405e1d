"""A report that can be pasted into an issue: what there is, without names of people and passwords."""

from __future__ import annotations

import html
import os
import platform
import re
import shutil
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Optional

from qgis.core import Qgis
from qgis.PyQt.QtCore import QT_VERSION_STR, QSysInfo

from ...dis2_core.contract.errors import Dis2Error
from ...dis2_core.contract.version import __version__
from ...words.numbers import filled
from ...words.translation import tr
from .. import layout
from ..constants import PYPI
from ..gpu import Gpu
from ..interpreter import VARIABLE, chosen_python
from ..journal import redacted
from ..packages.network import imported_certificates, proxy, proxy_url
from .trial import SmokeReport

LOG_LINES = 40
_PEOPLE = re.compile(r"([/\\](?:home|Users|media)[/\\]+)[^/\\\s:'\"]+")


def diagnosis(
    root: Path,
    gpus: Sequence[Gpu],
    report: Optional[SmokeReport] = None,
    error: Optional[Dis2Error] = None,
    log: Iterable[str] = (),
) -> str:
    """Return the report.

    Args:
        root: The folder of the runtime.
        gpus: The NVIDIA cards.
        report: What the Python that runs the worker said, where it was tried out.
        error: What is wrong with it, where something is.
        log: Lines of a set-up that has just run; else those of the file are taken.
    """
    sections = [
        ("DIS2", _program_lines()),
        (tr("Machine"), _machine_lines(root, gpus)),
        (tr("Network"), _network_lines()),
        (tr("Runtime"), _runtime_lines(root, report, error)),
        (tr("Log"), list(log)[-LOG_LINES:] or _log_lines(root)),
    ]
    text = "\n\n".join("\n".join([f"## {title}", *lines]) for title, lines in sections)
    return without_people(redacted(text)) + "\n"


def as_html(text: str) -> str:
    """Return the report as a page."""
    title = tr("DIS2: diagnosis of the runtime")
    return (
        '<!DOCTYPE html><html><head><meta charset="utf-8">'
        f"<title>{html.escape(title)}</title></head><body><pre>{html.escape(text)}</pre></body></html>\n"
    )


def without_people(text: str, home: str = "") -> str:
    """Return a text in which home folders are ``~`` and no path tells a person's name."""
    home = home or os.path.expanduser("~")
    for form in {home, home.replace("\\", "/"), home.replace("\\", "\\\\")}:
        if len(form) > 1:
            text = re.sub(re.escape(form) + r"(?=[/\\\s'\":]|$)", "~", text, flags=re.MULTILINE)
    return _PEOPLE.sub(r"\1~", text)


def _program_lines() -> list[str]:
    return [
        f"DIS2 {__version__}",
        f"QGIS {Qgis.QGIS_VERSION}, Qt {QT_VERSION_STR}, Python {platform.python_version()}",
        f"{QSysInfo.prettyProductName()}, {sys.platform} {platform.machine()}",
    ]


def _machine_lines(root: Path, gpus: Sequence[Gpu]) -> list[str]:
    there = next((folder for folder in (root, *root.parents) if folder.is_dir()), Path.cwd())
    disk = shutil.disk_usage(there)
    cards = [
        f"{gpu.name}, driver {'.'.join(map(str, gpu.driver))}, capability {_dotted(gpu.capability)}" for gpu in gpus
    ]
    return [
        *(f"GPU: {card}" for card in cards or [tr("none with a working NVIDIA driver")]),
        f"CPU: {os.cpu_count()}",
        filled(tr("Disk of the runtime: {:.1f} of {:.1f} GB free"), disk.free / 1e9, disk.total / 1e9),
    ]


def _dotted(capability: Optional[tuple[int, int]]) -> str:
    return "{}.{}".format(*capability) if capability else "?"


def _network_lines() -> list[str]:
    names = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "UV_PYTHON_INSTALL_MIRROR")
    given = [name for name in names if os.environ.get(name) or os.environ.get(name.lower())]
    return [
        f"Proxy: {tr('yes') if proxy_url(proxy(PYPI)) else tr('no')}",
        f"Certificates imported into QGIS: {tr('yes') if imported_certificates() else tr('no')}",
        f"Variables: {', '.join(given) or '-'}",
    ]


def _runtime_lines(root: Path, report: Optional[SmokeReport], error: Optional[Dis2Error]) -> list[str]:
    lines = [f"Folder: {root}", f"{layout.FOLDER_VARIABLE}: {os.environ.get(layout.FOLDER_VARIABLE) or '-'}"]
    python, origin = chosen_python()
    lines.append(f"{tr('Chosen Python')}: {python or '-'} {f'({origin})' if python else ''}".rstrip())
    lines.append(f"{VARIABLE}: {os.environ.get(VARIABLE) or '-'}")
    lines += _stamp_lines(root)
    if report is not None:
        lines.append(f"Python {report.python}, device {report.device} {report.gpu or f'({report.no_gpu})'}")
        lines += [f"{name} {version}" for name, version in report.versions.items()]
        lines += [f"{name}: {reason}" for name, reason in report.broken.items()]
    return [*lines, f"{tr('Problem')}: {error or '-'}"]


def _stamp_lines(root: Path) -> list[str]:
    try:
        stamp = layout.read_stamp(root)
    except Dis2Error as error:
        return [str(error)]
    if stamp is None:
        return [tr("No managed runtime.")]
    fits = tr("yes") if stamp.lock == layout.fingerprint() else tr("no")
    return [
        f"{tr('Managed runtime')}: {stamp.created}, DIS2 {stamp.plugin}, Python {stamp.python}, torch {stamp.torch}, "
        f"{stamp.device}",
        f"{tr('Of this version')}: {fits} ({stamp.lock})",
        f"{tr('Not verified')}: {', '.join(stamp.unverified) or '-'}",
    ]


def _log_lines(root: Path) -> list[str]:
    path = root / layout.LOG
    if not path.is_file():
        return ["-"]
    try:
        return path.read_text(encoding="utf-8", errors="replace").splitlines()[-LOG_LINES:]
    except OSError as error:  # a report that tells less is better than none
        return [str(error)]
