"""DIS2 without each of its pillars. Everything that is not named stays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import torch
from torch import Tensor, nn

from dis2_core.network import DIS2, BranchOutput, DIS2Config, Features, Scenario
from dis2_core.network.encoder import normed_halving_conv
from dis2_core.network.fusion import Fused, HierarchicalFusion, LevelFusion
from dis2_core.network.inputs import part_of, scenario_of

from ..base import with_total
from ..cross_entropy import CrossEntropyObjective
from ..decoder import MapDecoder
from ..fusion import PlainFusion


class WithoutDistillation(CrossEntropyObjective):
    """The missing branches learn from the labels alone (DLKD without KD)."""

    def __init__(self, network: DIS2, weight: float) -> None:
        super().__init__(network, weight)
        del self.fused_pools

    def _distillation(self, missing: Scenario, student: BranchOutput, teacher: BranchOutput, labels: Tensor) -> Tensor:
        return student.logits.new_zeros(())


class WithoutDiversity(CrossEntropyObjective):
    """Compensatory features may be like the modality's own (DLKD without disentanglement)."""

    def __init__(self, network: DIS2, weight: float) -> None:
        super().__init__(network, weight)
        del self.own_pools, self.compensatory_pools

    def _diversity(self, features: Features, missing: Scenario) -> Tensor:
        return features.branches[missing].logits.new_zeros(())


class EqualScenarios(WithoutDistillation):
    """Every scenario of a batch weighs the same, the full one as any other, and none teaches another.

    The published sum counts the full scenario once and the mean of the incomplete ones once: of three scenarios the
    full one has half of the weight. Here each has its share of that sum, so that what is beside the scenarios
    (auxiliary decoders, diversity) weighs what it did.
    """

    def forward(
        self, inputs: Mapping[str, Tensor], labels: Tensor, incomplete: Sequence[Scenario], distillation: float
    ) -> dict[str, Tensor]:
        """Return the loss terms and ``total``; see ``Objective.forward``."""
        terms = super().forward(inputs, labels, incomplete, distillation)
        del terms["total"]
        kinds, scenarios = 1 + bool(incomplete), 1 + len(incomplete)
        shares = {"full": kinds / scenarios, "missing": kinds * len(incomplete) / scenarios}
        return with_total(terms, **{name: shares.get(name.partition("_")[0], 1.0) for name in terms})


class WithoutCompensation(DIS2):
    """The slot of a missing modality is filled with zeros: no compensatory encoder looks at what is there again."""

    def __init__(self, config: DIS2Config) -> None:
        super().__init__(config)
        del self.compensatory

    def features(
        self, inputs: Mapping[str, Tensor], scenarios: Sequence[Scenario] | None = None, with_class_maps: bool = False
    ) -> Features:
        """Run the routes of scenarios; see ``DIS2.features``."""
        available = scenario_of(self.config, inputs)
        routes = [available] if scenarios is None else [part_of(available, scenario) for scenario in scenarios]
        own = {name: self.encoders[name](inputs[name]) for name in available}
        zeros = {name: [torch.zeros_like(x) for x in maps] for name, maps in own.items()}
        return Features(own, {}, {route: self._run(route, own, zeros, with_class_maps) for route in routes})


class WithoutClassAttention(DIS2):
    """No class looks for its own pixels (no CFLM): the deepest map is decoded once, for all classes together."""

    def __init__(self, config: DIS2Config) -> None:
        super().__init__(config)
        for branch in self.branches.values():
            branch.attention = nn.Identity()
            branch.decoder = MapDecoder(config)


class WithoutHierarchicalFusion(DIS2):
    """Slots are concatenated level by level (no HF): no transformer, nothing handed down the levels."""

    def __init__(self, config: DIS2Config) -> None:
        super().__init__(config)
        for branch in self.branches.values():
            branch.fusion = ConcatenatedSlots(config)


class ConcatenatedSlots(nn.Module):
    """``PlainFusion`` in the place of a ``HierarchicalFusion``; the global token is the mean of the deepest map.

    A branch that answers several scenarios is not told which, as it was the transformer's token that told it.
    """

    def __init__(self, config: DIS2Config) -> None:
        super().__init__()
        self.concatenate = PlainFusion(config)

    def forward(self, slots: list[list[Tensor]], available: Tensor) -> Fused:
        """Fuse; see ``HierarchicalFusion``."""
        maps = self.concatenate(slots)
        return Fused(maps, maps[-1].mean(dim=(2, 3)))


class WithoutTransformer(DIS2):
    """The deepest level is fused by convolutions, as the others are; no attention over the tokens."""

    def __init__(self, config: DIS2Config) -> None:
        super().__init__(config)
        for branch in self.branches.values():
            branch.fusion = ConvolutionalFusion(config)


class ConvolutionalFusion(HierarchicalFusion):
    """A ``HierarchicalFusion`` with one more ``LevelFusion``, to which f3 is handed down, in the transformer's place.

    The global token is that of ``ConcatenatedSlots``.
    """

    def __init__(self, config: DIS2Config) -> None:
        super().__init__(config)
        del self.transformer, self.token, self.positions, self.pool, self.unify
        *_, c3, c4 = config.channels
        self.deepest = LevelFusion(len(config.names), c4)
        self.down.append(normed_halving_conv(c3, c4))

    def _fuse_deepest(self, deep: list[Tensor], f3: Tensor, available: Tensor) -> tuple[Tensor, Tensor]:
        deepest = self.deepest(torch.cat(deep, dim=1)) + self.down[2](f3)
        return deepest, deepest.mean(dim=(2, 3))


def shared_missing_branch(config: DIS2Config) -> DIS2:
    """One branch for all incomplete scenarios, told which by an embedding, instead of one for each."""
    return DIS2(replace(config, missing_branches="shared"))
