"""Numbers in texts as the locale of QGIS writes them: ``1,048,576 pixels``, ``1.048.576 Pixel``."""

from __future__ import annotations

from string import Formatter

from qgis.PyQt.QtCore import QLocale


def number_text(number: float, form: str = "") -> str:
    """Format a number, with the decimal sign and the thousands of QGIS's locale.

    Args:
        number: What is written.
        form: As in ``format``; thousands are parted only where it has a comma, whatever QGIS's options say.
    """
    return in_locale(format(number, form))


def in_locale(digits: str) -> str:
    """Write a number that is text already, such as ``1,234.5``, as the locale does."""
    locale = QLocale()
    signs = {",": locale.groupSeparator(), ".": locale.decimalPoint()}
    return "".join(signs.get(sign, sign) for sign in digits)


def filled(text: str, *values: object) -> str:
    """Put values into a text, as ``str.format`` does, and its numbers as the locale writes them."""
    return _InLocale().vformat(text, values, {})


class _InLocale(Formatter):
    def format_field(self, value: object, form: str) -> str:
        return number_text(value, form) if isinstance(value, (int, float)) else format(value, form)
