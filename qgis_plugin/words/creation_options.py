"""How a person writes the creation options of a GeoTIFF: ``COMPRESS=ZSTD|ZSTD_LEVEL=9``."""

from __future__ import annotations

from qgis.core import Qgis

from ..dis2_core.contract.errors import InputError
from ..dis2_core.contract.segment_job import check_creation_options
from .translation import tr

#: The table of GDAL's options in dialogs: a widget's type since QGIS 3.40, a class before.
OPTIONS_WIDGET = (
    {"widget_type": "rasteroptions"}
    if Qgis.QGIS_VERSION_INT >= 34000
    else {"class": "processing.algs.gdal.ui.RasterOptionsWidget.RasterOptionsWidgetWrapper"}
)


def parse_creation_options(text: str) -> dict[str, str]:
    """Return the options by their names in capitals.

    Raises:
        InputError: An entry is not of the form ``NAME=VALUE``, or not one that a person may choose.
    """
    options = dict(_parse(entry) for entry in text.split("|") if entry.strip())
    check_creation_options(options)
    return options


def _parse(entry: str) -> tuple[str, str]:
    name, sign, value = (part.strip() for part in entry.partition("="))
    if not (name and sign and value):
        raise InputError(
            tr("'{}' is no creation option.").format(entry.strip()),
            tr("Write NAME=VALUE, several with | between: COMPRESS=ZSTD|ZSTD_LEVEL=9."),
        )
    return name.upper(), value
