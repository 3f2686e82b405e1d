"""Windows go through the network: batches, routes, precision, and smaller batches where memory is short."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from ..contract.card import ModelCard
from ..contract.errors import ResourceError
from ..network import SegmentationNetwork
from ..rasters.grid import WindowPlan
from ..run.device import is_out_of_memory, release_memory
from .blending import StripAccumulator
from .holes import feather_weights, window_counts, window_routes
from .strips import Strip

Rows = tuple[int, Tensor, npt.NDArray[np.uint8]]


class Inference:
    """Runs a network over the windows of a strip.

    Args:
        network: On the device, in evaluation mode; it is brought to ``precision``.
        card: Names the modalities.
        device: Where the strip and the network are.
        precision: Of weights and windows alike. Probabilities are float32 in any case. Pure bfloat16, not
            autocast, which keeps norms in float32 and spends its gain on conversions.
        batch_size: Windows a forward pass.
        on_smaller_batch: Is told the new size when memory ran out.
        whole_batches: Whether batches that are not full are filled up with windows of which the answer is
            thrown away. The last bits of an answer depend on the size of its batch, though not on its place in
            it: so they are the same however the rows are cut into parts.

    Attributes:
        batch_size: Windows a forward pass, by now.
    """

    def __init__(
        self,
        network: SegmentationNetwork,
        card: ModelCard,
        device: torch.device,
        precision: torch.dtype = torch.float32,
        batch_size: int = 1,
        on_smaller_batch: Callable[[int], None] = lambda size: None,
        whole_batches: bool = False,
    ) -> None:
        self._network = network.to(precision)
        self._card = card
        self._device = device
        self._precision = precision
        self._on_smaller_batch = on_smaller_batch
        self._whole_batches = whole_batches
        self.batch_size = batch_size

    def probabilities(
        self, strip: Strip, cols: Sequence[int], routes: Sequence[int]
    ) -> Iterator[tuple[Sequence[int], Tensor]]:
        """Yield columns and the class probabilities float32 (B, K, H, W) of the windows that begin there.

        Args:
            strip: The rows of the windows.
            cols: First columns of windows that need the same routes.
            routes: Those routes, from ``holes.window_routes``.

        Raises:
            ResourceError: Not even one window fits into the device's memory.
        """
        start = 0
        while start < len(cols):
            batch = cols[start : start + self.batch_size]
            answer = self._try(strip, batch, routes)
            if answer is None:  # outside the except clause: its traceback holds the tensors
                release_memory(self._device)
                continue
            start += len(batch)
            yield batch, answer

    def _try(self, strip: Strip, cols: Sequence[int], routes: Sequence[int]) -> Tensor | None:
        """Class probabilities, or None where memory ran out and the batch was made smaller."""
        batch = [*cols, *[cols[-1]] * (self.batch_size - len(cols))] if self._whole_batches else cols
        try:
            return self._answer(strip, batch, routes)[: len(cols)]
        except RuntimeError as error:
            if not is_out_of_memory(error):
                raise
            if len(batch) == 1:
                raise ResourceError(
                    f"The memory of {self._device} does not hold one window of {self._card.window} pixels.",
                    "Close other programs that use it, or choose the device cpu.",
                ) from error
        self.batch_size = len(batch) // 2
        self._on_smaller_batch(self.batch_size)
        return None

    def _answer(self, strip: Strip, cols: Sequence[int], routes: Sequence[int]) -> Tensor:
        scenarios = [self._names(route) for route in routes]
        present = {name for scenario in scenarios for name in scenario}
        windows = {
            name: strip.cut(name, cols).to(self._precision) for name in self._card.modality_names if name in present
        }
        if len(scenarios) == 1:
            return _softmax(self._network(windows))
        logits = self._network.forward_scenarios(windows, scenarios)
        weights = feather_weights(strip.cut_availability(cols), routes)
        answer = weights[:, 0, None] * _softmax(logits[scenarios[0]])
        for i, scenario in enumerate(scenarios[1:], start=1):
            answer += weights[:, i, None] * _softmax(logits[scenario])
        return answer

    def _names(self, route: int) -> tuple[str, ...]:
        return tuple(name for i, name in enumerate(self._card.modality_names) if route >> i & 1)


def probability_rows(
    strip: Strip,
    inference: Inference,
    plan: WindowPlan,
    card: ModelCard,
    device: torch.device,
    on_windows: Callable[[int], None] = lambda count: None,
    wanted: Callable[[int], npt.NDArray[np.bool_]] | None = None,
) -> Iterator[Rows]:
    """Run all windows and yield the rows of the map as they are finished.

    Args:
        strip: The rows to cut from.
        inference: The network.
        plan: Where the windows lie.
        card: The model's card.
        device: Where the strip is.
        on_windows: Is told how many windows are done, after every batch.
        wanted: Says which windows of a row of windows are run, by their first row; None: all.

    Yields:
        First row; probabilities float32 (K, rows, columns of ``plan.read``), a view that is valid until the next
        rows are asked for; availability uint8 (rows, columns). Where that is 0 the probabilities mean nothing.
    """
    accumulator = StripAccumulator(plan, len(card.classes), device)
    for top in plan.rows:
        strip.move(top)
        for routes, cols in _by_routes(strip, plan, len(card.modalities), wanted and wanted(top)).items():
            if not routes:
                on_windows(len(cols))
                continue
            for batch, answers in inference.probabilities(strip, cols, routes):
                for left, answer in zip(batch, answers, strict=True):
                    accumulator.add(top, left, answer)
                on_windows(len(batch))
        finished = accumulator.finished(top)
        yield top, finished, strip.availability[: finished.shape[1]]
        accumulator.advance(top)


def wanted_rows(rows: Iterator[Rows], plan: WindowPlan) -> Iterator[Rows]:
    """What ``probability_rows`` yields, cut to the pixels that the plan wants; rows are counted from their first."""
    top, left, bottom, right = plan.wanted
    columns = slice(left - plan.read[1], right - plan.read[1])
    for row, probabilities, availability in rows:
        first, last = max(top - row, 0), min(bottom - row, availability.shape[0])
        if first < last:
            yield row + first - top, probabilities[:, first:last, columns], availability[first:last, columns]


def _by_routes(
    strip: Strip, plan: WindowPlan, modalities: int, wanted: npt.NDArray[np.bool_] | None
) -> dict[tuple[int, ...], list[int]]:
    """The columns of the strip's windows by the routes that they need.

    Sorted: sums of floats depend on their order, and a part of the row has to add up as the whole row does.
    """
    cols, left = plan.cols, plan.read[1]
    starts = [col - left for col in cols]
    counts = window_counts(strip.availability[: plan.window[0]], starts, plan.window[1], modalities)
    if wanted is not None:
        counts[~wanted] = 0
    groups: dict[tuple[int, ...], list[int]] = {}
    for col, window in zip(cols, counts.tolist(), strict=True):
        groups.setdefault(window_routes(window), []).append(col)
    return dict(sorted(groups.items()))


def _softmax(logits: Tensor) -> Tensor:
    """Probabilities in float32, whatever the precision of the network."""
    return torch.softmax(logits.float(), dim=1)
