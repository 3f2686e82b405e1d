"""A model's card as a page: complete, escaped, and without any runtime."""

import hashlib
import json
import struct
from html.parser import HTMLParser
from pathlib import Path

import pytest
from qgis.core import QgsApplication, QgsProcessingContext, QgsProcessingException, QgsProcessingOutputHtml

EVIL = '<script>alert("x")</script>&\'"'


class Page(HTMLParser):
    """The texts and tags of a page; complains where tags do not nest."""

    VOID = ("meta", "br")

    def __init__(self, text):
        super().__init__()
        self.tags, self.texts, self.widths, self._open = [], [], [], []
        self.feed(text)
        assert self._open == []

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        style = dict(attributes).get("style", "")
        if style.startswith("width:"):
            self.widths.append(float(style[6:-1]))
        if tag not in self.VOID:
            self._open.append(tag)

    def handle_endtag(self, tag):
        assert self._open.pop() == tag

    def handle_data(self, data):
        self.texts.append(data)

    @property
    def text(self):
        return " ".join(" ".join(self.texts).split())


@pytest.fixture
def algorithm(plugin):
    return QgsApplication.processingRegistry().algorithmById("dis2:modelinfo").create()


@pytest.fixture
def info(plugin, monkeypatch, tmp_path):
    """Run the algorithm where there is no Python for a worker."""
    monkeypatch.setenv("DIS2_PYTHON", str(tmp_path / "no-python"))

    def run(model, **parameters):
        import processing

        return processing.run("dis2:modelinfo", {"MODEL": model, "OUTPUT": str(tmp_path / "card.html"), **parameters})

    return run


def model_file(path, card):
    """A model file with one tensor and a card."""
    header = {"__metadata__": {"dis2:card": json.dumps(card)}}
    header["weight"] = {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + bytes(8))
    return str(path)


def card(**changes):
    from dis2.dis2_core.contract.card import Band, LandClass, Modality, ModelCard

    band = Band("height", mean=4, std=2, valid_min=-5, valid_max=80, unit="m", description="above ground")
    red = Band("red", mean=100, std=50, valid_min=0, valid_max=255)
    settings = {
        "name": "mine",
        "modalities": (
            Modality("rgb", "optical", "optical", (red,), "photo"),
            Modality("ndsm", "elevation", "elevation", (band,), "heights"),
        ),
        "classes": (LandClass("house", "#d62728"), LandClass("road", "#7f7f7f")),
        "window": (32, 32),
        "gsd": 0.5,
        "metrics": {
            "rgb": {"oa": 0.8, "miou": 0.5, "iou house": 0.25},
            "rgb+ndsm": {"oa": 0.9, "miou": 0.625, "iou house": 0.375, "error": 3.5},
        },
        "license": "CC-BY-4.0",
        "attribution": "The mappers",
        "notes": "Not for deserts.",
        **changes,
    }
    return ModelCard(**settings).to_json()


def test_page_tells_what_the_card_says(info, tmp_path):
    model = model_file(tmp_path / "m.safetensors", card())
    results = info(model)
    text = Path(results["OUTPUT"]).read_text(encoding="utf-8")
    page = Page(text)
    for words in (
        *("mine 1", "Not for deserts.", "rgb photo", "Optical", "height: above ground", "m -5 … 80 4 2"),
        *("0 #d62728 house 1 #7f7f7f road", "CC-BY-4.0", "The mappers", "2", model),
        *("Available Mean IoU Overall accuracy error", "rgb+ndsm 0.625 0.900 3.500", "rgb 0.500 0.800"),
        *("house 0.375 0.250", hashlib.sha256(Path(model).read_bytes()).hexdigest()),
    ):
        assert words in page.text, words
    assert page.widths == [62.5, 50.0]
    assert (results["NAME"], results["CLASSES"], results["GSD"]) == ("mine", "house, road", 0.5)
    assert results["INPUTS"] == "Optical: rgb (red); Elevation: ndsm (height)"
    assert results["SHA256"] in page.text and results["LICENSE"] == "CC-BY-4.0"


def test_nothing_of_a_stranger_is_markup(info, tmp_path):
    from dis2.dis2_core.contract.card import Band, LandClass, Modality

    band = Band(EVIL, mean=4, std=2, valid_min=-5, valid_max=80, unit=EVIL, description=EVIL + "2")
    texts = ("name", "version", "description", "license", "attribution", "training_data", "notes", "created")
    changes = {
        **dict.fromkeys(texts, EVIL),
        "modalities": (Modality("rgb", "optical", "optical", (band,), EVIL),),
        "classes": (LandClass(EVIL, "#d62728"), LandClass("road", "#7f7f7f")),
        "metrics": {EVIL: {EVIL: 0.5, f"iou {EVIL}": 0.25}},
    }
    folder = tmp_path / "a & b <i>"
    folder.mkdir()
    model = model_file(folder / "m.safetensors", card(**changes))
    text = Path(info(model)["OUTPUT"]).read_text(encoding="utf-8")
    page = Page(text)
    known = {"html", "head", "meta", "title", "style", "body", "h1", "h2", "p", "b", "br", "table", "thead", "tbody"}
    assert set(page.tags) <= known | {"tr", "th", "td", "span"}
    assert page.text.count('<script>alert("x")</script>') >= len(texts)
    assert "<script" not in text and "default-src 'none'" in text


def test_a_card_that_says_little(info, tmp_path):
    bare = card(metrics={}, license="", attribution="", notes="")
    text = Path(info(model_file(tmp_path / "m.safetensors", bare))["OUTPUT"]).read_text(encoding="utf-8")
    assert "The card states no scores." in Page(text).text
    assert "Licence" not in text


def test_shipped_models(info):
    from dis2.dis2_core.contract.catalogue import shipped_models

    for name in shipped_models():
        results = info(name)
        page = Page(Path(results["OUTPUT"]).read_text(encoding="utf-8"))
        assert results["NAME"] == name and name in page.text
        assert len(page.widths) >= 3


@pytest.mark.slow
def test_page_of_before_is_replaced_and_nothing_else_is_left(info, scene, tmp_path):
    (tmp_path / "card.html").write_text("old")
    info(scene.model)
    assert "tiny" in (tmp_path / "card.html").read_text(encoding="utf-8")
    assert [path.name for path in tmp_path.iterdir()] == ["card.html"]


def test_a_folder_that_does_not_exist(info, scene, tmp_path):
    with pytest.raises(QgsProcessingException, match=r"card\.html cannot be written"):
        info(scene.model, OUTPUT=str(tmp_path / "no" / "such" / "card.html"))


@pytest.mark.parametrize("model", ["", "no-such-model", __file__])
def test_what_is_no_model_is_refused(algorithm, model):
    acceptable, message = algorithm.checkParameterValues({"MODEL": model, "OUTPUT": "x.html"}, QgsProcessingContext())
    assert not acceptable and "model" in message


def test_results_viewer_shows_the_page(algorithm):
    assert isinstance(algorithm.outputDefinition("OUTPUT"), QgsProcessingOutputHtml)


def test_modelinfo_explains_itself(algorithm):
    assert [item.name() for item in algorithm.parameterDefinitions() if not item.help()] == []
    assert "works without the runtime" in algorithm.shortHelpString()
    assert algorithm.shortHelpString().isascii()
    assert not algorithm.icon().pixmap(24, 24).isNull()
    assert algorithm.svgIconPath().endswith("modelinfo.svg")
