"""The document: blocks in order, rendered through one template into one file."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from html import escape
from importlib.util import find_spec
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..contract.errors import ResourceError
from ..contract.version import __version__
from ..run.disk import translated_errors
from .cells import Percent, Quantity, Swatch, cell_text, is_number

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PACKAGES = {"jinja2": "jinja2", "matplotlib": "matplotlib"}

#: So that the text of charts is as large as that of the page.
PIXELS_A_POINT = 1.42

_FOLDER = Path(__file__).resolve().parent
_PROLOGUE = re.compile(r"^.*?(?=<svg)", re.DOTALL)
_METADATA = re.compile(r"<metadata>.*?</metadata>", re.DOTALL)
_SIZE = re.compile(r'(<svg[^>]*?) width="([\d.]+)pt" height="[\d.]+pt"')


def require_packages() -> None:
    """Check that a report can be made.

    Raises:
        ResourceError: A package is missing.
    """
    if missing := [package for module, package in PACKAGES.items() if find_spec(module) is None]:
        raise ResourceError(
            f"The report needs {' and '.join(missing)}, which this Python lacks.",
            f"Install it (pip install {' '.join(missing)}), or leave the report out.",
        )


@dataclass(frozen=True)
class _Block:
    """A part of the document: the name of its macro in the template, and what the macro gets."""

    kind: str
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Picture:
    """A small raster image of a gallery.

    Attributes:
        png: The file's bytes.
        title: Above it, in bold.
        text: Below it.
    """

    png: bytes
    title: str
    text: str = ""

    @property
    def address(self) -> str:
        """The picture as a ``data:`` address."""
        return "data:image/png;base64," + base64.b64encode(self.png).decode("ascii")


class Report:
    """An HTML document that is built block by block; every method returns the report.

    All text is escaped; nothing is fetched from elsewhere and nothing is a script.

    Args:
        title: What it is about.
        subtitle: A line below: which file, which model.
    """

    def __init__(self, title: str, subtitle: str = "") -> None:
        self.title = title
        self.subtitle = subtitle
        self._blocks: list[_Block] = []

    def lead(self, text: str) -> Report:
        """Add the answer: a paragraph in large type."""
        return self._add("lead", text=text)

    def heading(self, text: str) -> Report:
        """Add the heading of a section."""
        return self._add("heading", text=text)

    def paragraph(self, text: str) -> Report:
        """Add a paragraph."""
        return self._add("paragraph", text=text)

    def note(self, text: str) -> Report:
        """Add a remark that should not be overlooked."""
        return self._add("note", text=text)

    def bullets(self, items: Sequence[str]) -> Report:
        """Add a list of sentences; nothing where there are none."""
        return self._add("bullets", items=list(items)) if items else self

    def figures(self, figures: Mapping[str, object]) -> Report:
        """Add key figures side by side, by what they are called."""
        return self._add("figures", items=[(_cell(value)["text"], name) for name, value in figures.items()])

    def facts(self, facts: Mapping[str, object]) -> Report:
        """Add a list of names and values, e.g. of files and settings; empty ones are left out."""
        return self._add("facts", items=[(name, cell_text(value)) for name, value in facts.items() if value != ""])

    def table(self, header: Sequence[str], rows: Iterable[Sequence[object]], caption: str = "") -> Report:
        """Add a table.

        Args:
            header: Titles of the columns.
            rows: Cells: text, whole numbers, fractions, None (unknown), ``Percent``,
                ``Quantity`` or ``Swatch``.
            caption: Below the table.
        """
        body = [[_cell(value) for value in row] for row in rows]
        numeric = [bool(body) and all(row[index]["number"] for row in body) for index in range(len(header))]
        return self._add("table", header=list(zip(header, numeric, strict=True)), rows=body, caption=caption)

    def figure(self, figure: Figure, caption: str = "") -> Report:
        """Add a matplotlib figure as vector graphics. Build it with ``charts``, or within ``charts.style()``."""
        return self._add("figure", svg=_svg(figure, len(self._blocks), caption or self.title), caption=caption)

    def legend(self, classes: Iterable[Swatch]) -> Report:
        """Add colours and names of classes in a line."""
        return self._add("legend", items=list(classes))

    def gallery(self, pictures: Iterable[Picture], caption: str = "") -> Report:
        """Add pictures side by side."""
        return self._add("gallery", pictures=list(pictures), caption=caption)

    def html(self) -> str:
        """Render the document."""
        from jinja2 import Environment, FileSystemLoader, StrictUndefined

        environment = Environment(
            loader=FileSystemLoader(_FOLDER),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        return environment.get_template("report.html").render(
            title=self.title,
            subtitle=self.subtitle,
            blocks=self._blocks,
            style=(_FOLDER / "report.css").read_text(encoding="utf-8"),
            version=__version__,
            date=f"{datetime.now().astimezone():%Y-%m-%d %H:%M}",
        )

    def write(self, path: Path | str) -> None:
        """Write the document.

        Raises:
            OutputNotWritable, NoSpace: The file cannot be written.
        """
        text = self.html()
        with translated_errors(Path(path)):
            Path(path).write_text(text, encoding="utf-8")

    def _add(self, kind: str, **data: Any) -> Report:
        self._blocks.append(_Block(kind, data))
        return self


def _cell(value: object) -> dict[str, Any]:
    """What the template needs to know of a cell."""
    return {
        "text": str(value) if isinstance(value, (Percent, Quantity, Swatch)) else cell_text(value),
        "number": is_number(value),
        "bar": value.width if isinstance(value, Percent) and value.known else None,
        "color": value.color if isinstance(value, Swatch) and value.has_color else None,
    }


def _svg(figure: Figure, number: int, label: str) -> str:
    """A figure as markup that scales with the page; matplotlib escapes what it says."""
    from .charts import style

    text = StringIO()
    with style({"svg.hashsalt": f"dis2-{number}"}):  # ids of their own in a page of several figures
        figure.savefig(text, format="svg", metadata={"Date": None}, bbox_inches="tight", pad_inches=0.04)
    svg = _METADATA.sub("", _PROLOGUE.sub("", text.getvalue()))
    svg = _SIZE.sub(_limited, svg).replace("<svg", f'<svg role="img" aria-label="{escape(label)}"', 1)
    return svg


def _limited(found: re.Match[str]) -> str:
    """A picture's width as a limit: a small one is not blown up to the width of the page."""
    return f'{found[1]} style="max-width:{PIXELS_A_POINT * float(found[2]):.0f}px"'
