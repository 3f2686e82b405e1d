"""What a run tells while it lasts: progress with the time left, remarks, and whether to stop."""

from __future__ import annotations

import time
from collections.abc import Callable

from ..contract.errors import Cancelled
from ..contract.segment_job import Event

Listener = Callable[[Event], None]

SECONDS_BETWEEN = 0.1  # progress events come at most this often
SECONDS_TO_ESTIMATE = 1.0  # before that, the time left is a guess and is not told


class Reporter:
    """Passes events on and asks whether the run was cancelled.

    Args:
        listener: Gets the events; None: nobody listens.
        cancelled: True when the user wants to stop; None: never.
        enough: True when the user wants the run to end early with what it has; None: never.

    Attributes:
        warnings: Texts of all warnings so far.
    """

    def __init__(
        self,
        listener: Listener | None = None,
        cancelled: Callable[[], bool] | None = None,
        enough: Callable[[], bool] | None = None,
    ) -> None:
        self._listener = listener
        self._cancelled = cancelled
        self._enough = enough
        self._started = self._last = float("-inf")
        self._begun_at = 0.0
        self._fraction = 0.0
        self._stage = ""
        self.warnings: list[str] = []

    def check(self) -> None:
        """Raise Cancelled if the user wants to stop."""
        if self._cancelled is not None and self._cancelled():
            raise Cancelled("The run was cancelled.", "Nothing was written.")

    @property
    def is_enough(self) -> bool:
        """Whether the user wants the run to end early with what it has."""
        return self._enough is not None and self._enough()

    def progress(self, fraction: float, stage: str, detail: str = "") -> None:
        """Tell how far the run is; the fraction never falls. Cheap enough to be called for every batch.

        Args:
            fraction: Of the run, 0 to 1.
            stage: What it does.
            detail: What changes within a stage, e.g. the pace.
        """
        now = time.monotonic()
        if stage != self._stage:
            self._started, self._begun_at = now, self._fraction
        elif fraction < 1 and now - self._last < SECONDS_BETWEEN:
            return
        self._fraction = max(self._fraction, min(fraction, 1.0))
        self._stage, self._last = stage, now
        data = {"fraction": self._fraction, "stage": stage, "seconds_left": self._seconds_left(now)}
        self._tell(Event("progress", {**data, "detail": detail} if detail else data))

    def info(self, text: str) -> None:
        """Tell something worth knowing."""
        self._tell(Event("info", {"text": text}))

    def warning(self, text: str, code: str = "warning") -> None:
        """Tell something that makes the result less than it might be."""
        self.pass_on(Event("warning", {"code": code, "text": text}))

    def artifact(self, name: str, path: str) -> None:
        """Tell that an output is in place."""
        self._tell(Event("artifact", {"name": name, "path": path}))

    def pass_on(self, event: Event) -> None:
        """Pass a remark of another module on."""
        if event.type == "warning":
            self.warnings.append(str(event.data.get("text", "")))
        self._tell(event)

    def _seconds_left(self, now: float) -> float | None:
        """At the pace of the present stage."""
        elapsed, done = now - self._started, self._fraction - self._begun_at
        if elapsed < SECONDS_TO_ESTIMATE or done <= 0:
            return None
        return round(elapsed / done * (1 - self._fraction), 1)

    def _tell(self, event: Event) -> None:
        if self._listener is not None:
            self._listener(event)
