"""How does the network compute, in the paper's words: encoders, hierarchical fusion, class attention, class decoder?

Kieu, Nguyen, Wiliem, Fookes, Sridharan: *DIS2: Disentanglement Meets Distillation with Classwise
Attention for Robust Remote Sensing Segmentation under Missing Modalities*, arXiv 2601.13502, 2026.
"""

from __future__ import annotations

from .base import Scenario, SegmentationNetwork
from .config import DIS2Config
from .dis2 import DIS2, Branch, BranchOutput, Features
from .shared import SharedDIS2

__all__ = [
    "DIS2",
    "Branch",
    "BranchOutput",
    "DIS2Config",
    "Features",
    "Scenario",
    "SegmentationNetwork",
    "SharedDIS2",
    "build_network",
]


def build_network(config: DIS2Config) -> DIS2 | SharedDIS2:
    """The network of a configuration, in its form."""
    return SharedDIS2(config) if config.form == "shared" else DIS2(config)
