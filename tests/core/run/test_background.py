from __future__ import annotations

import threading
import time

import pytest

from dis2_core.run.background import BackgroundWriter, in_order


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


@pytest.mark.parametrize("workers", [1, 2, 5])
def test_results_come_in_the_order_of_the_items(workers: int) -> None:
    def slowly(item: int) -> int:
        time.sleep(0.002 * (item % 3))
        return item * item

    assert list(in_order(slowly, range(30), workers)) == [(item, item * item) for item in range(30)]


def test_several_are_at_work_at_once_and_no_more() -> None:
    at_work = threading.Barrier(3, timeout=10)  # breaks if fewer than three ever meet
    begun: list[str] = []

    def work(item: int) -> None:
        at_work.wait()

    list(in_order(work, range(9), 3, begin=lambda: begun.append(threading.current_thread().name)))
    assert len(set(begun)) == len(begun) == 3


@pytest.mark.parametrize("workers", [1, 2])
def test_items_are_made_as_they_are_needed_in_the_callers_thread(workers: int) -> None:
    made: list[int] = []

    def items():  # type: ignore[no-untyped-def]
        for item in range(100):
            assert threading.current_thread() is threading.main_thread()
            made.append(item)
            yield item

    for item, _ in in_order(lambda item: None, items(), workers):
        assert len(made) <= item + 2 * workers


@pytest.mark.parametrize("workers", [1, 3])
def test_an_error_comes_at_its_items_turn(workers: int) -> None:
    def work(item: int) -> int:
        return 1 // (7 - item)

    seen = []
    with pytest.raises(ZeroDivisionError):
        for item, _ in in_order(work, range(20), workers):
            seen.append(item)
    assert seen == list(range(7))


def test_who_waits_may_stop_it_all() -> None:
    release, done = threading.Event(), []

    def work(item: int) -> None:
        release.wait(10)
        done.append(item)

    def stop() -> None:
        release.set()  # what is at work ends
        raise KeyError

    with pytest.raises(KeyError):
        list(in_order(work, range(20), 2, while_waiting=stop))
    assert set(done) <= {0, 1, 2, 3} and len(done) < 4  # what only waited was never begun
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("dis2-work")]
