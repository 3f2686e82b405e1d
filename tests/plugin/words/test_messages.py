"""What the library says, in the language of QGIS: sentences are known by what stands around their values."""

import json
import time
from pathlib import Path

import pytest
from qgis.core import QgsApplication, QgsProcessingFeedback

ROOT = Path(__file__).resolve().parents[3]
LANGUAGES = sorted(path.stem.partition("_")[2] for path in (ROOT / "qgis_plugin" / "i18n").glob("library_*.json"))


@pytest.fixture
def speak(plugin, monkeypatch):
    """QGIS in a language."""

    def go(language):
        monkeypatch.setattr(QgsApplication, "locale", staticmethod(lambda: language))

    return go


@pytest.fixture
def made_up(plugin, speak, monkeypatch):
    """A language of three sentences."""
    from dis2.words import messages

    entries = {
        "{} is damaged ({}).": "({1}) ist {0} hin.",
        "Ask for the model file again.": "Nachfragen.",
        "There is no map: {}": "Keine Karte: {}",
        "{} steps take about {} min.": "{} Schritte: {} min.",
    }
    known = [messages.Message(tuple(source.split("{}")), text) for source, text in entries.items()]
    known.sort(key=lambda message: message.weight, reverse=True)
    monkeypatch.setattr(messages, "catalogue", lambda language, reports=False: known)
    messages._said.cache_clear()
    yield messages.translated
    messages._said.cache_clear()


def test_sentences_with_values_alone_and_together(made_up):
    assert made_up("m.tif is damaged (bytes are missing).") == "(bytes are missing) ist m.tif hin."
    assert made_up("m. 2.tif is damaged (x). Ask for the model file again.") == "(x) ist m. 2.tif hin. Nachfragen."
    assert made_up("Ask for the model file again. Nobody knows this.") == "Nachfragen. Nobody knows this."
    assert made_up("Nobody knows this.") == "Nobody knows this."
    assert made_up("There is no map: m.tif is damaged (x).") == "Keine Karte: (x) ist m.tif hin."


def test_what_values_hold_is_no_form(made_up):
    assert made_up("{0}{} is damaged ({1.x}).") == "({1.x}) ist {0}{} hin."


def test_odd_texts_take_no_time(made_up):
    started = time.perf_counter()
    for text in ("is damaged (" * 400, "{} is damaged ({" * 400, "a. " * 1000, " is damaged ().".join(["x"] * 8)):
        made_up(text)
    assert time.perf_counter() - started < 1


def test_english_stays_english(speak):
    from dis2.words.messages import translated

    speak("en_GB")
    assert translated("There is no file m.tif. Check the path.") == "There is no file m.tif. Check the path."


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_of_the_library_is_said_without_words_of_the_terminal(plugin, speak, language):
    """With values of all kinds; the oracle is the catalogue, and the pattern of words that no dialog knows."""
    from dis2.words.advice import in_words_of_qgis
    from test_advice import COMMANDS

    speak(language)
    entries = json.loads((ROOT / "qgis_plugin" / "i18n" / f"library_{language}.json").read_text(encoding="utf-8"))
    left, same = {}, []
    for source, text in entries.items():
        values = [f"Wert{number}" for number in range(source.count("{}"))]
        said = in_words_of_qgis(source.format(*values))
        if COMMANDS.search(said):
            left[source] = said
        if said == source.format(*values) and text != source:
            same.append(source)
    assert left == {} and same == []


def test_a_run_speaks_the_language_of_qgis(speak, fake_worker, scene, tmp_path):
    import processing

    class Log(QgsProcessingFeedback):
        def __init__(self):
            super().__init__(False)
            self.stages = []

        def setProgressText(self, text):
            self.stages.append(text)

    speak("de")
    fake_worker("good")
    log = Log()
    processing.run(
        "dis2:segment", {"MODEL": scene.model, "OPTICAL": scene.rgb, "OUTPUT": str(tmp_path / "m.tif")}, feedback=log
    )
    assert log.stages == ["Segmentieren"]


@pytest.mark.slow
def test_a_report_speaks_the_language_of_qgis(speak, real_worker, tmp_path):
    """Every title and caption that the catalogue knows; numbers with the locale's signs; what is no text stays."""
    import processing
    from osgeo import gdal

    for name, codes in (("map", (0, 0, 1, 1)), ("truth", (0, 1, 1, 1))):
        raster = gdal.GetDriverByName("GTiff").Create(str(tmp_path / f"{name}.tif"), 4, 1, 1, gdal.GDT_Byte)
        raster.SetGeoTransform((0, 1, 0, 1, 0, -1))
        raster.GetRasterBand(1).WriteRaster(0, 0, 4, 1, bytes(codes))
        raster.FlushCache()
    parameters = {"CLASSES": str(tmp_path / "map.tif"), "REFERENCE": str(tmp_path / "truth.tif")}
    pages = {}
    for language in ("en", "de", "fr"):
        speak(language)
        target = str(tmp_path / f"{language}.html")
        assert processing.run("dis2:evaluate", {**parameters, "REPORT": target})["REPORT"] == target
        pages[language] = Path(target).read_text(encoding="utf-8")
    for language, title in (("de", "Genauigkeit einer Klassenkarte"), ("fr", "Exactitude d'une carte de classes")):
        page = pages[language]
        assert f"<h1>{title}</h1>" in page and f'<html lang="{language}">' in page
        entries = json.loads((ROOT / "qgis_plugin" / "i18n" / f"report_{language}.json").read_text(encoding="utf-8"))
        left = [text for text, said in entries.items() if said != text and f">{text}<" in page]
        assert left == []
        assert page.count("<") == pages["en"].count("<") and "map.tif" in page


def test_a_report_that_cannot_be_written_stays_and_is_told(speak, tmp_path):
    from dis2.results.report_pages import translate_report

    speak("de")
    feedback = QgsProcessingFeedback()
    translate_report(str(tmp_path / "none.html"), feedback)
    assert "none.html" in feedback.textLog()


def test_pages_keep_what_is_no_text(made_up):
    from dis2.words.messages import translated_page

    page = '<html lang="en"><style>p > a {x: 1.5}</style><p>m&lt;1&gt;.tif is damaged (x).</p><td>0.1.0</td>'
    said = translated_page(page)
    assert "<p>(x) ist m&lt;1&gt;.tif hin.</p>" in said
    assert "<style>p > a {x: 1.5}</style>" in said and "<td>0.1.0</td>" in said
