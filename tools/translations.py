"""Bring the translations of the plugin up to date with its texts: ``qgis_plugin/i18n/dis2_<language>.ts``.

Every literal in a call of ``tr`` becomes a message; translations that are there are kept, those of
texts that are gone are dropped. The files are Qt Linguist's: translate what is marked unfinished.
Run by ``make translations``.
"""

from __future__ import annotations

import argparse
import ast
from pathlib import Path
from xml.etree import ElementTree as Xml

ROOT = Path(__file__).resolve().parent.parent
PLUGIN = ROOT / "qgis_plugin"
CONTEXT = "DIS2"


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


if __name__ == "__main__":
    main()
