"""The plugin in a QGIS that speaks another language, or one into which nobody has translated it."""

import importlib.util
import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from qgis.core import QgsApplication, QgsSettings
from qgis.PyQt.QtCore import QUrl
from qgis.PyQt.QtGui import QTextDocument

PROGRAM = shutil.which("qgis_process.bin") or shutil.which("qgis_process")
TOOL = Path(__file__).resolve().parents[3] / "tools" / "translations.py"


@pytest.fixture(scope="module")
def french(plugin_folder):
    """The French texts by the English ones, read by the tool that writes them."""
    spec = importlib.util.spec_from_file_location("translations_tool", TOOL)
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    return tool.translations(plugin_folder / "i18n" / "dis2_fr.ts")


@pytest.fixture
def speaks(plugin):
    """Set the language as QGIS's options do."""
    settings = QgsSettings()

    def choose(locale):
        settings.setValue("locale/overrideFlag", True)
        settings.setValue("locale/userLocale", locale)
        assert QgsApplication.locale()[:2] == locale[:2]

    yield choose
    settings.remove("locale/overrideFlag")
    settings.remove("locale/userLocale")


def algorithms():
    """Fresh ones, which declare their parameters in the language of the moment."""
    return [item.create() for item in QgsApplication.processingRegistry().providerById("dis2").algorithms()]


def texts():
    """All that the toolbox, the dialogs and the modeler show of the algorithms, by where it stands."""
    found = {}
    for algorithm in algorithms():
        found[algorithm.id(), "name"] = algorithm.displayName()
        found[algorithm.id(), "line"] = algorithm.shortDescription()
        for item in algorithm.parameterDefinitions():
            found[algorithm.id(), item.name(), "label"] = item.description()
            found[algorithm.id(), item.name(), "help"] = item.help()
        for item in algorithm.outputDefinitions():
            found[algorithm.id(), item.name(), "output"] = item.description()
    return found


def test_it_reads_what_the_tool_writes(plugin, french):
    from dis2.words.translation import messages

    assert len(french) > 400
    assert dict(messages("fr")) == french


@pytest.mark.parametrize("locale", ["fr", "fr_CA", "fr-FR"])
def test_french(speaks, french, locale):
    speaks(locale)
    shown = texts()
    assert shown["dis2:segment", "name"] == french["Segment with missing modalities"]
    assert shown["dis2:segment", "OPTICAL", "label"] == french["Optical raster"] == "Raster optique"


def test_nothing_stays_english(speaks, french):
    speaks("en")
    english = texts()
    speaks("fr")
    same = {text for place, text in texts().items() if text == english[place]}
    assert same <= {text for text, translation in french.items() if text == translation}


@pytest.mark.parametrize("locale", ["xx", "en_GB", "de"])
def test_a_language_without_translation_is_english(speaks, locale):
    speaks("en")
    english = texts()
    speaks(locale)
    assert texts() == english
    for algorithm in algorithms():
        page = Path(QUrl(algorithm.helpUrl()).toLocalFile())
        assert page.is_file() and page.parent.name == "help"


def test_help_is_in_the_language(speaks):
    """In the dialog and behind its button *Help*; QGIS shows the page without a trace of its first line."""
    speaks("fr")
    for algorithm in algorithms():
        path = Path(QUrl(algorithm.helpUrl()).toLocalFile())
        assert path.is_file() and path.parent.name == "fr"
        shown = QTextDocument()
        shown.setHtml(algorithm.shortHelpString())
        assert "é" in shown.toPlainText() and "charset" not in shown.toPlainText()


def test_words_for_options_are_labels(speaks, french):
    from dis2.words.advice import in_words_of_qgis

    speaks("fr")
    assert in_words_of_qgis("Set --extent.") == "Set «\N{NO-BREAK SPACE}Emprise\N{NO-BREAK SPACE}»."
    assert french["Extent"] == "Emprise"


@pytest.mark.slow
def test_qgis_process_of_a_french_profile(plugin_folder, tmp_path):
    """The profile of someone who has chosen French in QGIS's options, in a program of its own."""
    assert PROGRAM, "qgis_process is missing: install QGIS"
    profile = tmp_path / "profiles" / "default" / "QGIS"
    profile.mkdir(parents=True)
    (profile / "QGIS3.ini").write_text(
        "[locale]\noverrideFlag=true\nuserLocale=fr\n\n[PythonPlugins]\ndis2=true\n", encoding="utf-8"
    )
    environment = {
        **os.environ,
        "QGIS_PLUGINPATH": str(plugin_folder.parent),
        "QGIS_CUSTOM_CONFIG_PATH": str(tmp_path),
        "QT_QPA_PLATFORM": "offscreen",
        "LC_ALL": "C.UTF-8",
    }

    def ask(*words):
        command = [PROGRAM, "--json", *words]
        done = subprocess.run(command, capture_output=True, encoding="utf-8", env=environment, timeout=180)
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout)

    listed = ask("list")["providers"]["dis2"]["algorithms"]
    assert listed["dis2:segment"]["name"] == "Segmenter avec des modalités manquantes"
    assert listed["dis2:whatif"]["name"] == "Et si un raster manquait\N{NO-BREAK SPACE}?"
    described = ask("help", "dis2:segment")["parameters"]
    assert described["OPTICAL"]["description"] == "Raster optique"
    assert described["OPTICAL_BANDS"]["description"] == "Raster optique\N{NO-BREAK SPACE}: bandes"
    assert described["EXTENT"]["description"] == "Emprise"
