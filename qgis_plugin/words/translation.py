"""Text for people, in their language and in the words of the dialog.

Translations are Qt Linguist's files, ``i18n/dis2_<language>.ts``, read as they are: nothing needs to
be compiled, and QGIS's own texts do not pass through Python, as they would with a ``QTranslator``.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from qgis.core import QgsApplication
from qgis.PyQt.QtXml import QDomDocument

_FOLDER = Path(__file__).resolve().parent.parent / "i18n"


def tr(text: str) -> str:
    """Translate a literal; values are put in afterwards with ``format``."""
    return messages(language()).get(text, text)


def keywords(text: str) -> list[str]:
    """Return the words of a translated list, and those of its English source: people search in both.

    Args:
        text: What ``tr`` returns of a list with commas.
    """
    sources = {translation: source for source, translation in messages(language()).items()}
    return list(dict.fromkeys([*text.split(","), *sources.get(text, text).split(",")]))


def language() -> str:
    """The language that QGIS speaks, as two or three letters: ``fr``."""
    return QgsApplication.locale().replace("-", "_").partition("_")[0]


@cache
def messages(language: str) -> Mapping[str, str]:
    """Return the translations into a language by text; none where there are none."""
    path = _FOLDER / f"dis2_{language}.ts"
    if not path.is_file():
        return {}
    document = QDomDocument()
    document.setContent(path.read_text(encoding="utf-8"))
    found = document.elementsByTagName("message")
    pairs = [
        tuple(found.at(index).firstChildElement(tag).text() for tag in ("source", "translation"))
        for index in range(found.length())
    ]
    return {source: translation for source, translation in pairs if translation}
