"""Many rasters that lie on one lattice as one raster: a VRT, written without opening any of them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from .grid import Grid

#: GDAL's names of the numbers' types.
TYPES = {
    "int8": "Int8",
    "uint8": "Byte",
    "int16": "Int16",
    "uint16": "UInt16",
    "int32": "Int32",
    "uint32": "UInt32",
    "int64": "Int64",
    "uint64": "UInt64",
    "float32": "Float32",
    "float64": "Float64",
}


@dataclass(frozen=True)
class Tile:
    """A raster's place in a mosaic.

    Attributes:
        path: The raster; relative to the VRT, an absolute path, or an address.
        row, col: Of its first pixel in the mosaic.
        height, width: Its size in pixels.
    """

    path: str
    row: int
    col: int
    height: int
    width: int


@dataclass(frozen=True)
class Mosaic:
    """What a mosaic's tiles have in common.

    Attributes:
        grid: The pixels of the whole.
        dtypes: The type of the numbers, band by band.
        nodata: The no-data value of each band, which lets a tile below show; None: none.
        names: Of the bands.
        meanings: GDAL's names of what bands hold: ``Alpha``, ``Red``; empty: nothing is said.
        palette: (red, green, blue, alpha) by value, of the first band.
        scale: What stored numbers are multiplied with.
        block: Pixels a side of the tiles' blocks, which lets GDAL leave them closed; 0: they differ.
        covered: Whether a mask tells where tiles lie.
    """

    grid: Grid
    dtypes: Sequence[str]
    nodata: Sequence[float | None]
    names: Sequence[str] = ()
    meanings: Sequence[str] = ()
    palette: Mapping[int, tuple[int, int, int, int]] | None = None
    scale: float = 1.0
    block: int = 512
    covered: bool = False

    def write(self, path: Path, tiles: Iterable[Tile], *, relative: bool = False) -> None:
        """Write the VRT.

        Args:
            path: The file.
            tiles: Those that are drawn later cover those before them.
            relative: Whether the tiles' paths are relative to the file.
        """
        path.write_bytes(self.xml(tiles, relative=relative))

    def xml(self, tiles: Iterable[Tile], *, relative: bool = False) -> bytes:
        """The text of the VRT; see ``write``."""
        t = self.grid.transform
        root = ElementTree.Element("VRTDataset", rasterXSize=str(self.grid.width), rasterYSize=str(self.grid.height))
        if self.grid.crs:
            ElementTree.SubElement(root, "SRS").text = self.grid.crs
        place = ", ".join(map(repr, map(float, (t.c, t.a, t.b, t.f, t.d, t.e))))
        ElementTree.SubElement(root, "GeoTransform").text = place
        listed = list(tiles)
        for index in range(len(self.dtypes)):
            self._band(root, index, listed, relative)
        if self.covered:
            self._mask(root, listed, relative)
        return ElementTree.tostring(root, encoding="unicode").encode()

    def _band(self, root: ElementTree.Element, index: int, tiles: Sequence[Tile], relative: bool) -> None:
        attributes = {"dataType": TYPES[self.dtypes[index]], "band": str(index + 1)}
        attributes |= {"blockXSize": str(self.block or 512), "blockYSize": str(self.block or 512)}
        band = ElementTree.SubElement(root, "VRTRasterBand", attributes)
        nodata = self.nodata[index]
        for name, text in (
            ("Description", self.names[index] if self.names else ""),
            ("NoDataValue", "" if nodata is None else _number(nodata)),
            ("ColorInterp", self.meanings[index] if self.meanings else "Palette" if self.palette else ""),
            ("Scale", _number(self.scale) if self.scale != 1 else ""),
        ):
            if text:
                ElementTree.SubElement(band, name).text = text
        if self.palette and index == 0:
            table = ElementTree.SubElement(band, "ColorTable")
            for value in range(max(self.palette) + 1):
                colour = zip(("c1", "c2", "c3", "c4"), self.palette.get(value, (0, 0, 0, 0)), strict=True)
                ElementTree.SubElement(table, "Entry", {name: str(number) for name, number in colour})
        for tile in tiles:
            source = self._source(band, "SimpleSource" if nodata is None else "ComplexSource", tile, relative)
            ElementTree.SubElement(source, "SourceBand").text = str(index + 1)
            self._place(source, tile, self.dtypes[index])
            if nodata is not None:
                ElementTree.SubElement(source, "NODATA").text = _number(nodata)

    def _mask(self, root: ElementTree.Element, tiles: Sequence[Tile], relative: bool) -> None:
        band = ElementTree.SubElement(ElementTree.SubElement(root, "MaskBand"), "VRTRasterBand", {"dataType": "Byte"})
        for tile in tiles:
            source = self._source(band, "ComplexSource", tile, relative)
            ElementTree.SubElement(source, "SourceBand").text = "1"
            self._place(source, tile, self.dtypes[0])
            ElementTree.SubElement(source, "ScaleOffset").text = "255"
            ElementTree.SubElement(source, "ScaleRatio").text = "0"

    def _source(self, band: ElementTree.Element, kind: str, tile: Tile, relative: bool) -> ElementTree.Element:
        source = ElementTree.SubElement(band, kind)
        ElementTree.SubElement(source, "SourceFilename", relativeToVRT=str(int(relative))).text = tile.path
        return source

    def _place(self, source: ElementTree.Element, tile: Tile, dtype: str) -> None:
        size = {"RasterXSize": str(tile.width), "RasterYSize": str(tile.height), "DataType": TYPES[dtype]}
        size |= {"BlockXSize": str(self.block), "BlockYSize": str(self.block)}
        if self.block:  # a wrong one would scramble pixels
            ElementTree.SubElement(source, "SourceProperties", size)
        for name, col, row in (("SrcRect", 0, 0), ("DstRect", tile.col, tile.row)):
            box = {"xOff": str(col), "yOff": str(row), "xSize": str(tile.width), "ySize": str(tile.height)}
            ElementTree.SubElement(source, name, box)


def relative_to(path: str, folder: Path) -> str:
    """A path as a VRT in a folder names it, so that both can be moved together."""
    return Path(os.path.relpath(path, folder)).as_posix()


def _number(value: float) -> str:
    """A number as GDAL reads it back exactly."""
    return str(int(value)) if float(value).is_integer() and abs(value) < 1e15 else repr(float(value))
