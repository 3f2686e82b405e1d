"""The two masks of MSSDF (arXiv 2506.09327): blocks with little information first, and more of one modality with time.

A block is a square of pixels, 16 a side: one cell of the deepest maps. True stands for masked.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
import torch.nn.functional as F
from torch import Tensor

BLOCK = 16
RATIO = 0.75  # of the blocks that are masked
LOW, HIGH = 0.2, 0.8  # quantiles of information
WEIGHTS = (0.8, 0.5, 0.3)  # of being masked: below LOW, between, above HIGH
EPOCHS_A_STEP, STEP, MOST = 10, 0.1, 0.7  # cross-modal masking: 0.1 at first, 0.1 more every ten epochs, at most 0.7


def information(image: Tensor, block: int = BLOCK) -> Tensor:
    """Mean magnitude of the Sobel gradient plus variance of each block of the mean of all bands.

    Args:
        image: (B, C, H, W), normalised.
        block: Pixels a side; it divides the sides of the image.

    Returns:
        (B, N), the blocks row by row.
    """
    grey = image.mean(dim=1, keepdim=True)  # (B, 1, H, W)
    across = grey.new_tensor([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])
    kernels = torch.stack([across, across.T])[:, None]  # (2, 1, 3, 3)
    slope = F.conv2d(F.pad(grey, (1, 1, 1, 1), mode="replicate"), kernels).norm(dim=1, keepdim=True)
    mean = F.avg_pool2d(grey, block)
    centred = grey - F.interpolate(mean, scale_factor=block, mode="nearest")
    score = F.avg_pool2d(slope, block) + F.avg_pool2d(centred.square(), block)
    return score.flatten(1)


def masking_weights(score: Tensor) -> Tensor:
    """How likely each block is drawn, relative to the others: (B, N) -> (B, N)."""
    low, high = (score.quantile(share, dim=1, keepdim=True) for share in (LOW, HIGH))
    weight = torch.full_like(score, WEIGHTS[1])
    weight[score < low] = WEIGHTS[0]
    weight[score > high] = WEIGHTS[2]
    return weight


def draw_mask(weight: Tensor, generator: torch.Generator, ratio: float = RATIO) -> Tensor:
    """Draw exactly ``floor(ratio N)`` blocks of each sample without replacement: (B, N) -> (B, N) bool."""
    count = int(ratio * weight.shape[1])
    drawn = torch.multinomial(weight, count, generator=generator)
    return torch.zeros_like(weight, dtype=torch.bool).scatter_(1, drawn, value=True)


def information_mask(inputs: Mapping[str, Tensor], generator: torch.Generator, ratio: float = RATIO) -> Tensor:
    """One mask for all modalities of a batch, (B, N): the scores of the modalities are added."""
    score = torch.stack([information(image) for image in inputs.values()]).sum(dim=0)
    return draw_mask(masking_weights(score), generator, ratio)


def cross_modal_probability(epoch: int) -> float:
    """With which probability a visible block of a later modality is masked as well; epochs count from 0."""
    return min(STEP * (epoch // EPOCHS_A_STEP) + STEP, MOST)


def cross_modal_mask(mask: Tensor, epoch: int, generator: torch.Generator) -> Tensor:
    """The mask of a later modality: ``mask`` (B, N), and of its visible blocks a share that grows with the epochs."""
    drawn = torch.rand(mask.shape, generator=generator, device=mask.device) < cross_modal_probability(epoch)
    return mask | drawn


def draw_masks(inputs: Mapping[str, Tensor], epoch: int, generator: torch.Generator, ratio: float) -> dict[str, Tensor]:
    """The mask of every modality of a batch, (B, N): of the first the common one, of each later one more than that."""
    common = information_mask(inputs, generator, ratio)
    first, *later = inputs
    return {first: common, **{name: cross_modal_mask(common, epoch, generator) for name in later}}


def covered(valid: Tensor, block: int = BLOCK) -> Tensor:
    """Blocks of which at least half has data: (B, H, W) bool -> (B, N) bool."""
    return F.avg_pool2d(valid[:, None].float(), block).flatten(1) >= 0.5


def to_pixels(mask: Tensor, size: tuple[int, int], block: int = BLOCK) -> Tensor:
    """(B, N) blocks to (B, 1, H, W) pixels."""
    grid = mask.view(-1, 1, size[0] // block, size[1] // block)
    return grid.repeat_interleave(block, dim=2).repeat_interleave(block, dim=3)
