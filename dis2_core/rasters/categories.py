"""What a raster says of its values: their names and colours, as GDAL knows them.

Formats keep names in many places: ``.aux.xml``, a VRT, a header, an attribute table. GDAL knows them all; rasterio
hands out none of them. A virtual copy (VRT), made in memory without reading a pixel, has everything in one form.
"""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree as Xml

import rasterio
import rasterio.shutil
from rasterio.errors import RasterioError
from rasterio.io import MemoryFile

from ..contract.errors import UnreadableRaster
from ..contract.other_jobs import ClassValue

MAX_CATEGORIES = 4096
MAX_BYTES = 64 << 20  # of the virtual copy; one of 65,535 bands has 30 MB

#: GDAL's numbers for what a column of an attribute table means (``GDALRATFieldUsage``), and for a column of text.
NAME, LOWEST, HIGHEST, VALUE, RED, GREEN, BLUE = "2", "3", "4", "5", "6", "7", "8"
ANYTHING, TEXT = "0", "2"

Row = dict[str, str]  # what an attribute table says of one value, by meaning of the column


def read_categories(dataset: rasterio.DatasetReader, band: int = 1) -> tuple[ClassValue, ...]:
    """The named values of a band, in order; those without a name are left out.

    Args:
        dataset: An open raster.
        band: 1-based.

    Raises:
        UnreadableRaster: GDAL cannot tell.
    """
    description = _description(dataset, band)
    table = dict(_table(description.find("GDALRasterAttributeTable")))
    names = {value: row[NAME] for value, row in table.items()}
    names.update(_listed(description.find("CategoryNames")))
    if not names:
        return ()
    colors = {value: _color(row) for value, row in table.items()} | _palette(dataset, band)
    known = sorted(names)[:MAX_CATEGORIES]
    return tuple(ClassValue(str(value), names[value], colors.get(value, "")) for value in known)


def _description(dataset: rasterio.DatasetReader, band: int) -> Xml.Element:
    """The band's element in a virtual copy of the raster."""
    try:
        with MemoryFile(ext=".vrt") as copy:
            rasterio.shutil.copy(dataset, copy.name, driver="VRT")
            written = copy.getbuffer()
            if len(written) > MAX_BYTES:
                raise ValueError(f"they take {len(written):,} bytes")
            text = bytes(written).decode("utf-8", "replace")
        root = Xml.fromstring(text)  # GDAL's own text: nobody else's entities are declared in it
    except (RasterioError, ValueError, Xml.ParseError) as error:
        raise UnreadableRaster(
            f"The metadata of {dataset.name} cannot be read: {error}", "See what gdalinfo says of the file."
        ) from error
    found = root.find(f"VRTRasterBand[@band='{band}']")
    return Xml.Element("VRTRasterBand") if found is None else found


def _listed(names: Xml.Element | None) -> Iterator[tuple[int, str]]:
    """Category names: the first is that of 0."""
    for value, item in enumerate([] if names is None else names):
        if name := (item.text or "").strip():
            yield value, name


def _table(table: Xml.Element | None) -> Iterator[tuple[int, Row]]:
    """Rows of an attribute table by value; those without a name, and those of a range of values, are left out."""
    if table is None:
        return
    columns = _columns(table)
    for number, row in enumerate(table.iterfind("Row")):
        cells = [(cell.text or "").strip() for cell in row]
        entry = {usage: cells[index] for usage, index in columns.items() if index < len(cells)}
        value = _value(entry, number, table)
        if value is not None and entry.get(NAME):
            yield value, entry


def _columns(table: Xml.Element) -> dict[str, int]:
    """Places of columns by meaning. Programs that give none call a column *Value*, and have one with text."""
    keys = ("Name", "Type", "Usage")
    fields = [tuple(field.findtext(key, "") for key in keys) for field in table.iterfind("FieldDefn")]
    columns: dict[str, int] = {}
    for index, (_, _, usage) in enumerate(fields):
        if usage != ANYTHING:
            columns.setdefault(usage, index)
    texts = [index for index, (_, kind, usage) in enumerate(fields) if (kind, usage) == (TEXT, ANYTHING)]
    if NAME not in columns and len(texts) == 1:
        columns[NAME] = texts[0]
    values = [index for index, (name, _, _) in enumerate(fields) if name.casefold() == "value"]
    if not {VALUE, LOWEST} & set(columns) and values:
        columns[VALUE] = values[0]
    return columns


def _value(entry: Row, number: int, table: Xml.Element) -> int | None:
    """The whole number that a row speaks of; None where it is a range or no whole number."""
    if VALUE in entry:
        return _whole(entry[VALUE])
    if LOWEST in entry:
        low = _whole(entry[LOWEST])
        return low if low == _whole(entry.get(HIGHEST, entry[LOWEST])) else None
    if "Row0Min" in table.attrib:  # rows stand for steps of values
        if _whole(table.get("BinSize", "1")) != 1:
            return None
        first = _whole(table.get("Row0Min", ""))
        return None if first is None else first + number
    return None


def _whole(text: str) -> int | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return int(number) if number.is_integer() and abs(number) < 2**53 else None


def _color(row: Row) -> str:
    parts = [_whole(row.get(usage, "")) for usage in (RED, GREEN, BLUE)]
    known = [part for part in parts if part is not None and 0 <= part <= 255]
    return "#{:02x}{:02x}{:02x}".format(*known) if len(known) == len(parts) else ""


def _palette(dataset: rasterio.DatasetReader, band: int) -> dict[int, str]:
    try:
        colors = dataset.colormap(band)
    except ValueError:  # there is none
        return {}
    return {value: "#{:02x}{:02x}{:02x}".format(*color[:3]) for value, color in colors.items()}
