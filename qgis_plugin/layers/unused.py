"""What a person has set on a layer and a run does not use, in one line: it changes how the layer looks, not its values.

What changes values or what counts as no data goes with the layer; see ``voids`` and ``rasters``.
"""

from __future__ import annotations

import re

from qgis.core import QgsMultiBandColorRenderer, QgsRasterLayer

from ..words.translation import tr

#: What QGIS's GDAL provider appends to a source and a worker does without.
OPEN_OPTIONS = re.compile(r"\|option:.*$")


def unused_settings(layer: QgsRasterLayer, bands: tuple[int, ...]) -> str:
    """Return the line; empty where there is nothing to tell.

    Args:
        layer: The raster.
        bands: Which of its bands a person has chosen for the run.
    """
    found = [*_transparency(layer), *_shown_bands(layer, bands), *_open_options(layer)]
    return tr("Set on the layer '{}' and not used here: {}.").format(layer.name(), "; ".join(found)) if found else ""


def _transparency(layer: QgsRasterLayer) -> list[str]:
    """Values that are drawn transparent: QGIS's own tools take them for data, too."""
    listed = layer.renderer().rasterTransparency() if layer.renderer() else None
    if listed is None:
        return []
    if not [*listed.transparentSingleValuePixelList(), *listed.transparentThreeValuePixelList()]:
        return []
    return [tr("transparent values of its style ('Additional no data value' makes them no data)")]


def _shown_bands(layer: QgsRasterLayer, bands: tuple[int, ...]) -> list[str]:
    renderer = layer.renderer()
    if bands or not isinstance(renderer, QgsMultiBandColorRenderer):
        return []
    shown = [renderer.redBand(), renderer.greenBand(), renderer.blueBand()]
    if shown == [1, 2, 3][: layer.bandCount()] or min(shown) < 1:
        return []
    return [tr("the bands that it shows ({})").format(", ".join(map(str, shown)))]


def _open_options(layer: QgsRasterLayer) -> list[str]:
    options = OPEN_OPTIONS.search(layer.source()) if layer.providerType() == "gdal" else None
    names = options[0].split("|option:")[1:] if options else []
    return [tr("the options with which its file is opened ({})").format(", ".join(names))] if names else []
