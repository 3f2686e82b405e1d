"""Height above ground from a surface model and a terrain model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Optional

from qgis.core import (
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingOutputNumber,
    QgsProcessingParameterBand,
    QgsProcessingParameterNumber,
    QgsProcessingParameterRasterDestination,
    QgsProcessingParameterRasterLayer,
)

from ..dis2_core.contract.errors import InputError
from ..dis2_core.contract.other_jobs import NdsmJob
from ..dis2_core.contract.segment_job import Source
from ..layers.rasters import WorkerRaster, job_source, provided, reading_share, worker_rasters
from ..results.placing import Place, place_result
from ..words.progress import Part
from ..words.translation import keywords, tr
from ..worker.client import run_job
from .base import Dis2Algorithm, given, reported_errors

MODELS = ("DSM", "DTM")
GRIDS = ("dsm", "dtm")
SERVICE_GSD = 1.0  # metres a pixel at which services without pixels of their own are asked
READING_SHARE = 0.3  # of the progress bar, where QGIS has to write a raster for the worker


class NdsmAlgorithm(Dis2Algorithm):
    """Subtracts, whatever CRS, resolution and extent the two rasters have."""

    ID = "ndsm"
    ICON = "ndsm.svg"

    _rasters: Mapping[str, WorkerRaster]
    _bands: Mapping[str, tuple[int, ...]]
    _settings: Mapping[str, Any]
    _scene: str

    def displayName(self) -> str:
        """The name in the toolbox."""
        return tr("Height above ground (nDSM)")

    def shortDescription(self) -> str:
        """One line for tooltips and lists."""
        return tr("Subtracts a terrain model from a surface model, aligned on the fly; tells of holes and doubts.")

    def tags(self) -> list[str]:
        """Words under which the toolbox finds it."""
        return keywords(
            tr(
                "ndsm,dsm,dtm,dem,chm,height,heights,above ground,elevation,normalized,surface model,terrain model,"
                "canopy,buildings,subtract,difference,lidar,ndsm from dsm,dsm to ndsm,dsm minus dtm,lidar height,"
                "tree height,building height,vegetation height,dhm,dis2"
            )
        )

    def initAlgorithm(self, configuration: Optional[dict[str, Any]] = None) -> None:
        """Declare parameters and outputs, in the order in which a person fills them in."""
        self._add_models()
        self._add_region()
        self._add_limits()
        self._add_outputs()

    def _add_models(self) -> None:
        models = {
            "DSM": (tr("Surface model (DSM)"), tr("Heights of what is seen from above: roofs, tree tops.")),
            "DTM": (tr("Terrain model (DTM)"), tr("Heights of the bare ground.")),
        }
        usage = tr("Metres above the same zero as the other one. Any CRS, resolution and extent.")
        for name, (label, meaning) in models.items():
            self.add(QgsProcessingParameterRasterLayer(name, label), f"{meaning} {usage}")
            band = QgsProcessingParameterBand(
                f"{name}_BAND", tr("{}: band").format(label), parentLayerParameterName=name, optional=True
            )
            self.add(band, tr("Which band of the raster holds the heights. Empty: the first one."), advanced=True)
            self.add_scaling(name, label)
        self.add_void_rules("dsm=-9999 dtm=-32768,0", "dsm=2")

    def _add_region(self) -> None:
        self.add_extent(tr("Compute this part alone. Empty: where both rasters are."))
        text = tr("Whose CRS and pixels the result has: 'dsm', those of the surface model, or 'dtm', of the terrain.")
        self.add_choice("GRID", tr("Output pixels"), GRIDS, text, advanced=True)

    def _add_limits(self) -> None:
        kind = QgsProcessingParameterNumber.Type.Double
        self.add(
            QgsProcessingParameterNumber("LOWEST", tr("Lowest height"), kind, defaultValue=0, optional=True),
            tr("Heights below it are set to it, in metres. Empty: negative heights stay."),
            advanced=True,
        )
        self.add(
            QgsProcessingParameterNumber("HIGHEST", tr("Highest height"), kind, optional=True),
            tr("Heights above it, as of birds and clouds, are set to it, in metres. Empty: they stay."),
            advanced=True,
        )
        text = tr("How the GeoTIFF is compressed, for example COMPRESS=ZSTD|ZSTD_LEVEL=9. Empty: chosen.")
        self.add_creation_options(tr("Creation options of the raster"), text)

    def _add_outputs(self) -> None:
        self.add(
            QgsProcessingParameterRasterDestination("OUTPUT", tr("Height above ground")),
            tr("Metres above ground; no data where either raster has none."),
        )
        figures = {
            "HOLES": tr("Pixels without a height"),
            "HOLES_PERCENT": tr("Their share in percent"),
            "HOLES_AREA": tr("Their area in m²"),
            "NEGATIVE_PERCENT": tr("Share of heights below ground in percent"),
            "MEDIAN": tr("Median height in metres"),
            "SECONDS": tr("Seconds taken"),
        }
        self.add_outputs(QgsProcessingOutputNumber, figures)

    def processAlgorithm(
        self, parameters: dict[str, Any], context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> dict[str, Any]:
        """Run the job in the worker and return path and figures."""
        output = self.parameterAsOutputLayer(parameters, "OUTPUT", context)
        begin = reading_share(self._rasters.values(), READING_SHARE)
        with reported_errors(), provided(self._rasters, Part(feedback, 0, begin)) as paths:
            dsm, dtm = (
                job_source(self._rasters[name], paths[name], self._bands[name], self._scales[name]) for name in MODELS
            )
            job = NdsmJob(dsm=dsm, dtm=dtm, output=output, **self._settings)
            labels = {name.lower(): self.parameterDefinition(name).description() for name in MODELS}
            result = run_job(job, Part(feedback, begin, 1), labels)
        label = self.parameterDefinition("OUTPUT").description()
        place_result(context, output, "OUTPUT", Place(tr("DIS2: {}").format(self._scene), label, rank=0))
        return {"OUTPUT": output, **_figures(result)}

    def read_parameters(self, parameters: dict[str, Any], context: QgsProcessingContext) -> None:
        """Keep all of a job but its output.

        Raises:
            Dis2Error: The rasters or the options cannot be used.
        """
        for name in MODELS:
            if not given(parameters, name):
                label = self.parameterDefinition(name).description()
                raise InputError(tr("No raster was given for '{}'.").format(label), tr("Both are needed."))
        layers = {name: self.raster_layer(name, parameters, context) for name in MODELS}
        settings = {
            "grid": self.parameterAsEnumString(parameters, "GRID", context),
            "lowest": self._limit("LOWEST", parameters, context),
            "highest": self._limit("HIGHEST", parameters, context),
            "creation_options": self.creation_options(parameters, context),
            **self.region(parameters, context),
        }
        NdsmJob(dsm=Source("dsm"), dtm=Source("dtm"), output="ndsm", **settings)  # its own checks
        self._bands = {name: self.band_numbers(f"{name}_BAND", parameters, context) for name in MODELS}
        self._scales = {name: self.scaling(name, parameters, context) for name in MODELS}
        choices = self.choices({name.lower(): name for name in MODELS}, self._bands, parameters, context)
        limits, transforms = self.extent(parameters, context), context.transformContext()
        self._rasters = worker_rasters(layers, limits, SERVICE_GSD, transforms, choices)
        self._settings = settings
        self._scene = layers["DSM"].name()

    def _limit(self, name: str, parameters: dict[str, Any], context: QgsProcessingContext) -> Optional[float]:
        """A height; None where the field was emptied, or left and has no default."""
        known = {name: self.parameterDefinition(name).defaultValue(), **parameters}
        return self.decimal_number(name, known, context)


def _figures(result: Mapping[str, Any]) -> dict[str, Any]:
    """The outputs that are no raster."""
    holes = result["holes"]
    return {
        "HOLES": holes["pixels"],
        "HOLES_PERCENT": holes["percent"],
        "HOLES_AREA": holes["square_metres"],
        "NEGATIVE_PERCENT": result["negative"],
        "MEDIAN": result["median"],
        "SECONDS": result["seconds"],
    }
