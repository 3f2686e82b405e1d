"""DIS2: the three routes through shared encoders and branches of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import torch
from torch import Tensor, nn

from ..contract.errors import InvalidModelFile
from .base import Scenario, SegmentationNetwork
from .classwise import ClassAttention, ClassDecoder
from .config import DIS2Config
from .encoder import build_encoders, mean_maps
from .fusion import HierarchicalFusion, resize_positions
from .inputs import part_of, scenario_of


class BranchOutput(NamedTuple):
    """What a branch computes on its way to the logits.

    Attributes:
        fused: Maps at strides 2, 4, 8, 16.
        token: Global token (B, 8 width).
        penultimate: (B, width, H, W), the map under the classifier.
        class_maps: (B, K, C, h, w) at strides 16, 8, 4, 2; empty unless asked for.
        logits: (B, K, H, W).
    """

    fused: list[Tensor]
    token: Tensor
    penultimate: Tensor
    class_maps: list[Tensor]
    logits: Tensor


@dataclass(frozen=True)
class Features:
    """The maps of one forward pass, for the training losses.

    Attributes:
        own: Four maps of the encoder of each available modality, before their activation.
        compensatory: Likewise of the compensatory encoders that ran.
        branches: What each scenario's branch computed.
    """

    own: dict[str, list[Tensor]]
    compensatory: dict[str, list[Tensor]]
    branches: dict[Scenario, BranchOutput]


class Branch(nn.Module):
    """Fusion, class attention and class decoder with weights of their own."""

    def __init__(self, config: DIS2Config, knows_availability: bool) -> None:
        super().__init__()
        self.fusion = HierarchicalFusion(config, knows_availability)
        self.attention = ClassAttention(config.classes, config.channels[-1])
        self.decoder = ClassDecoder(config)

    def forward(self, slots: list[list[Tensor]], available: Tensor, with_class_maps: bool) -> BranchOutput:
        """From the maps that fill the slots to the logits (B, K, H, W)."""
        fused = self.fusion(slots, available)
        decoded = self.decoder(self.attention(fused.maps[3]), fused.maps[:3], with_class_maps)
        return BranchOutput(fused.maps, fused.token, decoded.penultimate, decoded.class_maps, decoded.logits)


class DIS2(SegmentationNetwork):
    """Segmentation that compensates the features of missing modalities.

    Every modality has an encoder. The slot of a missing modality is filled by the *compensatory*
    encoders of the available ones, which look at the available data again (their mean, where there
    are several). The full scenario and the incomplete ones have branches of their own.
    """

    def __init__(self, config: DIS2Config) -> None:
        super().__init__()
        self.config = config
        self.encoders = build_encoders(config)
        self.compensatory = build_encoders(config)
        self.branches = nn.ModuleDict(
            {name: Branch(config, knows_availability=name == "incomplete") for name in config.branch_names()}
        )

    def forward(self, inputs: Mapping[str, Tensor]) -> Tensor:
        """Return the logits for the modalities that ``inputs`` holds.

        Args:
            inputs: Normalised windows (B, C_m, H, W) by modality name; an absent key is a missing
                modality.

        Returns:
            Logits (B, K, H, W).

        Raises:
            NoInput: There is no modality at all.
            UnknownModality: A name that the network does not know.
            WrongBands: A modality has not the bands it was trained with.
            GridMismatch: The windows are not of the network's size, or the batches differ.
        """
        scenario = scenario_of(self.config, inputs)
        return self.forward_scenarios(inputs, [scenario])[scenario]

    def forward_scenarios(self, inputs: Mapping[str, Tensor], scenarios: Sequence[Scenario]) -> dict[Scenario, Tensor]:
        """Logits of several scenarios; each encoder runs once. See the base class."""
        return {scenario: out.logits for scenario, out in self.features(inputs, scenarios).branches.items()}

    def features(
        self,
        inputs: Mapping[str, Tensor],
        scenarios: Sequence[Scenario] | None = None,
        with_class_maps: bool = False,
    ) -> Features:
        """Return encoder, fused, global and penultimate maps beside the logits.

        Args:
            inputs: At least the modalities that occur in ``scenarios``.
            scenarios: Routes to run; None: the one that ``inputs`` calls for.
            with_class_maps: Also return the maps of every class and scale.
        """
        available = scenario_of(self.config, inputs)
        routes = [available] if scenarios is None else [part_of(available, scenario) for scenario in scenarios]
        own = {name: self.encoders[name](inputs[name]) for name in available}
        helpers = {name for route in routes if len(route) < len(self.config.names) for name in route}
        compensatory = {name: self.compensatory[name](inputs[name]) for name in available if name in helpers}
        branches = {route: self._run(route, own, compensatory, with_class_maps) for route in routes}
        return Features(own, compensatory, branches)

    def _run(
        self,
        route: Scenario,
        own: dict[str, list[Tensor]],
        compensatory: dict[str, list[Tensor]],
        with_class_maps: bool,
    ) -> BranchOutput:
        substitute = [] if len(route) == len(self.config.names) else mean_maps([compensatory[name] for name in route])
        slots = [own[name] if name in route else substitute for name in self.config.names]
        flags = own[route[0]][0].new_tensor([float(name in route) for name in self.config.names])
        output: BranchOutput = self.branches[self.config.branch(route)](slots, flags, with_class_maps)
        return output

    def with_window(self, window: tuple[int, int]) -> DIS2:
        """Return a copy for another window; the positional terms are interpolated bicubically.

        The output depends on the window (norms and softmax run over all of it): a network is at its
        best at the window that it was trained with.
        """
        resized = DIS2(replace(self.config, window=window))
        state = {
            key: resize_positions(value, self.config.token_grid, resized.config.token_grid)
            if ".fusion.positions." in key
            else value
            for key, value in self.state_dict().items()
        }
        resized.load_state_dict(state)
        return resized.train(self.training)

    @classmethod
    def from_author_state_dict(
        cls,
        state_dict: Mapping[str, Tensor],
        names: tuple[str, str] = ("rgb", "ndsm"),
        window: tuple[int, int] | None = None,
        heads: int = 8,
    ) -> DIS2:
        """Build the network that the authors' checkpoint describes; see ``author_checkpoint``."""
        from .author_checkpoint import read_author_state_dict

        checkpoint = read_author_state_dict(state_dict, names, window, heads)
        with torch.device("meta"):  # whatever sizes the entries suggest, no memory is taken for them
            network = cls(checkpoint.config)
        try:
            network.load_state_dict(checkpoint.network, assign=True)
        except RuntimeError as error:  # torch lists every missing entry and wrong shape
            raise InvalidModelFile(f"The checkpoint is not a whole DIS2 network: {error}") from error
        return network.float().eval()

    def to_author_state_dict(self, training: Mapping[str, Tensor] | None = None) -> dict[str, Tensor]:
        """Return all entries of the authors' checkpoint; see ``author_checkpoint``."""
        from .author_checkpoint import write_author_state_dict

        return write_author_state_dict(self.config, self.state_dict(), training or {})
