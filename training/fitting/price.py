"""What a step of a training takes of memory: told before the first one, and refused where there is not so much."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor, nn
from torch.autograd.graph import saved_tensors_hooks

from dis2_core import ModelCard
from dis2_core.run.machine.memory import require_memory

from ..methods.registry import build
from .draws import ScenarioDraws
from .recipe import Recipe

SIDE, BATCH = 64, 2  # pixels and windows of the look; batch norms need two windows
COPIES = 5  # of the weights: themselves, their gradients, two moments of the optimizer, and their moving average


def require_room(objective: nn.Module, card: ModelCard, recipe: Recipe, windows: int) -> None:
    """Check that a step of a training fits into the memory of the machine.

    What the backward pass needs is measured on two small windows and taken for proportional to their pixels, which
    is a little less than it takes where every place of a window attends to all others.

    Args:
        objective: The network with its losses, which stay as they are.
        card: Describes the network.
        recipe: With the size of the windows.
        windows: How many this process has in a batch, those without labels, too.

    Raises:
        ResourceError: It does not fit.
    """
    side = min(SIDE, recipe.model.window)
    config = replace(objective.network.config, window=(side, side))
    with torch.random.fork_rng(devices=[]):
        small = build(recipe.method, config, recipe.cross_entropy)
        a_pixel = _kept_bytes(small, card, recipe, side) / (BATCH * side**2)
    weights = COPIES * sum(weight.nbytes for weight in objective.parameters())
    size = recipe.model.window
    advice = (
        f"Use a smaller window (now {size} pixels) or a smaller batch (now {windows} windows); "
        "schedule.accumulate makes up for small batches."
    )
    require_memory(int(weights + a_pixel * windows * size**2), None, advice)


def _kept_bytes(objective: nn.Module, card: ModelCard, recipe: Recipe, side: int) -> int:
    """Bytes that a forward pass keeps for the backward pass, the weights left out."""
    weights = {weight.untyped_storage().data_ptr() for weight in objective.parameters()}
    kept: dict[int, Tensor] = {}  # by where they lie; held, so that no place is used twice

    def keep(tensor: Tensor) -> Tensor:
        place = tensor.untyped_storage().data_ptr()
        if place not in weights:
            kept[place] = tensor
        return tensor

    with saved_tensors_hooks(keep, lambda tensor: tensor):
        inputs = {item.name: torch.randn(BATCH, len(item.bands), side, side) for item in card.modalities}
        labels = torch.randint(len(card.classes), (BATCH, side, side))
        scenarios = ScenarioDraws(recipe, card, with_full=objective.draws_full).of_batch(0)
        terms = objective.train()(inputs, labels, scenarios, 1.0)
    del terms  # held until here, with all that they were computed from
    return sum(tensor.untyped_storage().nbytes() for tensor in kept.values())
