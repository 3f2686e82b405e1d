"""Work handed to a thread: the caller goes on, errors come back to it, memory stays bounded."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from queue import Queue
from types import TracebackType
from typing import Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

PATIENCE = 0.1  # seconds between two looks at whether the user wants to stop


def in_order(
    work: Callable[[Item], Result],
    items: Iterable[Item],
    workers: int,
    *,
    begin: Callable[[], object] = lambda: None,
    while_waiting: Callable[[], object] = lambda: None,
) -> Generator[tuple[Item, Result], None, None]:
    """Call a function on items, several at once, and yield what it returned in the order of the items.

    The items are made in the caller's thread, at most twice as many as there are workers before the first of them is
    done with. Close the iterator to be rid of its threads: they end what they are at.

    Args:
        work: The function. What it raises is raised where its item's turn comes.
        items: Its arguments.
        workers: How many at once; 1: one after the other, in the caller's own thread.
        begin: Is called once in each thread.
        while_waiting: Is called ten times a second, in the caller's thread; what it raises ends the work.
    """
    if workers == 1:
        for item in items:
            yield item, work(item)
        return
    pool = ThreadPoolExecutor(workers, thread_name_prefix="dis2-work", initializer=begin)
    ahead: deque[tuple[Item, Future[Result]]] = deque()
    try:
        for item in items:
            ahead.append((item, pool.submit(work, item)))
            if len(ahead) == 2 * workers:
                yield _arrived(*ahead.popleft(), while_waiting)
        while ahead:
            yield _arrived(*ahead.popleft(), while_waiting)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _arrived(item: Item, future: Future[Result], while_waiting: Callable[[], object]) -> tuple[Item, Result]:
    while not wait((future,), PATIENCE).done:
        while_waiting()
    return item, future.result()


class BackgroundWriter(Generic[Item]):
    """Calls a function on items, in order, in a thread of its own.

    A context manager: leaving it waits until all items are done; leaving it with an error drops those
    that wait.

    Args:
        work: The function.
        waiting: How many items may wait before ``put`` does.
    """

    def __init__(self, work: Callable[[Item], None], waiting: int = 2) -> None:
        self._work = work
        self._items: Queue[Item | None] = Queue(maxsize=waiting)
        self._error: BaseException | None = None
        self._dropping = False
        self._thread = threading.Thread(target=self._run, name="dis2-writer", daemon=True)

    def __enter__(self) -> BackgroundWriter[Item]:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._dropping = error is not None
        self._items.put(None)
        self._thread.join()
        if error is None:
            self._raise()

    def put(self, item: Item) -> None:
        """Hand an item over. Raises what went wrong with an earlier one."""
        self._raise()
        self._items.put(item)

    def _raise(self) -> None:
        if self._error is not None:
            raise self._error

    def _run(self) -> None:
        while (item := self._items.get()) is not None:
            if self._dropping or self._error is not None:
                continue  # or the caller would wait for room for ever
            try:
                self._work(item)
            except BaseException as error:  # whatever it is, the caller raises it
                self._error = error
