"""DIS2: segmentation of remote sensing rasters that stays good when a modality is missing.

The package is lazy: ``import dis2_core`` costs no torch. Names appear when they are first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .contract.version import __version__

if TYPE_CHECKING:
    from .contract.card import ModelCard
    from .contract.catalogue import shipped_models
    from .models.file import Model, load_model, save_model
    from .network import DIS2, DIS2Config
    from .prediction.segment import SegmentationResult, segment

_HOME = {
    "DIS2": "network",
    "DIS2Config": "network",
    "Model": "models.file",
    "ModelCard": "contract.card",
    "SegmentationResult": "prediction.segment",
    "load_model": "models.file",
    "save_model": "models.file",
    "segment": "prediction.segment",
    "shipped_models": "contract.catalogue",
}

__all__ = [
    "DIS2",
    "DIS2Config",
    "Model",
    "ModelCard",
    "SegmentationResult",
    "__version__",
    "load_model",
    "save_model",
    "segment",
    "shipped_models",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'dis2_core' has no attribute '{name}'")
    return getattr(import_module(f".{_HOME[name]}", __name__), name)


def __dir__() -> list[str]:
    return sorted(__all__)
