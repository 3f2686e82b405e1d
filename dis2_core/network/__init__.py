"""How does the network compute, in the paper's words: encoders, hierarchical fusion, class attention, class decoder?

Kieu, Nguyen, Wiliem, Fookes, Sridharan: *DIS2: Disentanglement Meets Distillation with Classwise
Attention for Robust Remote Sensing Segmentation under Missing Modalities*, arXiv 2601.13502, 2026.
"""

from __future__ import annotations

from .base import Scenario, SegmentationNetwork
from .config import DIS2Config
from .dis2 import DIS2, Branch, BranchOutput, Features

__all__ = ["DIS2", "Branch", "BranchOutput", "DIS2Config", "Features", "Scenario", "SegmentationNetwork"]
