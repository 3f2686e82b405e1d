"""What a student is trained for: the labels where there are some, and in every scenario what its teachers say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from torch import Tensor

from dis2_core.network import Scenario, SharedDIS2

from ..methods.base import with_total
from ..methods.shared import SharedObjective

FLOOR = 1e-6  # of a probability: its logarithm is a number


class StudentObjective(SharedObjective):
    """The shared form's objective and, beside it, the distance from the teachers in the scenarios of a batch.

    Args:
        network: The student.
        cross_entropy: Weight of plain cross-entropy among the terms of the labels.
        labels: Weight of all terms of the labels.
        imitation: Weight of the teachers.
    """

    def __init__(self, network: SharedDIS2, cross_entropy: float, labels: float, imitation: float) -> None:
        super().__init__(network, cross_entropy)
        self.weights = (labels, imitation)

    def forward(
        self,
        inputs: Mapping[str, Tensor],
        labels: Tensor,
        scenarios: Sequence[Scenario],
        answers: Tensor,
        seen: Tensor,
    ) -> dict[str, Tensor]:
        """Return the loss terms and ``total``.

        Args:
            inputs: Normalised windows (B, C_m, H, W), on all of which the student is asked.
            labels: (B, H, W), or (S, B, H, W) where scenarios learn different ones.
            scenarios: In which it is asked.
            answers: (B, K, H, W) the probabilities of the teachers, who saw all that there is.
            seen: (S, B, H, W) bool: where they saw anything, in the windows that show all modalities of a scenario.
        """
        output = self.network.outputs(inputs, scenarios)
        taught = self.terms(output, labels, len(scenarios))
        asked = zip(output.logits.chunk(len(scenarios)), seen, strict=True)
        distances = [imitation(logits, answers, where) for logits, where in asked]
        terms = {**taught, "imitation": sum(distances[1:], start=distances[0]) / len(scenarios)}
        weights = {**dict.fromkeys(taught, self.weights[0]), "imitation": self.weights[1]}
        return with_total(terms, **weights)


def imitation(logits: Tensor, answers: Tensor, seen: Tensor) -> Tensor:
    """Mean over the pixels that were seen of the Kullback-Leibler divergence of a student from its teachers.

    Args:
        logits: (B, K, H, W) of the student.
        answers: (B, K, H, W) probabilities of the teachers.
        seen: (B, H, W) bool.
    """
    log_p = logits.float().log_softmax(dim=1)
    distance = (answers * (answers.clamp(min=FLOOR).log() - log_p)).sum(dim=1)  # (B, H, W)
    return (distance * seen).sum() / seen.sum().clamp(min=1)
