"""The command ``dis2-train``: the process settles down before its commands load torch."""

from __future__ import annotations

from collections.abc import Sequence

from dis2_core.run.interrupts import held, stopping_at_once
from dis2_core.run.machine.process import require_working_folder, settle_process


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit code.

    Args:
        arguments: Instead of the process's own.
    """
    with stopping_at_once():
        try:
            require_working_folder()
            settle_process()
            with held(settles=False):  # torch's import aborts when it is interrupted
                from .commands import run
            return run(arguments)
        except (Exception, KeyboardInterrupt) as error:
            from dis2_core.cli.failures import report

            return report(error)
