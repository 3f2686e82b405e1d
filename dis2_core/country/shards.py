"""Which units are whose: the number of a worker among several, by argument or from a scheduler's variables."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TypeVar

from ..contract.country_jobs import read_shard
from ..contract.errors import InputError

Item = TypeVar("Item")

#: Scheduler: variables of a task's index, of the number of tasks, and of the first index.
SCHEDULERS = {
    "SLURM": ("SLURM_ARRAY_TASK_ID", "SLURM_ARRAY_TASK_COUNT", "SLURM_ARRAY_TASK_MIN"),
    "Cloud Run": ("CLOUD_RUN_TASK_INDEX", "CLOUD_RUN_TASK_COUNT", ""),
    "Google Batch": ("BATCH_TASK_INDEX", "BATCH_TASK_COUNT", ""),
    "AWS Batch": ("AWS_BATCH_JOB_ARRAY_INDEX", "AWS_BATCH_JOB_ARRAY_SIZE", ""),
    "Kubernetes": ("JOB_COMPLETION_INDEX", "JOB_COMPLETIONS", ""),
}


def shard_of(argument: str, environment: Mapping[str, str] | None = None) -> tuple[int, int]:
    """(index from 0, count) of this worker; (0, 1) where it is alone.

    Args:
        argument: ``3/64``; empty: the environment tells.
        environment: Instead of the process's own. SLURM, Cloud Run and Google Batch set both numbers; AWS Batch and
            Kubernetes tell the index alone, and the count has to be set beside it.

    Raises:
        InputError: An index without its count, or numbers that are none.
    """
    if argument:
        return read_shard(argument)
    variables = os.environ if environment is None else environment
    for scheduler, (index, count, first) in SCHEDULERS.items():
        if index in variables:
            return _numbers(scheduler, variables, index, count, first)
    return 0, 1


def _numbers(scheduler: str, variables: Mapping[str, str], index: str, count: str, first: str) -> tuple[int, int]:
    if count not in variables:
        raise InputError(
            f"{scheduler} says that this is task {variables[index]}, but not of how many.",
            f"Set {count} in the job, or give --shard.",
        )
    try:
        number = int(variables[index]) - int(variables.get(first, "0"))
        total = int(variables[count])
    except ValueError:
        number, total = -1, 0
    if not 0 <= number < total:
        raise InputError(
            f"{scheduler}'s {index}={variables[index]} and {count}={variables[count]} are no task of an array.",
            "Give --shard, and number the array without gaps.",
        )
    return number, total


def interleaved(items: Sequence[Item], shard: tuple[int, int]) -> Sequence[Item]:
    """The items of a shard: every ``count``-th, so that dense and empty regions mix."""
    index, count = shard
    return items[index::count]
