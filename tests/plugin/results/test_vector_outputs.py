"""Polygons and areas: against the raster that they are made of."""

import csv
import os
from types import SimpleNamespace

import numpy as np
import pytest
from osgeo import gdal, osr
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsDistanceArea,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingOutputLayerDefinition,
    QgsProject,
    QgsRasterLayer,
    QgsRenderContext,
    QgsVectorLayer,
)

NODATA, UNCERTAIN = 255, 254
PIXEL = 0.5
PLACE = (2_600_000, 1_200_000)


def write(path, values, crs=2056):
    """A class raster with pixels of half a metre."""
    height, width = values.shape
    raster = gdal.GetDriverByName("GTiff").Create(str(path), width, height, 1, gdal.GDT_Byte)
    raster.SetGeoTransform((PLACE[0], PIXEL, 0, PLACE[1], 0, -PIXEL))
    if crs:
        reference = osr.SpatialReference()
        reference.ImportFromEPSG(crs)
        raster.SetProjection(reference.ExportToWkt())
    band = raster.GetRasterBand(1)
    band.SetNoDataValue(NODATA)
    band.WriteArray(values)
    return str(path)


@pytest.fixture
def draw(plugin, tmp_path):
    """Polygons of an array by value."""

    def run(values, wanted=(0, 1, 2), smallest=0, feedback=None):
        from dis2.results.polygons import class_polygons

        measure = QgsDistanceArea()
        measure.setSourceCrs(QgsCoordinateReferenceSystem("EPSG:2056"), QgsProject.instance().transformContext())
        measure.setEllipsoid("EPSG:7004")
        folder = tmp_path / "scratch"
        folder.mkdir()
        path = write(tmp_path / "classes.tif", values)
        polygons = class_polygons(path, wanted, smallest, folder, measure, feedback or QgsProcessingFeedback())
        return {polygon.value: polygon for polygon in polygons}

    return run


def test_polygons_cover_exactly_the_pixels_of_their_class(draw):
    """On noise, where patches touch at corners and holes lie in holes."""
    values = np.random.default_rng(0).choice([0, 1, 2, UNCERTAIN, NODATA], (40, 50)).astype("uint8")
    polygons = draw(values)
    assert list(polygons) == [0, 1, 2]
    for value, polygon in polygons.items():
        assert polygon.geometry.isGeosValid()
        assert polygon.geometry.isMultipart()
        assert polygon.geometry.area() == pytest.approx((values == value).sum() * PIXEL**2)
        assert polygon.area == pytest.approx(polygon.geometry.area(), rel=1e-3)  # the map's scale is nearly true


def test_patches_of_a_class_become_one_polygon_with_holes(draw):
    values = np.zeros((9, 9), "uint8")
    values[2:5, 2:5], values[7, 7] = 1, 1
    polygons = draw(values)
    assert len(polygons[1].geometry.asMultiPolygon()) == 2
    assert [len(polygon) for polygon in polygons[0].geometry.asMultiPolygon()] == [3]


def test_sieve_merges_small_patches_and_leaves_nodata_alone(draw):
    values = np.zeros((20, 20), "uint8")
    values[5, 5:7] = 1  # two pixels
    values[10:12, 10:12] = 2  # four
    values[15, 15] = NODATA
    polygons = draw(values, smallest=3)
    assert list(polygons) == [0, 2]
    assert polygons[2].geometry.area() == pytest.approx(4 * PIXEL**2)
    assert polygons[0].geometry.area() == pytest.approx((400 - 4 - 1) * PIXEL**2)


def test_sieve_of_the_same_threshold_keeps_a_patch(draw):
    values = np.zeros((9, 9), "uint8")
    values[4, 4:7] = 1
    assert list(draw(values, smallest=3)) == [0, 1]


def test_uncertain_ground_where_it_is_asked_for(draw):
    values = np.full((8, 8), UNCERTAIN, "uint8")
    values[0] = 1
    assert list(draw(values, wanted=(0, 1, UNCERTAIN))) == [1, UNCERTAIN]


def test_nothing_but_nodata(draw):
    assert draw(np.full((8, 8), NODATA, "uint8")) == {}


def test_too_many_patches_are_one_sentence(draw, monkeypatch, plugin):
    from dis2.dis2_core.contract.errors import InputError
    from dis2.results import polygons

    monkeypatch.setattr(polygons, "MAX_PARTS", 100)
    board = np.indices((60, 60)).sum(axis=0).astype("uint8") % 2
    with pytest.raises(InputError, match=r"more than 100 patches.*finished: .*classes\.tif.*Smallest patch"):
        draw(board)


def test_cancel_stops_drawing(draw):
    from dis2.dis2_core.contract.errors import Cancelled

    feedback = QgsProcessingFeedback()
    feedback.progressChanged.connect(feedback.cancel)
    with pytest.raises(Cancelled):
        draw(np.zeros((500, 500), "uint8"), feedback=feedback)


@pytest.fixture
def segment(fake_worker, scene, tmp_path):
    """Run the algorithm with a worker that has made a certain map."""
    values = np.array([[0, 0, 1, 1], [0, 0, 1, NODATA], [2, 0, UNCERTAIN, NODATA]], "uint8")
    write(tmp_path / "made.tif", values)
    fake_worker(f"map {tmp_path / 'made.tif'}")

    def run(context=None, feedback=None, finish=None, **parameters):
        import processing

        parameters = {"MODEL": scene.model, "OPTICAL": scene.rgb, "OUTPUT": str(tmp_path / "map.tif"), **parameters}
        return processing.run("dis2:segment", parameters, finish, context=context, feedback=feedback)

    return run


def rows(layer):
    """Attributes, without the number that a GeoPackage gives each feature."""
    first = layer.fields().lookupField("fid") + 1
    return [tuple(feature.attributes()[first:]) for feature in layer.getFeatures()]


def opened(result):
    """A temporary result: ``processing.run`` gives the layer if it is in memory, else its file."""
    return result if isinstance(result, QgsVectorLayer) else QgsVectorLayer(result, "result")


def test_polygons_in_memory(segment):
    layer = opened(segment(POLYGONS="TEMPORARY_OUTPUT")["POLYGONS"])
    names = [field.name() for field in layer.fields() if field.name() != "fid"]
    assert names == ["value", "name", "area_m2", "percent"]
    assert [row[:2] for row in rows(layer)] == [(0, "house"), (1, "road"), (2, "meadow & garden")]
    assert [row[2] for row in rows(layer)] == pytest.approx([1.25, 0.75, 0.25], rel=1e-3)
    assert [row[3] for row in rows(layer)] == pytest.approx([500 / 9, 300 / 9, 100 / 9], rel=1e-6)
    assert layer.crs().authid() == "EPSG:2056"


@pytest.mark.parametrize("suffix", ["gpkg", "shp", "geojson"])
def test_polygons_in_a_file_come_with_their_colours(segment, tmp_path, suffix):
    target = str(tmp_path / f"polygons.{suffix}")
    assert segment(POLYGONS=target, UNCERTAIN_POLYGONS=True)["POLYGONS"] == target
    layer = QgsVectorLayer(target, "polygons")
    assert layer.featureCount() == 4
    entries = [
        (int(item.value()), item.label(), item.symbol().color().name()) for item in layer.renderer().categories()
    ]
    assert entries == [
        (0, "house", "#d62728"),
        (1, "road", "#7f7f7f"),
        (2, "meadow & garden", "#98df8a"),
        (254, "uncertain", "#e6e6e6"),
    ]
    rendering, renderer = QgsRenderContext(), layer.renderer().clone()
    renderer.startRender(rendering, layer.fields())
    colors = [renderer.symbolForFeature(feature, rendering).color().name() for feature in layer.getFeatures()]
    renderer.stopRender(rendering)
    assert colors == [color for _, _, color in entries]


def test_polygons_over_those_of_an_earlier_run_that_are_open_in_qgis(segment, tmp_path):
    target = str(tmp_path / "polygons.gpkg")
    segment(POLYGONS=target)
    earlier = QgsVectorLayer(target, "earlier")
    assert earlier.featureCount() == 3
    segment(POLYGONS=target, UNCERTAIN_POLYGONS=True)
    assert QgsVectorLayer(target, "again").featureCount() == 4


def test_the_style_of_something_else_stays_and_that_is_told(segment, tmp_path):
    """Of a raster of the same name, or saved by a person over ours: QGIS keeps no mark of ours."""
    target, style = str(tmp_path / "map.gpkg"), tmp_path / "map.qml"
    style.write_text('<qgis version="3.22.0" styleCategories="Symbology"><pipe/></qgis>')
    before, log = style.read_bytes(), QgsProcessingFeedback(False)
    segment(POLYGONS=target, feedback=log)
    assert style.read_bytes() == before and "map.qml belongs to something else and stays" in log.textLog()
    style.unlink()
    segment(POLYGONS=target)
    ours = style.read_bytes()
    segment(POLYGONS=target, UNCERTAIN_POLYGONS=True)
    assert style.read_bytes() != ours and b"uncertain" in style.read_bytes()
    layer = QgsVectorLayer(target, "polygons")
    assert len(layer.renderer().categories()) == 4
    layer.saveDefaultStyle()
    saved = style.read_bytes()
    segment(POLYGONS=target)
    assert style.read_bytes() == saved


@pytest.mark.parametrize("suffix", ["gpkg", "shp", "geojson", "csv"])
@pytest.mark.parametrize("when", ["written", "closed", "renamed"])
def test_a_table_that_breaks_off_leaves_the_earlier_one(segment, tmp_path, monkeypatch, suffix, when):
    from dis2.results import features, whole

    target = tmp_path / "polygons" / f"areas.{suffix}"
    target.parent.mkdir()
    segment(AREAS=str(target))
    before = {path.name: path.read_bytes() for path in target.parent.iterdir()}
    if when == "written":
        monkeypatch.setattr(features, "_feature", failing_after(3, features._feature))
    elif when == "closed":
        monkeypatch.setattr(features.gdal, "OpenEx", lambda *words: None)
    else:
        monkeypatch.setattr(whole.os, "replace", failing_after(len(before), os.replace))
    with pytest.raises(QgsProcessingException):
        segment(AREAS=str(target))
    monkeypatch.undo()
    assert {path.name: path.read_bytes() for path in target.parent.iterdir()} == before


def failing_after(count, function):
    """A function that fails once, after so many calls."""
    calls = iter(range(1_000_000))

    def call(*words):
        if next(calls) == count:
            raise OSError(28, "No space left on device")
        return function(*words)

    return call


def test_a_file_of_another_layer_is_not_replaced_as_a_companion(segment, tmp_path):
    table = tmp_path / "polygons.dbf"
    table.write_bytes(b"of a person")
    with pytest.raises(QgsProcessingException, match=r"polygons\.dbf exists and belongs to another file"):
        segment(POLYGONS=str(tmp_path / "polygons.shp"))
    assert table.read_bytes() == b"of a person" and not (tmp_path / "polygons.shp").exists()


def test_what_the_run_reads_is_not_written(segment, scene, tmp_path):
    """A GeoPackage may hold a raster; and a virtual raster may show it."""
    package, virtual = tmp_path / "photo.gpkg", tmp_path / "photo.vrt"
    gdal.Translate(str(package), scene.rgb, format="GPKG")
    gdal.Translate(str(virtual), str(package), format="VRT")
    before = package.read_bytes()
    for photo in (package, virtual):
        for name in ("POLYGONS", "AREAS"):
            with pytest.raises(QgsProcessingException, match=r"photo\.gpkg is read by this run"):
                segment(OPTICAL=str(photo), **{name: str(package)})
    assert package.read_bytes() == before


def test_two_results_are_not_written_to_one_file(segment, tmp_path):
    target = str(tmp_path / "all.gpkg")
    with pytest.raises(QgsProcessingException, match="would be the same file"):
        segment(POLYGONS=target, AREAS=target)
    assert not os.path.exists(target)


def test_what_a_killed_qgis_left_beside_a_file_goes_after_a_day(plugin, tmp_path):
    from dis2.results.whole import whole_file

    folders = [tmp_path / f".a.csv.dis2-{number}-x" for number in (1, 2)]
    for folder in folders:
        folder.mkdir()
    os.utime(folders[0], (0, 0))
    with whole_file(tmp_path / "a.csv") as part:
        part.write_text("whole")
    assert sorted(path.name for path in tmp_path.iterdir()) == [folders[1].name, "a.csv"]


def test_a_device_is_not_replaced(plugin, tmp_path):
    from dis2.dis2_core.contract.errors import OutputNotWritable
    from dis2.results.whole import whole_file

    (tmp_path / "a.csv").symlink_to("/dev/null")
    with pytest.raises(OutputNotWritable, match="is no file"), whole_file(tmp_path / "a.csv"):
        pass
    assert (tmp_path / "a.csv").is_symlink()


def test_areas_are_the_table_of_the_run(segment):
    """That of the fake worker, in ``fake_worker.py``."""
    layer = opened(segment(AREAS="TEMPORARY_OUTPUT")["AREAS"])
    names = [field.name() for field in layer.fields() if field.name() != "fid"]
    assert names == ["value", "class", "pixels", "area_m2", "percent"]
    assert not layer.isSpatial()
    assert rows(layer)[0] == (0, "house", 36, 9.0, 90.0)
    assert rows(layer)[-1][:4] == (255, "nodata", 8, 2.0)
    assert not rows(layer)[-1][4]  # NULL


def test_areas_as_a_spreadsheet(segment, tmp_path):
    target = tmp_path / "areas.csv"
    segment(AREAS=str(target))
    with target.open(encoding="utf-8", newline="") as file:
        assert list(csv.reader(file))[:2] == [
            ["value", "class", "pixels", "area_m2", "percent"],
            ["0", "house", "36", "9", "90"],
        ]


@pytest.mark.parametrize("name", ["POLYGONS", "AREAS"])
def test_a_file_that_cannot_be_written_is_told_before_the_work_begins(segment, tmp_path, name):
    missing = tmp_path / "none" / "file.gpkg"
    for value in (str(missing), QgsProcessingOutputLayerDefinition(str(missing))):
        with pytest.raises(QgsProcessingException, match=f"The folder {missing.parent} does not exist"):
            segment(**{name: value})
    assert not (tmp_path / "map.tif").exists()


def test_too_many_patches_leave_the_map(segment, tmp_path, monkeypatch):
    from dis2.results import polygons

    monkeypatch.setattr(polygons, "MAX_PARTS", 1)
    with pytest.raises(QgsProcessingException, match=r"the map itself is finished: .*map\.tif"):
        segment(POLYGONS="TEMPORARY_OUTPUT")
    assert (tmp_path / "map.tif").exists()


def test_what_the_batch_dialog_leaves_empty_is_not_made(segment, monkeypatch):
    """It gives a sink without a name, whose polygons nobody would see; here there would be too many."""
    from dis2.results import polygons

    monkeypatch.setattr(polygons, "MAX_PARTS", 1)
    empty = {name: QgsProcessingOutputLayerDefinition("") for name in ("POLYGONS", "AREAS", "CONFIDENCE")}
    assert not set(empty) & set(segment(**empty))


@pytest.fixture
def load(qgis_new_project, qgis_processing, monkeypatch):
    """Run as the toolbox does, whose results QGIS loads; return the groups of layers."""
    from processing.gui import Postprocessing

    monkeypatch.setattr(Postprocessing, "iface", None, raising=False)

    def run(segment, **parameters):
        from processing.gui.Postprocessing import handleAlgorithmResults

        def finish(algorithm, context, feedback):  # without it, layers in memory would go to the script
            loaded.append(handleAlgorithmResults(algorithm, context, feedback, False))

        project, loaded = QgsProject.instance(), []
        context, feedback = QgsProcessingContext(), QgsProcessingFeedback()
        context.setProject(project)
        defined = {name: QgsProcessingOutputLayerDefinition(path, project) for name, path in parameters.items()}
        segment(context=context, feedback=feedback, finish=finish, **defined)
        assert loaded == [True]
        return [
            SimpleNamespace(
                name=group.name(),
                names=[node.name() for node in group.findLayers()],
                layers=[node.layer() for node in group.findLayers()],
            )
            for group in project.layerTreeRoot().findGroups()
        ]

    return run


def test_results_are_named_and_grouped_by_scene_and_scenario(load, segment, tmp_path):
    paths = {name: str(tmp_path / f"{name.lower()}.tif") for name in ("OUTPUT", "CONFIDENCE")}
    (group,) = load(segment, POLYGONS="TEMPORARY_OUTPUT", AREAS="TEMPORARY_OUTPUT", **paths)
    assert group.name == "DIS2: rgb"
    assert group.names == [
        "Areas: rgb (optical, tiny)",
        "Polygons: rgb (optical, tiny)",
        "Classes: rgb (optical, tiny)",
        "Confidence: rgb (optical, tiny)",
    ]
    assert [item.label() for item in group.layers[1].renderer().categories()] == ["house", "road", "meadow & garden"]


def test_a_second_run_joins_the_group(load, segment, tmp_path):
    load(segment, OUTPUT=str(tmp_path / "first.tif"))
    (group,) = load(segment, OUTPUT=str(tmp_path / "second.tif"))
    assert group.names == ["Classes: rgb (optical, tiny)", "Classes: rgb (optical, tiny)"]
    assert all(isinstance(layer, QgsRasterLayer) for layer in group.layers)


@pytest.mark.slow
def test_what_qgis_loads_has_its_legend(load, scene, real_worker, tmp_path):
    """Of the real worker's style files; Processing by itself does not look at them."""
    import processing

    def segment(context, feedback, finish, **parameters):
        given = {"MODEL": scene.model, "ELEVATION": scene.ndsm, **parameters}
        processing.run("dis2:segment", given, finish, context=context, feedback=feedback)

    paths = {name: str(tmp_path / f"{name}.tif") for name in ("OUTPUT", "CONFIDENCE", "SCENARIO")}
    (group,) = load(segment, **paths)
    assert group.names == [
        "Classes: ndsm (elevation, tiny)",
        "Confidence: ndsm (elevation, tiny)",
        "Scenario: ndsm (elevation, tiny)",
    ]
    classes, confidence, scenario = group.layers
    assert [item.label for item in classes.renderer().classes()] == ["house", "road", "meadow & garden"]
    assert [item.label for item in scenario.renderer().classes()] == ["rgb", "ndsm", "rgb+ndsm"]
    ramp = confidence.renderer().shader().rasterShaderFunction().colorRampItemList()
    assert (ramp[0].color.name(), ramp[-1].color.name(), ramp[-1].value) == ("#440154", "#fde725", 100)
