"""One number a scenario that makes a network as sure as it is right (temperature scaling, Guo et al. 2017).

Logits are divided by it before the softmax: above 1 it takes confidence away. No window's most probable class changes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from dis2_core.contract.card import MAX_TEMPERATURE, MIN_TEMPERATURE, ModelCard, scenario_name
from dis2_core.network import SegmentationNetwork

from ..data.class_sets import exact
from ..data.sample import IGNORE, Sample, batched, normalise, taught

LEAST_PIXELS = 1000  # with a label, from which on a temperature means something
MOST_PIXELS = 2000  # of a window that are looked at: neighbours are alike
MOST_WINDOWS = 256
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
        By the scenario's name, rounded to three digits; not of one in which too few pixels have a label.
    """
    scenarios = card.scenarios()
    found: dict[str, list[tuple[Tensor, Tensor]]] = {scenario_name(scenario): [] for scenario in scenarios}
    device = next(network.parameters()).device
    for batch in batched(_few(windows), batch_size, check):
        labels = exact(taught(batch, scenarios)).expand(len(scenarios), *batch.labels.shape)
        inputs = normalise(batch, card.modalities, device)
        answers = network.forward_scenarios(inputs, scenarios)
        for scenario, own in zip(scenarios, labels, strict=True):
            known = _spread(own)
            logits = answers[scenario].float().cpu().movedim(1, -1).flatten(0, 2)[known]
            found[scenario_name(scenario)].append((logits, own.flatten()[known]))
    pixels = {name: [torch.cat(parts) for parts in zip(*pairs, strict=True)] for name, pairs in found.items() if pairs}
    return {
        name: float(f"{temperature(logits, truth):.3g}")
        for name, (logits, truth) in pixels.items()
        if len(truth) >= LEAST_PIXELS
    }


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


def _few(windows: Sequence[Sample]) -> Sequence[Sample]:
    """All windows, or some of them, evenly spaced."""
    if len(windows) <= MOST_WINDOWS:
        return windows
    return [windows[int(place)] for place in torch.linspace(0, len(windows) - 1, MOST_WINDOWS)]


def _spread(labels: Tensor) -> Tensor:
    """Places of labelled pixels in a flattened batch, evenly spaced where there are many."""
    known = torch.nonzero(labels.flatten() != IGNORE)[:, 0]
    most = MOST_PIXELS * len(labels)
    return known if len(known) <= most else known[torch.linspace(0, len(known) - 1, most).long()]
