"""What library and training's tests share: threads, what they inherit of a terminal, and a disk that fills up."""

import os
import signal
from contextlib import contextmanager

import pytest

if "PYTEST_XDIST_WORKER" in os.environ:
    # As many processes as cores, so one thread each; before torch or OpenBLAS is imported, and for what tests start.
    os.environ["OMP_NUM_THREADS"] = "1"


def pytest_collection_modifyitems(items):
    """Files with slow tests come first, each as a whole: at the end no core waits for another one's long file."""
    long = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in long)


def pytest_runtest_setup(item):
    """Skip what needs a GPU where there is none. torch is asked for the marked tests alone: not all have it."""
    if item.get_closest_marker("cuda"):
        import torch

        if not torch.cuda.is_available():
            pytest.skip("needs a CUDA device")


@pytest.fixture(autouse=True, scope="session")
def no_wishes_about_terminals():
    """Services that run tests ask for colours, and a shell may tell its width: what is shown must not depend on it."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("FORCE_COLOR", "NO_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE", "COLUMNS", "LINES"):
            patch.delenv(name, raising=False)
        yield


@pytest.fixture
def terminal_signals():
    """SIGINT, SIGTERM and SIGHUP as a shell in a terminal hands them on, here and to what the test starts.

    Under nohup, in the background of a script or below a service manager the tests may be started with them ignored.
    """
    wanted = {signal.SIGINT: signal.default_int_handler, signal.SIGTERM: signal.SIG_DFL}
    if hasattr(signal, "SIGHUP"):
        wanted[signal.SIGHUP] = signal.SIG_DFL
    before = {number: signal.signal(number, handler) for number, handler in wanted.items()}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture
def largest_file():
    """``with largest_file(size)``: a disk that takes no larger file, with the system's own error, EFBIG."""
    import resource

    @contextmanager
    def limited(size):
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    return limited
