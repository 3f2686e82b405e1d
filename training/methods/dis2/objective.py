"""DLKD: what DIS2 is trained for. Disentanglement learning, knowledge distillation, deep supervision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn

from dis2_core.contract.errors import InvalidModelFile
from dis2_core.network import DIS2, BranchOutput, Features, Scenario
from dis2_core.network.author_checkpoint import read_author_state_dict

from .losses import distillation_kl, pixel_unit_mse, segmentation_loss, squared_cosine, terms_mean, unit_mse
from .supervision import AuxiliaryDecoder, LevelPools, ScaleHeads


class Objective(nn.Module):
    """A network with all that its losses need.

    The full branch always runs; the branches of ``incomplete`` scenarios run beside it, learn the labels and
    imitate the full one. Only ``network`` is saved for prediction.

    Attributes:
        draws_full: Whether the full scenario is one of those that ``forward`` is given, instead of always running.
        labels_by_scenario: Whether ``forward`` takes labels that differ from scenario to scenario, (S, B, H, W).
        network: The DIS2 that is trained.
        fused_pools: Pools over fused maps by branch. That of ``full`` is only ever on the detached side of
            the distillation, so it stays at its random start and defines a fixed target space.
        own_pools, compensatory_pools: Pools over encoder maps by modality, for the diversity term.
    """

    draws_full = False
    labels_by_scenario = False

    def __init__(self, network: DIS2) -> None:
        super().__init__()
        config = network.config
        self.network = network
        self.auxiliary = nn.ModuleDict({name: AuxiliaryDecoder(config) for name in config.names})
        self.scale_heads = nn.ModuleDict({branch: ScaleHeads(config) for branch in config.branch_names()})
        self.fused_pools = nn.ModuleDict({branch: LevelPools(config) for branch in config.branch_names()})
        self.own_pools = nn.ModuleDict({name: LevelPools(config) for name in config.names})
        self.compensatory_pools = nn.ModuleDict({name: LevelPools(config) for name in config.names})

    def forward(
        self, inputs: Mapping[str, Tensor], labels: Tensor, incomplete: Sequence[Scenario], distillation: float
    ) -> dict[str, Tensor]:
        """Return every loss term, unweighted, and their weighted sum ``total``.

        Args:
            inputs: All modalities, normalised windows (B, C_m, H, W).
            labels: (B, H, W) class indices, 255 ignored.
            incomplete: The scenarios whose branches are trained, one in the paper; none: the full branch alone is.
                Of several the mean of each term counts.
            distillation: The weight lambda of the distillation.
        """
        full = self.network.config.names
        features = self.network.features(inputs, [full, *incomplete], with_class_maps=True)
        terms = self._full_terms(features, full, labels)
        terms |= terms_mean([self._missing_terms(features, full, missing, labels) for missing in incomplete])
        weights = {"distillation": distillation}
        total = torch.stack([weights.get(name, 1.0) * term for name, term in terms.items()]).sum()
        return {**terms, "total": total}

    def _full_terms(self, features: Features, full: Scenario, labels: Tensor) -> dict[str, Tensor]:
        output = features.branches[full]
        auxiliary = {
            f"auxiliary_{name}": segmentation_loss(self.auxiliary[name](features.own[name]), labels) for name in full
        }
        return {
            "full": segmentation_loss(output.logits, labels),
            **auxiliary,
            "full_scales": self._scale_loss(full, output, labels),
        }

    def _missing_terms(
        self, features: Features, full: Scenario, missing: Scenario, labels: Tensor
    ) -> dict[str, Tensor]:
        student, teacher = features.branches[missing], features.branches[full]
        return {
            "missing": segmentation_loss(student.logits, labels),
            "missing_scales": self._scale_loss(missing, student, labels),
            "distillation": self._distillation(missing, student, teacher, labels),
            "diversity": self._diversity(features, missing),
        }

    def _scale_loss(self, scenario: Scenario, output: BranchOutput, labels: Tensor) -> Tensor:
        heads = self.scale_heads[self.network.config.branch(scenario)]
        scales = heads(output.class_maps, tuple(labels.shape[1:]))
        return torch.stack([segmentation_loss(logits, labels) for logits in scales]).sum()

    def _distillation(self, missing: Scenario, student: BranchOutput, teacher: BranchOutput, labels: Tensor) -> Tensor:
        """Pull the missing branch towards the full one, which is not pulled back."""
        with torch.no_grad():
            targets = self.fused_pools["full"](teacher.fused)
        pooled = self.fused_pools[self.network.config.branch(missing)](student.fused)
        levels = [unit_mse(ours, target) for ours, target in zip(pooled, targets, strict=True)]
        return (
            torch.stack(levels).sum()
            + unit_mse(student.token, teacher.token.detach())
            + pixel_unit_mse(student.penultimate, teacher.penultimate.detach(), labels)
            + distillation_kl(student.logits, teacher.logits.detach(), labels)
        )

    def _diversity(self, features: Features, missing: Scenario) -> Tensor:
        """Keep compensatory features different from the same modality's own; mean over the available ones."""
        cosines = [
            squared_cosine(compensatory, own)
            for name in missing
            for compensatory, own in zip(
                self.compensatory_pools[name](features.compensatory[name]),
                self.own_pools[name](features.own[name]),
                strict=True,
            )
        ]
        return torch.stack(cosines).sum() / len(missing)

    @classmethod
    def from_author_state_dict(
        cls, state_dict: Mapping[str, Tensor], names: tuple[str, str] = ("rgb", "ndsm")
    ) -> Objective:
        """Build network and training modules from the authors' checkpoint, to go on with training.

        Raises:
            InvalidModelFile: An entry is missing, unknown or of the wrong shape.
        """
        checkpoint = read_author_state_dict(state_dict, names)
        objective = cls(DIS2.from_author_state_dict(state_dict, names))
        try:
            objective.load_state_dict(
                {
                    **{f"network.{key}": value for key, value in checkpoint.network.items()},
                    **checkpoint.training,
                }
            )
        except RuntimeError as error:
            raise InvalidModelFile(f"The checkpoint cannot go on training: {error}") from error
        return objective

    def to_author_state_dict(self) -> dict[str, Tensor]:
        """Return all entries of the authors' checkpoint, those that stand for nothing as zeros."""
        training = {key: value for key, value in self.state_dict().items() if not key.startswith("network.")}
        return self.network.to_author_state_dict(training)
