"""The four losses of MSSDF (arXiv 2506.09327). Tokens are (B, N, D); targets come from the averaged encoder."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

TEMPERATURE = 0.07
#: Reconstruction, contrast, independence, classification of the modality.
WEIGHTS = (1.0, 0.5, 0.2, 0.1)


def reconstruction(predicted: Tensor, target: Tensor, mask: Tensor) -> Tensor:
    """Mean squared error of the features at masked places; no gradient reaches the target. 0 where none is masked."""
    chosen = mask[..., None].to(predicted)
    error = (predicted - target.detach()).square().mean(dim=-1, keepdim=True)
    return (error * chosen).sum() / chosen.sum().clamp(min=1)


def contrast(first: Tensor, second: Tensor, temperature: float = TEMPERATURE) -> Tensor:
    """Symmetric InfoNCE: a token should know that of its place in the other modality among all of its sample."""
    one, other = F.normalize(first, dim=-1), F.normalize(second, dim=-1)
    logits = one @ other.transpose(1, 2) / temperature  # (B, N, N)
    place = torch.arange(logits.shape[1], device=logits.device).expand(logits.shape[:2])
    return (F.cross_entropy(logits.transpose(1, 2), place) + F.cross_entropy(logits, place)) / 2


def independence(first: Tensor, second: Tensor) -> Tensor:
    """Linear HSIC, the mean over the samples: the squared norm of the centred cross-covariance over (N - 1)^2."""
    one, other = (tokens - tokens.mean(dim=1, keepdim=True) for tokens in (first, second))
    covariance = one.transpose(1, 2) @ other  # (B, D, D)
    return covariance.square().sum(dim=(1, 2)).mean() / (first.shape[1] - 1) ** 2


def modality_classification(logits: Tensor, modality: int) -> Tensor:
    """Binary cross-entropy of (B, M) logits against one modality of M."""
    target = torch.zeros_like(logits)
    target[:, modality] = 1
    return F.binary_cross_entropy_with_logits(logits, target)
