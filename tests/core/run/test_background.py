from __future__ import annotations

import threading
import time

import pytest

from dis2_core.run.background import BackgroundWriter


def test_items_are_done_in_order_before_the_end() -> None:
    done: list[int] = []

    def slowly(item: int) -> None:
        time.sleep(0.001)
        done.append(item)

    with BackgroundWriter(slowly) as writer:
        for item in range(50):
            writer.put(item)
    assert done == list(range(50))


def test_an_error_reaches_the_caller_who_never_waits_for_ever() -> None:
    def fail(item: int) -> None:
        raise OSError("full")

    with pytest.raises(OSError, match="full"), BackgroundWriter(fail, waiting=1) as writer:
        for item in range(1000):
            writer.put(item)


def test_an_error_at_the_last_item() -> None:
    def fail(item: int) -> None:
        raise OSError("full")

    with pytest.raises(OSError, match="full"), BackgroundWriter(fail) as writer:
        writer.put(1)


def test_what_waits_is_dropped_when_the_caller_fails() -> None:
    begun, release, done = threading.Event(), threading.Event(), []

    def wait(item: int) -> None:
        begun.set()
        release.wait(5)
        done.append(item)

    with pytest.raises(KeyError), BackgroundWriter(wait, waiting=5) as writer:
        for item in range(4):
            writer.put(item)
        begun.wait(5)
        threading.Timer(0.2, release.set).start()
        raise KeyError
    assert done == [0]


def test_few_items_wait() -> None:
    release = threading.Event()
    put: list[int] = []

    def caller() -> None:
        with BackgroundWriter(lambda item: bool(release.wait(5)), waiting=2) as writer:
            for item in range(10):
                writer.put(item)
                put.append(item)

    thread = threading.Thread(target=caller)
    thread.start()
    time.sleep(0.1)
    assert len(put) <= 3
    release.set()
    thread.join(5)
    assert len(put) == 10
