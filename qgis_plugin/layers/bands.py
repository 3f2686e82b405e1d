"""Which bands of a layer a model gets: the library's own rule, asked before a run; and what there is to doubt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from osgeo import gdal
from qgis.core import QgsMultiBandColorRenderer, QgsRaster, QgsRasterLayer

from ..dis2_core.contract.bands import BandChoice, FileBand, choose_bands, wavelength
from ..dis2_core.contract.card import Modality

SHOWN = "shown"  # how bands are chosen that the layer shows as colours
_ALPHA, _PALETTE = "alpha", "palette"
_CLASS_MAP = "DIS2_MODEL"  # names the model in what DIS2 has written

_COLORS = {
    QgsRaster.ColorInterpretation.RedBand: "red",
    QgsRaster.ColorInterpretation.GreenBand: "green",
    QgsRaster.ColorInterpretation.BlueBand: "blue",
    QgsRaster.ColorInterpretation.AlphaBand: _ALPHA,
    QgsRaster.ColorInterpretation.PaletteIndex: _PALETTE,
}


@dataclass(frozen=True)
class LayerBands:
    """The bands of a layer.

    Attributes:
        source: Tells whether two layers show the same file.
        present: Those that hold data; a band of opacity does not.
        has_palette: Whether the first one holds numbers of colours.
        is_result: Whether DIS2 has made it.
    """

    source: str
    present: tuple[FileBand, ...]
    has_palette: bool = False
    is_result: bool = False

    @classmethod
    def of(cls, layer: QgsRasterLayer) -> LayerBands:
        """Look at a layer; on the main thread."""
        dataset = _opened(layer)
        if dataset is None:
            bands, is_result = _shown_bands(layer), False
        else:
            bands = [_file_band(dataset.GetRasterBand(number)) for number in range(1, dataset.RasterCount + 1)]
            is_result = _CLASS_MAP in dataset.GetMetadata()
        present = tuple(band for band in bands if band.color != _ALPHA)
        return cls(layer.source(), present, bool(present) and present[0].color == _PALETTE, is_result)


def layer_choice(
    layer: QgsRasterLayer, bands: LayerBands, modality: Modality, chosen: Sequence[int] = ()
) -> BandChoice | None:
    """Return what a run reads of a layer; None where it has too few bands, or others were chosen than there can be."""
    needed = len(modality.bands)
    if len(bands.present) < needed or (chosen and len(chosen) != needed):
        return None
    if shown := () if chosen else rendered_bands(layer, bands, modality):
        return replace(choose_bands(modality, bands.present, shown), how=SHOWN)
    return choose_bands(modality, bands.present, chosen)


def rendered_bands(layer: QgsRasterLayer, bands: LayerBands, modality: Modality) -> tuple[int, ...]:
    """Return the bands that a layer shows as red, green and blue, where these say what the file does not; else none.

    Of a file without names only another order of its first three says something: any other three may be shown as
    infrared.
    """
    renderer = layer.renderer()
    if not isinstance(renderer, QgsMultiBandColorRenderer) or len(bands.present) < len(modality.bands):
        return ()
    shown = {"red": renderer.redBand(), "green": renderer.greenBand(), "blue": renderer.blueBand()}
    names = [FileBand(1, band.name).meaning for band in modality.bands]
    first = [band.number for band in bands.present[:3]]
    if sorted(names) != sorted(shown) or sorted(shown.values()) != first or list(shown.values()) == first:
        return ()
    is_silent = choose_bands(modality, bands.present).how == "order" and not any(band.meaning for band in bands.present)
    return tuple(shown[name] for name in names) if is_silent else ()


def _opened(layer: QgsRasterLayer) -> gdal.Dataset | None:
    if layer.providerType() != "gdal":
        return None
    try:
        return gdal.Open(layer.dataProvider().dataSourceUri().partition("|")[0])
    except RuntimeError:  # where somebody has switched GDAL's exceptions on
        return None


def _file_band(band: gdal.Band) -> FileBand:
    color = gdal.GetColorInterpretationName(band.GetColorInterpretation()).lower()
    tags = {**band.GetMetadata(), **band.GetMetadata("IMAGERY")}
    return FileBand(band.GetBand(), band.GetDescription(), color, wavelength(tags))


def _shown_bands(layer: QgsRasterLayer) -> list[FileBand]:
    """The bands of a layer that GDAL does not open, as QGIS names them: ``Band 4: near infrared``."""
    provider = layer.dataProvider()
    return [
        FileBand(
            number,
            layer.bandName(number).partition(":")[2].strip(),
            _COLORS.get(provider.colorInterpretation(number), ""),
        )
        for number in range(1, provider.bandCount() + 1)
    ]
