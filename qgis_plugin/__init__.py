"""DIS2 for QGIS: semantic segmentation that stays good when a modality is missing.

QGIS loads this package at start, so it imports nothing heavy: torch, numpy and rasterio live in the
worker process alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qgis.gui import QgisInterface

    from .plugin import Dis2Plugin


def classFactory(iface: QgisInterface | None) -> Dis2Plugin:
    """Return the plugin; ``iface`` is None under ``qgis_process``."""
    from .plugin import Dis2Plugin

    return Dis2Plugin(iface)
