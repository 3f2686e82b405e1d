"""Reports: whatever a stranger's file says stays text, and one file holds everything."""

from __future__ import annotations

import sys
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from dis2_core.contract.errors import OutputNotWritable, ResourceError
from dis2_core.report import Percent, Picture, Quantity, Report, Swatch, require_packages
from dis2_core.report.charts import class_bars, confusion_chart, heat_map, line_chart, scenario_bars

EVIL = "<script>alert('$x^2$')</script>&"
PNG = bytes.fromhex("89504e470d0a1a0a")


class Page(HTMLParser):
    """Tags, addresses and text of a document."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.words: list[str] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.open.append(tag)
        self.addresses += [value or "" for name, value in attrs if name in ("src", "href", "xlink:href")]

    def handle_endtag(self, tag: str) -> None:
        self.open.remove(tag)

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.words.append(data)


def everything() -> Report:
    """A report of all kinds of blocks, in a stranger's words."""
    names = [EVIL, "tree"]
    report = Report(EVIL, EVIL).lead(EVIL).heading(EVIL).paragraph(EVIL).note(EVIL).bullets([EVIL])
    report.figures({EVIL: 0.5}).facts({EVIL: EVIL, "empty": ""}).legend([Swatch("#ff0000", EVIL)])
    report.table([EVIL, "b"], [[Swatch('red"><script>', EVIL), Percent(0.25)], [EVIL, None]], EVIL)
    report.gallery([Picture(PNG, EVIL, EVIL)], EVIL)
    report.figure(class_bars(names, {EVIL: [0.1, float("nan")], "b": [0.3, 1.0]}), EVIL)
    report.figure(class_bars(names, {EVIL: [0.1, 0.2]}, colors=["#ff0000", "#00ff00"]))
    report.figure(confusion_chart(np.array([[3, 1], [0, 0]]), names, names), EVIL)
    report.figure(heat_map(np.array([[np.nan, 1.0]]), [EVIL], names, row_title=EVIL, column_title=EVIL))
    report.figure(scenario_bars({EVIL: {"mIoU": 0.5}, "rgb": {"mIoU": 0.3}}, highlight=EVIL), EVIL)
    return report.figure(line_chart([1, 2], {EVIL: [1.0, 2.0], "b": [2.0, 1.0]}, xlabel=EVIL), EVIL)


@pytest.mark.slow
def test_what_a_file_says_stays_text(tmp_path: Path) -> None:
    everything().write(tmp_path / "report.html")
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    page = Page(text)
    assert "script" not in page.tags and "<script" not in text
    assert sum(EVIL in word for word in page.words) > 15  # said, as text
    assert "empty" not in " ".join(page.words)


@pytest.mark.slow
def test_nothing_is_fetched_from_elsewhere() -> None:
    page = Page(everything().html())
    assert page.addresses and all(address.startswith(("data:image/png;base64,", "#")) for address in page.addresses)
    assert not {"link", "iframe", "object", "script"} & set(page.tags)


@pytest.mark.slow
def test_every_chart_is_markup_of_its_own() -> None:
    html = everything().html()
    charts = ["<svg" + part.partition("</svg>")[0] + "</svg>" for part in html.split("<svg")[1:]]
    assert len(charts) == 6
    ids: set[str] = set()
    for chart in charts:
        root = ElementTree.fromstring(chart)
        clips = {item.get("id", "") for item in root.iter() if item.tag.endswith("clipPath")}
        assert not clips & ids, "clip paths of one chart would cut another"
        ids |= clips


@pytest.mark.slow
def test_the_same_report_twice_is_the_same_but_for_the_clock() -> None:
    one, other = (everything().html().partition("<footer>")[0] for _ in range(2))
    assert one == other


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (1234567, "1,234,567"),
        (0.12345, "0.123"),
        (None, "–"),
        (float("nan"), "–"),
        (Percent(0.1234), "12.3 %"),
        (Percent(float("nan")), "–"),
        (Percent(None), "–"),
        (Quantity("3 m²"), "3 m²"),
        ("words", "words"),
        (True, "yes"),
    ],
)
def test_cells(cell: object, text: str) -> None:
    words = Page(Report("title").table(["column"], [[cell]]).html()).words
    assert text in words


def test_a_missing_package_is_named_early(monkeypatch: pytest.MonkeyPatch) -> None:
    require_packages()
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(ResourceError, match="matplotlib"):
        require_packages()


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(OutputNotWritable):
        Report("title").write(tmp_path / "none" / "report.html")


def test_the_library_reports_lazily() -> None:
    import subprocess

    code = "import sys, dis2_core.report, dis2_core.evaluation; print({'matplotlib', 'jinja2'} & set(sys.modules))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "set()"
