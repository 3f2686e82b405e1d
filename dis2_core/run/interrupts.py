"""Ctrl-C and its like: what they stop, when they wait, and when they come too late."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

Handler = Callable[[int, FrameType | None], object]

#: What asks a run to stop: Ctrl-C, the system or a scheduler, the terminal that is closed.
SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))

_settled = threading.Event()  # results are in place: nothing is left that could be stopped


@contextmanager
def stopping_at_once() -> Iterator[None]:
    """Let every signal stop what runs within the block by ``KeyboardInterrupt``, SIGTERM as Ctrl-C."""

    def stop(number: int, frame: FrameType | None) -> None:
        if not _settled.is_set():
            raise KeyboardInterrupt

    _settled.clear()
    with _handled_by(stop):
        yield


@contextmanager
def interruptible() -> Iterator[Callable[[], bool]]:
    """Let a signal ask to stop, so that the job tidies up; a second one does not wait.

    Once the results are in place, further ones are too late and do nothing.

    Yields:
        Whether one of them came.
    """
    asked = threading.Event()

    def ask(number: int, frame: FrameType | None) -> None:
        if asked.is_set() and not _settled.is_set():
            raise KeyboardInterrupt
        asked.set()

    _settled.clear()
    with _handled_by(ask):
        yield asked.is_set


@contextmanager
def held(*, settles: bool) -> Iterator[None]:
    """Keep signals back for the length of the block, in which files are put into place.

    Args:
        settles: Whether the results of the run are in place at the end of the block. What came meanwhile is delivered
            at the end: to handlers of ours it is too late then, as is what comes afterwards; a program that has its
            own gets it.
    """
    came: dict[int, None] = {}
    try:
        with _handled_by(lambda number, frame: came.setdefault(number)):
            yield
            if settles:
                _settled.set()
    finally:
        for number in came:
            signal.raise_signal(number)


@contextmanager
def _handled_by(handler: Handler) -> Iterator[None]:
    """Install a handler; a signal that is ignored stays so, and other threads than the main one get none."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in SIGNALS}
    ours = [number for number, known in before.items() if known not in (signal.SIG_IGN, None)]
    for number in ours:
        signal.signal(number, handler)
    try:
        yield
    finally:
        for number in ours:
            signal.signal(number, before[number])
