"""What can go wrong with a runtime, and the one sentence that uv's words come down to."""

from __future__ import annotations

import re

from ..dis2_core.contract.errors import Dis2Error, NoSpace, OutputNotWritable, ResourceError
from ..words.translation import tr

SHOWN_LINES = 12


class NoRuntime(ResourceError):
    """There is no Python that could run the worker."""

    code = "no-runtime"


class SetupFailed(ResourceError):
    """The runtime could not be made; an earlier one is as it was."""

    code = "setup"


class Offline(SetupFailed):
    """A server cannot be reached."""

    code = "offline"


class HashMismatch(SetupFailed):
    """A wheel is not the one that the lock names.

    Attributes:
        packages: What was refused, as ``name==version``.
    """

    code = "hash"
    packages: tuple[str, ...] = ()


_DISK_FULL = r"No space left on device|Disk quota exceeded|os error (28|112)\b|not enough space"
_CERTIFICATE = r"invalid peer certificate|UnknownIssuer|certificate verify|self.signed certificate|SSL handshake"
_PROXY = r"\b407\b|Proxy Authentication Required|proxy authentication"
_MISMATCH = r"Hash mismatch for"
_OFFLINE = (
    r"dns error|tcp connect error|client error \(Connect\)|network was disabled|timed out|Connection re(fused|set)|"
    r"Failed to fetch|Failed to download|Host \S+ not found|Network (is )?unreachable|error sending request"
)
_DENIED = r"Permission denied|Read-only file system|Access is denied|os error (5|13|30|32)\b|used by another process"
_MISSING = r"No solution found|not found in the provided package locations|no version of|has no wheels|no usable wheels"
_NO_PYTHON = r"No interpreter found|No download found for request"


def explain(output: str, doing: str, route: str = "") -> Dis2Error:
    """Return the error that a program's last words amount to.

    Args:
        output: What uv or Python wrote on stderr.
        doing: What was being done, as the beginning of a sentence without its full stop.
        route: Which server was asked and through which proxy, where that is known.
    """
    for pattern, make in _CAUSES:
        if re.search(pattern, output, re.IGNORECASE):
            return offline(doing, _detail(output, _OFFLINE), route) if make is _offline else make(output, doing)
    lines = [line for line in output.splitlines() if line.strip()][-SHOWN_LINES:]
    return SetupFailed(tr("{} failed.").format(doing), "\n".join([tr("The last words:"), *lines]))


def _disk_full(output: str, doing: str) -> Dis2Error:
    return NoSpace(
        tr("{} failed: the disk is full.").format(doing),
        tr("Free some space or choose another folder for the runtime, and run the set-up again."),
    )


def _certificate(output: str, doing: str) -> Dis2Error:
    return SetupFailed(
        tr("{} failed: a certificate is not trusted ({}).").format(doing, _detail(output, _CERTIFICATE)),
        tr(
            "If a firewall of your organisation reads the traffic, import its certificate under Settings > Options > "
            "Authentication > Manage Certificates, or name its file in the environment variable SSL_CERT_FILE."
        ),
    )


def _proxy(output: str, doing: str) -> Dis2Error:
    return Offline(
        tr("{} failed: the proxy asks for a name and a password.").format(doing),
        tr("Enter them under Settings > Options > Network, and run the set-up again."),
    )


def offline(doing: str, detail: str, route: str = "") -> Offline:
    """Return the error for a server that cannot be reached; see ``explain``."""
    told = f"{route}: {detail}" if route else detail
    return Offline(
        tr("{} failed: the server cannot be reached ({}).").format(doing, told),
        tr(
            "Check the connection and QGIS's proxy (Settings > Options > Network). Without internet, give the set-up a "
            "folder of wheels or your organisation's package index, or an existing Python."
        ),
    )


def _offline(output: str, doing: str) -> Dis2Error:
    return offline(doing, _detail(output, _OFFLINE))


def _denied(output: str, doing: str) -> Dis2Error:
    return OutputNotWritable(
        tr("{} failed: a file may not be written ({}).").format(doing, _detail(output, _DENIED)),
        tr(
            "Choose a folder of your own for the runtime, wait for running algorithms to end, or ask whether a virus "
            "scanner has blocked it."
        ),
    )


def _mismatch(output: str, doing: str) -> Dis2Error:
    packages = tuple(re.findall(r"Hash mismatch for `([^`]+)`", output))
    error = HashMismatch(
        tr("{} failed: {} is not the file that was published.").format(doing, ", ".join(packages)),
        tr(
            "Run the set-up again; if it happens again, somebody changes files on their way to you: ask your network's "
            "administrators."
        ),
    )
    error.packages = packages
    return error


def _missing(output: str, doing: str) -> Dis2Error:
    return SetupFailed(
        tr("{} failed: a package is missing where it was looked for ({}).").format(doing, _detail(output, _MISSING)),
        tr("Add it to the folder of wheels or to the mirror; docs/runtime.md says how both are filled."),
    )


def _no_python(output: str, doing: str) -> Dis2Error:
    return SetupFailed(
        tr("{} failed: there is no Python that fits on this machine ({}).").format(doing, _detail(output, _NO_PYTHON)),
        tr("Let the set-up download one, which needs a connection, or install Python 3.12."),
    )


_CAUSES = (
    (_DISK_FULL, _disk_full),
    (_CERTIFICATE, _certificate),
    (_PROXY, _proxy),
    (_MISMATCH, _mismatch),
    (_NO_PYTHON, _no_python),
    (_MISSING, _missing),
    (_OFFLINE, _offline),
    (_DENIED, _denied),
)


def _detail(output: str, pattern: str) -> str:
    """The line that gave the cause away, without its label."""
    lines = [line.strip() for line in output.splitlines() if re.search(pattern, line, re.IGNORECASE)]
    return re.sub(r"^(error|cause|hint): ", "", lines[-1]).rstrip(".")[:300]
