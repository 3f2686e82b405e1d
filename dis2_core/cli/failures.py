"""How both commands fail: one line, one hint, an exit code, and no lines of libraries."""

from __future__ import annotations

import logging
import os
import traceback
import warnings
from collections.abc import Callable

import typer

from ..contract.errors import Cancelled, Dis2Error, InputError
from ..run.failures import describe
from .console import print_error

#: What typer raises for a wrong command line: click's UsageError, wherever this typer keeps it.
_USAGE_ERROR: type[Exception] = typer.BadParameter.__mro__[1]


def hush_libraries() -> None:
    """Keep the lines of libraries off the terminal: what matters of them is told by an error or a warning of ours."""
    if debugging():
        return
    warnings.simplefilter("ignore")
    for name in ("rasterio", "fiona", "pyproj", "matplotlib", "lightning", "lightning.fabric", "torch"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    os.environ.setdefault("CPL_LOG", os.devnull)  # GDAL's own lines, where no handler of rasterio's is at work
    os.environ.setdefault("TORCH_CPP_LOG_LEVEL", "ERROR")


def debugging() -> bool:
    """Whether a person wants to see where things happen."""
    return os.environ.get("DIS2_DEBUG") == "1"


def report(error: BaseException) -> int:
    """Print what went wrong, in one line and a hint; return the exit code."""
    described = in_words(error)
    if debugging():
        traceback.print_exc()
    print_error(described)
    return described.exit_code


def in_words(error: BaseException) -> Dis2Error:
    """Any exception of a command as an error that tells what to do."""
    if isinstance(error, typer.Abort):
        return Cancelled("Cancelled.")
    if isinstance(error, _USAGE_ERROR):
        format_message: Callable[[], str] = getattr(error, "format_message", error.__str__)
        return InputError(format_message(), "'dis2 --help' and 'dis2 COMMAND --help' list the options.")
    return describe(error)
