from __future__ import annotations

import pytest

from dis2_core.contract.errors import Cancelled
from dis2_core.contract.segment_job import Event
from dis2_core.run import reporting
from dis2_core.run.reporting import Reporter


class Clock:
    now = 100.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(reporting, "time", clock)
    return clock


def test_progress_never_falls_and_comes_at_most_ten_times_a_second(clock: Clock) -> None:
    events: list[Event] = []
    report = Reporter(events.append)
    report.progress(0, "reading")
    for i in range(1001):
        clock.now += 0.01
        report.progress(i / 1000 if i % 7 else i / 2000, "segmenting")
    fractions = [event.data["fraction"] for event in events]
    assert fractions == sorted(fractions) and fractions[-1] == 1
    assert 80 <= len(events) <= 110


def test_time_left_follows_the_pace(clock: Clock) -> None:
    events: list[Event] = []
    report = Reporter(events.append)
    report.progress(0, "segmenting")
    assert events[-1].data["seconds_left"] is None
    clock.now += 30
    report.progress(0.25, "segmenting")
    assert events[-1].data["seconds_left"] == 90


def test_cancelled() -> None:
    answers = iter([False, True])
    report = Reporter(cancelled=lambda: next(answers))
    report.check()
    with pytest.raises(Cancelled):
        report.check()


def test_warnings_are_kept() -> None:
    events: list[Event] = []
    report = Reporter(events.append)
    report.pass_on(Event("warning", {"code": "resampling", "text": "coarse"}))
    report.pass_on(Event("warning", {"code": "extent", "text": "apart"}))
    report.info("no warning")
    assert report.warnings == ["coarse", "apart"]
    assert [event.type for event in events] == ["warning", "warning", "info"]
