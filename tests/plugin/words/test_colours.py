"""Warnings can be read on light windows and on dark ones: WCAG's contrast of 4.5 to 1 for normal text."""

import pytest
from qgis.PyQt.QtGui import QColor, QPalette
from qgis.PyQt.QtWidgets import QLabel, QPlainTextEdit


def luminance(colour):
    parts = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour.getRgbF()[:3]]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


@pytest.mark.parametrize("background", ["#efefef", "#ffffff", "#353535", "#232323"])
@pytest.mark.parametrize("kind", ["warning", "error"])
@pytest.mark.parametrize("widget", [QLabel, QPlainTextEdit])
def test_contrast(plugin, qgis_app, kind, background, widget):
    from dis2.words.colours import text_colour

    shown = widget()
    palette = QPalette()
    for role in (QPalette.ColorRole.Window, QPalette.ColorRole.Base):
        palette.setColor(role, QColor(background))
    shown.setPalette(palette)
    lighter, darker = sorted(map(luminance, (QColor(text_colour(kind, shown)), QColor(background))), reverse=True)
    assert (lighter + 0.05) / (darker + 0.05) >= 4.5
    assert not text_colour("info", shown)
