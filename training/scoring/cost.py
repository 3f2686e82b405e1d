"""What a network costs: parameters, operations, and seconds a window."""

from __future__ import annotations

import copy
import time
from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from dis2_core import ModelCard
from dis2_core.network import Scenario, SegmentationNetwork


@dataclass(frozen=True)
class Cost:
    """The cost of one scenario.

    Attributes:
        parameters: Of the whole network, whatever scenario it answers.
        gflop: 10^9 floating point operations a window, 2 for each multiply-add.
        seconds: Wall time a window, on the device on which the network is.
    """

    parameters: int
    gflop: float
    seconds: float


def cost(network: SegmentationNetwork, card: ModelCard, scenario: Scenario, rounds: int = 5) -> Cost:
    """Measure a network in evaluation mode, on random windows of the card's size."""
    device = next(network.parameters()).device
    inputs = {name: torch.randn(1, len(card.modality(name).bands), *card.window, device=device) for name in scenario}
    return Cost(count_parameters(network), gflop(network, inputs), seconds_a_window(network, inputs, rounds))


def count_parameters(network: nn.Module) -> int:
    """Numbers that are learned; the running statistics of batch norms are not."""
    return sum(parameter.numel() for parameter in network.parameters())


def gflop(network: nn.Module, inputs: Mapping[str, Tensor]) -> float:
    """Operations of one forward pass, convolutions, linear maps and attention counted.

    Counted on a copy without data: there attention is a pair of matrix products, which torch counts, while
    the fused attention of a CPU is missing from its table.
    """
    bare = copy.deepcopy(network).to("meta")
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        bare({name: window.to("meta") for name, window in inputs.items()})
    return int(counter.get_total_flops()) / 1e9


@torch.inference_mode()
def seconds_a_window(network: nn.Module, inputs: Mapping[str, Tensor], rounds: int = 20) -> float:
    """Least wall time of a forward pass over the batch, divided by its windows; the first pass does not count."""
    windows = next(iter(inputs.values()))
    times = []
    for _ in range(rounds + 1):
        _synchronise(windows.device)
        start = time.perf_counter()
        network(inputs)
        _synchronise(windows.device)
        times.append(time.perf_counter() - start)
    return min(times[1:]) / len(windows)


def _synchronise(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)
