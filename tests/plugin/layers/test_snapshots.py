"""Layers that QGIS alone can read: map tiles, layers in memory, virtual rasters; with the real worker too."""

import math
import re
import time
from pathlib import Path

import numpy as np
import pytest
from osgeo import gdal
from qgis.core import (
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransformContext,
    QgsProcessingAlgRunnerTask,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingUtils,
    QgsProject,
    QgsRasterLayer,
    QgsRectangle,
    QgsReferencedRectangle,
)
from qgis.PyQt.QtCore import QCoreApplication

ZOOM = 18
WORLD = 20_037_508.342789244  # half of the width of the Mercator map in its metres
TILE = 2 * WORLD / 2**ZOOM
LONGITUDE, LATITUDE = 7.4389, 46.9509  # in the middle of the scene


def tile_numbers():
    x = (LONGITUDE + 180) / 360 * 2**ZOOM
    y = (1 - math.asinh(math.tan(math.radians(LATITUDE))) / math.pi) / 2 * 2**ZOOM
    return int(x), int(y)


def tile_box(x, y):
    """A tile in EPSG:3857."""
    left, top = x * TILE - WORLD, WORLD - y * TILE
    return QgsRectangle(left, top - TILE, left + TILE, top)


@pytest.fixture(scope="module")
def tiles(tmp_path_factory):
    """A folder of tiles around the scene: green over x, blue over y, red says which tile; one is missing."""
    folder = tmp_path_factory.mktemp("tiles")
    middle_x, middle_y = tile_numbers()
    ramp = np.arange(256, dtype="uint8")
    for x in range(middle_x - 1, middle_x + 2):
        for y in range(middle_y - 1, middle_y + 1):
            target = folder / str(ZOOM) / str(x) / f"{y}.png"
            target.parent.mkdir(parents=True, exist_ok=True)
            image = gdal.GetDriverByName("MEM").Create("", 256, 256, 3)
            bands = (np.full((256, 256), 40 * (x - middle_x + 2)), np.tile(ramp, (256, 1)), np.tile(ramp, (256, 1)).T)
            for number, values in enumerate(bands, 1):
                image.GetRasterBand(number).WriteArray(values.astype("uint8"))
            gdal.GetDriverByName("PNG").CreateCopy(str(target), image)
    return folder


@pytest.fixture
def service(tiles, qgis_new_project):
    """The tiles as a layer of the project."""

    def add(folder=tiles):
        layer = QgsRasterLayer(
            f"type=xyz&url=file://{folder}/{{z}}/{{x}}/{{y}}.png&zmin={ZOOM}&zmax={ZOOM}", "a", "wms"
        )
        assert layer.isValid()
        layer.setName("tiles")
        QgsProject.instance().addMapLayer(layer)
        return layer

    return add


@pytest.fixture
def snapshot(plugin, tmp_path):
    """Write a layer as a run would; return the raster."""

    def take(layer, box=None, gsd=0.5, feedback=None):
        from dis2.layers.rasters import worker_rasters

        region = box and QgsReferencedRectangle(box, layer.crs())
        rasters = worker_rasters({"layer": layer}, region, gsd, QgsCoordinateTransformContext())
        return gdal.Open(rasters["layer"].provide(tmp_path / "layer", feedback or QgsProcessingFeedback()))

    return take


def test_tiles_come_as_bands_where_they_are(snapshot, service):
    """The lower right quarter of a tile, at the tile's own pixels since the model's are finer."""
    x, y = tile_numbers()
    tile = tile_box(x, y)
    raster = snapshot(
        service(), QgsRectangle(tile.center().x(), tile.yMinimum(), tile.xMaximum(), tile.center().y()), 0.1
    )
    assert raster.GetGeoTransform()[1] == pytest.approx(TILE / 256)
    assert (raster.RasterXSize, raster.RasterYSize, raster.RasterCount) == (128, 128, 4)
    inside = raster.ReadAsArray()[:, 1:-1, 1:-1].astype(int)  # at the edges QGIS mixes in the next tile
    red, green, blue, alpha = inside
    assert set(red.flat) == {80} and set(alpha.flat) == {255}
    assert np.abs(green[0] - np.arange(129, 255)).max() <= 2
    assert np.abs(blue[:, 0] - np.arange(129, 255)).max() <= 2


def test_pictures_have_the_pixels_of_the_model(snapshot, service):
    """One metre on the ground is more on the Mercator map."""
    raster = snapshot(service(), tile_box(*tile_numbers()), gsd=1.0)
    assert raster.GetGeoTransform()[1] == pytest.approx(1 / math.cos(math.radians(LATITUDE)), rel=0.005)


def test_a_missing_tile_is_masked(snapshot, service):
    x, y = tile_numbers()
    both = tile_box(x, y)
    both.combineExtentWith(tile_box(x, y + 1))
    raster = snapshot(service(), both, gsd=1.0)
    alpha = raster.GetRasterBand(4).ReadAsArray()
    assert alpha[: len(alpha) // 2 - 2].min() == 255
    assert alpha[len(alpha) // 2 + 2 :].max() == 0
    assert raster.GetRasterBand(1).GetMaskFlags() & gdal.GMF_ALPHA


def test_a_service_that_shows_nothing_is_one_sentence(snapshot, service, tmp_path):
    from dis2.dis2_core.contract.errors import NoValidData

    with pytest.raises(NoValidData, match=r"'tiles' shows nothing here\. Check that the service can be reached"):
        snapshot(service(tmp_path / "none"), tile_box(*tile_numbers()))


def test_the_whole_world_is_too_much(snapshot, service):
    from dis2.dis2_core.contract.errors import UnreadableRaster

    with pytest.raises(UnreadableRaster, match=r"'tiles' would have to be read as .* Set 'Extent'"):
        snapshot(service())


IN_MEMORY = "/vsimem/heights.tif"


@pytest.fixture
def in_memory():
    """A raster in the memory of QGIS, int16 with a hole; its values. A layer would outlive QGIS in a fixture."""
    raster = gdal.GetDriverByName("GTiff").Create(IN_MEMORY, 30, 20, 2, gdal.GDT_Int16)
    raster.SetProjection(QgsCoordinateReferenceSystem("EPSG:2056").toWkt())
    raster.SetGeoTransform((2_600_000, 2, 0, 1_200_000, 0, -2))
    values = np.arange(1200).reshape(2, 20, 30)
    values[:, 3, 4] = -9999
    for number in (1, 2):
        raster.GetRasterBand(number).SetNoDataValue(-9999)
        raster.GetRasterBand(number).WriteArray(values[number - 1])
    raster = None
    yield values
    gdal.Unlink(IN_MEMORY)


def heights():
    return QgsRasterLayer(IN_MEMORY, "heights")


def test_values_stay_what_they_are(snapshot, in_memory):
    raster = snapshot(heights())
    assert raster.GetGeoTransform() == (2_600_000, 2, 0, 1_200_000, 0, -2)
    assert raster.GetRasterBand(1).DataType == gdal.GDT_Int16
    assert raster.GetRasterBand(2).GetNoDataValue() == -9999
    assert (raster.ReadAsArray() == in_memory).all()


def test_a_part_lies_on_the_layers_own_pixels(snapshot, in_memory):
    raster = snapshot(heights(), QgsRectangle(2_600_005, 1_199_970.5, 2_600_009, 1_199_991))
    assert raster.GetGeoTransform() == (2_600_004, 2, 0, 1_199_992, 0, -2)
    assert (raster.ReadAsArray() == in_memory[:, 4:15, 2:5]).all()


def test_far_too_many_values_are_read_at_the_models_pixels(snapshot, in_memory, monkeypatch):
    from dis2.layers import snapshots

    monkeypatch.setattr(snapshots, "MAX_PIXELS", 200)
    raster = snapshot(heights(), gsd=4.0)
    assert (raster.RasterXSize, raster.RasterYSize) == (15, 10)


def test_a_region_elsewhere_is_one_sentence(snapshot, in_memory):
    from dis2.dis2_core.contract.errors import GridMismatch

    with pytest.raises(GridMismatch, match="'heights' lies elsewhere"):
        snapshot(heights(), QgsRectangle(0, 0, 10, 10))


def test_virtual_raster_of_qgis(snapshot, scene):
    source = "?crs=EPSG:2056&extent=2600000,1199952,2600048,1200000&width=48&height=48"
    source += f"&formula=%22ndsm%401%22%20*%202&ndsm:uri={scene.ndsm}&ndsm:provider=gdal"
    layer = QgsRasterLayer(source, "twice", "virtualraster")
    assert layer.isValid()
    expected = 2 * gdal.Open(scene.ndsm).ReadAsArray()
    assert np.allclose(snapshot(layer).ReadAsArray(), expected)


def test_cancel(snapshot, in_memory):
    from dis2.dis2_core.contract.errors import Cancelled

    feedback = QgsProcessingFeedback()
    feedback.cancel()
    with pytest.raises(Cancelled):
        snapshot(heights(), feedback=feedback)


def test_a_crs_that_a_person_has_set_goes_before_that_of_the_file(snapshot, scene):
    layer = QgsRasterLayer(scene.ndsm, "heights")
    layer.setCrs(QgsCoordinateReferenceSystem("EPSG:32632"))
    raster = snapshot(layer)
    assert raster.GetDriver().ShortName == "VRT"
    assert raster.GetSpatialRef().GetAuthorityCode(None) == "32632"
    assert (raster.ReadAsArray() == gdal.Open(scene.ndsm).ReadAsArray()).all()


def test_credentials_of_qgis_are_not_the_workers(plugin):
    from dis2.layers.rasters import worker_source

    class Layer:
        def providerType(self):
            return "gdal"

        def source(self):
            return "/vsicurl/https://example.org/a.tif authcfg=abc1234"

    assert worker_source(Layer()) == ""


@pytest.fixture
def segment(real_worker, scene, tmp_path):
    """Run the algorithm as a script does."""

    def run(feedback=None, **parameters):
        import processing

        parameters = {"MODEL": scene.model, "OUTPUT": str(tmp_path / "map.tif"), **parameters}
        return processing.run("dis2:segment", parameters, feedback=feedback)

    return run


EXTENT = "2600000,2600030,1199975,1200000 [EPSG:2056]"


def temporary_folders():
    return set(Path(QgsProcessingUtils.tempFolder()).glob("dis2-*"))


@pytest.mark.slow
def test_tiles_are_segmented(segment, service):
    """And nothing of them stays in the temporary folder."""
    before = temporary_folders()
    result = segment(OPTICAL=service(), EXTENT=EXTENT)
    assert result["MODALITIES_USED"] == "rgb"
    assert result["VALID_AREA"] == pytest.approx(750, rel=0.1)
    assert temporary_folders() == before


@pytest.mark.slow
def test_tiles_are_read_where_the_other_rasters_are(segment, service, scene):
    result = segment(OPTICAL=service(), ELEVATION=scene.ndsm)
    assert result["MODALITIES_USED"] == "rgb, ndsm"
    assert result["VALID_AREA"] == pytest.approx(48 * 48, rel=0.1)


@pytest.mark.slow
def test_tiles_on_the_grid_of_another_raster(segment, service, scene):
    result = segment(OPTICAL=service(), REFERENCE=scene.ndsm)
    assert gdal.Open(result["OUTPUT"]).GetGeoTransform() == gdal.Open(scene.ndsm).GetGeoTransform()


def test_tiles_alone_without_an_extent(segment, service):
    with pytest.raises(QgsProcessingException, match=r"Set 'Extent' to the part that you need"):
        segment(OPTICAL=service())


@pytest.mark.slow
def test_layer_in_memory_gives_the_map_that_its_file_gives(segment, scene, tmp_path):
    gdal.GetDriverByName("GTiff").CreateCopy("/vsimem/photo.tif", gdal.Open(scene.rgb))
    layer = QgsRasterLayer("/vsimem/photo.tif", "photo")
    first = segment(OPTICAL=layer)["OUTPUT"]
    second = segment(OPTICAL=scene.rgb, OUTPUT=str(tmp_path / "second.tif"))["OUTPUT"]
    gdal.Unlink("/vsimem/photo.tif")
    assert (gdal.Open(first).ReadAsArray() == gdal.Open(second).ReadAsArray()).all()


@pytest.mark.slow
def test_layers_removed_from_the_project_while_they_are_segmented(real_worker, service, scene, tmp_path):
    """As the toolbox runs it: in the background, the layers gone before the first byte is read."""
    project = QgsProject.instance()
    heights = QgsRasterLayer(scene.ndsm, "heights")
    project.addMapLayer(heights)
    target = tmp_path / "map.tif"
    parameters = {"MODEL": scene.model, "OPTICAL": service().id(), "ELEVATION": heights.id(), "OUTPUT": str(target)}
    context, feedback = QgsProcessingContext(), QgsProcessingFeedback()
    context.setProject(project)
    algorithm = QgsApplication.processingRegistry().algorithmById("dis2:segment").create()
    task = QgsProcessingAlgRunnerTask(algorithm, parameters, context, feedback)
    done = []
    task.executed.connect(lambda successful, results: done.append((successful, results)))
    project.removeAllMapLayers()
    QgsApplication.taskManager().addTask(task)
    end = time.monotonic() + 60
    while not done and time.monotonic() < end:
        QCoreApplication.processEvents()
        time.sleep(0.01)
    assert done[0][0], feedback.textLog()
    assert done[0][1]["MODALITIES_USED"] == "rgb, ndsm"
    assert target.is_file()


MOON = "+proj=longlat +a=1737400 +b=1737400 +no_defs"


def test_a_project_in_a_crs_from_which_no_way_leads_to_the_rasters(segment, service, scene, qgis_new_project):
    """The extent of the map view is in the project's CRS; here that is the Moon's."""
    QgsProject.instance().setCrs(QgsCoordinateReferenceSystem.fromProj(MOON))
    for raster in (scene.rgb, service()):
        with pytest.raises(QgsProcessingException) as caught:
            segment(OPTICAL=raster, EXTENT="7.4,7.5,46.9,47.0")
        assert re.search(
            r"The extent in .* cannot be expressed in EPSG:(2056|3857) .*\. Give an extent", str(caught.value)
        )
