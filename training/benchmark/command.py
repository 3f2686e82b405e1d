"""The command ``dis2-train benchmark``."""

from __future__ import annotations

from pathlib import Path

import torch
from jsonargparse import Namespace

from dis2_core.cli.console import display_for_people
from dis2_core.cli.streams import forgive_stdout
from dis2_core.contract.errors import Dis2Error, InputError
from dis2_core.run.disk import translated_errors
from dis2_core.run.interrupts import interruptible
from dis2_core.run.jobfolder import whole_file
from dis2_core.run.reporting import Reporter

from ..options.arguments import Parser, recipe_file
from .budget import calibrate
from .gallery import draw_gallery
from .plan import BenchmarkRecipe
from .plots import draw_all
from .published import FILE as COUNTS_FILE
from .published import read_counts, write_counts
from .results import Results
from .runs import Outcome, is_done, run_all, selected, tested, threads_of
from .tables import markdown, write_csv

STEPS_FILE = "steps.yaml"


class RunsFailed(Dis2Error):
    """Some runs of a benchmark failed; the others were done."""

    code = "runs-failed"


def benchmark_parser() -> Parser:
    """The parser of ``dis2-train benchmark``; every value can be overridden, e.g. ``--seeds "[0]"``."""
    parser = Parser(description="Train and test all methods on all seeds; write tables and plots.")
    parser.add_argument("--config", action=recipe_file(BenchmarkRecipe), help="comparison: a YAML file, or a name")
    parser.add_class_arguments(BenchmarkRecipe, None)
    parser.add_argument("--out", type=Path, default=None, help="folder of the runs; default: runs/<name>")
    parser.add_argument(
        "--only", nargs="+", default=[], help="train no other runs than these: dis2 concat/seed1; the table is of all"
    )
    parser.add_argument("--processes", type=int, default=1, help="runs at a time, which share the cores")
    parser.add_argument(
        "--calibrate", action="store_true", help="measure how many steps of each method take the recipe's minutes"
    )
    parser.add_argument("--tables-only", action="store_true", help="write tables and plots of what is done so far")
    parser.add_argument("--counts", type=Path, help="write those of published counts, without data and networks")
    parser.add_argument(
        "--restore", type=Path, help="counts of runs that were done another day or elsewhere, which are not done again"
    )
    return parser


def to_benchmark(options: Namespace) -> BenchmarkRecipe:
    """Build the benchmark that parsed options describe."""
    options = options.clone()
    for name in ("config", "out", "only", "processes", "calibrate", "tables_only", "counts", "restore"):
        options.pop(name, None)
    parser = Parser()
    parser.add_class_arguments(BenchmarkRecipe, None)
    return BenchmarkRecipe(**vars(parser.instantiate(options)))


def run_benchmark(options: Namespace) -> None:
    """Do what the command line says, and print the table."""
    benchmark = to_benchmark(options)
    out = options.out or Path("runs") / benchmark.name
    if options.counts:
        print(write_published(benchmark, out, options.counts))
        forgive_stdout()
        return
    data = benchmark.recipe.data
    description = data.open(data.train).description
    benchmark.check(description.modality_names, description.class_names)
    if options.calibrate:
        print(write_steps(benchmark, out, options.processes))
        return
    runs = benchmark.only(options.only) if options.only else benchmark.runs()
    if options.restore:
        restore(benchmark, out, options.restore)
    outcomes: dict[str, Outcome] = {}
    if not options.tables_only:
        with translated_errors(out):
            out.mkdir(parents=True, exist_ok=True)
        with interruptible() as cancelled, display_for_people() as display:
            outcomes = run_all(runs, out, options.processes, display, cancelled)
    failed = [place for place, outcome in outcomes.items() if outcome.state == "failed"]
    if not failed or any(is_done(run, out) for run in benchmark.runs()):
        print(write_results(benchmark, out))
        forgive_stdout()
    if failed:
        raise RunsFailed(
            f"Some runs failed: {', '.join(failed)}. {outcomes[failed[0]].reason}",
            "Mend what is wrong and start the benchmark again: what is done is kept.",
        )


def write_steps(benchmark: BenchmarkRecipe, out: Path, processes: int) -> str:
    """Measure how many steps each method gets; write and return ``steps.yaml``, which a second ``--config`` reads.

    Args:
        benchmark: With a budget.
        out: Folder of the runs.
        processes: As many as will train at a time, since threads cost CPU time of their own.
    """
    with translated_errors(out):
        out.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(threads_of(processes))
    with interruptible() as cancelled, display_for_people() as display:
        text = str(calibrate(benchmark, Reporter(display, cancelled)))
    with whole_file(out / STEPS_FILE) as part:
        part.write_text(text, encoding="utf-8")
    return text


def write_published(benchmark: BenchmarkRecipe, out: Path, counts: Path) -> str:
    """Write tables and plots of published counts; returns the table.

    Raises:
        InputError: The file is missing or damaged, or has no run of the benchmark, or runs of another recipe.
    """
    published = read_counts(counts)
    modalities = max((test.conditions[0].split("+") for test in published), key=len)
    benchmark.check(tuple(modalities), published[0].classes)
    tests = selected(benchmark, published, str(counts))
    if not tests:
        raise InputError(f"{counts} has no run of '{benchmark.name}'.", "Give the recipe that it was made with.")
    with translated_errors(out):
        out.mkdir(parents=True, exist_ok=True)
    return _write_tables(Results(benchmark, tests), out)


def restore(benchmark: BenchmarkRecipe, out: Path, counts: Path) -> None:
    """Put what published counts have of a benchmark's runs beside those that are done here, which stay as they are.

    What they left otherwise, networks, logs and maps, is gone: an ensemble is not put together of them.

    Raises:
        InputError: The file is missing or damaged, or has runs of another recipe.
    """
    done = {test.facts.place for test in tested(benchmark, out)}
    for test in selected(benchmark, read_counts(counts), str(counts)):
        if test.facts.place not in done:
            folder = out / test.facts.place
            with translated_errors(folder):
                folder.mkdir(parents=True, exist_ok=True)
            test.save(folder)


def write_results(benchmark: BenchmarkRecipe, out: Path) -> str:
    """Write ``table.md``, ``results.csv``, ``counts.npz``, plots and a gallery of all runs that are done.

    Returns:
        The table.

    Raises:
        InputError: None is.
    """
    tests = tested(benchmark, out)
    if not tests:
        raise InputError(f"No run in {out} is finished.", "Start the benchmark without --tables-only.")
    results = Results(benchmark, tests)
    text = _write_tables(results, out)
    write_counts(tests, out / COUNTS_FILE)
    draw_gallery(benchmark, results, out)
    return text


def _write_tables(results: Results, out: Path) -> str:
    text = markdown(results)
    with whole_file(out / "table.md") as part:
        part.write_text(text, encoding="utf-8")
    write_csv(results, out / "results.csv")
    draw_all(results, out)
    return text
