"""What a step draws, as pure functions of the recipe's seed and a number.

None of these has a position that a run would have to remember: one that goes on in the middle, or on another
number of processes, draws what it would have drawn. The windows themselves are ``data.RandomWindows``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from torch.utils.data import Sampler

from dis2_core import ModelCard
from dis2_core.contract.card import scenario_name
from dis2_core.contract.errors import InputError
from dis2_core.network import Scenario

from .recipe import Recipe

_SCENARIOS, _DROPOUT = 1, 2  # windows have (seed, number), each other kind one more number


class ScenarioDraws:
    """The scenarios of every batch, alike in all processes: one that is drawn, or all.

    Args:
        recipe: Its incomplete scenarios, their probabilities and its seed.
        card: Of the model.
        with_full: The full scenario is one of them, with their mean probability; else it is trained beside them.

    Raises:
        InputError: The recipe names a scenario that the data set has not.
    """

    def __init__(self, recipe: Recipe, card: ModelCard, with_full: bool = False) -> None:
        full, *incomplete = card.scenarios()
        names = {scenario_name(scenario): scenario for scenario in incomplete}
        shares = recipe.scenarios or dict.fromkeys(names, 1.0)
        if unknown := sorted(set(shares) - set(names)):
            raise InputError(f"The recipe's scenario '{unknown[0]}' is none of {', '.join(names)}.")
        weights = np.array(list(shares.values()), dtype=float)
        if with_full and shares:
            weights = np.array([weights.mean(), *weights])
        self._seed = recipe.seed
        self._all = recipe.schedule.incomplete == "all" or not shares  # of one modality there is nothing to draw
        self._weights = weights / weights.sum()
        self._alone = [full] if with_full else []
        self._scenarios = [*self._alone, *(names[name] for name in shares)]

    def of_batch(self, batch: int, full_only: bool = False) -> Sequence[Scenario]:
        """The scenarios of a batch, counted from 0; none where the full one is trained beside them, and alone."""
        if full_only:
            return self._alone
        if self._all:
            return self._scenarios
        rng = np.random.default_rng((self._seed, _SCENARIOS, batch))
        return [self._scenarios[rng.choice(len(self._scenarios), p=self._weights)]]


def seed_dropout(seed: int, part: int) -> None:
    """Seed torch for one part of a batch: the share of one process. Parts are counted through the whole run."""
    number = np.random.SeedSequence((seed, _DROPOUT, part)).generate_state(1, np.uint64)[0]
    torch.manual_seed(int(number))


class BatchShares(Sampler[list[int]]):
    """The windows of one process, batch by batch.

    Batch ``b`` of a run has the windows ``b size`` to ``(b + 1) size - 1``, whatever the number of processes;
    they share them in order.

    Args:
        size: Windows a batch, of all processes together.
        batches: The first batch and the one after the last.
        rank: Which process.
        processes: Of how many.

    Raises:
        InputError: The processes cannot share a batch evenly.
    """

    def __init__(self, size: int, batches: range, rank: int = 0, processes: int = 1) -> None:
        if size % processes:
            raise InputError(
                f"A batch of {size} windows cannot be shared by {processes} processes.",
                f"Give schedule.batch_size a multiple of {processes}: it counts the windows of all processes.",
            )
        self._size = size
        self._batches = batches
        self._rank = rank
        self._share = size // processes

    def __iter__(self) -> Iterator[list[int]]:
        for batch in self._batches:
            first = batch * self._size + self._rank * self._share
            yield list(range(first, first + self._share))

    def __len__(self) -> int:
        return len(self._batches)

    @property
    def end(self) -> int:
        """Windows of all batches up to the last, of all processes."""
        return self._batches.stop * self._size
