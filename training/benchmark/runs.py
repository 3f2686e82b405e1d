"""Training and testing everything that a benchmark compares; what is finished is not done again."""

from __future__ import annotations

import csv
import multiprocessing
import os
import queue
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, wait
from functools import partial
from pathlib import Path
from typing import Any

import torch

from dis2_core import Model, load_model
from dis2_core.errors import Cancelled, OutputNotWritable
from dis2_core.jobfolder import lock_target
from dis2_core.reporting import Listener, Reporter

from ..fit import fit
from ..method_file import load_method
from ..methods import DIS2_METHOD
from .conditions import CLEAN
from .plan import BenchmarkRecipe, Run
from .test_scores import FILE, Facts, TestScores
from .testing import conditions_of, costs, map_and_count

STAGE = "benchmark"
TRAINED = 0.9  # of a run, when it is trained

Told = Callable[[float, str], None]


def run_all(
    benchmark: BenchmarkRecipe,
    out: Path,
    processes: int = 1,
    progress: Listener | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> list[Run]:
    """Do all runs that are not done yet.

    The same command may be started several times at once, on several machines over one folder: each run has
    a lock, and what another process works on is left to it.

    Args:
        benchmark: What is compared.
        out: Folder of the benchmark; each run has ``<method>/seed<n>`` in it.
        processes: Runs at a time, each with its share of the cores.
        progress: Gets events of the types progress and info.
        cancelled: Is asked again and again; True stops, and what was trained so far is gone on with next time.

    Returns:
        The runs that were left to another process.

    Raises:
        Dis2Error: See ``fit``.
        Cancelled: The benchmark was stopped.
    """
    report = Reporter(progress, cancelled)
    todo = [run for run in benchmark.runs() if not is_done(run, out)]
    for run in benchmark.runs():
        if run not in todo:
            report.info(f"{run.place}: done before.")
    if processes > 1 and len(todo) > 1:
        return _in_processes(benchmark, todo, out, processes, report)
    return [run for run in todo if not _alone(benchmark, run, out, todo, report)]


def is_done(run: Run, out: Path) -> bool:
    """Whether a run was trained and tested."""
    return (out / run.place / FILE).is_file()


def _alone(benchmark: BenchmarkRecipe, run: Run, out: Path, todo: list[Run], report: Reporter) -> bool:
    first = todo.index(run)

    def told(fraction: float, stage: str) -> None:
        report.check()
        report.progress((first + fraction) / len(todo), STAGE, f"{run.place} {stage}")

    done = do_run(benchmark, run, out, told)
    report.info(f"{run.place}: {'done' if done else 'another process works on it'}.")
    return done


def do_run(benchmark: BenchmarkRecipe, run: Run, out: Path, told: Told) -> bool:
    """Train and test; returns False where another process works on it."""
    folder = out / run.place
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with lock_target(folder / FILE):
            if not is_done(run, out):
                path = fit(
                    run.recipe,
                    folder,
                    resume=True,
                    progress=lambda event: (
                        event.type == "progress" and told(TRAINED * event.data["fraction"], event.data["stage"])
                    ),
                )
                score_run(benchmark, run, path, told).save(folder)
    except OutputNotWritable as error:
        if "Another run" not in str(error):
            raise
        return False
    return True


def score_run(benchmark: BenchmarkRecipe, run: Run, path: Path, told: Told) -> TestScores:
    """Test a trained network once."""
    test = benchmark.test
    model = load_model(path) if run.method == DIS2_METHOD else load_method(path)[1]
    tiles = run.recipe.data.open(test.split).in_memory()
    wanted = conditions_of(model, run.method, test)
    counts, bins = map_and_count(
        model,
        tiles,
        wanted,
        test.overlap,
        path.parent / "maps" if test.maps else None,
        lambda fraction: told(TRAINED + (1 - TRAINED) * fraction, "testing"),
    )
    return TestScores(
        facts=_facts(run, model, wanted, path.parent),
        classes=model.card.class_names,
        tiles=tuple(tile.name for tile in tiles),
        conditions=tuple(condition.name for condition in wanted),
        counts=counts,
        bins=bins,
    )


def _facts(run: Run, model: Model, wanted: list[Any], folder: Path) -> Facts:
    clean = [condition.scenario for condition in wanted if condition.kind == CLEAN]
    parameters, flops, seconds = costs(model, clean)
    last = read_log(folder)[-1]
    return Facts(
        method=run.method,
        seed=run.seed,
        width=run.recipe.model.width,
        steps=int(last["step"]),
        parameters=parameters,
        gflop=flops,
        seconds_a_window=seconds,
        training_seconds=float(last["cpu_seconds"]),
        validation_miou=sum(scores["miou"] for scores in model.card.metrics.values()) / len(model.card.metrics),
        device=run.recipe.device,
    )


def read_log(folder: Path) -> list[dict[str, str]]:
    """The rows of a run's ``log.csv``."""
    with (folder / "log.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _in_processes(
    benchmark: BenchmarkRecipe, todo: list[Run], out: Path, processes: int, report: Reporter
) -> list[Run]:
    """Several runs at a time, each in a process of its own: torch's threads do not share cores well."""
    context = multiprocessing.get_context("spawn")
    threads = max(1, (os.cpu_count() or 1) // processes)
    messages, stop = context.Queue(), context.Event()
    shares = dict.fromkeys([run.place for run in todo], 0.0)
    with ProcessPoolExecutor(processes, context, _begin, (threads, messages, stop)) as pool:
        running = {pool.submit(_do_in_process, benchmark, run, out): run for run in todo}
        left: list[Run] = []
        try:
            for finished in _finished(running, lambda: _show(messages, shares, report)):
                run = running[finished]
                done = finished.result()
                shares[run.place] = 1.0
                report.info(f"{run.place}: {'done' if done else 'another process works on it'}.")
                left += [] if done else [run]
        except BaseException:
            stop.set()  # each run ends at its next step
            pool.shutdown(cancel_futures=True)
            raise
    return left


def _finished(running: dict[Future[bool], Run], meanwhile: Callable[[], None]) -> Iterator[Future[bool]]:
    pending = set(running)
    while pending:
        done, pending = wait(pending, timeout=0.5, return_when="FIRST_COMPLETED")
        meanwhile()
        yield from done


def _show(messages: Any, shares: dict[str, float], report: Reporter) -> None:
    """Pass on what the processes told since last time."""
    report.check()
    latest = ""
    while True:
        try:
            place, fraction, stage = messages.get_nowait()
        except queue.Empty:
            break
        shares[place], latest = fraction, f"{place} {stage}"
    if latest:
        report.progress(sum(shares.values()) / len(shares), STAGE, latest)


_messages: Any = None  # of the process, set by its initializer
_stop: Any = None


def _begin(threads: int, messages: Any, stop: Any) -> None:
    global _messages, _stop
    torch.set_num_threads(threads)
    _messages, _stop = messages, stop


def _do_in_process(benchmark: BenchmarkRecipe, run: Run, out: Path) -> bool:
    return do_run(benchmark, run, out, partial(_tell, run.place))


def _tell(place: str, fraction: float, stage: str) -> None:
    if _stop.is_set():
        raise Cancelled("The benchmark was stopped.", "Start it again to go on.")
    _messages.put((place, fraction, stage))


def tested(benchmark: BenchmarkRecipe, out: Path) -> list[TestScores]:
    """What is done so far, in the order of the table, seeds in order."""
    runs = sorted(benchmark.runs(), key=lambda run: (benchmark.methods.index(run.method), run.seed))
    return [TestScores.load(out / run.place) for run in runs if is_done(run, out)]
