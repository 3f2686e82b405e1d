"""The plugin loads anywhere, says what it is, and lets go of everything."""

import ast
import configparser
import os
import re
import subprocess
import sys
import textwrap

import pytest
from qgis.core import QgsApplication, QgsProcessingParameterDefinition
from qgis.PyQt.QtCore import QUrl


@pytest.fixture
def algorithm(plugin):
    return QgsApplication.processingRegistry().algorithmById("dis2:segment").create()


@pytest.mark.slow
def test_loads_lists_and_explains_itself_where_torch_fails_to_import(plugin_folder, tmp_path):
    """In a fresh process, in which the libraries of the worker raise when they are imported."""
    code = """
        import sys
        for name in ("torch", "numpy", "rasterio", "safetensors", "pyproj", "affine"):
            sys.modules[name] = None
        sys.path.insert(0, sys.argv[1])
        from qgis.core import QgsApplication
        application = QgsApplication([], False)
        application.initQgis()
        import dis2
        plugin = dis2.classFactory(None)
        plugin.initProcessing()
        algorithm = QgsApplication.processingRegistry().algorithmById("dis2:segment")
        print(algorithm.displayName())
        print(algorithm.shortHelpString())
        plugin.unload()
        print(QgsApplication.processingRegistry().algorithmById("dis2:segment"))
        sys.stdout.flush()
    """
    command = [sys.executable, "-c", textwrap.dedent(code), str(plugin_folder.parent)]
    environment = {**os.environ, "QGIS_CUSTOM_CONFIG_PATH": str(tmp_path)}
    lines = subprocess.run(command, stdout=subprocess.PIPE, text=True, env=environment).stdout.splitlines()
    assert lines[0] == "Segment with missing modalities"
    assert "Any of them may be missing" in lines[1]
    assert lines[-1] == "None"


@pytest.mark.slow
def test_loading_imports_nothing_heavy_and_no_window(plugin_folder, tmp_path):
    code = """
        import sys
        import qgis.core  # which imports numpy from 3.40 on
        theirs = set(sys.modules)
        sys.path.insert(0, sys.argv[1])
        import dis2.plugin
        ours = set(sys.modules) - theirs
        print([n for n in ("torch", "numpy", "rasterio", "processing", "dis2.gui", "dis2.options") if n in ours])
    """
    command = [sys.executable, "-c", textwrap.dedent(code), str(plugin_folder.parent)]
    assert subprocess.run(command, stdout=subprocess.PIPE, text=True).stdout == "[]\n"


@pytest.mark.slow
def test_in_a_window_it_adds_a_page_to_the_options_and_takes_it_back(plugin_folder, tmp_path):
    """In a fresh process, since a provider is registered once."""
    code = """
        import sys
        sys.path.insert(0, sys.argv[1])
        from qgis.core import QgsApplication
        application = QgsApplication([], True)
        application.initQgis()
        import dis2
        from qgis.gui import QgsMessageBar
        from qgis.PyQt.QtWidgets import QMainWindow, QMenu

        class Window:
            pages, window, menu, messages = [], QMainWindow(), QMenu("Raster"), QgsMessageBar()
            def mainWindow(self): return self.window
            def rasterMenu(self): return self.menu
            def addToolBar(self, title): return self.window.addToolBar(title)
            def messageBar(self): return self.messages
            def registerOptionsWidgetFactory(self, page): self.pages.append(page)
            def unregisterOptionsWidgetFactory(self, page): self.pages.remove(page)

        window = Window()
        plugin = dis2.classFactory(window)
        for _ in range(2):  # switched off and on again
            plugin.initGui()
            providers = [item.id() for item in QgsApplication.processingRegistry().providers()]
            print([page.title() for page in window.pages], providers.count("dis2"))
            plugin.unload()
            providers = [item.id() for item in QgsApplication.processingRegistry().providers()]
            print(window.pages, providers.count("dis2"))
        sys.stdout.flush()
    """
    command = [sys.executable, "-c", textwrap.dedent(code), str(plugin_folder.parent)]
    environment = {**os.environ, "QGIS_CUSTOM_CONFIG_PATH": str(tmp_path)}
    lines = subprocess.run(command, stdout=subprocess.PIPE, text=True, env=environment).stdout.splitlines()
    assert lines == ["['DIS2'] 1", "[] 0"] * 2


def test_every_parameter_of_every_algorithm_has_help(plugin):
    algorithms = QgsApplication.processingRegistry().providerById("dis2").algorithms()
    assert len(algorithms) > 7
    for algorithm in algorithms:
        definitions = algorithm.parameterDefinitions()
        assert definitions and all(item.help() and item.description() for item in definitions), algorithm.id()
        assert algorithm.displayName() and algorithm.shortHelpString()


def test_help_button_opens_a_file_that_exists(algorithm):
    path = QUrl(algorithm.helpUrl()).toLocalFile()
    with open(path, encoding="ascii") as file:  # a browser is not told of any other encoding
        assert "Any of them may be missing" in file.read()


def test_what_a_beginner_sees_is_short(algorithm):
    advanced = QgsProcessingParameterDefinition.Flag.FlagAdvanced
    shown = [item.name() for item in algorithm.parameterDefinitions() if not item.flags() & advanced]
    inputs = ["MODEL", "OPTICAL", "ELEVATION", "SAR", "SPECTRAL", "OTHER", "EXTENT"]
    assert shown == [*inputs, "OUTPUT", "CONFIDENCE", "FAMILIARITY", "PROBABILITIES", "SCENARIO", "POLYGONS", "AREAS"]


def test_runs_in_the_background(algorithm):
    assert not algorithm.flags() & algorithm.Flag.FlagNoThreading
    assert algorithm.flags() & algorithm.Flag.FlagCanCancel


def test_outputs_are_declared(algorithm):
    figures = {"MODALITIES_USED", "DEVICE_USED", "VALID_AREA", "SECONDS"}
    layers = {"OUTPUT", "CONFIDENCE", "FAMILIARITY", "PROBABILITIES", "SCENARIO", "POLYGONS", "AREAS"}
    assert {item.name() for item in algorithm.outputDefinitions()} == figures | layers


def test_icon_is_a_picture(algorithm):
    assert not algorithm.icon().pixmap(24, 24).isNull()
    assert os.path.isfile(algorithm.svgIconPath())


def test_python_is_that_of_qgis_3_22(plugin_folder):
    """Parses as Python 3.9, and Qt comes through ``qgis.PyQt`` alone."""
    paths = [path for path in plugin_folder.rglob("*.py") if "dis2_core" not in path.parts]
    assert len(paths) > 8
    for path in paths:
        text = path.read_text(encoding="utf-8")
        ast.parse(text, feature_version=(3, 9))
        assert not re.search(r"(import|from) PyQt\d|\.exec_\(", text)
        assert "import" not in text or "from __future__ import annotations" in text


def test_metadata(plugin_folder):
    metadata = configparser.ConfigParser()
    metadata.read(plugin_folder / "metadata.txt", encoding="utf-8")
    general = metadata["general"]
    version = (plugin_folder / "dis2_core" / "contract" / "version.py").read_text(encoding="utf-8")
    assert f'"{general["version"]}"' in version
    assert general["hasProcessingProvider"] == "yes"
    assert (general["qgisMinimumVersion"], general["qgisMaximumVersion"]) == ("3.22", "4.99")
    assert (plugin_folder / general["icon"]).is_file()
    assert "torch" in general["about"] and "rasterio" in general["about"]
    for required in ("name", "description", "about", "author", "email", "tracker", "repository", "license"):
        assert required in general
