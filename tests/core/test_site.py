"""The documentation as a site: whole, without a dead link, and nothing of it comes from elsewhere."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit

import pytest
from test_package import ROOT

pytestmark = pytest.mark.slow


class Links(HTMLParser):
    """What a page names, and what can be named in it."""

    def __init__(self, text):
        super().__init__()
        self.targets, self.loaded, self.anchors = set(), set(), set()
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        self.anchors |= {values[name] for name in ("id", "name") if values.get(name)}
        self.targets |= {values[name] for name in ("href", "src") if values.get(name)}
        if tag in ("script", "img", "iframe") or (tag == "link" and values.get("rel") == "stylesheet"):
            self.loaded |= {values[name] for name in ("href", "src") if values.get(name)}


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)],
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return folder


@pytest.fixture(scope="module")
def pages(site):
    return {path: Links(path.read_text(encoding="utf-8")) for path in site.rglob("*.html") if path.name != "404.html"}


def test_every_link_of_a_page_leads_to_a_place_in_the_site(pages):
    dead = []
    for path, links in pages.items():
        for target in links.targets:
            parts = urlsplit(target)
            if parts.scheme in ("http", "https", "data", "mailto"):
                continue
            place = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            anchors = pages[place].anchors if place in pages else set()
            if not place.exists() or (place in pages and parts.fragment and unquote(parts.fragment) not in anchors):
                dead.append(f"{path.name}: {target}")
    assert not dead


def test_nothing_is_loaded_from_elsewhere(pages):
    assert not {target for links in pages.values() for target in links.loaded if urlsplit(target).netloc}


def test_every_algorithm_has_a_page_that_says_what_its_dialog_says(site):
    helps = {path.stem for path in (ROOT / "qgis_plugin" / "help").glob("*.html")}
    assert {path.stem for path in (site / "algorithms").glob("*.html")} == helps
    page = (site / "algorithms" / "ndsm.html").read_text(encoding="utf-8")
    assert "What is left is height above ground" in page and "dialog_ndsm.png" in page


def test_documents_docstrings_and_help_can_be_searched(site):
    entries = json.loads((site / "search" / "search_index.json").read_text(encoding="utf-8"))["docs"]
    places = {entry["location"] for entry in entries}
    assert {"index.html", "segment.html", "algorithms/segment.html"} <= places
    assert "api/dis2_core.prediction.html#dis2_core.prediction.segment.segment" in places


def test_a_notebook_is_a_page_and_a_file(site):
    page = (site / "notebooks" / "own_method.html").read_text(encoding="utf-8")
    assert "MeanFusion" in page and (site / "notebooks" / "own_method.ipynb").is_file()


def test_every_document_is_in_it(site):
    for path in ROOT.glob("docs/**/*.md"):
        assert (site / path.relative_to(ROOT / "docs")).with_suffix(".html").is_file()
