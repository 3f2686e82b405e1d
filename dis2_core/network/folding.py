"""Batch norms that prediction needs no more: folded into the convolutions before them."""

from __future__ import annotations

from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval


def fold_norms(network: nn.Module) -> nn.Module:
    """Fold, in place, every batch norm that follows a convolution; the network must be in evaluation mode.

    The numbers stay but for rounding. Such a network cannot be trained or saved: its weights have other names.
    """
    for parent in network.modules():
        if isinstance(parent, nn.Sequential) and len(parent) == 2:
            conv, norm = parent
            if isinstance(conv, nn.Conv2d) and isinstance(norm, nn.BatchNorm2d):
                parent[0], parent[1] = fuse_conv_bn_eval(conv, norm), nn.Identity()
    return network
