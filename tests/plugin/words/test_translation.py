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
ROOT = Path(__file__).resolve().parents[3]
TOOL = ROOT / "tools" / "translations.py"
LANGUAGES = sorted(path.stem.partition("_")[2] for path in (ROOT / "qgis_plugin" / "i18n").glob("dis2_*.ts"))

#: Some texts as a person of the language knows them.
SAID = {
    "de": {
        "Segment with missing modalities": "Segmentieren mit fehlenden Modalitäten",
        "What if a raster were missing?": "Was, wenn ein Raster fehlte?",
        "Optical raster": "Optisches Raster",
        "{}: bands": "{}: Kanäle",
        "Extent": "Ausdehnung",
        "'Extent'": "„Ausdehnung“",
    },
    "fr": {
        "Segment with missing modalities": "Segmenter avec des modalités manquantes",
        "What if a raster were missing?": "Et si un raster manquait\N{NO-BREAK SPACE}?",
        "Optical raster": "Raster optique",
        "{}: bands": "{}\N{NO-BREAK SPACE}: bandes",
        "Extent": "Emprise",
        "'Extent'": "«\N{NO-BREAK SPACE}Emprise\N{NO-BREAK SPACE}»",
    },
}


@pytest.fixture(scope="module")
def translations(plugin_folder):
    """The texts of a language by the English ones, read by the tool that writes them."""
    spec = importlib.util.spec_from_file_location("translations_tool", TOOL)
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    return lambda language: tool.translations(plugin_folder / "i18n" / f"dis2_{language}.ts")


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


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_reads_what_the_tool_writes(plugin, translations, language):
    from dis2.words.translation import messages

    assert len(translations(language)) > 400
    assert dict(messages(language)) == translations(language)


@pytest.mark.parametrize("locale", ["de", "de_AT", "de-DE", "fr", "fr_CA", "fr-FR"])
def test_a_locale_speaks_its_language(speaks, locale):
    speaks(locale)
    shown, said = texts(), SAID[locale[:2]]
    assert shown["dis2:segment", "name"] == said["Segment with missing modalities"]
    assert shown["dis2:segment", "OPTICAL", "label"] == said["Optical raster"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_stays_english(speaks, translations, language):
    speaks("en")
    english = texts()
    speaks(language)
    same = {text for place, text in texts().items() if text == english[place]}
    assert same <= {text for text, translation in translations(language).items() if text == translation}


@pytest.mark.parametrize("locale", ["xx", "en_GB", "nl"])
def test_a_language_without_translation_is_english(speaks, locale):
    speaks("en")
    english = texts()
    speaks(locale)
    assert texts() == english
    for algorithm in algorithms():
        page = Path(QUrl(algorithm.helpUrl()).toLocalFile())
        assert page.is_file() and page.parent.name == "help"


@pytest.mark.parametrize("language", LANGUAGES)
def test_help_is_in_the_language(speaks, language):
    """In the dialog and behind its button *Help*; QGIS shows the page without a trace of its first line."""
    speaks(language)
    for algorithm in algorithms():
        path = Path(QUrl(algorithm.helpUrl()).toLocalFile())
        assert path.is_file() and path.parent.name == language
        shown = QTextDocument()
        shown.setHtml(algorithm.shortHelpString())
        accented = {letter for letter in path.read_text(encoding="utf-8") if letter.isalpha() and not letter.isascii()}
        assert accented <= set(shown.toPlainText()) and "charset" not in shown.toPlainText()


@pytest.mark.parametrize("language", SAID)
def test_words_for_options_are_labels(speaks, translations, language):
    from dis2.words.advice import in_words_of_qgis

    speaks(language)
    said = SAID[language]
    assert in_words_of_qgis("Set --extent.") == "Set {}.".format(said["'Extent'"])
    assert translations(language)["Extent"] == said["Extent"]


@pytest.mark.slow
@pytest.mark.parametrize("language", SAID)
def test_qgis_process_of_a_profile_in_a_language(plugin_folder, tmp_path, language):
    """The profile of someone who has chosen it in QGIS's options, in a program of its own."""
    assert PROGRAM, "qgis_process is missing: install QGIS"
    profile = tmp_path / "profiles" / "default" / "QGIS"
    profile.mkdir(parents=True)
    (profile / "QGIS3.ini").write_text(
        f"[locale]\noverrideFlag=true\nuserLocale={language}\n\n[PythonPlugins]\ndis2=true\n", encoding="utf-8"
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

    said = SAID[language]
    listed = ask("list")["providers"]["dis2"]["algorithms"]
    assert listed["dis2:segment"]["name"] == said["Segment with missing modalities"]
    assert listed["dis2:whatif"]["name"] == said["What if a raster were missing?"]
    described = ask("help", "dis2:segment")["parameters"]
    assert described["OPTICAL"]["description"] == said["Optical raster"]
    assert described["OPTICAL_BANDS"]["description"] == said["{}: bands"].format(said["Optical raster"])
    assert described["EXTENT"]["description"] == said["Extent"]
