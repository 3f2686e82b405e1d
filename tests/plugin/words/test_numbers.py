"""Numbers in texts, as QGIS's own number formatter writes them in that locale."""

import ast
from pathlib import Path

import pytest
from qgis.core import QgsBasicNumericFormat, QgsNumericFormatContext
from qgis.PyQt.QtCore import QLocale

SOURCES = Path(__file__).resolve().parents[3] / "qgis_plugin"


@pytest.fixture(params=["C", "en_GB", "de_DE", "de_CH", "fr_FR"])
def locale(plugin, request):
    """A locale as QGIS sets it when it starts, with *Show group (thousand) separator* unticked."""
    before, chosen = QLocale(), QLocale(request.param)
    chosen.setNumberOptions(chosen.numberOptions() | QLocale.NumberOption.OmitGroupSeparator)
    QLocale.setDefault(chosen)
    yield chosen
    QLocale.setDefault(before)


@pytest.mark.parametrize(("number", "places"), [(0.2, 1), (1234567.0, 0), (-9876.54, 2), (12.5, 3)])
def test_numbers_are_those_of_qgis(locale, number, places):
    from dis2.words.numbers import number_text

    context, style = QgsNumericFormatContext(), QgsBasicNumericFormat()
    context.setDecimalSeparator(locale.decimalPoint())
    context.setThousandsSeparator(locale.groupSeparator())
    style.setNumberDecimalPlaces(places)
    style.setShowTrailingZeros(True)
    assert number_text(number, f",.{places}f") == style.formatDouble(number, context)


def test_a_text_is_filled_with_numbers_and_words(locale):
    from dis2.words.numbers import filled

    point, group = locale.decimalPoint(), locale.groupSeparator()
    told = filled("{}: {:,} × {}, {:.1f} %", "a,b.c", 12345, 12345, 1.25)
    assert told == f"a,b.c: 12{group}345 × 12345, 1{point}2 %"


def test_areas_and_advice_have_the_sign_of_the_locale(locale):
    from dis2.words.advice import in_words_of_qgis
    from dis2.words.areas import area_text

    point, group = locale.decimalPoint(), locale.groupSeparator()
    assert area_text(12_345.6) == f"12{group}300 m² (1{point}23 ha)"
    assert f"0{point}3048" in in_words_of_qgis("Set --scale ndsm=0.3048,0.")


def test_no_text_writes_its_numbers_without_the_locale():
    """``tr("{:.1f} GB").format(…)`` has a point in every language; ``filled`` does not."""
    wrong = []
    for path in sorted(SOURCES.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format":
                text = node.func.value
                if isinstance(text, ast.Call) and any(":" in hole for hole in _holes(text)):
                    wrong.append(f"{path.name}:{node.lineno}")
    assert wrong == []


def _holes(call):
    """What stands in the braces of the literal that ``tr`` is called with."""
    literal = call.args[0].value if call.args and isinstance(call.args[0], ast.Constant) else ""
    return [part.partition("}")[0] for part in str(literal).split("{")[1:]]
