"""From a QGIS layer to something that the worker can open."""

from __future__ import annotations

import os
import re

from qgis.core import QgsRasterLayer

from .dis2_core.errors import UnreadableRaster
from .translation import tr

#: What QGIS's GDAL provider appends to a source: open options, credentials.
_PROVIDER_SUFFIX = re.compile(r"\|(?:option|credential|authcfg)[:=].*$")

#: Sources that live in the memory of the QGIS process.
_IN_MEMORY = ("/vsimem/", "MEM:")


def gdal_source(layer: QgsRasterLayer) -> str:
    """Return the path or connection string with which GDAL opens the layer in another process.

    Raises:
        UnreadableRaster: The layer comes from a service or from memory.
    """
    source = layer.source()
    if layer.providerType() != "gdal" or source.startswith(_IN_MEMORY):
        kind = layer.providerType() if layer.providerType() != "gdal" else tr("in-memory")
        raise UnreadableRaster(
            tr("The layer '{}' is not a file that can be opened outside QGIS (it is a {} layer).").format(
                layer.name(), kind
            ),
            tr("Right-click it, choose Export > Save As… to write a GeoTIFF, and use that."),
        )
    if not os.path.exists(source):
        source = _PROVIDER_SUFFIX.sub("", source)
    return os.path.abspath(source) if os.path.exists(source) else source
