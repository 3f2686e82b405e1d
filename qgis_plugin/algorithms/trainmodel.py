"""Train a model from layers."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Optional

from qgis.core import (
    QgsCoordinateTransformContext,
    QgsProcessing,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingOutputNumber,
    QgsProcessingOutputString,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterNumber,
    QgsProcessingParameterRasterLayer,
    QgsProcessingParameterString,
    QgsRasterLayer,
    QgsReferencedRectangle,
)

from ..dis2_core.contract.card import SLOTS
from ..dis2_core.contract.errors import InputError, NoInput
from ..dis2_core.contract.other_jobs import EFFORTS, Reference, TrainJob, effort
from ..layers.crs import metres_per_unit
from ..layers.rasters import WorkerRaster, job_source, provided, reading_share, temporary_folder, worker_rasters
from ..layers.references import LayerReference
from ..models.named import free_file, make_own_folder
from ..models.starts import start_card, start_text
from ..results.report_pages import translate_report
from ..words.cards import field_labels
from ..words.progress import Part
from ..words.translation import keywords, tr
from ..worker.client import run_job
from .base import given, reported_errors, tell_replaced
from .labels import LabelsAlgorithm
from .parameters import widget

if TYPE_CHECKING:
    from qgis.PyQt.QtWidgets import QWidget

READING_SHARE = 0.1  # of the progress bar, where QGIS has to write a raster for the worker
NAME = "my-model"
SERVICE_GSD = 1.0  # metres a pixel at which services are asked for pictures where no raster says better


class TrainModelAlgorithm(LabelsAlgorithm):
    """Rasters and labels in, a model of one's own out, tested on ground that it did not see."""

    ID = "trainmodel"
    ICON = "trainmodel.svg"

    _rasters: Mapping[str, WorkerRaster]
    _bands: Mapping[str, tuple[int, ...]]
    _scales: Mapping[str, Optional[tuple[float, float]]]
    _labels: LayerReference
    _settings: Mapping[str, Any]

    def displayName(self) -> str:
        """The name in the toolbox."""
        return tr("Train a model")

    def shortDescription(self) -> str:
        """One line for tooltips and lists."""
        return tr("Makes a model for your region from your own rasters and labels, and tells how good it is.")

    def tags(self) -> list[str]:
        """Words under which the toolbox finds it."""
        return keywords(
            tr(
                "train,training,learn,fit,fine-tune,model,labels,ground truth,classification,segmentation,"
                "deep learning,neural network,ai,missing,modality,land cover,machine learning,classifier,"
                "random forest,supervised,samples,flood,radar,lidar,dis2"
            )
        )

    def createCustomParametersWidget(self, parent: Optional[QWidget] = None) -> QWidget:
        """QGIS's own dialog with a button that ends training early."""
        from ..gui.train_dialog import TrainDialog

        return TrainDialog(self, parent=parent)

    def initAlgorithm(self, configuration: Optional[dict[str, Any]] = None) -> None:
        """Declare parameters and outputs, in the order in which a person fills them in."""
        self._add_rasters()
        self._add_labels()
        self._add_training()
        self._add_card()
        self._add_outputs()

    def _add_rasters(self) -> None:
        self.add_slots(
            heights=tr("Heights, best above ground (nDSM), in metres."),
            other=tr("Whatever else shows the same ground."),
            usage=tr(
                "Give one of the rasters or more, of any CRS, resolution and extent. Of several, the model will do "
                "without any."
            ),
            bands=tr("Which bands the model learns from. Empty: all of them, of heights the first."),
        )
        self.add_void_rules("optical=all elevation=-9999,0", "optical=4")

    def _add_labels(self) -> None:
        self.add(
            QgsProcessingParameterFeatureSource(
                "LABELS", tr("Labels: polygons"), [QgsProcessing.SourceType.TypeVectorPolygon], optional=True
            ),
            tr("Ground whose class is known. The categories of the layer's style give the classes names and colours."),
        )
        self.add_class_field("CLASS_FIELD", polygons="LABELS")
        self.add(
            QgsProcessingParameterRasterLayer("LABELS_RASTER", tr("… or labels: raster"), optional=True),
            tr(
                "A raster of class codes, instead of polygons. A style with a palette gives the classes names and "
                "colours; codes that are not in it are not labelled. Nor are 255 and no data."
            ),
        )
        many = QgsProcessingParameterBoolean("MANY_CLASSES", tr("Many classes"), defaultValue=False)
        text = tr("Takes labels for classes that have so many values that they look like a photo or like ids.")
        self.add(many, text, advanced=True)
        self.add_extent(tr("Use the labels in this part alone. Empty: wherever all rasters are."))

    def _add_training(self) -> None:
        start = QgsProcessingParameterString("START", tr("Start from"), optional=True)
        start.setMetadata(widget("start_widget.StartWidgetWrapper"))
        text = tr(
            "A model by its name, or a file of a model or of pretrained encoders: what fits is taken over. 'imagenet': "
            "encoders that know photographs, where the runtime has them. Empty: nothing, a new model."
        )
        self.add(start, text)
        text = tr("'quick' to see whether it works at all, 'normal', or 'thorough' for a model that is to be used.")
        self.add_choice("EFFORT", tr("Effort"), list(EFFORTS), text, default="normal")
        minutes = QgsProcessingParameterNumber(
            "MINUTES",
            tr("Time limit in minutes"),
            QgsProcessingParameterNumber.Type.Double,
            optional=True,
            minValue=0.0,
        )
        text = tr(
            "Training takes as many steps as fit into this time, stops when it is up and keeps the best model so far. "
            "Empty: by the effort. The log says how long that takes before it starts."
        )
        self.add(minutes, text)
        unlabelled = QgsProcessingParameterBoolean(
            "UNLABELLED", tr("Use unlabelled ground of the scene"), defaultValue=False
        )
        text = tr(
            "Learns from what is not labelled, too: all of the scene but what is kept apart for the test. A step takes "
            "about twice as long. To be tried, not trusted: the model got worse where this was measured."
        )
        self.add(unlabelled, text)
        whole, fraction = QgsProcessingParameterNumber.Type.Integer, QgsProcessingParameterNumber.Type.Double
        numbers = {
            "STEPS": (tr("Training steps"), whole, 1, tr("Empty: by the effort.")),
            "WIDTH": (tr("Width of the network"), whole, 1, tr("Channels at the finest level. Empty: by the effort.")),
            "WINDOW": (tr("Training window in pixels"), whole, 16, tr("A multiple of 16. Empty: chosen.")),
            "BATCH_SIZE": (tr("Windows a step"), whole, 1, tr("Empty: 8. Lower it if memory runs out.")),
            "GSD": (
                tr("Ground sample distance in metres"),
                fraction,
                0.0,
                tr("Size of the pixels that the model works on. Empty: that of the finest raster, or the start's."),
            ),
        }
        for name, (label, kind, least, text) in numbers.items():
            self.add(
                QgsProcessingParameterNumber(name, label, kind, optional=True, minValue=least), text, advanced=True
            )
        held_out = QgsProcessingParameterNumber(
            "HELD_OUT", tr("Share kept for the test"), fraction, defaultValue=0.25, minValue=0.0, maxValue=0.5
        )
        text = tr("Blocks of the labelled ground that are not trained on, so that they can tell how good the model is.")
        self.add(held_out, text, advanced=True)
        seed = QgsProcessingParameterNumber("SEED", tr("Seed"), whole, defaultValue=0, minValue=0)
        self.add(seed, tr("Of everything that is drawn: the same seed gives the same model."), advanced=True)
        self.add_device()

    def _add_card(self) -> None:
        name = QgsProcessingParameterString("NAME", tr("Name of the model"), defaultValue=NAME)
        self.add(name, tr("Stands in the model's card and in the maps that it makes."))
        licence = QgsProcessingParameterString("LICENSE", tr("Licence of the model"), optional=True)
        self.add(licence, tr("What others may do with the model, if you pass it on."), advanced=True)
        attribution = QgsProcessingParameterString("ATTRIBUTION", tr("Attribution"), optional=True)
        self.add(attribution, tr("Whom to name for the imagery and the labels."), advanced=True)

    def _add_outputs(self) -> None:
        model = QgsProcessingParameterFileDestination(
            "MODEL", tr("Model"), tr("DIS2 model (*.safetensors)"), defaultValue=str(free_file(NAME))
        )
        text = tr(
            "The model file. Those in the folder of your models (Settings > Options > DIS2) stand in the list of "
            "models at once."
        )
        self.add(model, text)
        self.add(
            QgsProcessingParameterFileDestination("REPORT", tr("Report"), "HTML (*.html)", optional=True),
            tr("How good the model is with and without each raster, class by class, and how that was found out."),
        )
        self.addOutput(QgsProcessingOutputNumber("MIOU", tr("Mean IoU with all rasters")))
        self.addOutput(QgsProcessingOutputString("SCORES", tr("Mean IoU by scenario")))
        self.addOutput(QgsProcessingOutputString("DEVICE_USED", tr("Device used")))
        self.addOutput(QgsProcessingOutputNumber("SECONDS", tr("Seconds taken")))

    def processAlgorithm(
        self, parameters: dict[str, Any], context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> dict[str, Any]:
        """Train in the worker and return paths and scores."""
        outputs = {"model": self.parameterAsFileOutput(parameters, "MODEL", context)}
        if given(parameters, "REPORT"):
            outputs["report"] = self.parameterAsFileOutput(parameters, "REPORT", context)
        middle = reading_share(self._rasters.values(), READING_SHARE)
        begin = middle + self._labels.reading_share
        reading = Part(feedback, 0, middle)
        with reported_errors(), temporary_folder() as folder, provided(self._rasters, reading) as paths:
            make_own_folder(Path(outputs["model"]))
            labels = self._labels.provide(folder, Part(feedback, middle, begin))
            inputs = {
                slot: job_source(self._rasters[slot], path, self._bands[slot], self._scales[slot])
                for slot, path in paths.items()
            }
            job = TrainJob(inputs=inputs, labels=labels, outputs=outputs, **self._settings)
            tell_replaced(outputs.values(), feedback)
            result = run_job(job, Part(feedback, begin, 1), field_labels())
        if "report" in outputs:
            translate_report(outputs["report"], feedback)
        return {name.upper(): path for name, path in outputs.items()} | _figures(result)

    def read_parameters(self, parameters: dict[str, Any], context: QgsProcessingContext) -> None:
        """Keep all of a job but its outputs; on the main thread.

        Raises:
            Dis2Error: Rasters, labels or options cannot be used.
        """
        settings = self._job_settings(parameters, context)
        _job_of(settings)  # its own checks
        layers = self._layers(parameters, context)
        transforms = context.transformContext()
        gsd = settings["gsd"] or _start_gsd(settings["start"]) or _finest(layers, transforms)
        limits = self.extent(parameters, context)
        self._bands = {slot: self.band_numbers(f"{slot.upper()}_BANDS", parameters, context) for slot in layers}
        self._scales = {slot: self.scaling(slot.upper(), parameters, context) for slot in layers}
        choices = self.choices({slot: slot for slot in SLOTS}, self._bands, parameters, context)
        self._rasters = worker_rasters(layers, limits, gsd, transforms, choices)
        self._labels = self._reference(parameters, context, limits, gsd)
        self._settings = settings

    def _layers(self, parameters: dict[str, Any], context: QgsProcessingContext) -> dict[str, QgsRasterLayer]:
        """The rasters by slot."""
        filled = [slot for slot in SLOTS if given(parameters, slot.upper())]
        if not filled:
            raise NoInput(tr("No raster was given."), tr("Give a raster of the ground that is labelled, or several."))
        return {slot: self.raster_layer(slot.upper(), parameters, context) for slot in filled}

    def _reference(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        limits: Optional[QgsReferencedRectangle],
        gsd: float,
    ) -> LayerReference:
        """The labels: polygons or a raster, one of the two."""
        polygons, raster = given(parameters, "LABELS"), given(parameters, "LABELS_RASTER")
        if polygons == raster:
            raise InputError(
                tr("Labels are given as polygons and as a raster.") if polygons else tr("No labels were given."),
                tr("Give a layer of polygons with a class field, or a raster of class codes: one of the two."),
            )
        if raster:
            return self.read_raster_labels("LABELS_RASTER", parameters, context, limits, gsd)
        return self.read_polygon_labels("LABELS", "CLASS_FIELD", parameters, context, limits)

    def _job_settings(self, parameters: dict[str, Any], context: QgsProcessingContext) -> dict[str, Any]:
        """The arguments of ``TrainJob`` beside rasters, labels and outputs."""
        start = start_text(self.parameterAsString(parameters, "START", context).strip())
        start_card(start)  # says what is wrong with it
        names = ("steps", "width", "window", "batch_size")
        numbers = {name: self.whole_number(name.upper(), parameters, context) for name in names}
        chosen = {name: number for name, number in numbers.items() if number}
        return {
            "name": self.parameterAsString(parameters, "NAME", context).strip() or NAME,
            "start": start,
            **effort(self.parameterAsEnumString(parameters, "EFFORT", context), start),
            **chosen,
            "minutes": self.decimal_number("MINUTES", parameters, context) or None,
            "gsd": self.decimal_number("GSD", parameters, context) or None,
            "held_out": self.parameterAsDouble(parameters, "HELD_OUT", context),
            "seed": self.parameterAsInt(parameters, "SEED", context),
            "device": self.parameterAsEnumString(parameters, "DEVICE", context),
            "license": self.parameterAsString(parameters, "LICENSE", context),
            "attribution": self.parameterAsString(parameters, "ATTRIBUTION", context),
            "unlabelled": self.parameterAsBool(parameters, "UNLABELLED", context),
            "many_classes": self.parameterAsBool(parameters, "MANY_CLASSES", context),
            **self.region(parameters, context),
        }


def _job_of(settings: Mapping[str, Any]) -> TrainJob:
    """A job without rasters, made for the checks that it makes of its numbers."""
    return TrainJob(inputs={}, labels=Reference("labels"), outputs={"model": "model"}, **settings)


def _start_gsd(start: str) -> Optional[float]:
    card = start_card(start)
    return card.gsd if card else None


def _finest(layers: Mapping[str, QgsRasterLayer], transforms: QgsCoordinateTransformContext) -> float:
    """Metres a pixel of the finest raster that has pixels of its own."""
    sizes = [
        layer.rasterUnitsPerPixelX() * metres_per_unit(layer.crs(), layer.extent().center(), transforms)[0]
        for layer in layers.values()
        if layer.dataProvider().xSize() > 0 and layer.crs().isValid()
    ]
    return min(sizes, default=SERVICE_GSD)


def _figures(result: Mapping[str, Any]) -> dict[str, Any]:
    """The outputs that are no files."""
    scores = result["miou"]
    return {
        "MIOU": scores.get("+".join(result["modalities"])),
        "SCORES": "; ".join(f"{scenario}: {miou:.3f}" for scenario, miou in scores.items()),
        "DEVICE_USED": result["device"],
        "SECONDS": result["seconds"],
    }
