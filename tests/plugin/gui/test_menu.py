"""What a person sees of DIS2 without the toolbox: menu, button, a word of welcome."""

import pytest
from qgis.core import QgsApplication, QgsProcessingContext, QgsSettings
from qgis.gui import QgsMessageBar
from qgis.PyQt.QtGui import QIcon
from qgis.PyQt.QtWidgets import QMainWindow, QMenu, QPushButton, QTextEdit, QToolButton


class Window:
    """The parts of QGIS's interface that the plugin touches."""

    def __init__(self):
        self.window, self.menu, self.messages = QMainWindow(), QMenu("Raster"), QgsMessageBar()

    def mainWindow(self):
        return self.window

    def rasterMenu(self):
        return self.menu

    def addToolBar(self, title):
        return self.window.addToolBar(title)

    def messageBar(self):
        return self.messages


@pytest.fixture
def window(plugin):
    QgsSettings().remove("dis2/welcomed")
    yield Window()
    QgsSettings().remove("dis2/welcomed")


def test_menu_and_button_open_the_dialogs_and_go_with_the_plugin(window, monkeypatch):
    from dis2.gui import menu

    opened = []
    monkeypatch.setattr(menu, "open_dialog", opened.append)
    entries = menu.Menu(window, QIcon())
    texts = [action.text() for action in entries.menu.actions() if not action.isSeparator()]
    assert texts == ["Segment…", "What if…", "Train…", "Set up the runtime…", "Demonstration city…", "Help"]
    for action in entries.menu.actions()[:5]:
        action.trigger()
    registry = QgsApplication.processingRegistry()
    assert len(opened) == 5 and all(registry.algorithmById(algorithm) for algorithm in opened)
    assert window.menu.actions() == [entries.menu.menuAction()]
    assert entries.menu in [button.menu() for button in entries.bar.findChildren(QToolButton)]
    entries.remove()
    assert window.menu.actions() == []


def test_the_word_of_welcome_comes_once_and_its_button_leads_on(window, monkeypatch):
    from dis2.gui import menu

    opened = []
    monkeypatch.setattr(menu, "open_dialog", opened.append)
    menu.welcome(window, is_ready=False)
    menu.welcome(window, is_ready=False)
    (message,) = window.messages.items()
    assert "set up the runtime" in message.text()
    message.findChild(QPushButton).click()
    assert opened == ["dis2:setupruntime"]
    assert window.messages.items() == []


def test_where_there_is_a_runtime_it_leads_to_the_segmentation(window):
    from dis2.gui import menu

    menu.welcome(window, is_ready=True)
    (message,) = window.messages.items()
    assert message.text() == "Look in the menu Raster."
    assert message.findChild(QPushButton).text() == "Segment…"


@pytest.mark.parametrize(
    ("query", "algorithm"),
    [
        ("flood", "segment"),
        ("radar", "segment"),
        ("lidar", "segment"),
        ("machine learning", "trainmodel"),
        ("nDSM from DSM", "ndsm"),
        ("accuracy", "evaluate"),
        ("first steps", "democity"),
    ],
)
def test_the_toolbox_finds_what_people_type(plugin, query, algorithm):
    """As QGIS's toolbox searches: every word somewhere in name, title or tags."""
    found = QgsApplication.processingRegistry().algorithmById(f"dis2:{algorithm}")
    places = [found.name(), found.displayName(), *found.tags()]
    assert all(any(word.lower() in place.lower() for place in places) for word in query.split())


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("fr", {"inondation", "apprentissage automatique", "orthophoto"}),
        ("de", {"Hochwasser", "maschinelles Lernen", "Landbedeckung"}),
    ],
)
def test_people_search_in_both_languages(plugin, monkeypatch, language, words):
    from dis2.words import translation

    english = set(QgsApplication.processingRegistry().algorithmById("dis2:segment").tags())
    monkeypatch.setattr(translation, "language", lambda: language)
    tags = set(QgsApplication.processingRegistry().algorithmById("dis2:segment").tags())
    assert {"flood", "machine learning"} <= english <= tags
    assert words <= tags and not words <= english


def test_the_log_of_the_setup_ends_with_where_the_models_run(plugin, monkeypatch):
    from dis2.gui.setup_dialog import SetupDialog
    from processing.gui import ParametersPanel

    monkeypatch.setattr(ParametersPanel, "iface", None)

    dialog = SetupDialog(QgsApplication.processingRegistry().algorithmById("dis2:setupruntime").create())
    dialog.iterateParam = None  # as a run sets it
    feedback = dialog.createFeedback()
    feedback.pushCommandInfo("{'DEVICE_USED': 'cpu', 'DIAGNOSIS': 'a page'}")
    feedback.pushCommandInfo("something else")
    dialog.finish(True, {"DEVICE_USED": "cpu", "DIAGNOSIS": "a page"}, QgsProcessingContext(), feedback)
    log = next(text for text in map(QTextEdit.toPlainText, dialog.findChildren(QTextEdit)) if "something else" in text)
    assert "a page" not in log and log.rstrip().endswith("The models run on the CPU.")
