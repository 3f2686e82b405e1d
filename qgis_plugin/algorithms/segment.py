"""Segment with missing modalities."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from qgis.core import (
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingOutputNumber,
    QgsProcessingOutputString,
    QgsProcessingParameterBand,
    QgsProcessingParameterEnum,
    QgsProcessingParameterExtent,
    QgsProcessingParameterNumber,
    QgsProcessingParameterRasterDestination,
    QgsProcessingParameterRasterLayer,
    QgsProcessingParameterString,
)

from .. import __name__ as PLUGIN
from ..cards import catalogue_html, check_slots, model_card
from ..dis2_core.card import SLOTS, ModelCard
from ..dis2_core.catalogue import shipped_models
from ..dis2_core.errors import Dis2Error
from ..dis2_core.protocol import DEVICES, GRIDS, Job, Source
from ..layers import gdal_source
from ..scales import parse_scales
from ..translation import tr
from ..worker_client import run_job
from .base import Dis2Algorithm, given, reported_errors

NODATA = 255

#: Rasters by the name that the job gives them.
DESTINATIONS = {
    "OUTPUT": "classes",
    "CONFIDENCE": "confidence",
    "PROBABILITIES": "probabilities",
    "SCENARIO": "scenario",
}


class SegmentAlgorithm(Dis2Algorithm):
    """Rasters of any grid in, a map of classes out, whichever of the rasters there are.

    ``prepareAlgorithm`` reads layers on the main thread and keeps plain values; ``processAlgorithm``
    hands them to the worker from a thread of its own.
    """

    ID = "segment"

    def displayName(self) -> str:
        """The name in the toolbox."""
        return tr("Segment with missing modalities")

    def shortDescription(self) -> str:
        """One line for tooltips and lists."""
        return tr("Classifies every pixel from the rasters that you have: photo, heights, or both.")

    def tags(self) -> list[str]:
        """Words under which the toolbox finds it."""
        return tr(
            "segmentation,semantic,classification,land cover,land use,deep learning,neural network,ai,"
            "multimodal,modality,missing,optical,ortho,aerial,satellite,elevation,ndsm,height,lidar,sar,radar,dis2"
        ).split(",")

    def shortHelpString(self) -> str:
        """The help file, followed by the models that ship."""
        models = catalogue_html() or f"<li>{tr('None: choose a model file.')}</li>"
        return f"{super().shortHelpString()}<h3>{tr('Models that come with the plugin')}</h3><ul>{models}</ul>"

    def initAlgorithm(self, configuration: dict[str, Any] | None = None) -> None:
        """Declare parameters and outputs, in the order in which a person fills them in."""
        self._add_model()
        self._add_rasters()
        self._add_region()
        self._add_computation()
        self._add_outputs()

    def _add_model(self) -> None:
        model = QgsProcessingParameterString("MODEL", tr("Model"), defaultValue=next(iter(shipped_models()), None))
        model.setMetadata({"widget_wrapper": {"class": f"{PLUGIN}.gui.model_widget.ModelWidgetWrapper"}})
        self.add(model, tr("A model that comes with the plugin, by its name, or the path of a model file."))

    def _add_rasters(self) -> None:
        slots = {
            "OPTICAL": (tr("Optical raster"), tr("Aerial or satellite image.")),
            "ELEVATION": (tr("Elevation raster"), tr("Heights, as a rule above ground (nDSM), in metres.")),
            "SAR": (tr("SAR raster"), tr("Radar image.")),
            "SPECTRAL": (tr("Spectral raster"), tr("Multispectral or hyperspectral image.")),
            "OTHER": (tr("Other raster"), tr("Whatever else the model knows.")),
        }
        usage = tr("Leave it empty where you have none. Any CRS, resolution and extent.")
        for name, (label, meaning) in slots.items():
            self.add(QgsProcessingParameterRasterLayer(name, label, optional=True), f"{meaning} {usage}")
            self._add_bands(name, label)
        scale = QgsProcessingParameterString("SCALE", tr("Scale of values"), optional=True)
        text = tr(
            "For rasters in other units than the model's: NAME=a,b means value = a * stored + b. For example "
            "ndsm=0.1,0 where heights are in decimetres. Empty: what the file says."
        )
        self.add(scale, text, advanced=True)

    def _add_bands(self, name: str, label: str) -> None:
        bands = QgsProcessingParameterBand(
            f"{name}_BANDS",
            tr("{}: bands").format(label),
            parentLayerParameterName=name,
            optional=True,
            allowMultiple=True,
        )
        text = tr("Which bands of the raster the model gets, in the model's order. Empty: the first ones.")
        self.add(bands, text, advanced=True)

    def _add_region(self) -> None:
        self.add(
            QgsProcessingParameterExtent("EXTENT", tr("Extent"), optional=True),
            tr("Segment this part alone. Empty: all that the rasters cover."),
        )
        grid = QgsProcessingParameterEnum(
            "GRID", tr("Output pixels"), options=list(GRIDS), defaultValue=GRIDS[0], usesStaticStrings=True
        )
        text = tr("Pixel size of the results: 'model', that of the model, or 'finest', that of the finest raster.")
        self.add(grid, text, advanced=True)
        reference = QgsProcessingParameterRasterLayer("REFERENCE", tr("Output grid like raster"), optional=True)
        text = tr("Gives the results the CRS, pixels and extent of this raster, instead of the choice above.")
        self.add(reference, text, advanced=True)

    def _add_computation(self) -> None:
        device = QgsProcessingParameterEnum(
            "DEVICE", tr("Device"), options=list(DEVICES), defaultValue=DEVICES[0], usesStaticStrings=True
        )
        text = tr("'auto' takes the graphics card where there is a usable one, and says what it took.")
        self.add(device, text, advanced=True)
        overlap = QgsProcessingParameterNumber(
            "OVERLAP",
            tr("Overlap of windows"),
            type=QgsProcessingParameterNumber.Type.Double,
            defaultValue=0.5,
            minValue=0.0,
            maxValue=0.75,
        )
        text = tr("Part of a window that its neighbour sees too. More is smoother and slower.")
        self.add(overlap, text, advanced=True)
        batch = QgsProcessingParameterNumber("BATCH_SIZE", tr("Windows at a time"), optional=True, minValue=1)
        text = tr("Empty: chosen for the device. Lower it if memory runs out.")
        self.add(batch, text, advanced=True)

    def _add_outputs(self) -> None:
        destination = QgsProcessingParameterRasterDestination
        self.add(destination("OUTPUT", tr("Classes")), tr("The map: a class per pixel, 255 where there is no data."))
        optional = {
            "CONFIDENCE": (tr("Confidence"), tr("Probability of the class that won, in percent.")),
            "PROBABILITIES": (tr("Probabilities"), tr("Probability of every class, a band each.")),
            "SCENARIO": (tr("Scenario"), tr("Which of the rasters each pixel was classified from.")),
        }
        for name, (label, text) in optional.items():
            self.add(destination(name, label, optional=True, createByDefault=False), text)
        self.addOutput(QgsProcessingOutputString("MODALITIES_USED", tr("Modalities used")))
        self.addOutput(QgsProcessingOutputString("DEVICE_USED", tr("Device used")))
        self.addOutput(QgsProcessingOutputNumber("VALID_AREA", tr("Classified area in m²")))
        self.addOutput(QgsProcessingOutputNumber("SECONDS", tr("Seconds taken")))

    def checkParameterValues(self, parameters: dict[str, Any], context: QgsProcessingContext) -> tuple[bool, str]:
        """Refuse what cannot work, in the dialog, scripts, models and the command line alike."""
        try:
            self._read(parameters, context)
        except Dis2Error as error:
            return False, str(error)
        return super().checkParameterValues(parameters, context)

    def prepareAlgorithm(
        self, parameters: dict[str, Any], context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> bool:
        """Read layers on the main thread; keep plain values. Models come here without the check above."""
        with reported_errors():
            self._settings = self._read(parameters, context)
        return True

    def processAlgorithm(
        self, parameters: dict[str, Any], context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> dict[str, Any]:
        """Run the job in the worker and return paths and figures."""
        paths = self._destinations(parameters, context)
        outputs = {DESTINATIONS[name]: path for name, path in paths.items()}
        with reported_errors():
            result = run_job(Job(outputs=outputs, **self._settings), feedback)
        for line in _area_lines(result):
            feedback.pushInfo(line)
        return {**paths, **_figures(result)}

    def _destinations(self, parameters: dict[str, Any], context: QgsProcessingContext) -> dict[str, str]:
        """Paths of the outputs that are wanted; the batch dialog gives the others an empty sink."""
        given = [name for name in DESTINATIONS if given(parameters, name)]
        paths = {name: self.parameterAsOutputLayer(parameters, name, context) for name in given}
        return {name: path for name, path in paths.items() if path}

    def _read(self, parameters: dict[str, Any], context: QgsProcessingContext) -> dict[str, Any]:
        """All of a job but its outputs.

        Raises:
            Dis2Error: Rasters, model or both cannot be used.
        """
        model = self.parameterAsString(parameters, "MODEL", context).strip()
        card = model_card(model)
        check_slots(card, [slot for slot in SLOTS if given(parameters, slot.upper())])
        return {
            "model": model,
            "inputs": self._sources(card, parameters, context),
            "grid": self._grid(parameters, context),
            "device": self.parameterAsEnumString(parameters, "DEVICE", context),
            "overlap": self.parameterAsDouble(parameters, "OVERLAP", context),
            "batch_size": self._batch_size(parameters, context),
            **self.region(parameters, context),
        }

    def _sources(self, card: ModelCard, parameters: dict[str, Any], context: QgsProcessingContext) -> dict[str, Source]:
        """Sources of the filled slots by modality, in the card's order."""
        scales = parse_scales(self.parameterAsString(parameters, "SCALE", context), card)
        sources = {}
        for modality in card.modalities:
            name = modality.slot.upper()
            if given(parameters, name):
                path = gdal_source(self.raster_layer(name, parameters, context))
                bands = self.band_numbers(f"{name}_BANDS", parameters, context)
                sources[modality.name] = Source(path, bands, scales.get(modality.name))
        return sources

    def _grid(self, parameters: dict[str, Any], context: QgsProcessingContext) -> str:
        if given(parameters, "REFERENCE"):
            return gdal_source(self.raster_layer("REFERENCE", parameters, context))
        return self.parameterAsEnumString(parameters, "GRID", context)

    def _batch_size(self, parameters: dict[str, Any], context: QgsProcessingContext) -> int | None:
        return self.parameterAsInt(parameters, "BATCH_SIZE", context) if given(parameters, "BATCH_SIZE") else None


def _figures(result: Mapping[str, Any]) -> dict[str, Any]:
    """The outputs that are no rasters."""
    areas = [line["square_metres"] for line in result["area_table"] if line["value"] != NODATA]
    return {
        "MODALITIES_USED": ", ".join(result["modalities"]),
        "DEVICE_USED": result["device"],
        "VALID_AREA": None if None in areas else math.fsum(areas),
        "SECONDS": result["seconds"],
    }


def _area_lines(result: Mapping[str, Any]) -> list[str]:
    """The area table for the log: ``house: 75.8 m², 3.3 %``; pixels where there is no CRS."""
    lines = []
    for line in result["area_table"]:
        area = line["square_metres"]
        amount = tr("{:,} pixels").format(line["pixels"]) if area is None else f"{area:,.1f} m²"
        share = "" if line["percent"] is None else f", {line['percent']:.1f} %"
        lines.append(f"{line['name']}: {amount}{share}")
    return lines
