"""What signals do while a command starts, while a job runs, while files are put into place, and afterwards."""

from __future__ import annotations

import signal
import threading

import pytest

from dis2_core.run.interrupts import SIGNALS, held, interruptible, stopping_at_once

pytestmark = pytest.mark.usefixtures("terminal_signals")


@pytest.mark.parametrize("number", SIGNALS)
def test_a_command_stops_at_once_whatever_the_signal(number: signal.Signals) -> None:
    with stopping_at_once(), pytest.raises(KeyboardInterrupt):
        signal.raise_signal(number)


def test_a_job_is_asked_first() -> None:
    with interruptible() as cancelled:
        assert not cancelled()
        signal.raise_signal(signal.SIGINT)  # nothing is raised: torch's import aborts when it is interrupted
        assert cancelled()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGTERM)


def test_signals_wait_while_files_are_put_into_place() -> None:
    with interruptible() as cancelled:
        with held(settles=False):
            signal.raise_signal(signal.SIGTERM)
            assert not cancelled()
        assert cancelled()


def test_once_results_are_in_place_signals_are_too_late() -> None:
    with stopping_at_once():
        with interruptible() as cancelled:
            with held(settles=True):
                signal.raise_signal(signal.SIGINT)
            for _ in range(3):
                signal.raise_signal(signal.SIGINT)
            assert cancelled()  # told, but nobody is thrown out
        signal.raise_signal(signal.SIGTERM)
    with stopping_at_once(), pytest.raises(KeyboardInterrupt):  # the next command begins anew
        signal.raise_signal(signal.SIGTERM)


@pytest.mark.parametrize("settles", [True, False])
def test_a_program_of_its_own_gets_what_came_meanwhile_when_all_is_done(settles: bool) -> None:
    done = False
    with pytest.raises(KeyboardInterrupt), held(settles=settles):  # Python's own handler
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)
        done = True
    assert done


def test_a_signal_is_not_lost_where_files_cannot_be_put_into_place() -> None:
    with interruptible() as cancelled:
        with pytest.raises(OSError, match="full"), held(settles=True):
            signal.raise_signal(signal.SIGINT)
            raise OSError("full")
        assert cancelled()


def test_a_commit_that_fails_settles_nothing() -> None:
    with interruptible():
        with pytest.raises(OSError, match="full"), held(settles=True):
            raise OSError("full")
        signal.raise_signal(signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)


def test_an_ignored_signal_stays_ignored_and_handlers_are_given_back() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with stopping_at_once(), interruptible() as cancelled:
            signal.raise_signal(signal.SIGINT)
            assert not cancelled() and signal.getsignal(signal.SIGINT) is signal.SIG_IGN
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)
    with interruptible(), held(settles=True):
        pass
    assert signal.getsignal(signal.SIGINT) is before


def test_other_threads_have_no_signals_of_their_own() -> None:
    failed: list[BaseException] = []

    def work() -> None:
        try:
            with interruptible(), held(settles=False):
                pass
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert not failed
