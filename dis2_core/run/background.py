"""Work handed to a thread: the caller goes on, errors come back to it, memory stays bounded."""

from __future__ import annotations

import threading
from collections.abc import Callable
from queue import Queue
from types import TracebackType
from typing import Generic, TypeVar

Item = TypeVar("Item")


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
