"""What the algorithms that run a model share: its parameters, and how a job is made of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from qgis.core import (
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterNumber,
    QgsProcessingParameterRasterLayer,
    QgsProcessingParameterString,
    QgsRasterLayer,
    QgsReferencedRectangle,
)

from ..dis2_core.contract.card import MAX_OVERLAP, SLOTS, ModelCard
from ..dis2_core.contract.errors import InputError
from ..dis2_core.contract.segment_job import AUGMENTATIONS, GRIDS, Job, Source
from ..layers.bands import LayerBands, rendered_bands
from ..layers.rasters import Choice, WorkerRaster, files_of, job_source, provided, reading_share, worker_rasters
from ..models.named import model_card
from ..words.cards import check_slots, scenario_text, slot_field
from ..words.inputs import input_names, parse_scales
from ..words.progress import Part
from ..words.translation import tr
from .base import Dis2Algorithm, given

READING_SHARE = 0.2  # of the progress bar, where QGIS has to write a raster for the worker
GRID = "output grid"  # beside the names of modalities, which hold no space


@dataclass(frozen=True)
class Input:
    """A modality as the person gave it: the raster, and the source whose path is known when that is provided."""

    raster: WorkerRaster
    source: Source


@dataclass(frozen=True)
class Prediction:
    """A run as the main thread has read it: nothing of a layer or the project, fit for another thread.

    Attributes:
        card: The model's.
        inputs: By modality.
        grid: One of ``protocol.GRIDS``, a pixel size in metres, or a raster.
        scene: What the result is of: the name of the first layer, the optical one as a rule.
        settings: The other arguments of ``Job`` beside its outputs.
    """

    card: ModelCard
    inputs: Mapping[str, Input]
    grid: str | WorkerRaster
    scene: str
    settings: Mapping[str, Any]

    @property
    def scenario(self) -> str:
        """The modalities in words: ``optical + elevation``."""
        return scenario_text(self.card, self.inputs)

    def layer_name(self, what: str) -> str:
        """What a result is called: ``Classes: ortho (optical + elevation, aerial-demo)``."""
        return tr("{}: {} ({}, {})").format(what, self.scene, self.scenario, self.card.name)

    @property
    def labels(self) -> dict[str, str]:
        """What the dialog calls the field of each modality, for the library's advice."""
        return {item.name: slot_field(item.slot) for item in self.card.modalities}

    @property
    def files(self) -> list[str]:
        """The files that the run reads; that a virtual raster shows are among them."""
        return [file for raster in self._rasters().values() for file in files_of(raster)]

    @property
    def reading_share(self) -> float:
        """Which part of the progress bar ``job`` moves, 0 to 1: rasters that QGIS has to write take a while."""
        return reading_share(self._rasters().values(), READING_SHARE)

    @contextmanager
    def job(self, outputs: Mapping[str, str], feedback: QgsProcessingFeedback) -> Iterator[Job]:
        """The job, whose rasters the worker can open for as long as the ``with`` block lasts.

        Args:
            outputs: Paths by output name, see ``protocol.OUTPUTS``.
            feedback: Gets the progress of writing rasters that QGIS alone can read.

        Raises:
            Dis2Error: One of these cannot be read or written, or the run was cancelled.
        """
        with provided(self._rasters(), Part(feedback, 0, self.reading_share)) as paths:
            inputs = {name: replace(item.source, path=paths[name]) for name, item in self.inputs.items()}
            yield Job(inputs=inputs, outputs=outputs, grid=paths.get(GRID, self.grid), **self.settings)

    def _rasters(self) -> dict[str, WorkerRaster]:
        rasters = {name: item.raster for name, item in self.inputs.items()}
        return rasters if isinstance(self.grid, str) else {**rasters, GRID: self.grid}


class PredictionAlgorithm(Dis2Algorithm):
    """Base of the algorithms that run a model on a scene.

    ``initAlgorithm`` calls the ``add_…`` methods; the base then checks the parameters, reads them on the
    main thread and keeps them as ``self.prediction`` for ``processAlgorithm``::

        with reported_errors(), self.prediction.job(outputs, feedback) as job:
            result = run_job(job, feedback)
    """

    prediction: Prediction | None = None

    def add_rasters(self) -> None:
        """``OPTICAL``, ``ELEVATION``…, with bands and scale of each, ``SCALE``, ``NODATA`` and ``MASK``."""
        self.add_slots(
            heights=tr("Heights, as a rule above ground (nDSM), in metres."),
            other=tr("Whatever else the model knows."),
            usage=tr("Leave it empty where you have none. Any CRS, resolution and extent."),
            bands=tr(
                "Which bands of the raster the model gets, in the model's order. Empty: what the file says they are, "
                "else the first ones."
            ),
        )
        scale = QgsProcessingParameterString("SCALE", tr("Scale of values"), optional=True)
        text = tr(
            "Factors and offsets of several rasters in one line, as scripts write them: NAME=a,b means "
            "value = a * stored + b. For example ndsm=0.1,0. Empty: the fields of each raster."
        )
        self.add(scale, text, advanced=True)
        self.add_void_rules("optical=all ndsm=-9999,0", "optical=4")

    def add_region(self) -> None:
        """``EXTENT``, ``GRID``, ``RESOLUTION`` and ``REFERENCE``."""
        self.add_extent(tr("Segment this part alone. Empty: all that the rasters cover."))
        text = tr("Pixel size of the results: 'model', that of the model, or 'finest', that of the finest raster.")
        self.add_choice("GRID", tr("Output pixels"), GRIDS, text, advanced=True)
        resolution = QgsProcessingParameterNumber(
            "RESOLUTION",
            tr("Output pixel size in metres"),
            type=QgsProcessingParameterNumber.Type.Double,
            optional=True,
            minValue=0.001,
        )
        self.add(resolution, tr("Instead of the choice above. Empty: that choice."), advanced=True)
        reference = QgsProcessingParameterRasterLayer("REFERENCE", tr("Output grid like raster"), optional=True)
        text = tr("Gives the results the CRS, pixels and extent of this raster, instead of both choices above.")
        self.add(reference, text, advanced=True)

    def add_computation(self) -> None:
        """``DEVICE``, ``OVERLAP``, ``TTA`` and ``BATCH_SIZE``."""
        self.add_device()
        overlap = QgsProcessingParameterNumber(
            "OVERLAP",
            tr("Overlap of windows"),
            type=QgsProcessingParameterNumber.Type.Double,
            optional=True,
            minValue=0.0,
            maxValue=MAX_OVERLAP,
        )
        overlap.setMetadata({"widget_wrapper": {"decimals": 2}})
        text = tr(
            "Part of a window that its neighbour sees too. More is smoother and slower. Empty: what suits the model."
        )
        self.add(overlap, text, advanced=True)
        turned = QgsProcessingParameterBoolean("TTA", tr("Also see windows turned and mirrored"), defaultValue=False)
        text = tr("The mean over the eight ways to see a square, in eight times the time.")
        self.add(turned, text, advanced=True)
        batch = QgsProcessingParameterNumber("BATCH_SIZE", tr("Windows at a time"), optional=True, minValue=1)
        text = tr("Empty: chosen for the device. Lower it if memory runs out.")
        self.add(batch, text, advanced=True)

    def add_output_form(self) -> None:
        """``MIN_CONFIDENCE`` and ``CREATION_OPTIONS``."""
        confidence = QgsProcessingParameterNumber(
            "MIN_CONFIDENCE",
            tr("Minimum confidence in percent"),
            type=QgsProcessingParameterNumber.Type.Double,
            defaultValue=0,
            minValue=0,
            maxValue=100,
        )
        confidence.setMetadata({"widget_wrapper": {"decimals": 1}})
        text = tr("Where the class that won is less probable than this, the map says 254, 'uncertain'. 0: nowhere.")
        self.add(confidence, text, advanced=True)
        text = tr("How the GeoTIFFs are compressed, for example COMPRESS=ZSTD|ZSTD_LEVEL=9. Empty: chosen.")
        self.add_creation_options(tr("Creation options of the rasters"), text)

    def read_parameters(self, parameters: dict[str, Any], context: QgsProcessingContext) -> None:
        """Keep the run as ``self.prediction``."""
        self.prediction = self.read_prediction(parameters, context)

    def read_prediction(self, parameters: dict[str, Any], context: QgsProcessingContext) -> Prediction:
        """Read all parameters that this class declares; on the main thread.

        Raises:
            Dis2Error: Rasters, model or both cannot be used.
        """
        model = self.model(parameters, context)
        card = model_card(model)
        check_slots(card, [slot for slot in SLOTS if given(parameters, slot.upper())])
        layers = self._layers(card, parameters, context)
        choices = self._choices(card, layers, parameters, context)
        limits, transforms = self._limits(parameters, context), context.transformContext()
        rasters = worker_rasters(layers, limits, card.gsd, transforms, choices)
        settings = {
            "model": model,
            "device": self.parameterAsEnumString(parameters, "DEVICE", context),
            "overlap": self.decimal_number("OVERLAP", parameters, context),
            "tta": AUGMENTATIONS[self.parameterAsBoolean(parameters, "TTA", context)],
            "batch_size": self.whole_number("BATCH_SIZE", parameters, context),
            "min_confidence": self.parameterAsDouble(parameters, "MIN_CONFIDENCE", context) / 100,
            "creation_options": self.creation_options(parameters, context),
            **self.region(parameters, context),
        }
        return Prediction(
            card=card,
            inputs=self._inputs(card, rasters, choices, parameters, context),
            grid=rasters.get(GRID) or self._pixels(parameters, context),
            scene=next(iter(layers.values())).name(),
            settings=settings,
        )

    def _pixels(self, parameters: dict[str, Any], context: QgsProcessingContext) -> str:
        """The output pixels where no raster gives them."""
        metres = self.decimal_number("RESOLUTION", parameters, context)
        return self.parameterAsEnumString(parameters, "GRID", context) if metres is None else repr(metres)

    def _layers(
        self, card: ModelCard, parameters: dict[str, Any], context: QgsProcessingContext
    ) -> dict[str, QgsRasterLayer]:
        """Layers of the filled slots by modality, in the card's order; then that of the output grid."""
        slots = {modality.name: modality.slot.upper() for modality in card.modalities}
        slots[GRID] = "REFERENCE"
        return {
            name: self.raster_layer(slot, parameters, context)
            for name, slot in slots.items()
            if given(parameters, slot)
        }

    def _limits(self, parameters: dict[str, Any], context: QgsProcessingContext) -> QgsReferencedRectangle | None:
        """What the run is limited to; None: the rasters alone say where it is."""
        extent = self.extent(parameters, context)
        if extent is None and given(parameters, "REFERENCE"):
            reference = self.raster_layer("REFERENCE", parameters, context)
            return QgsReferencedRectangle(reference.extent(), reference.crs())
        return extent

    def _choices(
        self,
        card: ModelCard,
        layers: Mapping[str, QgsRasterLayer],
        parameters: dict[str, Any],
        context: QgsProcessingContext,
    ) -> dict[str, Choice]:
        """What was chosen for the modalities that are given."""
        bands = {
            modality.name: self.band_numbers(f"{modality.slot.upper()}_BANDS", parameters, context)
            or rendered_bands(layers[modality.name], LayerBands.of(layers[modality.name]), modality)
            for modality in card.modalities
            if modality.name in layers
        }
        return self.choices(input_names(card), bands, parameters, context)

    def _inputs(
        self,
        card: ModelCard,
        rasters: Mapping[str, WorkerRaster],
        choices: Mapping[str, Choice],
        parameters: dict[str, Any],
        context: QgsProcessingContext,
    ) -> dict[str, Input]:
        scales = self._scales(card, parameters, context)
        return {
            name: Input(rasters[name], job_source(rasters[name], name, choice.bands, scales.get(name)))
            for name, choice in choices.items()
        }

    def _scales(
        self, card: ModelCard, parameters: dict[str, Any], context: QgsProcessingContext
    ) -> dict[str, tuple[float, float]]:
        """Factor and offset by modality: of the fields, and of the text of older versions.

        Raises:
            InputError: Both say something of a modality.
        """
        written = parse_scales(self.parameterAsString(parameters, "SCALE", context), input_names(card))
        fields = {item.name: self.scaling(item.slot.upper(), parameters, context) for item in card.modalities}
        filled = {name: scale for name, scale in fields.items() if scale}
        for name in filter(written.get, filled):
            label = self.parameterDefinition("SCALE").description()
            raise InputError(tr("The scale of {} is given twice.").format(name), tr("Leave '{}' empty.").format(label))
        return {**written, **filled}
