"""Training and testing everything that a benchmark compares; what is finished is not done again."""

from __future__ import annotations

import multiprocessing
import os
import queue
import signal
import time
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from pathlib import Path
from typing import Any, Literal, NamedTuple

import torch

from dis2_core import Model, load_model
from dis2_core.contract.card import scenario_name
from dis2_core.contract.errors import AlreadyRunning, Cancelled, Dis2Error, InputError, ResourceError
from dis2_core.contract.segment_job import Event
from dis2_core.run.device import choose_device, describe_device
from dis2_core.run.locks import lock_target
from dis2_core.run.reporting import Listener, Reporter

from ..fitting.checkpoint import PLACE, TEXTS, differences
from ..fitting.fit import fit
from ..fitting.log import read_log
from ..fitting.run_record import trained_on
from ..methods.file import load_method
from ..methods.registry import MODEL_METHODS
from ..scoring.cost import cost
from .conditions import CLEAN, Condition
from .ensemble import assemble, cost_of
from .plan import BenchmarkRecipe, Run
from .run_scores import FILE, MAPS, Facts, RunScores
from .scoring import conditions_of, map_and_count

STAGE = "benchmark"
TRAINED = 0.9  # of a run, when it is trained
PATIENCE = 2.0  # seconds between two looks at what another process trains

Told = Callable[[float, str], None]


class Outcome(NamedTuple):
    """What came of a run: ``done``, left to another process (``elsewhere``), or ``failed``, and why."""

    state: Literal["done", "elsewhere", "failed"]
    reason: str = ""


def run_all(
    runs: Sequence[Run],
    out: Path,
    processes: int = 1,
    progress: Listener | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> dict[str, Outcome]:
    """Do those of the runs that are not done yet. One that fails does not keep the others from being done.

    The same command may be started several times at once, on several machines over one folder: each run has
    a lock, and what another process works on is left to it.

    Args:
        runs: What is to be done, in this order.
        out: Folder of the benchmark; each run has ``<method>/seed<n>`` in it.
        processes: Runs at a time, each with its share of the cores.
        progress: Gets events of the types progress, info and warning.
        cancelled: Is asked again and again; True stops, and what was trained so far is gone on with next time.

    Returns:
        What came of each run that was not done before, by its place.

    Raises:
        InputError: A finished run was made with another recipe.
        ResourceError: A process was killed.
        Cancelled: The benchmark was stopped.
    """
    report = Reporter(progress, cancelled)
    todo = [run for run in runs if not is_done(run, out)]
    if len(todo) < len(runs):
        report.info(f"{len(runs) - len(todo)} of {len(runs)} runs were done before.")
    if processes > 1 and len(todo) > 1:
        return _in_processes(todo, out, processes, report)
    return {run.place: _alone(run, out, todo, report) for run in todo}


def is_done(run: Run, out: Path) -> bool:
    """Whether a run was trained, and tested as it is to be tested now. See ``finished``."""
    return finished(run, out) is not None


def finished(run: Run, out: Path) -> RunScores | None:
    """The test of a run that is done; None where it is not, or was tested otherwise than it is to be now.

    Raises:
        InputError: It was trained with another recipe.
    """
    if not (out / run.place / FILE).exists():
        return None
    return as_wanted(RunScores.load(out / run.place), run, f"{out / run.place}")


def as_wanted(scores: RunScores, run: Run, where: str) -> RunScores | None:
    """A test, where it is the one that a run is to have; None where it was tested otherwise.

    Args:
        scores: The test.
        run: As the benchmark has it.
        where: The test was found, for the message.

    Raises:
        InputError: What was tested was trained with another recipe.
    """
    found = differences(scores.facts.made, run.plain(), run.defaults())
    for name, (before, now) in found.items():
        part, _, value = name.partition(".")
        if part == "members":  # then the method of one of them
            value = value.partition(".")[2]
        if part != "test" and value not in (*PLACE, *TEXTS):
            raise InputError(
                f"{where} was made with {value} {before}; the recipe says {now}.",
                "Give another folder (--out), or delete that one.",
            )
    maps_are_missing = found.pop("test.maps", None) == (False, True)
    tested_otherwise = maps_are_missing or any(name.startswith("test.") for name in found)
    return None if tested_otherwise else scores


def _alone(run: Run, out: Path, todo: Sequence[Run], report: Reporter) -> Outcome:
    first = todo.index(run)

    def told(fraction: float, stage: str) -> None:
        report.check()
        report.progress((first + fraction) / len(todo), STAGE, f"{run.place} {stage}")

    outcome = do_run(run, out, told)
    tell(run, outcome, report)
    return outcome


def tell(run: Run, outcome: Outcome, report: Reporter) -> None:
    """Tell what came of a run."""
    text = f"{run.place}: {outcome.state}. {outcome.reason}".strip()
    if outcome.state == "failed":
        report.warning(text, "run-failed")
    else:
        report.info(text)


def do_run(run: Run, out: Path, told: Told) -> Outcome:
    """Train and test.

    Raises:
        Cancelled: ``told`` stopped it; what was trained is kept.
    """
    folder = out / run.place
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with lock_target(folder / FILE):
            if not is_done(run, out):
                path = _trained(run, out, told)
                score_run(run, path, out, told).save(folder)
    except AlreadyRunning as error:
        return Outcome("elsewhere", str(error))
    except Cancelled:
        raise Cancelled("The benchmark was stopped.", "Start it again to go on.") from None
    except Dis2Error as error:
        return Outcome("failed", error.message)
    except Exception as error:  # whatever it is, it is told whole, and the other runs are done
        return Outcome("failed", "".join(traceback.format_exception(error)))
    return Outcome("done")


def _trained(run: Run, out: Path, told: Told) -> Path:
    """The file of a run's network."""
    if not run.members:
        return fit(run.recipe, out / run.place, resume=True, adjustable=(), progress=partial(_pass_on, told))
    for number, member in enumerate(run.members):
        _await(member, out, partial(_share, told, number, len(run.members)))
    return assemble(run, out)


def _await(member: Run, out: Path, told: Told) -> None:
    """Train and test a member of an ensemble, or wait for who does."""
    while not is_done(member, out):
        outcome = do_run(member, out, told)
        if outcome.state == "failed":
            raise InputError(f"{member.place} failed: {outcome.reason}")
        if outcome.state == "elsewhere":
            told(0.0, f"waiting for {member.place}")
            time.sleep(PATIENCE)


def _share(told: Told, number: int, members: int, fraction: float, stage: str) -> None:
    told(TRAINED * (number + fraction) / members, stage)


def _pass_on(told: Told, event: Event) -> None:
    if event.type == "progress":
        told(TRAINED * event.data["fraction"], event.data["stage"])


def score_run(run: Run, path: Path, out: Path, told: Told) -> RunScores:
    """Test a trained network, on the device that the recipe names."""
    model = load_model(path) if run.recipe.method in MODEL_METHODS else load_method(path)[1]
    model.network.to(choose_device(run.recipe.device))
    tiles = run.recipe.data.open(run.test.split).in_memory()
    wanted = conditions_of(model, run.recipe.method, run.test)
    counts, bins = map_and_count(
        model,
        tiles,
        wanted,
        run.test.overlap,
        path.parent / MAPS if run.test.maps else None,
        lambda fraction: told(TRAINED + (1 - TRAINED) * fraction, "testing"),
    )
    return RunScores(
        facts=_facts(run, model, wanted, out),
        classes=model.card.class_names,
        tiles=tuple(tile.name for tile in tiles),
        conditions=tuple(condition.name for condition in wanted),
        counts=counts,
        bins=bins,
    )


def _facts(run: Run, model: Model, wanted: Sequence[Condition], out: Path) -> Facts:
    clean = [condition.scenario for condition in wanted if condition.kind == CLEAN]
    costs = {scenario_name(scenario): cost(model.network, model.card, scenario) for scenario in clean}
    members = [RunScores.load(out / member.place).facts for member in run.members]
    return Facts(
        made=run.plain(),
        parameters=next(iter(costs.values())).parameters,
        gflop={name: round(item.gflop, 4) for name, item in costs.items()},
        seconds_a_window={name: round(item.seconds, 5) for name, item in costs.items()},
        test_device=describe_device(next(model.network.parameters()).device),
        **(cost_of(members) if members else _training_cost(model, out / run.place)),
    )


def _training_cost(model: Model, folder: Path) -> dict[str, Any]:
    last, metrics = read_log(folder)[-1], model.card.metrics
    return {
        "steps": int(last["step"]),
        "seconds": float(last["seconds"]),
        "cpu_seconds": float(last["cpu_seconds"]),
        "validation_miou": sum(scores["miou"] for scores in metrics.values()) / len(metrics),
        "device": trained_on(folder),
    }


def threads_of(processes: int) -> int:
    """The share of the cores of each of several processes."""
    return max(1, (os.cpu_count() or 1) // processes)


def _in_processes(todo: Sequence[Run], out: Path, processes: int, report: Reporter) -> dict[str, Outcome]:
    """Several runs at a time, each in a process of its own: torch's threads do not share cores well."""
    context = multiprocessing.get_context("spawn")
    threads = threads_of(processes)
    messages, stop = context.Queue(), context.Event()
    shares = dict.fromkeys([run.place for run in todo], 0.0)
    outcomes: dict[str, Outcome] = {}
    with ProcessPoolExecutor(processes, context, _begin, (threads, messages, stop)) as pool:
        try:
            running = {pool.submit(_do_in_process, run, out): run for run in todo}
            for future in _finished(running, lambda: _show(messages, shares, report)):
                run = running[future]
                outcomes[run.place] = future.result()
                shares[run.place] = 1.0
                tell(run, outcomes[run.place], report)
        except BrokenProcessPool as error:
            hint = "Start the benchmark again, with fewer --processes; what was trained is kept."
            raise ResourceError("A process of the benchmark was killed, maybe for want of memory.", hint) from error
        finally:
            stop.set()  # each run that still goes on ends at its next step
            pool.shutdown(cancel_futures=True)
    return outcomes


def _finished(running: Mapping[Future[Outcome], Run], meanwhile: Callable[[], None]) -> Iterator[Future[Outcome]]:
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
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the first process says who stops
    _messages, _stop = messages, stop


def _do_in_process(run: Run, out: Path) -> Outcome:
    return do_run(run, out, partial(_tell, run.place))


def _tell(place: str, fraction: float, stage: str) -> None:
    parent = multiprocessing.parent_process()
    if _stop.is_set() or (parent and not parent.is_alive()):
        raise Cancelled("The benchmark was stopped.", "Start it again to go on.")
    _messages.put((place, fraction, stage))


def tested(benchmark: BenchmarkRecipe, out: Path) -> list[RunScores]:
    """What is done so far, in the order of the table, seeds in order.

    Raises:
        InputError: See ``finished``.
    """
    return [scores for run in _in_order(benchmark) if (scores := finished(run, out))]


def selected(benchmark: BenchmarkRecipe, tests: Sequence[RunScores], where: str) -> list[RunScores]:
    """Likewise of published tests: those that the benchmark has.

    Raises:
        InputError: See ``as_wanted``.
    """
    published = {(test.facts.method, test.facts.seed): test for test in tests}
    chosen = [(run, published.get((run.method, run.seed))) for run in _in_order(benchmark)]
    return [scores for run, test in chosen if test and (scores := as_wanted(test, run, f"{run.place} in {where}"))]


def _in_order(benchmark: BenchmarkRecipe) -> list[Run]:
    return sorted(benchmark.runs(), key=lambda run: (benchmark.methods.index(run.method), run.seed))
