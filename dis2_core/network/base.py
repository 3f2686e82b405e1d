"""What prediction asks of any network: logits for whatever modalities there are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

import torch
from torch import Tensor, nn

from .folding import fold_norms

#: The available modalities, in the order of the network's configuration.
Scenario = tuple[str, ...]


class SegmentationNetwork(nn.Module):
    """A network over named modalities, any of which may be missing."""

    def forward(self, inputs: Mapping[str, Tensor]) -> Tensor:
        """Return logits.

        Args:
            inputs: Normalised windows (B, C_m, H, W) by modality name; an absent key is a missing
                modality.

        Returns:
            Logits (B, K, H, W).
        """
        raise NotImplementedError

    def forward_scenarios(self, inputs: Mapping[str, Tensor], scenarios: Sequence[Scenario]) -> dict[Scenario, Tensor]:
        """Return the logits of several scenarios over the same windows.

        A network with parts that do not depend on the scenario overrides this to run them once.

        Args:
            inputs: At least the modalities that occur in ``scenarios``.
            scenarios: Sets of modalities to pretend to have.
        """
        return {scenario: self({name: inputs[name] for name in scenario}) for scenario in scenarios}

    def settle(self, device: torch.device) -> None:
        """Take, in place, the form in which the network predicts on a device.

        Its batch norms are folded: it can be trained and saved no more.
        """
        fold_norms(self.eval()).to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]

    def forward_available(self, inputs: Mapping[str, Tensor], available: Tensor) -> Tensor:
        """Return logits where each sample says which modalities it has: one graph for all scenarios, without branches.

        This runs all scenarios and takes one answer a sample; a network that can do better overrides it.

        Args:
            inputs: All modalities of the network; finite values in the places of the missing ones, too.
            available: (B, M) of 0 and 1, in the order of ``inputs``; at least one a sample.

        Returns:
            Logits (B, K, H, W).
        """
        names = tuple(inputs)
        scenarios = [subset for size in range(len(names), 0, -1) for subset in combinations(names, size)]
        answers = self.forward_scenarios(inputs, scenarios)
        logits = answers[scenarios[0]]
        for scenario in scenarios[1:]:
            flags = available.new_tensor([float(name in scenario) for name in names])
            asked = (available == flags).all(dim=1)[:, None, None, None]  # (B, 1, 1, 1)
            logits = torch.where(asked, answers[scenario], logits)
        return logits
