"""The words of the command line and of the toolbox, held apart: no text of one names what is the other's."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]

#: What people at a terminal alone are told, and what travels in a card.
OF_THE_TERMINAL = (
    "cli",
    "models/author_import.py",
    "models/export.py",
    "models/onnx_import.py",
    "country",
    "contract/country_jobs.py",
)
COMMANDS = re.compile(r"(?<!\w)--[a-z][a-z-]+|\b(gdal(?!\b)\w+|ogr\w+)|\bdis2 [a-z]+\b|\bpip install\b")
TOOLBOX = re.compile(r"\bQGIS\b|toolbox|'Build virtual raster'|'Assign projection'|'PCT to RGB'|'Clip raster")


def texts():
    """Every text that the library may tell a person, with x for the values in it, and where it stands."""
    for path in sorted((ROOT / "dis2_core").rglob("*.py")):
        if not path.relative_to(ROOT / "dis2_core").as_posix().startswith(OF_THE_TERMINAL):
            yield from ((f"{path.relative_to(ROOT)}:{line}", text) for line, text in literals(path))


def literals(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    inside = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in ast.walk(node)}
    statements = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}  # docstrings
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield node.lineno, "".join(part.value if isinstance(part, ast.Constant) else "x" for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in inside | statements:
            yield node.lineno, node.value


def sentences():
    return [(place, text) for place, text in texts() if " " in text]


def test_the_search_finds_what_it_looks_for():
    found = [text for _, text in sentences() if COMMANDS.search(text)]
    assert len(found) > 30 and any("gdalbuildvrt" in text for text in found)


def test_no_command_reaches_the_toolbox(plugin):
    from dis2.words.advice import in_words_of_qgis

    told = {place: in_words_of_qgis(text) for place, text in sentences()}
    assert {place: text for place, text in told.items() if COMMANDS.search(text)} == {}


def test_no_word_of_the_toolbox_is_told_at_a_terminal():
    assert [(place, text) for place, text in sentences() if TOOLBOX.search(text)] == []


@pytest.mark.parametrize(
    ("advice", "words"),
    [
        (
            "use --scale ndsm=0.1,0 (if in feet, --scale ndsm=0.3048,0).",
            "use 'Elevation raster: factor' 0.1 (if in feet, 'Elevation raster: factor' 0.3048).",
        ),
        (
            "use --scale ndsm=0.1,-5.",
            "use 'Elevation raster: factor' 0.1 and 'Elevation raster: offset' -5.",
        ),
        (
            "rescale with --scale ndsm=a,b.",
            "rescale with 'Elevation raster: factor' and 'Elevation raster: offset'.",
        ),
        ("use --scale ndsm=H,0, where H is the height", "use 'Elevation raster: factor' H, where H is the height"),
        ("say --bands rgb=3,2,1.", "say 'Optical raster: bands' 3, 2, 1."),
        ("Choose others with --bands rgb=…", "Choose others with 'Optical raster: bands'"),
        ("say --nodata ndsm=-9999.", "say 'No data' ndsm=-9999."),
        ("Use --grid model; give an --extent.", "Use 'Output pixels' model; give an 'Extent'."),
        ("are joined with gdalbuildvrt -separate.", "are joined with 'Build virtual raster'."),
    ],
)
def test_advice_names_the_fields_of_the_dialog(plugin, advice, words):
    from dis2.words.advice import in_words_of_qgis

    assert in_words_of_qgis(advice, {"rgb": "Optical raster", "ndsm": "Elevation raster"}) == words
