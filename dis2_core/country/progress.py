"""How far the work on units is: what is made, what failed, and what a person is told meanwhile."""

from __future__ import annotations

from ..contract.errors import Cancelled, Dis2Error
from ..contract.segment_job import Event
from ..run.reporting import Reporter
from .units import Unit, UnitFiles


class Progress:
    """How far the work is, for whoever listens.

    Args:
        report: Who is told.
        units: How many a shard has.
        missing: How many of them are to be made.

    Attributes:
        made, elsewhere: Units made here, and by others.
        failed: Errors by unit.
    """

    def __init__(self, report: Reporter, units: int, missing: int) -> None:
        self._report = report
        self._units, self._missing = units, missing
        self._told: set[str] = set()
        self.made = self.elsewhere = 0
        self.failed: dict[str, Dis2Error] = {}

    @property
    def done(self) -> int:
        """Units that need no more work of ours."""
        return self.made + self.elsewhere + len(self.failed)

    def tell(self, within: float = 0.0) -> None:
        """Tell how far the work is.

        Args:
            within: How far the unit in work is, 0 to 1.
        """
        detail = f"{self._units - self._missing + self.done:,} of {self._units:,} units"
        self._report.progress((self.done + within) / max(self._missing, 1), "working", detail)

    def check(self) -> None:
        """Raise Cancelled if the user wants to stop."""
        try:
            self._report.check()
        except Cancelled as error:
            raise Cancelled(error.message, "What is finished stays; call it again to go on.") from None

    def pass_on(self, event: Event) -> None:
        """Tell what a unit tells: its progress as a part of the whole, and every remark once."""
        if event.type == "progress":
            self.tell(float(event.data["fraction"]))
        elif event.type == "warning" and event.data["text"] not in self._told:
            self._told.add(str(event.data["text"]))
            self._report.pass_on(event)

    def fail(self, unit: Unit, files: UnitFiles, plan: str, error: Dis2Error) -> None:
        """Note that a unit was not made."""
        self.failed[unit.name] = error
        files.note_failure(unit, plan, error)
        self._report.warning(f"Unit {unit.name} failed: {error}", "unit-failed")
        self.tell()
