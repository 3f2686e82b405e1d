"""Bring the translations of the plugin up to date with its texts, and with those of the library that it shows.

Every literal in a call of ``tr`` becomes a message in ``qgis_plugin/i18n/dis2_<language>.ts``, Qt Linguist's form:
translate what is marked unfinished. What library and training say becomes an entry of ``library_<language>.json``, and
what stands in reports one of ``report_<language>.json``, with ``{}`` for each value: translate what is empty; ``{1}``
is the second value where their order changes. Translations that are there are kept, those of texts that are gone are
dropped. Run by ``make translations``.
"""

from __future__ import annotations

import argparse
import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as Xml

ROOT = Path(__file__).resolve().parent.parent
PLUGIN = ROOT / "qgis_plugin"
CONTEXT = "DIS2"

#: Modules whose words reach the toolbox: all of a folder, or one.
TOLD = (
    "dis2_core/contract/catalogue.py",
    "dis2_core/contract/encoders.py",
    "dis2_core/contract/names.py",
    "dis2_core/contract/other_jobs.py",
    "dis2_core/contract/untrusted.py",
    "dis2_core/democity",
    "dis2_core/evaluation",
    "dis2_core/heights",
    "dis2_core/models/file.py",
    "dis2_core/prediction",
    "dis2_core/rasters",
    "dis2_core/run",
    "dis2_core/whatif",
    "training/fitting/loop.py",
    "training/fitting/price.py",
    "training/region",
    "training/start/beginning.py",
    "training/start/imagenet.py",
)
#: What people at a terminal alone are told, or what is no word to a person.
NOT_TOLD = ("training/region/command.py", "dis2_core/run/transaction.py", "report.py", "region/card.py")

#: Modules that write reports, where titles of one word count as well; what is no word for people in them is left out.
REPORTS = (
    "dis2_core/evaluation/report.py",
    "dis2_core/evaluation/result.py",
    "dis2_core/report/cells.py",
    "dis2_core/report/charts.py",
    "dis2_core/whatif/report.py",
    "training/region/card.py",
    "training/region/report.py",
)
NO_WORDS = re.compile(
    r"(?:[a-z]+\.)+[a-z_]+|\W*|\^?#.*|(?:outside |constrained|sans|face|edge|top|pad|png|nan).*"
    r"|none|ignore|center|bottom|nearest|Blues|summary|(?:reference|map) \{\}"
)
FEWEST = 7  # letters beside values, below which a text would be found in names of files and classes

#: How a sentence begins, no query of a database; and a word, as names of formats are none.
WORDS, WORD = re.compile(r"(?!SELECT|PRAGMA)['{A-Z]"), re.compile(r"(?<![\w'-])[a-z]{2,}(?!\w)")


def texts(folder: Path = PLUGIN) -> dict[str, str]:
    """Return every text that is shown to people, with the place where it stands first.

    Raises:
        ValueError: ``tr`` is called with something other than a literal, which nobody could translate.
    """
    found: dict[str, str] = {}
    for path in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "tr":
                place = path.relative_to(folder).as_posix()
                literal = node.args[0] if node.args else None
                if not (isinstance(literal, ast.Constant) and isinstance(literal.value, str)):
                    raise ValueError(f"{place}:{node.lineno}: tr() takes a literal; put values in with format()")
                found.setdefault(literal.value, place)
    return found


def library_texts(root: Path = ROOT) -> dict[str, str]:
    """Every sentence that library and training may say to a person in QGIS, with ``{}`` for values, and where."""
    found: dict[str, str] = {}
    for name in TOLD:
        paths = [root / name] if name.endswith(".py") else sorted((root / name).rglob("*.py"))
        for path in paths:
            place = path.relative_to(root).as_posix()
            if not place.endswith(NOT_TOLD):
                for text in sentences(ast.parse(path.read_text(encoding="utf-8"))):
                    found.setdefault(text, place)
    return found


def report_texts(root: Path = ROOT) -> dict[str, str]:
    """Every title, caption and sentence of reports, with ``{}`` for values, and where."""
    found: dict[str, str] = {}
    for place in REPORTS:
        for text in literals(ast.parse((root / place).read_text(encoding="utf-8"))):
            letters = sum(map(str.isalpha, text))
            if letters >= (FEWEST if "{}" in text else 2) and not NO_WORDS.fullmatch(text):
                found.setdefault(text.strip(), place)
    return found


def sentences(tree: ast.Module) -> Iterator[str]:
    """The texts of a module that read like words to a person, of three words or more."""
    for text in literals(tree):
        if text.count(" ") >= 2 and "\n" not in text and WORDS.match(text) and len(WORD.findall(text)) >= 2:
            yield text


def literals(tree: ast.Module) -> Iterator[str]:
    """The texts of a module, with ``{}`` for each value, but for docstrings."""
    inside = {
        id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in list(ast.walk(node))[1:]
    }
    inside |= {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    yield from filter(None, (template(node) for node in ast.walk(tree) if id(node) not in inside))


def template(node: ast.AST) -> str:
    """A literal, with ``{}`` for each value in it; empty where it is none."""
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def update_library(path: Path, found: dict[str, str]) -> int:
    """Bring a file of the library's texts up to date; returns how many are translated."""
    known = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    entries = {text: known.get(text, "") for text in found}
    path.write_text(json.dumps(entries, ensure_ascii=False, indent=1) + "\n", encoding="utf-8", newline="\n")
    return sum(map(bool, entries.values()))


def translations(path: Path) -> dict[str, str]:
    """Return what a ``.ts`` file translates; nothing where there is none."""
    if not path.exists():
        return {}
    messages = Xml.parse(path).getroot().iter("message")
    pairs = ((message.findtext("source", ""), message.findtext("translation", "")) for message in messages)
    return {source: translation for source, translation in pairs if translation}


def write(path: Path, found: dict[str, str], known: dict[str, str]) -> None:
    """Write a ``.ts`` file."""
    root = Xml.Element("TS", version="2.1", language=path.stem.partition("_")[2], sourcelanguage="en")
    context = Xml.SubElement(root, "context")
    Xml.SubElement(context, "name").text = CONTEXT
    for source, place in found.items():
        message = Xml.SubElement(context, "message")
        Xml.SubElement(message, "location", filename=f"../{place}")
        Xml.SubElement(message, "source").text = source
        translation = Xml.SubElement(message, "translation")
        translation.text = known.get(source)
        if source not in known:
            translation.set("type", "unfinished")
    Xml.indent(root, " ")
    text = Xml.tostring(root, encoding="unicode", short_empty_elements=False)
    head = '<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE TS>\n'
    path.write_text(f"{head}{text}\n", encoding="utf-8", newline="\n")


def main() -> None:
    """Update the files of all languages, or of those that are named."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("language", nargs="*", help="such as fr; all that there are by default")
    folder = PLUGIN / "i18n"
    folder.mkdir(exist_ok=True)
    named = [folder / f"dis2_{language}.ts" for language in parser.parse_args().language]
    found = texts()
    for path in named or sorted(folder.glob("dis2_*.ts")):
        known = translations(path)
        write(path, found, known)
        print(f"{path.name}: {len(known.keys() & found.keys())} of {len(found)} texts are translated")
        for name, said in (("library", library_texts()), ("report", report_texts())):
            library = path.with_name(f"{name}_{path.stem.partition('_')[2]}.json")
            print(f"{library.name}: {update_library(library, said)} of {len(said)} texts are translated")


if __name__ == "__main__":
    main()
