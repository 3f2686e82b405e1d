"""Dask as a queue of tasks: a unit a task, paths and names travel, never pixels.

Whatever starts Dask's workers works as it is: a cluster on this machine, dask-jobqueue, dask-kubernetes.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..contract.country_jobs import WorkJob
from ..contract.errors import AlreadyRunning, Dis2Error, ResourceError
from ..run.failures import describe
from ..run.machine.cores import usable_cores
from .plan import Plan
from .progress import Progress
from .units import Unit, UnitFiles
from .worker import Worker

if TYPE_CHECKING:
    from distributed import Client


try:
    from distributed.diagnostics.plugin import WorkerPlugin
except ImportError as error:
    raise ResourceError("Dask is not installed here.", "Install it with pip install 'dis2[dask]'.") from error

PLUGIN = "dis2"
DEATHS = 100  # workers that may die with a unit, which is marked as theirs when a spot machine is taken away
SECONDS = 0.5  # between two looks at whether the user wants to stop


class ModelOnWorker(WorkerPlugin):
    """Keeps the plan and the model in the memory of a Dask worker.

    Args:
        job: The work.
    """

    name = PLUGIN

    def __init__(self, job: WorkJob) -> None:
        self._job = job
        self._worker: Worker | None = None

    @property
    def worker(self) -> Worker:
        """The one that makes units in this process; it loads the model at the first."""
        if self._worker is None:
            self._worker = Worker(self._job)
        return self._worker


def make_unit(unit: Unit) -> bool:
    """The task: make a unit; False where another worker is making it. Raises what went wrong, in words."""
    from distributed import get_worker

    try:
        plugin: Any = get_worker().plugins[PLUGIN]
        plugin.worker.make(unit)
    except AlreadyRunning:
        return False
    except Exception as error:
        told = describe(error)
        raise UnitError(told.code, told.message, told.hint) from None
    return True


class UnitError(Exception):
    """An error that can travel: its class may not be known where it arrives."""

    def __init__(self, code: str, message: str, hint: str) -> None:
        super().__init__(code, message, hint)
        self.code, self.message, self.hint = code, message, hint

    def as_ours(self) -> Dis2Error:
        """The error as a person is told of it."""
        error = Dis2Error(self.message, self.hint)
        error.code = self.code
        return error


def work_with_dask(job: WorkJob, plan: Plan, units: Sequence[Unit], work: Progress) -> None:
    """Make units with the workers of a cluster.

    Raises:
        Cancelled: The user stopped it; what is finished stays.
        ResourceError: The scheduler does not answer.
    """
    from distributed import wait

    files = UnitFiles(Path(job.folder).absolute())
    with _client(job) as client:
        client.register_plugin(ModelOnWorker(replace(job, folder=str(files.run), dask="")))
        resources = {"GPU": 1} if _workers_have_gpus(client) else {}
        futures = client.map(
            make_unit,
            units,
            key=[f"{unit.name}-{plan.hash}" for unit in units],
            pure=False,
            retries=job.retries,
            resources=resources,
        )
        open_futures = dict(zip(futures, units, strict=True))
        try:
            while open_futures:
                work.check()
                try:
                    done = wait(list(open_futures), timeout=SECONDS, return_when="FIRST_COMPLETED").done
                except TimeoutError:
                    work.tell()
                    continue
                for future in done:
                    _account(future, open_futures.pop(future), files, plan, work)
                work.tell()
                if work.failed and job.on_error == "stop":
                    break
        finally:
            client.cancel(list(open_futures), force=True)


def _account(future: Any, unit: Unit, files: UnitFiles, plan: Plan, work: Progress) -> None:
    """Count what came of a unit."""
    if future.status == "finished":
        work.made += bool(future.result())
        work.elsewhere += not future.result()
        return
    error = future.exception() if future.status == "error" else RuntimeError(f"the task was {future.status}")
    told = error.as_ours() if isinstance(error, UnitError) else _of_dask(error)
    work.fail(unit, files, plan.hash, told)


def _of_dask(error: BaseException) -> Dis2Error:
    return ResourceError(f"Dask could not make it ({str(error).partition(chr(10))[0]}).", "See the workers' logs.")


@contextmanager
def _client(job: WorkJob) -> Iterator[Client]:
    """A client of the cluster that a job names."""
    import dask
    from distributed import Client

    with dask.config.set({"distributed.scheduler.allowed-failures": DEATHS}):
        if job.dask != "local":
            try:
                with Client(job.dask, timeout="30s") as client:
                    yield client
            except OSError as error:
                raise ResourceError(f"No Dask scheduler answers at {job.dask}.", "Check the address.") from error
            return
        workers = max(1, usable_cores() // (job.threads or 1)) if job.device in ("auto", "cpu") else 1
        with _local_cluster(workers) as cluster, Client(cluster) as client:
            yield client


@contextmanager
def _local_cluster(workers: int) -> Iterator[Any]:
    """A cluster of this machine.

    What its workers are to find in their environment, Dask sets in ours and leaves there; it is taken back. Their glibc
    is told nothing: Dask would have it give memory back after every tensor.
    """
    import dask
    from distributed import LocalCluster

    before = dict(os.environ)
    try:
        with (
            dask.config.set({"distributed.nanny.pre-spawn-environ.MALLOC_TRIM_THRESHOLD_": None}),
            LocalCluster(n_workers=workers, threads_per_worker=1, memory_limit=0, dashboard_address=None) as cluster,
        ):
            yield cluster
    finally:
        for name in os.environ.keys() - before.keys():
            del os.environ[name]
        os.environ.update(before)


def _workers_have_gpus(client: Client) -> bool:
    """Whether workers were started with ``--resources "GPU=1"``."""
    workers = client.scheduler_info(n_workers=-1)["workers"].values()
    return any("GPU" in worker.get("resources", {}) for worker in workers)
