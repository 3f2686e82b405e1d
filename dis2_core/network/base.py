"""What prediction asks of any network: logits for whatever modalities there are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from torch import Tensor, nn

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
