"""Windows go through the network: batches, routes, precision, and smaller batches where memory is short."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from ..contract.card import ModelCard
from ..contract.errors import ResourceError
from ..network import Scenario, SegmentationNetwork
from ..network.familiarity import Familiarity
from ..rasters.grid import WindowPlan
from ..run.background import in_order
from ..run.device import is_out_of_memory, release_memory
from .blending import StripAccumulator
from .holes import feather_weights, window_counts, window_routes
from .strips import Strip, StripRows
from .symmetries import Symmetry, mean_answers

Rows = tuple[int, Tensor, npt.NDArray[np.uint8]]


@dataclass(frozen=True)
class Batch:
    """Windows of one row of windows that need the same routes.

    Attributes:
        top: Their first row.
        cols: Their first columns.
        routes: From ``holes.window_routes``; none where the windows have no data.
        rows: What they are cut from.
    """

    top: int
    cols: Sequence[int]
    routes: tuple[int, ...]
    rows: StripRows


@dataclass(frozen=True)
class RowEnd:
    """After the last batch of a row of windows: what there is at its pixels."""

    top: int
    rows: StripRows


class Inference:
    """Runs a network over windows.

    Args:
        network: On the device, in evaluation mode; it is brought to ``precision``.
        card: Names the modalities.
        device: Where the rows and the network are.
        precision: Of weights and windows alike. Probabilities are float32 in any case. Pure bfloat16, not
            autocast, which keeps norms in float32 and spends its gain on conversions.
        batch_size: Windows a forward pass.
        on_smaller_batch: Is told the new size when memory ran out.
        whole_batches: Whether batches that are not full are filled up with windows of which the answer is
            thrown away. The last bits of an answer depend on the size of its batch, though not on its place in
            it: so they are the same however the rows are cut into parts.
        workers: Batches at once, each on a thread of its own: for a CPU. Threads that share the operations of one
            window wait for each other at the end of each, and so for whatever a neighbour does to one of them; and the
            last bits of their sums depend on their number, where those of a window's own thread do not.
        symmetries: Ways in which every window is seen; the mean of the answers counts. None: as it is.
        familiarity: On the device; where it is given, how familiar a pixel is follows its class probabilities.

    Attributes:
        batch_size: Windows a forward pass, by now.
        channels: Of the answers: classes, and familiarity.
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
        workers: int = 1,
        symmetries: tuple[Symmetry, ...] = (),
        familiarity: Familiarity | None = None,
    ) -> None:
        self._network = network.to(precision)
        self._card = card
        self._device = device
        self._precision = precision
        self._on_smaller_batch = on_smaller_batch
        self._whole_batches = whole_batches
        self._workers = workers
        self._symmetries = symmetries
        self._familiarity = familiarity
        self.batch_size = batch_size
        self.channels = len(card.classes) + (familiarity is not None)

    def answers(
        self, steps: Iterable[Batch | RowEnd], while_waiting: Callable[[], object]
    ) -> Generator[tuple[Batch | RowEnd, Tensor | None], None, None]:
        """Yield all steps in their order, batches with the answers float32 (B, channels, H, W) to their windows.

        Args:
            steps: Are asked for as memory allows.
            while_waiting: Is called ten times a second where several batches are at work.

        Raises:
            ResourceError: Not even one window fits into the device's memory.
        """
        told = self.batch_size
        answered = in_order(self._answer, steps, self._workers, begin=_one_thread, while_waiting=while_waiting)
        with closing(answered):
            for step, answer in answered:
                if self.batch_size < told:  # here, not in a worker's thread: listeners know this one
                    told = self.batch_size
                    self._on_smaller_batch(told)
                yield step, answer

    @torch.inference_mode()
    def _answer(self, step: Batch | RowEnd) -> Tensor | None:
        """The answers to a batch, in parts where memory runs out; None where there is nothing to answer."""
        if isinstance(step, RowEnd) or not step.routes:
            return None
        answers: list[Tensor] = []
        start = 0
        while start < len(step.cols):
            part = replace(step, cols=step.cols[start : start + self.batch_size])
            answer = self._try(part)
            if answer is None:  # outside the except clause: its traceback holds the tensors
                release_memory(self._device)
                continue
            start += len(part.cols)
            answers.append(answer)
        return answers[0] if len(answers) == 1 else torch.cat(answers)

    def _try(self, batch: Batch) -> Tensor | None:
        """The answers, or None where memory ran out and the batch was made smaller."""
        cols = batch.cols
        if self._whole_batches:
            cols = [*cols, *[cols[-1]] * (self.batch_size - len(cols))]
        try:
            return self._run(replace(batch, cols=cols))[: len(batch.cols)]
        except RuntimeError as error:
            if not is_out_of_memory(error):
                raise
            if len(cols) == 1:
                raise self._no_room() from error
        self.batch_size = min(self.batch_size, len(cols) // 2)
        return None

    def _no_room(self) -> ResourceError:
        windows, advice = "one window", "Close other programs that use it, or choose the device cpu."
        if self._workers > 1:
            windows = f"{self._workers} windows"
            advice = "Close other programs that use it, or give fewer --threads."
        return ResourceError(
            f"The memory of {self._device} does not hold {windows} of {self._card.window} pixels.", advice
        )

    def _run(self, batch: Batch) -> Tensor:
        scenarios = [self._names(route) for route in batch.routes]
        present = {name for scenario in scenarios for name in scenario}
        windows = {name: batch.rows.cut(name, batch.cols) for name in self._card.modality_names if name in present}
        answers = self._answers({name: window.to(self._precision) for name, window in windows.items()}, scenarios)
        answer = answers[scenarios[0]]
        if len(scenarios) == 1 and self._familiarity is None:
            return answer
        availability = batch.rows.cut_availability(batch.cols).to(self._device)  # (B, height, width)
        if len(scenarios) > 1:
            answer = self._mixed([answers[scenario] for scenario in scenarios], availability, batch.routes)
        if self._familiarity is None:
            return answer
        valid = {name: (availability & self._card.scenario_mask([name])) > 0 for name in windows}
        return torch.cat([answer, self._familiarity(windows, valid)[:, None]], dim=1)

    @staticmethod
    def _mixed(answers: Sequence[Tensor], availability: Tensor, routes: tuple[int, ...]) -> Tensor:
        """Class probabilities (B, K, H, W) of windows with holes, from those of each route."""
        weights = feather_weights(availability, routes)
        answer = weights[:, 0, None] * answers[0]
        for i, other in enumerate(answers[1:], start=1):
            answer += weights[:, i, None] * other
        return answer

    def _answers(self, windows: Mapping[str, Tensor], scenarios: Sequence[Scenario]) -> dict[Scenario, Tensor]:
        """Class probabilities of scenarios."""
        if self._symmetries:
            return mean_answers(lambda seen: self._asked(seen, scenarios), windows, self._symmetries)
        return self._asked(windows, scenarios)

    def _asked(self, windows: Mapping[str, Tensor], scenarios: Sequence[Scenario]) -> dict[Scenario, Tensor]:
        """What the network says of windows as they are."""
        if len(scenarios) == 1:
            logits = {scenarios[0]: self._network(windows)}
        else:
            logits = self._network.forward_scenarios(windows, scenarios)
        return {scenario: probabilities(logits[scenario], self._card.temperature(scenario)) for scenario in scenarios}

    def _names(self, route: int) -> tuple[str, ...]:
        return tuple(name for i, name in enumerate(self._card.modality_names) if route >> i & 1)


def probabilities(logits: Tensor, temperature: float) -> Tensor:
    """(B, K, H, W) probabilities in float32, whatever the precision of the network.

    Args:
        logits: (B, K, H, W).
        temperature: What they are divided by; see ``ModelCard.temperature``.
    """
    logits = logits.float()
    return torch.softmax(logits if temperature == 1 else logits / temperature, dim=1)


def probability_rows(
    strip: Strip,
    inference: Inference,
    plan: WindowPlan,
    card: ModelCard,
    device: torch.device,
    on_windows: Callable[[int], None] = lambda count: None,
    wanted: Callable[[int], npt.NDArray[np.bool_]] | None = None,
    on_row: Callable[[int, StripRows], object] | None = None,
) -> Generator[Rows, None, None]:
    """Run all windows and yield the rows of the map as they are finished.

    Args:
        strip: The rows to cut from.
        inference: The network.
        plan: Where the windows lie.
        card: The model's card.
        device: Where the strip is.
        on_windows: Is told how many windows are done, after every batch, and ten times a second where several are at
            work; what it raises ends the run.
        wanted: Says which windows of a row of windows are run, by their first row; None: all.
        on_row: Is shown every row of windows: its first row, and what its windows are cut from.

    Yields:
        First row; answers float32 (channels, rows, columns of ``plan.read``), a view that is valid until the next
        rows are asked for; availability uint8 (rows, columns). Where that is 0 the answers mean nothing.
    """
    accumulator = StripAccumulator(plan, inference.channels, device)
    steps = _steps(strip, inference, plan, len(card.modalities), wanted)
    with closing(inference.answers(steps, lambda: on_windows(0))) as answered:
        for step, answers in answered:
            if isinstance(step, RowEnd):
                if on_row is not None:
                    on_row(step.top, step.rows)
                finished = accumulator.finished(step.top)
                yield step.top, finished, step.rows.availability[: finished.shape[1]]
                accumulator.advance(step.top)
                continue
            if answers is not None:
                for left, answer in zip(step.cols, answers, strict=True):
                    accumulator.add(step.top, left, answer)
            on_windows(len(step.cols))


def _steps(
    strip: Strip,
    inference: Inference,
    plan: WindowPlan,
    modalities: int,
    wanted: Callable[[int], npt.NDArray[np.bool_]] | None,
) -> Iterator[Batch | RowEnd]:
    """All batches, row by row of windows, each as large as memory allows by then."""
    for top in plan.rows:
        rows = strip.move(top)
        for routes, cols in _by_routes(rows, plan, modalities, wanted and wanted(top)).items():
            start = 0
            while start < len(cols):
                batch = Batch(top, cols[start : start + inference.batch_size], routes, rows)
                start += len(batch.cols)
                yield batch
        yield RowEnd(top, rows)


def wanted_rows(rows: Iterator[Rows], plan: WindowPlan) -> Iterator[Rows]:
    """What ``probability_rows`` yields, cut to the pixels that the plan wants; rows are counted from their first."""
    top, left, bottom, right = plan.wanted
    columns = slice(left - plan.read[1], right - plan.read[1])
    for row, answers, availability in rows:
        first, last = max(top - row, 0), min(bottom - row, availability.shape[0])
        if first < last:
            yield row + first - top, answers[:, first:last, columns], availability[first:last, columns]


def _by_routes(
    rows: StripRows, plan: WindowPlan, modalities: int, wanted: npt.NDArray[np.bool_] | None
) -> dict[tuple[int, ...], list[int]]:
    """The columns of the strip's windows by the routes that they need.

    Sorted: sums of floats depend on their order, and a part of the row has to add up as the whole row does.
    """
    cols, left = plan.cols, plan.read[1]
    starts = [col - left for col in cols]
    counts = window_counts(rows.availability[: plan.window[0]], starts, plan.window[1], modalities)
    if wanted is not None:
        counts[~wanted] = 0
    groups: dict[tuple[int, ...], list[int]] = {}
    for col, window in zip(cols, counts.tolist(), strict=True):
        groups.setdefault(window_routes(window), []).append(col)
    return dict(sorted(groups.items()))


def _one_thread() -> None:
    """Let torch compute within this thread."""
    torch.set_num_threads(1)
