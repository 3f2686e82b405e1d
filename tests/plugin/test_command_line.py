"""``qgis_process`` with a profile of its own: the plugin, the algorithm, and a model that chains it."""

import json
import os
import shutil
import subprocess

import pytest
from osgeo import gdal, ogr
from qgis.core import (
    QgsProcessingModelAlgorithm,
    QgsProcessingModelChildAlgorithm,
    QgsProcessingModelChildParameterSource,
    QgsProcessingModelOutput,
    QgsProcessingModelParameter,
    QgsProcessingParameterRasterLayer,
)

#: Debian's wrapper ``qgis_process`` passes an option that the program does not know.
PROGRAM = shutil.which("qgis_process.bin") or shutil.which("qgis_process")


@pytest.fixture(scope="module")
def qgis_process(plugin_folder, torch_python, tmp_path_factory):
    """Run ``qgis_process`` where the plugin is enabled."""
    assert PROGRAM, "qgis_process is missing: install QGIS"
    environment = {
        **os.environ,
        "QGIS_PLUGINPATH": str(plugin_folder.parent),
        "QGIS_CUSTOM_CONFIG_PATH": str(tmp_path_factory.mktemp("profile")),
        "QT_QPA_PLATFORM": "offscreen",
        "DIS2_PYTHON": torch_python,
        "OMP_NUM_THREADS": "1",
    }

    def run(*arguments):
        return subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, env=environment, timeout=120)

    assert run("plugins", "enable", "dis2").returncode == 0
    return run


def results(done):
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)["results"]


@pytest.mark.slow
def test_help(qgis_process):
    done = qgis_process("help", "dis2:segment")
    assert done.returncode == 0
    for text in ("Segment with missing modalities", "OPTICAL", "ELEVATION", "MODEL", "SCENARIO", "Any of them may"):
        assert text in done.stdout


@pytest.mark.slow
def test_run(qgis_process, scene, tmp_path):
    target = str(tmp_path / "map.tif")
    arguments = [f"MODEL={scene.model}", f"OPTICAL={scene.rgb}", "GRID=finest", f"OUTPUT={target}"]
    done = qgis_process("run", "--json", "dis2:segment", "--", *arguments)
    assert results(done)["OUTPUT"] == target
    assert results(done)["MODALITIES_USED"] == "rgb"
    assert gdal.Open(target).RasterXSize == 96


@pytest.mark.slow
def test_refusal(qgis_process, scene, tmp_path):
    arguments = [f"MODEL={scene.model}", f"OUTPUT={tmp_path / 'map.tif'}"]
    done = qgis_process("run", "dis2:segment", "--", *arguments)
    assert done.returncode != 0
    assert "No raster was given. The model 'tiny' takes Optical" in done.stdout + done.stderr
    assert list(tmp_path.iterdir()) == []


def model3(path, model):
    """A model with two optional rasters, of which either may be left empty: segment, then polygonize.

    Returns its path and its output's name: ``polygonize:polygons`` until QGIS 3.34, ``polygons`` since.
    """
    chain = QgsProcessingModelAlgorithm("Segment and polygonize", "dis2")
    source = QgsProcessingModelChildParameterSource
    segment = QgsProcessingModelChildAlgorithm("dis2:segment")
    segment.setChildId("segment")
    segment.addParameterSources("MODEL", [source.fromStaticValue(model)])
    for name in ("OPTICAL", "ELEVATION"):
        chain.addModelParameter(
            QgsProcessingParameterRasterLayer(name, name.title(), optional=True), QgsProcessingModelParameter(name)
        )
        segment.addParameterSources(name, [source.fromModelParameter(name)])
    chain.addChildAlgorithm(segment)
    polygonize = QgsProcessingModelChildAlgorithm("gdal:polygonize")
    polygonize.setChildId("polygonize")
    polygonize.addParameterSources("INPUT", [source.fromChildOutput("segment", "OUTPUT")])
    polygonize.addParameterSources("BAND", [source.fromStaticValue(1)])
    polygonize.addParameterSources("FIELD", [source.fromStaticValue("class")])
    output = QgsProcessingModelOutput("polygons", "polygons")
    output.setChildId("polygonize")
    output.setChildOutputName("OUTPUT")
    polygonize.setModelOutputs({"polygons": output})
    chain.addChildAlgorithm(polygonize)
    chain.updateDestinationParameters()
    assert chain.toFile(str(path))
    (output,) = chain.destinationParameterDefinitions()
    return str(path), output.name()


@pytest.mark.slow
@pytest.mark.parametrize("slot", ["OPTICAL", "ELEVATION"])
def test_model_chains_to_polygonize(qgis_process, plugin, scene, tmp_path, slot):
    chain, output = model3(tmp_path / "chain.model3", scene.model)
    target = str(tmp_path / "polygons.gpkg")
    raster = {"OPTICAL": scene.rgb, "ELEVATION": scene.ndsm}[slot]
    done = qgis_process("run", "--json", chain, "--", f"{slot}={raster}", f"{output}={target}")
    assert list(results(done).values()) == [target]
    polygons = ogr.Open(target)
    classes = {feature.GetField("class") for feature in polygons.GetLayer()}
    assert classes and classes <= {0, 1, 2}
