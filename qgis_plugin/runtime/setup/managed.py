"""The private runtime as a whole: made and removed, by one set-up at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from qgis.PyQt.QtCore import QLockFile

from ...dis2_core.contract.errors import OutputNotWritable, ResourceError
from ...words.translation import tr
from .. import layout
from ..journal import Journal
from ..packages.torch_builds import require_supported
from .creation import Creation
from .options import Options
from .trial import Runtime


def create(root: Path, options: Options, journal: Journal) -> Runtime:
    """Make the runtime anew; an earlier one serves until the new one has been tried out.

    Raises:
        Dis2Error: It could not be made, for one reason in one sentence, and the earlier one is as it was; or the
            person cancelled.
    """
    require_supported()
    layout.claim(root)
    with locked(root):
        layout.claim(root)  # again: somebody may have removed it in between
        journal.keep(root / layout.LOG)
        return Creation(root, options, journal).make()


def remove(root: Path, journal: Journal) -> bool:
    """Remove the runtime; return whether there was one.

    Raises:
        ResourceError: Another set-up runs, or files are in use.
        OutputNotWritable: The folder cannot be written.
    """
    if not layout.is_ours(root):
        return False
    journal.stage(10, tr("Removing the runtime in '{}'").format(root))
    with locked(root):
        there_was = (root / layout.STAMP).exists()
        left = layout.remove_all(root)
    if left:
        raise ResourceError(
            tr("'{}' cannot be removed: it is in use.").format(left[0]),
            tr("Wait for running algorithms to end, or close the other QGIS, and remove the runtime again."),
        )
    layout.leave(root)
    return there_was


@contextmanager
def locked(root: Path) -> Iterator[None]:
    """Hold the folder of the runtime against other set-ups, in this QGIS or another; that of a dead one is taken over.

    Raises:
        ResourceError: Another set-up runs.
        OutputNotWritable: The folder cannot be written.
    """
    lock = QLockFile(str(root / layout.LOCK))
    lock.setStaleLockTime(0)  # however long it takes: a lock is stale once its process is gone
    if not lock.tryLock(0):
        if lock.error() != QLockFile.LockError.LockFailedError:
            raise OutputNotWritable(
                tr("The folder of the runtime, '{}', cannot be written.").format(root),
                tr("Choose another one under Settings > Options > DIS2 or in DIS2_RUNTIME."),
            )
        raise ResourceError(
            tr("The runtime in '{}' is being set up already, here or in another QGIS.").format(root),
            tr("Wait until that is done, or cancel it there."),
        )
    try:
        yield
    finally:
        lock.unlock()
