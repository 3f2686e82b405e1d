"""All tests of a benchmark in one file, small enough to publish: anyone makes tables and intervals of it again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from dis2_core.run.jobfolder import whole_file

from .run_scores import Facts, RunScores, damage_told

FILE = "counts.npz"
_HINT = "Get the file again."


def write_counts(tests: Sequence[RunScores], path: Path) -> None:
    """Write what every run counted in every condition and tile, and what it cost.

    Args:
        tests: At least one; all on the same tiles and classes, as ``Results`` has them.
        path: The file, which ``numpy.load`` reads: ``counts`` is (runs' conditions, tiles, K, K + 1), the conditions of
            a run after those of the run before; ``conditions`` names them, ``lengths`` says how many each run has, and
            ``facts`` what it is, as JSON.

    Raises:
        NoSpace, OutputNotWritable: It cannot be written.
    """
    counts = np.concatenate([test.counts for test in tests])
    with whole_file(path) as part, part.open("wb") as file:
        np.savez_compressed(
            file,
            facts=np.array([_for_others(test.facts).to_json() for test in tests]),
            lengths=np.array([len(test.conditions) for test in tests]),
            conditions=np.array([name for test in tests for name in test.conditions]),
            classes=np.array(tests[0].classes),
            tiles=np.array(tests[0].tiles),
            counts=counts.astype(np.min_scalar_type(counts.max(initial=0))),
            bins=np.concatenate([test.bins for test in tests]),
        )


def _for_others(facts: Facts) -> Facts:
    """Facts that do not say where data lie on this machine."""
    return replace(facts, made=_without_folders(facts.made))


def _without_folders(made: Mapping[str, Any]) -> dict[str, Any]:
    """Likewise of recipes, those of members among them: ``folder`` is the last part of what it was."""
    return {
        key: _without_folders(value) if isinstance(value, Mapping) else Path(value).name if key == "folder" else value
        for key, value in made.items()
    }


def read_counts(path: Path) -> list[RunScores]:
    """Read what ``write_counts`` wrote, never a pickle.

    Raises:
        InputError: The file is missing or damaged.
    """
    with damage_told(path, missing=_HINT, damaged=_HINT), np.load(path, allow_pickle=False) as file:
        ends = np.cumsum(file["lengths"])[:-1]
        parts = (np.split(file[name], ends) for name in ("conditions", "counts", "bins"))
        classes, tiles = (tuple(file[name].tolist()) for name in ("classes", "tiles"))
        runs = zip(file["facts"], *parts, strict=True)
        tests = [
            RunScores(Facts.from_json(str(facts)), classes, tiles, tuple(names.tolist()), counts.astype(np.int64), bins)
            for facts, names, counts, bins in runs
        ]
        for test in tests:
            test.check()
        if not tests:
            raise ValueError("it holds no run")
    return tests
