"""The parameters and outputs that several algorithms declare."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from qgis.core import (
    QgsProcessingAlgorithm,
    QgsProcessingOutputDefinition,
    QgsProcessingParameterBand,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterEnum,
    QgsProcessingParameterExtent,
    QgsProcessingParameterField,
    QgsProcessingParameterNumber,
    QgsProcessingParameterRasterLayer,
    QgsProcessingParameterString,
)

from ..dis2_core.contract.catalogue import shipped_models
from ..dis2_core.contract.segment_job import DEVICES
from ..words.cards import slot_field
from ..words.creation_options import OPTIONS_WIDGET
from ..words.translation import tr

SCALE_DECIMALS = 8  # 1 / 255 and feet to the last digit that matters

_PLUGIN = __name__.rpartition(".algorithms.")[0]


def widget(path: str, **options: str) -> dict[str, Any]:
    """Return the metadata of a parameter whose widget is a class in ``gui``, which QGIS imports where it has a window.

    Args:
        path: Of the class, such as ``model_widget.ModelWidgetWrapper``.
        options: What its ``createWidget`` gets.
    """
    return {"widget_wrapper": {"class": f"{_PLUGIN}.gui.{path}", **options}}


class DeclaringAlgorithm(QgsProcessingAlgorithm):
    """Declares parameters with their help; ``initAlgorithm`` calls the ``add_…`` methods in the order of the dialog."""

    def add(self, definition: QgsProcessingParameterDefinition, text: str, *, advanced: bool = False) -> None:
        """Add a parameter with its help."""
        definition.setHelp(text)
        if advanced:
            definition.setFlags(definition.flags() | QgsProcessingParameterDefinition.Flag.FlagAdvanced)
        self.addParameter(definition)

    def add_outputs(self, kind: type[QgsProcessingOutputDefinition], labels: Mapping[str, str]) -> None:
        """Add outputs of one kind, given as labels by name."""
        for name, label in labels.items():
            self.addOutput(kind(name, label))

    def add_choice(
        self, name: str, label: str, choices: Sequence[str], text: str, *, default: str = "", advanced: bool = False
    ) -> None:
        """Add a choice of words that scripts write as they are; where no default is given, the first one."""
        choice = QgsProcessingParameterEnum(
            name, label, options=list(choices), defaultValue=default or choices[0], usesStaticStrings=True
        )
        self.add(choice, text, advanced=advanced)

    def add_model(self) -> None:
        """``MODEL``."""
        model = QgsProcessingParameterString("MODEL", tr("Model"), defaultValue=next(iter(shipped_models()), None))
        model.setMetadata(widget("model_widget.ModelWidgetWrapper"))
        text = tr(
            "A model that comes with the plugin or lies in the folder of yours, by its name, or the path of a model "
            "file."
        )
        self.add(model, text)

    def add_slots(self, heights: str, other: str, usage: str, bands: str) -> None:
        """``OPTICAL``, ``ELEVATION``…, and bands, factor and offset of each.

        Args:
            heights: What the raster of heights should be.
            other: What the raster that is none of the others may be.
            usage: What holds for all of them.
            bands: Help of their bands.
        """
        meanings = {
            "optical": tr("Aerial or satellite image."),
            "elevation": heights,
            "sar": tr("Radar image."),
            "spectral": tr("Multispectral or hyperspectral image."),
            "other": other,
        }
        for slot, meaning in meanings.items():
            name, label = slot.upper(), slot_field(slot)
            self.add(QgsProcessingParameterRasterLayer(name, label, optional=True), f"{meaning} {usage}")
            definition = QgsProcessingParameterBand(
                f"{name}_BANDS",
                tr("{}: bands").format(label),
                parentLayerParameterName=name,
                optional=True,
                allowMultiple=True,
            )
            self.add(definition, bands, advanced=True)
            self.add_scaling(name, label)

    def add_scaling(self, name: str, label: str) -> None:
        """``…_FACTOR`` and ``…_OFFSET`` of a raster.

        Args:
            name: Of the raster's parameter.
            label: Its label.
        """
        numbers = {
            "FACTOR": (
                tr("{}: factor"),
                tr("Stored numbers are multiplied by it: 0.1 where heights are in decimetres."),
            ),
            "OFFSET": (tr("{}: offset"), tr("Added after the factor, in the unit that the model takes.")),
        }
        for suffix, (form, text) in numbers.items():
            kind = QgsProcessingParameterNumber.Type.Double
            number = QgsProcessingParameterNumber(f"{name}_{suffix}", form.format(label), kind, optional=True)
            number.setMetadata({"widget_wrapper": {"decimals": SCALE_DECIMALS}})
            self.add(number, f"{text} {tr('Empty: what the file says.')}", advanced=True)

    def add_void_rules(self, nodata: str, mask: str) -> None:
        """``NODATA`` and ``MASK``.

        Args:
            nodata: An example of the first, with names of inputs.
            mask: Likewise of the second.
        """
        text = tr(
            "When the no-data value makes a pixel void: NAME=any (where a band has it), NAME=all (where all bands have "
            "it) or NAME=none. Values instead of these words mean no data, instead of those of file and layer. For "
            "example {}. Empty: what is set on the layer, in any band."
        )
        definition = QgsProcessingParameterString("NODATA", tr("No data"), optional=True)
        self.add(definition, text.format(nodata), advanced=True)
        text = tr(
            "What else makes a pixel void: NAME=auto (masks and alpha bands of the file), NAME=none, or the number of "
            "a band that is 0 where there is no data. For example {}. Empty: the opacity band of the layer."
        )
        self.add(QgsProcessingParameterString("MASK", tr("Mask"), optional=True), text.format(mask), advanced=True)

    def add_extent(self, text: str) -> None:
        """``EXTENT``."""
        self.add(QgsProcessingParameterExtent("EXTENT", tr("Extent"), optional=True), text)

    def add_class_field(self, name: str, polygons: str) -> None:
        """The field with the class, of polygons that are a parameter."""
        self.add(
            QgsProcessingParameterField(
                name, tr("Field with the class"), parentLayerParameterName=polygons, optional=True
            ),
            tr("The field of the polygons that holds the class, as a number or a word."),
        )

    def add_device(self) -> None:
        """``DEVICE``."""
        text = tr("'auto' takes the graphics card where there is a usable one, and says what it took.")
        self.add_choice("DEVICE", tr("Device"), DEVICES, text, advanced=True)

    def add_creation_options(self, label: str, text: str) -> None:
        """``CREATION_OPTIONS``."""
        options = QgsProcessingParameterString("CREATION_OPTIONS", label, defaultValue="", optional=True)
        options.setMetadata({"widget_wrapper": OPTIONS_WIDGET})
        self.add(options, text, advanced=True)
