"""Evaluate and what-if in QGIS, with the real worker; small rasters are written by GDAL, matrices known."""

import csv
import json
from pathlib import Path

import pytest
from osgeo import gdal, osr
from qgis.core import (
    Qgis,
    QgsApplication,
    QgsCategorizedSymbolRenderer,
    QgsCoordinateReferenceSystem,
    QgsFeature,
    QgsFillSymbol,
    QgsGeometry,
    QgsPalettedRasterRenderer,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeatureSourceDefinition,
    QgsProcessingFeedback,
    QgsProcessingUtils,
    QgsProject,
    QgsRasterLayer,
    QgsRectangle,
    QgsRendererCategory,
    QgsVectorLayer,
)
from qgis.PyQt.QtGui import QColor

LEFT, TOP = 2_600_000, 1_200_000


def write(path, rows, pixel=1.0, nodata=255):
    """A raster of byte codes in EPSG:2056."""
    height, width = len(rows), len(rows[0])
    raster = gdal.GetDriverByName("GTiff").Create(str(path), width, height, 1, gdal.GDT_Byte)
    raster.SetGeoTransform((LEFT, pixel, 0, TOP, 0, -pixel))
    crs = osr.SpatialReference()
    crs.ImportFromEPSG(2056)
    raster.SetProjection(crs.ExportToWkt())
    band = raster.GetRasterBand(1)
    band.SetNoDataValue(nodata)
    band.WriteRaster(0, 0, width, height, bytes(code for row in rows for code in row))
    raster.FlushCache()
    return str(path)


def table(path):
    """The rows of a CSV file."""
    with open(path, encoding="utf-8") as file:
        return list(csv.reader(file))


@pytest.fixture
def maps(tmp_path):
    """40 m by 20 m: the map is 0, 1, 2 and 3 in columns of 10 m; the truth 0, 1, 3 and nothing."""
    columns = [code for code in range(4) for _ in range(10)]
    truth = [{0: 0, 1: 1, 2: 3, 3: 255}[code] for code in columns]
    return write(tmp_path / "map.tif", [columns] * 20), write(tmp_path / "truth.tif", [truth] * 20)


@pytest.fixture
def polygons(qgis_new_project):
    """Squares of 10 m by 20 m in QGIS's memory; their classes are words, one with quotes, and ids of 64 bits."""
    layer = QgsVectorLayer("Polygon?crs=EPSG:2056&field=class:string&field=id:long", "truth", "memory")
    for index, name in enumerate(("house", "road", 'the "meadow"', "house")):
        feature = QgsFeature(layer.fields())
        feature.setAttributes([name, 2**62 + index])
        left = LEFT + 10 * index
        feature.setGeometry(QgsGeometry.fromRect(QgsRectangle(left, TOP - 20, left + 10, TOP)))
        layer.dataProvider().addFeatures([feature])
    layer.updateExtents()
    QgsProject.instance().addMapLayer(layer)
    return layer


def paletted(path, names):
    """A layer in the project whose style names its codes."""
    layer = QgsRasterLayer(path, "map")
    classes = [
        QgsPalettedRasterRenderer.Class(code, QColor(40 * code, 80, 120), name) for code, name in enumerate(names)
    ]
    layer.setRenderer(QgsPalettedRasterRenderer(layer.dataProvider(), 1, classes))
    QgsProject.instance().addMapLayer(layer)
    return layer


@pytest.fixture
def run(real_worker, qgis_processing):
    """Run an algorithm; return its results and what it has told."""
    import processing

    def go(name, **parameters):
        feedback = QgsProcessingFeedback()
        context = QgsProcessingContext()
        context.setProject(QgsProject.instance())
        results = processing.run(f"dis2:{name}", parameters, context=context, feedback=feedback)
        return results, feedback.textLog(), context

    return go


@pytest.fixture
def check(plugin):
    def ask(name, **parameters):
        algorithm = QgsApplication.processingRegistry().algorithmById(f"dis2:{name}").create()
        context = QgsProcessingContext()
        context.setProject(QgsProject.instance())
        acceptable, message = algorithm.checkParameterValues(parameters, context)
        assert acceptable == (not message)
        return message

    return ask


# Evaluate


@pytest.mark.slow
def test_evaluate_rasters_by_code(run, maps, tmp_path):
    outputs = {name: str(tmp_path / name) for name in ("report.html", "matrix.csv", "scores.csv")}
    results, log, _ = run(
        "evaluate",
        CLASSES=maps[0],
        REFERENCE=maps[1],
        REPORT=outputs["report.html"],
        MATRIX=outputs["matrix.csv"],
        SCORES=outputs["scores.csv"],
    )
    assert results["OA"] == pytest.approx(2 / 3) and results["MIOU"] == pytest.approx(2 / 3)
    assert results["KAPPA"] == pytest.approx((2 / 3 - 2 / 9) / (7 / 9))
    assert (results["COMPARED_PIXELS"], results["COMPARED_AREA"], results["NOT_LABELLED_PIXELS"]) == (600, 600, 200)
    assert results["REPORT"] == outputs["report.html"] and "matched by their codes" in log
    assert "'2' is unknown to the reference" in log
    assert [row[:5] for row in table(outputs["matrix.csv"])[1:]] == [
        *(["0", "200", "0", "0", "0"], ["1", "0", "200", "0", "0"]),
        *(["2", "0", "0", "0", "0"], ["3", "0", "0", "200", "0"]),
    ]
    assert "Overall accuracy" in Path(outputs["report.html"]).read_text(encoding="utf-8")


@pytest.mark.slow
def test_evaluate_polygons_by_the_names_of_the_style(run, maps, polygons, tmp_path):
    layer = paletted(maps[0], ("House", "road", 'the_"meadow"', "water"))
    report = tmp_path / "report.html"
    results, log, _ = run(
        "evaluate", CLASSES=layer, REFERENCE_POLYGONS=polygons, CLASS_FIELD="class", REPORT=str(report)
    )
    assert results["OA"] == 0.75 and "matched by their names" in log
    text = report.read_text(encoding="utf-8")
    assert "the_&#34;meadow&#34;" in text and "background:#285078" in text  # the style's colour of code 1
    assert "'water' is unknown to the reference" in log


@pytest.mark.slow
def test_odd_polygons_are_left_out_and_named_as_in_qgis(run, maps, polygons, tmp_path):
    """A corner set twice, and a class forgotten; the log names the layer and the ids that QGIS shows."""
    layer = paletted(maps[0], ("house", "road", 'the "meadow"', "water"))
    report = tmp_path / "report.html"
    given = {"CLASSES": layer, "REFERENCE_POLYGONS": polygons, "CLASS_FIELD": "class"}
    expected, _, _ = run("evaluate", **given, REPORT="TEMPORARY_OUTPUT")
    for name, shape in (
        ("water", f"Polygon(({LEFT} {TOP}, {LEFT + 1} {TOP - 1}, {LEFT} {TOP}))"),
        ("  ", f"Polygon(({LEFT} {TOP}, {LEFT + 9} {TOP}, {LEFT + 9} {TOP - 9}, {LEFT} {TOP}))"),
    ):
        feature = QgsFeature(polygons.fields())
        feature.setAttributes([name, 0])
        feature.setGeometry(QgsGeometry.fromWkt(shape))
        polygons.dataProvider().addFeatures([feature])
    results, log, _ = run("evaluate", **given, REPORT=str(report))
    ids = sorted(feature.id() for feature in polygons.getFeatures())[-2:]
    assert results["MIOU"] == expected["MIOU"] and results["COMPARED_PIXELS"] == expected["COMPARED_PIXELS"]
    assert f"'truth': left out are no area (1: id {ids[0]}); no class (1: id {ids[1]})" in log
    assert "reference.geojson:" not in log and "reference.geojson" not in report.read_text(encoding="utf-8")


@pytest.mark.slow
def test_selected_polygons_alone(run, maps, polygons):
    layer = paletted(maps[0], ("house", "road", "meadow", "water"))
    polygons.selectByExpression("\"class\" = 'house'")
    results, _, _ = run(
        "evaluate",
        CLASSES=layer,
        REFERENCE_POLYGONS=QgsProcessingFeatureSourceDefinition(polygons.id(), selectedFeaturesOnly=True),
        CLASS_FIELD="class",
        REPORT="TEMPORARY_OUTPUT",
    )
    assert results["COMPARED_PIXELS"] == 400 and results["OA"] == 0.5


@pytest.mark.slow
def test_polygons_beyond_the_extent_do_not_reach_the_worker(run, maps, polygons):
    """They would fill the disk and the worker's memory where a layer covers a country."""
    extent = f"{LEFT + 1},{LEFT + 2},{TOP - 2},{TOP - 1} [EPSG:2056]"
    with pytest.raises(QgsProcessingException, match=r"of the reference: house\."):  # which the codes do not match
        run("evaluate", CLASSES=maps[0], REFERENCE_POLYGONS=polygons, CLASS_FIELD="class", EXTENT=extent)


@pytest.mark.skipif(Qgis.QGIS_VERSION_INT < 33200, reason="sources have filters since QGIS 3.32")
def test_the_filter_and_the_limit_of_a_source_count(run, maps, polygons):
    layer = paletted(maps[0], ("house", "road", "meadow", "water"))
    source = QgsProcessingFeatureSourceDefinition(
        polygons.id(), selectedFeaturesOnly=False, featureLimit=-1, filterExpression="\"class\" = 'house'"
    )
    results, _, _ = run("evaluate", CLASSES=layer, REFERENCE_POLYGONS=source, CLASS_FIELD="class")
    assert results["COMPARED_PIXELS"] == 400


@pytest.mark.slow
def test_polygons_in_a_crs_that_only_qgis_knows(run, maps, qgis_new_project):
    crs = QgsCoordinateReferenceSystem()
    crs.createFromProj("+proj=somerc +lat_0=46.95 +lon_0=7.44 +x_0=0 +y_0=0 +ellps=bessel +units=m +no_defs")
    assert crs.isValid()
    layer = QgsVectorLayer("Polygon?field=code:double", "truth", "memory")
    layer.setCrs(crs)
    from qgis.core import QgsCoordinateTransform

    box = QgsGeometry.fromRect(QgsRectangle(LEFT, TOP - 20, LEFT + 10, TOP))
    box.transform(QgsCoordinateTransform(QgsCoordinateReferenceSystem("EPSG:2056"), crs, QgsProject.instance()))
    feature = QgsFeature(layer.fields())
    feature.setAttributes([0.0])
    feature.setGeometry(box)
    layer.dataProvider().addFeatures([feature])
    QgsProject.instance().addMapLayer(layer)
    results, _, _ = run(
        "evaluate", CLASSES=maps[0], REFERENCE_POLYGONS=layer, CLASS_FIELD="code", REPORT="TEMPORARY_OUTPUT"
    )
    assert results["OA"] > 0.9 and results["COMPARED_PIXELS"] == pytest.approx(200, abs=40)


@pytest.mark.slow
def test_categories_of_the_polygons_style_are_their_names(run, maps, polygons):
    polygons.setRenderer(
        QgsCategorizedSymbolRenderer(
            "class",
            [
                QgsRendererCategory("house", QgsFillSymbol(), "Gebäude"),
                QgsRendererCategory("road", QgsFillSymbol(), "Straße"),
            ],
        )
    )
    layer = paletted(maps[0], ("Gebäude", "straße", "Wiese", "Wasser"))
    results, log, _ = run(
        "evaluate", CLASSES=layer, REFERENCE_POLYGONS=polygons, CLASS_FIELD="class", REPORT="TEMPORARY_OUTPUT"
    )
    assert results["COMPARED_PIXELS"] == 600 and "was given no class" in log  # the meadow


@pytest.mark.slow
def test_values_can_be_told(run, maps):
    layer = paletted(maps[0], ("house", "road", "meadow", "water"))
    results, log, _ = run(
        "evaluate", CLASSES=layer, REFERENCE=maps[1], REFERENCE_VALUES="0=house; 1 = road;3=meadow",
        REPORT="TEMPORARY_OUTPUT",
    )  # fmt: skip
    assert results["OA"] == 1 and "matched by their names" in log


@pytest.mark.slow
def test_extent(run, maps):
    extent = f"{LEFT + 5},{LEFT + 15},{TOP - 10},{TOP} [EPSG:2056]"
    results, _, _ = run("evaluate", CLASSES=maps[0], REFERENCE=maps[1], EXTENT=extent, SCORES="TEMPORARY_OUTPUT")
    assert results["COMPARED_PIXELS"] == 100 and "REPORT" not in results


@pytest.mark.slow
@pytest.mark.parametrize("name", ["evaluate", "whatif"])
def test_progress_never_goes_back(plugin, scene, maps, name, monkeypatch, qgis_processing, qgis_new_project):
    """Though QGIS writes two rasters of its memory, one after the other, before the worker begins."""
    import processing
    from dis2.dis2_core.contract.errors import Cancelled
    from dis2.layers.snapshots import Snapshot

    def slowly(feedback):
        for percent in (0, 50, 100):
            feedback.setProgress(percent)

    def provide(snapshot, target, feedback):
        slowly(feedback)
        return "a.tif"

    def run_job(job, feedback, *labels):
        slowly(feedback)
        raise Cancelled("That is enough.")

    monkeypatch.setattr(Snapshot, "provide", provide)
    monkeypatch.setattr(f"dis2.algorithms.{name}.run_job", run_job)
    for path in maps:
        gdal.GetDriverByName("GTiff").CreateCopy(f"/vsimem/{Path(path).name}", gdal.Open(path))
        QgsProject.instance().addMapLayer(QgsRasterLayer(f"/vsimem/{Path(path).name}", Path(path).stem))
    first, second = (QgsProject.instance().mapLayersByName(name)[0].id() for name in ("map", "truth"))
    parameters = {
        "evaluate": {"CLASSES": first, "REFERENCE": second, "REPORT": "TEMPORARY_OUTPUT"},
        "whatif": {
            **{"MODEL": scene.model, "OPTICAL": scene.rgb, "ELEVATION": scene.ndsm, "REFERENCE": first},
            **{"TRUTH": second, "FOLDER": "TEMPORARY_OUTPUT"},
        },
    }[name]
    feedback, told = QgsProcessingFeedback(), []
    feedback.progressChanged.connect(told.append)
    with pytest.raises(QgsProcessingException, match="That is enough"):
        processing.run(f"dis2:{name}", parameters, feedback=feedback)
    QgsProject.instance().clear()
    for path in maps:
        gdal.Unlink(f"/vsimem/{Path(path).name}")
    assert told == sorted(told) and told[-1] == 100
    assert sum(0 < percent < 50 for percent in told) > 3  # both rasters moved it


def test_check_evaluate(check, maps, polygons):
    good = {"CLASSES": maps[0], "REFERENCE": maps[1]}
    assert check("evaluate", **good) == ""
    assert "No reference" in check("evaluate", CLASSES=maps[0])
    both = check("evaluate", **good, REFERENCE_POLYGONS=polygons, CLASS_FIELD="class")
    assert "one of the two" in both
    assert "class, id" in check("evaluate", CLASSES=maps[0], REFERENCE_POLYGONS=polygons, CLASS_FIELD="klass")
    assert "'tree'" in check("evaluate", **good, REFERENCE_VALUES="1=house;tree")
    assert "no/such.tif" in check("evaluate", CLASSES="no/such.tif", REFERENCE=maps[1])
    polygons.setCrs(QgsCoordinateReferenceSystem())
    assert "no CRS" in check("evaluate", CLASSES=maps[0], REFERENCE_POLYGONS=polygons, CLASS_FIELD="class")


@pytest.mark.slow
def test_nothing_in_common_ends_in_words_of_the_dialog(run, maps, polygons):
    layer = paletted(maps[0], ("a", "b", "c", "d"))
    with pytest.raises(QgsProcessingException) as caught:
        run("evaluate", CLASSES=layer, REFERENCE_POLYGONS=polygons, CLASS_FIELD="class", REPORT="TEMPORARY_OUTPUT")
    assert "no class in common" in str(caught.value) and "--" not in str(caught.value)


# What if


@pytest.mark.slow
def test_whatif_makes_a_folder_and_shows_its_maps(run, scene, tmp_path, qgis_new_project):
    folder = tmp_path / "what if Ä"
    results, log, context = run(
        "whatif", MODEL=scene.model, OPTICAL=scene.rgb, ELEVATION=scene.ndsm, FOLDER=str(folder)
    )
    names = ["rgb+ndsm", "rgb", "ndsm"]
    assert results["FOLDER"] == str(folder) and results["SUMMARY"] in log
    assert results["SUMMARY"].startswith("Without ") and "of the map stays the same" in results["SUMMARY"]
    assert Path(results["REPORT"]).read_text(encoding="utf-8").count("<svg") == 1
    assert {row[0] for row in table(results["TABLE"])} == {"available", *names}
    waiting = context.layersToLoadOnCompletion()
    assert {Path(path).name for path in waiting} == {f"classes_{name}.tif" for name in names}
    for name in names:
        layer = QgsRasterLayer(str(folder / f"classes_{name}.tif"), name)
        assert [item.label for item in layer.renderer().classes()] == ["house", "road", "meadow & garden"]


@pytest.mark.slow
def test_whatif_with_ground_truth_into_a_temporary_folder(run, scene, tmp_path, qgis_new_project):
    truth = write(tmp_path / "truth.tif", [[0, 1, 2] * 16] * 48)
    results, _, context = run(
        "whatif", MODEL=scene.model, OPTICAL=scene.rgb, ELEVATION=scene.ndsm, TRUTH=truth, LOAD=False,
        FOLDER="TEMPORARY_OUTPUT",
    )  # fmt: skip
    assert "Against the reference, mean IoU is" in results["SUMMARY"]
    assert not context.layersToLoadOnCompletion()
    folder = Path(results["FOLDER"])
    assert folder.is_relative_to(QgsProcessingUtils.tempFolder())
    assert Path(results["REPORT"]).parent == folder
    assert json.loads((folder / "whatif.json").read_text())["files"]


@pytest.mark.slow
def test_whatif_leaves_other_folders_alone(run, scene, tmp_path, qgis_new_project):
    (tmp_path / "notes.txt").write_text("dear")
    with pytest.raises(QgsProcessingException, match=r"notes\.txt"):
        run("whatif", MODEL=scene.model, OPTICAL=scene.rgb, ELEVATION=scene.ndsm, FOLDER=str(tmp_path))
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_check_whatif(check, scene):
    good = {"MODEL": scene.model, "OPTICAL": scene.rgb, "ELEVATION": scene.ndsm, "FOLDER": "TEMPORARY_OUTPUT"}
    assert check("whatif", **good) == ""
    assert "Two rasters" in check("whatif", **{**good, "ELEVATION": None})
    assert "cannot be read" in check("whatif", **good, TRUTH="no/such.tif")


@pytest.mark.slow
def test_a_cancelled_run_leaves_nothing(real_worker, scene, tmp_path, qgis_new_project):
    import processing

    feedback = QgsProcessingFeedback()
    feedback.progressChanged.connect(lambda percent: feedback.cancel() if percent > 1 else None)
    parameters = {"MODEL": scene.model, "OPTICAL": scene.rgb, "ELEVATION": scene.ndsm, "FOLDER": str(tmp_path / "out")}
    with pytest.raises(QgsProcessingException, match="Cancelled"):
        processing.run("dis2:whatif", parameters, feedback=feedback)
    assert not list(tmp_path.iterdir())
