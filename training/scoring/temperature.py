"""One number a scenario that makes a network as sure as it is right (temperature scaling, Guo et al. 2017).

Logits are divided by it before the softmax: above 1 it takes confidence away. No window's most probable class changes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import torch
from torch import Tensor

from dis2_core.contract.card import MAX_TEMPERATURE, MIN_TEMPERATURE, ModelCard, scenario_name
from dis2_core.network import SegmentationNetwork

from ..data.class_sets import exact
from ..data.sample import IGNORE, Sample, normalise, stack

LEAST_PIXELS = 1000  # with a label, from which on a temperature means something
MOST_PIXELS = 2000  # of a window that are looked at: neighbours are alike
HALVINGS = 40  # of the interval that holds the answer


@torch.inference_mode()
def fitted_temperatures(
    network: SegmentationNetwork,
    card: ModelCard,
    windows: Sequence[Sample],
    batch_size: int = 8,
    check: Callable[[], None] | None = None,
) -> dict[str, float]:
    """Find the temperatures that make what was not trained on most likely.

    Args:
        network: In evaluation mode.
        card: Names modalities, statistics and scenarios.
        windows: Of ground that was not trained on, of the network's window size.
        batch_size: Windows a forward pass.
        check: Called before each batch; may raise to stop.

    Returns:
        By the scenario's name, rounded to three digits; none where too few pixels have a label.
    """
    scenarios = card.scenarios()
    found: dict[str, list[Tensor]] = {scenario_name(scenario): [] for scenario in scenarios}
    labels: list[Tensor] = []
    device = next(network.parameters()).device
    for batch in _batches(windows, batch_size):
        if check is not None:
            check()
        known = _spread(exact(batch.labels))
        labels.append(exact(batch.labels).flatten()[known])
        inputs = {name: values.to(device) for name, values in normalise(batch, card.modalities).items()}
        for scenario, logits in network.forward_scenarios(inputs, scenarios).items():
            found[scenario_name(scenario)].append(logits.float().cpu().movedim(1, -1).flatten(0, 2)[known])
    if sum(map(len, labels)) < LEAST_PIXELS:
        return {}
    truth = torch.cat(labels)
    return {name: float(f"{temperature(torch.cat(logits), truth):.3g}") for name, logits in found.items()}


def temperature(logits: Tensor, labels: Tensor) -> float:
    """The temperature under which labels (N,) are most likely, given logits (N, K).

    The costs are convex in its reciprocal: where their slope changes its sign, between the limits of a card, is halved.
    """
    logits = logits.double()
    right = logits.gather(1, labels[:, None])[:, 0].mean()
    low, high = 1 / MAX_TEMPERATURE, 1 / MIN_TEMPERATURE
    for _ in range(HALVINGS):
        middle = (low * high) ** 0.5
        expected = ((middle * logits).softmax(dim=1) * logits).sum(dim=1).mean()
        low, high = (low, middle) if expected > right else (middle, high)
    return 1 / low


def _batches(windows: Sequence[Sample], size: int) -> Iterator[Sample]:
    for start in range(0, len(windows), size):
        yield stack(windows[start : start + size])


def _spread(labels: Tensor) -> Tensor:
    """Places of labelled pixels in a flattened batch, evenly spaced where there are many."""
    known = torch.nonzero(labels.flatten() != IGNORE)[:, 0]
    most = MOST_PIXELS * len(labels)
    return known if len(known) <= most else known[torch.linspace(0, len(known) - 1, most).long()]
