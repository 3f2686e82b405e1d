"""The plugin's translations: complete, with the same holes as their sources, and of one vocabulary."""

from __future__ import annotations

import importlib.util
import json
import re
from html import unescape
from itertools import chain
from pathlib import Path
from string import Formatter
from xml.etree import ElementTree as Xml

import pytest

ROOT = Path(__file__).resolve().parents[2]
_SPEC = importlib.util.spec_from_file_location("translations_tool", ROOT / "tools" / "translations.py")
tool = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(tool)

FILES = sorted((tool.PLUGIN / "i18n").glob("dis2_*.ts"))
LANGUAGES = [path.stem.partition("_")[2] for path in FILES]
SAID = {"library": tool.library_texts, "report": tool.report_texts}
HELP = tool.PLUGIN / "help"
PAGES = [page.name for page in sorted(HELP.glob("*.html"))]

#: What a person types or looks up as it is: options, variables, file patterns, addresses, tags, examples.
LITERAL = re.compile(
    r"--[a-z-]+|\bDIS2\w*|\bSSL_CERT_FILE\b|\*\.\w+|</?\w[^>]*>|\b[A-Z_]+=[A-Z]+\|\S+[0-9]|\d=\w+;\d=\w+|ndsm=[\d.,]*\d"
)
OF_THE_COMMAND_LINE = re.compile(r"--[a-z-]+(?: ?[\w{}=,.…]*)?|gdal\w+(?:\.py)?(?: -\w+)*|ogr2ogr|dis2 \w+")
LABEL = re.compile(r"'(.+?)'(?!\w)")

#: What a language does not write. French: a no-break space before ``: ; ? ! » %`` and after ``«``. German: „quotes“,
#: no blank before a colon and its like, and nobody is addressed, as in QGIS: ``Sie`` and ``Ihr`` begin a sentence.
UNTYPICAL = {
    "fr": re.compile(r" [:;?!»%]|« |\w[»?!]|«\w|(?<!\w)'"),
    "de": re.compile(r"""['"”«»]| [:;?!]|„[^“]*(„|$)|(?<![„(])(?<!\A)(?<![.:;?!] )\b(Sie|Ihnen|Ihre?[mnrs]?)\b"""),
}


@pytest.fixture(params=FILES, ids=LANGUAGES)
def path(request):
    """A file of translations."""
    return request.param


@pytest.fixture
def known(path):
    """What it translates."""
    return tool.translations(path)


@pytest.fixture(params=[(language, page) for language in LANGUAGES for page in PAGES], ids="-".join)
def pages(request):
    """A help page in a language, and the English one."""
    language, name = request.param
    return tuple((folder / name).read_text(encoding="utf-8") for folder in (HELP / language, HELP))


def holes(text):
    """Placeholders with their formats, in order."""
    return [(name, form, conversion) for _, name, form, conversion in Formatter().parse(text) if name is not None]


def tags(page):
    """HTML tags in order, without the line that names the encoding."""
    return re.findall(r"</?\w+", page.replace('<meta charset="utf-8">', ""))


def names(page):
    """What a page sets in bold or italics, as one line each."""
    return [" ".join(unescape(name).split()) for name in re.findall(r"<[bi]>(.+?)</[bi]>", page, re.DOTALL)]


def paragraphs(page):
    """The text of a page, a paragraph or item a line."""
    blocks = re.split(r"</?(?:meta|p|h3|ul|ol|li)\b[^>]*>", page)
    return [re.sub(r"[ \n]+", " ", unescape(re.sub(r"<[^>]*>", "", block))).strip() for block in blocks]


def test_there_are_translations():
    assert {"de", "fr"} <= set(LANGUAGES)


def test_every_text_is_translated(path, known):
    assert [text for text in tool.texts() if text not in known] == [], "run 'make translations' and translate"
    assert list(Xml.parse(path).getroot().iterfind(".//translation[@type='unfinished']")) == []


def test_the_file_is_what_the_tool_makes(path, known, tmp_path):
    tool.write(tmp_path / path.name, tool.texts(), known)
    assert (tmp_path / path.name).read_bytes() == path.read_bytes(), "run 'make translations'"


def test_placeholders_are_those_of_the_source(known):
    assert {source: text for source, text in known.items() if holes(text) != holes(source)} == {}


def test_what_is_typed_is_not_translated(known):
    kept = {source: text for source, text in known.items() if LITERAL.findall(text) != LITERAL.findall(source)}
    assert kept == {}


def test_a_label_is_quoted_as_it_is_translated(known):
    """``Set 'Extent' to …`` names the parameter as the dialog in that language does."""
    wrong = {
        source: label
        for source, text in known.items()
        for label in LABEL.findall(source)
        if label in known and known[label] not in text
    }
    assert wrong == {}


@pytest.mark.parametrize("language", UNTYPICAL)
def test_typography(language):
    lines = [*tool.translations(tool.PLUGIN / "i18n" / f"dis2_{language}.ts").values()]
    for page in (HELP / language).iterdir():
        lines += paragraphs(page.read_text(encoding="utf-8"))
    assert [line for line in lines if UNTYPICAL[language].search(line)] == []


@pytest.fixture(params=[(name, language) for language in LANGUAGES for name in SAID], ids="-".join)
def said(request):
    """A file of what library or reports say, and its content: translations by the English sentences."""
    name, language = request.param
    path = tool.PLUGIN / "i18n" / f"{name}_{language}.json"
    return path, json.loads(path.read_text(encoding="utf-8"))


def test_all_that_the_library_says_is_translated(said):
    path, known = said
    texts = SAID[path.name.partition("_")[0]]()
    assert [text for text in texts if not known.get(text)] == [], "run 'make translations' and translate"


def test_no_sentence_is_translated_that_nobody_says(said, tmp_path):
    path, known = said
    (tmp_path / path.name).write_text(json.dumps(known), encoding="utf-8")
    tool.update_library(tmp_path / path.name, SAID[path.name.partition("_")[0]]())
    assert (tmp_path / path.name).read_text(encoding="utf-8") == path.read_text(encoding="utf-8")


def test_values_have_their_places_in_every_sentence(said):
    """In the order of the English one, or numbered; both together mean nothing to ``format``."""
    wrong = {}
    for source, text in said[1].items():
        places, count = [name for name, _, _ in holes(text)], len(holes(source))
        if places != [""] * count and sorted(places) != [str(number) for number in range(count)]:
            wrong[source] = text
    assert wrong == {}


def test_typography_of_what_the_library_says(said):
    """But for words of the command line, which the toolbox replaces."""
    path, known = said
    language = path.stem.partition("_")[2]
    found = [text for text in known.values() if UNTYPICAL[language].search(OF_THE_COMMAND_LINE.sub("", text))]
    assert found == []


def test_every_help_page_is_translated(pages):
    translated, english = pages
    assert tags(translated) == tags(english)


def test_a_browser_is_told_the_encoding_of_a_help_page(pages):
    assert pages[0].isascii() or pages[0].startswith('<meta charset="utf-8">\n')


def test_help_names_parameters_as_the_dialog_does():
    wrong = []
    for path, name in ((path, name) for path in FILES for name in PAGES):
        known = tool.translations(path)
        texts = [(folder / name).read_text(encoding="utf-8") for folder in (HELP / path.stem.partition("_")[2], HELP)]
        labels = {label for label in names(texts[1]) if label in known}
        wrong += [(name, label) for label in labels if known[label] not in names(texts[0])]
    assert wrong == []


def test_no_help_page_is_left_over():
    present = chain.from_iterable((HELP / language).iterdir() for language in LANGUAGES)
    assert {page.name for page in present} == set(PAGES)
