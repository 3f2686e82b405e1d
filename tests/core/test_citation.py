"""``CITATION.cff``: what its format requires, of this version, and of the paper that README names."""

from __future__ import annotations

import pytest
import yaml
from test_package import ROOT

from dis2_core.contract.version import __version__

README = (ROOT / "README.md").read_text(encoding="utf-8")
PAPER = "https://arxiv.org/abs/2601.13502"


@pytest.fixture(scope="module")
def citation():
    return yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))


def test_the_citation_has_what_its_format_requires(citation):
    assert {"cff-version", "message", "title", "authors"} <= set(citation)
    assert citation["cff-version"] == "1.2.0"
    for entry in (citation, *citation["references"]):
        assert all(set(author) <= {"name", "given-names", "family-names"} for author in entry["authors"])
        assert entry["type"] in ("software", "article")


def test_the_citation_is_of_this_version_and_this_paper(citation):
    assert (citation["version"], citation["license"]) == (__version__, "MIT")
    (paper,) = citation["references"]
    assert paper["url"] == PAPER and PAPER in README
    words = " ".join(README.split())
    assert paper["title"] in words
    assert f"({', '.join(author['family-names'] for author in paper['authors'])}," in words
