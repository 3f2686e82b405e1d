"""What the site has beside the Markdown of ``docs/``: README, algorithms, notebooks, docstrings.

A hook of MkDocs (``mkdocs.yml``). The documents stay as a code host shows them: here their links out of ``docs/`` are
turned to the site's pages, and a module's to its docstrings. A link that has no page is left as it is, and MkDocs
refuses it.
"""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).resolve().parent.parent

#: Files of the repository that become files of the site.
BROUGHT_IN = {
    "README.md": "index.md",
    "CONTRIBUTING.md": "CONTRIBUTING.md",
    "CHANGELOG.md": "CHANGELOG.md",
    "LICENSE": "LICENSE.txt",
    "qgis_plugin/LICENSE": "LICENSE.plugin.txt",
}

#: Floors whose docstrings are shown, the highest last, with what each is for.
FLOORS = {
    "dis2_core": "the library",
    "training": "training, imported as `dis2_training`",
    "qgis_plugin": "the plugin",
}

_LINK = re.compile(r"(?<=\]\()(?!https?:|mailto:|#)([^)#\s]+)(#[^)\s]*)?(?=\))")
_ALGORITHM = re.compile(
    r"^\| \*(?P<title>.+?)\* `dis2:(?P<name>\w+)` \| .+? \| \[.+?\]\((?P<more>.+?)\) \|$", re.MULTILINE
)
_HEADING = re.compile(r"<h3>(.+?)</h3>")


class Algorithm(NamedTuple):
    """An algorithm of the toolbox, as the table in ``docs/qgis.md`` has it."""

    title: str
    name: str
    more: str


def algorithms() -> list[Algorithm]:
    """All of them, in the table's order."""
    table = (ROOT / "docs" / "qgis.md").read_text(encoding="utf-8")
    return [Algorithm(**found.groupdict()) for found in _ALGORITHM.finditer(table)]


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Fill the parts of the navigation that are made here."""
    pages = {
        "Algorithms": [{item.title: f"algorithms/{item.name}.md"} for item in algorithms()],
        "Notebooks": [f"notebooks/{path.stem}.md" for path in notebooks()],
        "API": [{floor: [{room: api_page(floor, room)} for room in rooms(floor)]} for floor in FLOORS],
    }
    _fill(config.nav or [], pages)
    return config


def _fill(nav: list[object], pages: dict[str, list[object]]) -> None:
    for entry in nav:
        if isinstance(entry, dict):
            for name, below in entry.items():
                if isinstance(below, list):
                    below.extend(pages.get(name, []))
                    _fill(below, pages if name not in pages else {})


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that no file of ``docs/`` is."""
    for source, target in BROUGHT_IN.items():
        files.append(File.generated(config, target, content=(ROOT / source).read_text(encoding="utf-8")))
    for algorithm in algorithms():
        files.append(File.generated(config, f"algorithms/{algorithm.name}.md", content=algorithm_page(algorithm)))
    for notebook in notebooks():
        page = f"notebooks/{notebook.stem}.md"
        files.append(File.generated(config, page, content=notebook_page(notebook)))
    for floor in FLOORS:
        for room in rooms(floor):
            files.append(File.generated(config, api_page(floor, room), content=room_page(floor, room)))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Turn the links of a document to the site's pages."""
    site = {target: source for source, target in BROUGHT_IN.items()}
    uri = page.file.src_uri
    if uri.startswith("api/"):
        return markdown
    source = site.get(uri, f"docs/{uri}")

    def turned(found: re.Match[str]) -> str:
        wanted = posixpath.normpath(posixpath.join(posixpath.dirname(source), found[1]))
        target, anchor = site_target(wanted)
        return posixpath.relpath(target, posixpath.dirname(uri) or ".") + (found[2] or anchor)

    return _LINK.sub(turned, markdown)


def site_target(path: str) -> tuple[str, str]:
    """The site's file, and the anchor in it, of a file of the repository."""
    if path in BROUGHT_IN:
        return BROUGHT_IN[path], ""
    floor, _, inside = path.partition("/")
    if floor in FLOORS and path.endswith(".py"):
        module = inside.removesuffix(".py").removesuffix("/__init__")
        return api_page(floor, module.split("/")[0]), f"#{floor}.{module.replace('/', '.')}"
    return path.removeprefix("docs/"), ""


def notebooks() -> list[Path]:
    """The notebooks of the documentation."""
    return sorted((ROOT / "docs" / "notebooks").glob("*.ipynb"))


def notebook_page(path: Path) -> str:
    """A notebook as a page: its text, and its code to be copied."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    texts = [(cell["cell_type"] == "code", "".join(cell["source"])) for cell in cells]
    title, *rest = (f"```python\n{text}\n```" if is_code else text for is_code, text in texts)
    return "\n\n".join([title, f"[The notebook]({path.name}), to be run.", *rest])


def rooms(floor: str) -> Iterator[str]:
    """The rooms of a floor by name."""
    return (path.parent.name for path in sorted((ROOT / floor).glob("*/__init__.py")))


def api_page(floor: str, room: str) -> str:
    """The page of a room's docstrings."""
    return f"api/{floor}.{room}.md"


def room_page(floor: str, room: str) -> str:
    """The docstrings of a room, module by module."""
    files = sorted((ROOT / floor / room).rglob("*.py"), key=lambda path: (path.name != "__init__.py", path))
    modules = (".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__") for path in files)
    return "\n\n".join([f"# {floor}.{room}", f"A room of {FLOORS[floor]}.", *(f"::: {name}" for name in modules)])


def algorithm_page(algorithm: Algorithm) -> str:
    """The help of an algorithm, as its dialog shows it, and the dialog where there is a picture of it."""
    text = (ROOT / "qgis_plugin" / "help" / f"{algorithm.name}.html").read_text(encoding="utf-8")
    picture = f"images/dialog_{algorithm.name}.png"
    parts = [
        f"# {algorithm.title}",
        f"`dis2:{algorithm.name}`. [More about it](../{algorithm.more})",
        _HEADING.sub(_second_heading, text),
        *([f"![The dialog of {algorithm.title}](../{picture})"] if (ROOT / "docs" / picture).is_file() else []),
    ]
    return "\n\n".join(parts)


def _second_heading(found: re.Match[str]) -> str:
    return f"\n\n## {found[1]}\n\n"
