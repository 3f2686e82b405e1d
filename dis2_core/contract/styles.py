"""How a map looks: QGIS styles that lie beside the rasters (``.qml``), colours, names for other software."""

from __future__ import annotations

import colorsys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as Xml

from .card import UNCERTAIN, ModelCard, scenario_name
from .untrusted import Refused, open_regular

#: Viridis at five even steps (Smith and van der Walt, CC0): even in lightness, safe for the colour-blind.
VIRIDIS = ("#440154", "#3b528b", "#21918c", "#5ec962", "#fde725")


@dataclass(frozen=True)
class Category:
    """A value of a raster with its name and its colour ``#rrggbb``."""

    value: int
    name: str
    color: str

    @property
    def rgba(self) -> tuple[int, int, int, int]:
        """The colour as an entry of a GDAL colour table."""
        red, green, blue = (int(self.color[i : i + 2], 16) for i in (1, 3, 5))
        return red, green, blue, 255


#: Pixels of which the network is not sure enough: pale, so that the classes stand out.
UNCERTAIN_CATEGORY = Category(UNCERTAIN, "uncertain", "#e6e6e6")


def class_categories(card: ModelCard, *, uncertain: bool = False) -> tuple[Category, ...]:
    """The classes of a model, and *uncertain* where a map may hold it."""
    classes = tuple(Category(value, item.name, item.color) for value, item in enumerate(card.classes))
    return (*classes, UNCERTAIN_CATEGORY) if uncertain else classes


def scenario_categories(card: ModelCard) -> tuple[Category, ...]:
    """All values of the scenario raster: the sets of modalities, hues apart, the full one green."""
    scenarios = card.scenarios()
    categories = []
    for i, scenario in enumerate(scenarios):
        red, green, blue = colorsys.hls_to_rgb((1 / 3 + i / len(scenarios)) % 1, 0.5, 0.55)
        color = "#{:02x}{:02x}{:02x}".format(*(round(255 * part) for part in (red, green, blue)))
        categories.append(Category(card.scenario_mask(scenario), scenario_name(scenario), color))
    return tuple(sorted(categories, key=lambda category: category.value))


def palette_style(categories: Sequence[Category]) -> str:
    """A QGIS style that gives each value its name and its colour."""
    root, renderer = _style("paletted")
    palette = Xml.SubElement(renderer, "colorPalette")
    for item in categories:
        entry = {"value": str(item.value), "label": item.name, "color": item.color, "alpha": "255"}
        Xml.SubElement(palette, "paletteEntry", entry)
    return _text(root)


def ramp_style(maximum: float, minimum: float = 0) -> str:
    """A QGIS style that colours band 1 from ``minimum`` to ``maximum``; what lies beyond keeps the end's colour."""
    root, renderer = _style("singlebandpseudocolor")
    limits = {"minimum": f"{minimum:g}", "maximum": f"{maximum:g}"}
    renderer.set("classificationMin", limits["minimum"])
    renderer.set("classificationMax", limits["maximum"])
    shader = Xml.SubElement(Xml.SubElement(renderer, "rastershader"), "colorrampshader")
    shader.attrib.update(
        colorRampType="INTERPOLATED",
        classificationMode="1",
        clip="0",
        minimumValue=limits["minimum"],
        maximumValue=limits["maximum"],
    )
    for step, color in enumerate(VIRIDIS):
        value = f"{minimum + (maximum - minimum) * step / (len(VIRIDIS) - 1):g}"
        Xml.SubElement(shader, "item", {"value": value, "label": value, "color": color, "alpha": "255"})
    return _text(root)


def category_names(categories: Sequence[Category]) -> str:
    """GDAL's side file (``.aux.xml``) that names the values of band 1; a GeoTIFF has no place for names."""
    root = Xml.Element("PAMDataset")
    names = Xml.SubElement(Xml.SubElement(root, "PAMRasterBand", {"band": "1"}), "CategoryNames")
    by_value = {item.value: item.name for item in categories}
    for value in range(max(by_value) + 1):
        Xml.SubElement(names, "Category").text = by_value.get(value, "")
    return _text(root)


def is_style_of_ours(path: Path) -> bool:
    """Whether a file is a style as ``palette_style`` and ``ramp_style`` write it; QGIS writes a head of its own."""
    head = Xml.tostring(_frame(), encoding="unicode").removesuffix(" />").encode()
    try:
        with open_regular(path) as file:
            return file.read(len(head)) == head
    except (OSError, Refused):
        return False


def _frame() -> Xml.Element:
    return Xml.Element("qgis", {"version": "3.22.0", "styleCategories": "Symbology"})


def _style(renderer_type: str) -> tuple[Xml.Element, Xml.Element]:
    """The frame of a raster style, and its renderer."""
    root = _frame()
    pipe = Xml.SubElement(root, "pipe")
    renderer = Xml.SubElement(
        pipe,
        "rasterrenderer",
        {"type": renderer_type, "band": "1", "opacity": "1", "alphaBand": "-1", "nodataColor": ""},
    )
    Xml.SubElement(pipe, "brightnesscontrast", {"brightness": "0", "contrast": "0", "gamma": "1"})
    Xml.SubElement(pipe, "huesaturation", {"saturation": "0", "grayscaleMode": "0", "colorizeOn": "0"})
    Xml.SubElement(pipe, "rasterresampler", {"maxOversampling": "2"})
    return root, renderer


def _text(root: Xml.Element) -> str:
    Xml.indent(root)
    return Xml.tostring(root, encoding="unicode") + "\n"
