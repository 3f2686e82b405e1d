"""The algorithm with the real worker and a tiny model."""

import json
import os
import signal
import subprocess
import time
import venv

import pytest
from osgeo import gdal
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsPalettedRasterRenderer,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingUtils,
    QgsProject,
    QgsRasterLayer,
    QgsRasterRange,
    QgsRectangle,
    QgsReferencedRectangle,
)


@pytest.fixture
def check(plugin, scene):
    """What ``checkParameterValues`` says; the photo alone is fine."""
    from qgis.core import QgsApplication

    algorithm = QgsApplication.processingRegistry().algorithmById("dis2:segment").create()

    def ask(**changes):
        parameters = {"MODEL": scene.model, "OPTICAL": scene.rgb, "OUTPUT": "TEMPORARY_OUTPUT", **changes}
        context = QgsProcessingContext()
        context.setProject(QgsProject.instance())
        acceptable, message = algorithm.checkParameterValues(parameters, context)
        assert acceptable == (not message)
        return message

    return ask


def test_check_accepts_what_is_good(check):
    assert check() == ""


@pytest.mark.parametrize("nothing", [None, ""])
def test_check_without_any_raster(check, nothing):
    message = check(OPTICAL=nothing)
    assert message == (
        "No raster was given. The model 'tiny' takes Optical: rgb (red, green, blue); "
        "Elevation: ndsm (height). Give at least one of these."
    )


def test_check_slot_that_the_model_does_not_know(check, scene):
    message = check(SAR=scene.ndsm)
    assert "no use for a raster in SAR" in message
    assert "takes Optical: rgb (red, green, blue); Elevation: ndsm (height)" in message


@pytest.mark.parametrize("model", ["no-such-model", ""])
def test_check_model(check, model):
    assert "model" in check(MODEL=model)


def test_check_model_that_is_something_else(check, scene):
    assert scene.rgb in check(MODEL=scene.rgb)


@pytest.mark.parametrize("path", ["no/such/file.tif", __file__])
def test_check_raster_that_is_none(check, path):
    assert check(OPTICAL=path).startswith(f"The raster '{path}' (OPTICAL) cannot be read.")


def test_check_map_service_without_an_extent(check, qgis_new_project):
    layer = QgsRasterLayer("type=xyz&url=file:///{z}/{x}/{y}.png&zmax=18", "a map service", "wms")
    QgsProject.instance().addMapLayer(layer)
    message = check(OPTICAL=layer.id())
    assert "'a map service'" in message and "Set 'Extent'" in message
    assert check(OPTICAL=layer.id(), EXTENT="7.438,7.439,46.950,46.951 [EPSG:4326]") == ""


def test_open_options_of_a_layer_are_no_part_of_its_path(plugin, scene):
    from dis2.layers.rasters import gdal_source

    assert gdal_source(QgsRasterLayer(f"{scene.rgb}|option:NUM_THREADS=2", "photo")) == scene.rgb


def test_scales(plugin, scene):
    from dis2.models.named import model_card
    from dis2.words.inputs import input_names, parse_scales

    names = input_names(model_card(scene.model))
    assert parse_scales("", names) == {}
    assert parse_scales("rgb=0.25,0; ndsm=0.1,-2", names) == {"rgb": (0.25, 0), "ndsm": (0.1, -2)}
    assert parse_scales("optical=0.25,0", names) == {"rgb": (0.25, 0)}
    assert parse_scales("Elevation=0.2 rgb=0,25", names) == {"ndsm": (0.2, 0), "rgb": (0.25, 0)}
    assert parse_scales("ndsm=1,5", names) == {"ndsm": (1, 5)}, "as older versions read it; the log repeats it"


@pytest.mark.parametrize("text", ["0.2", "ndsm", "ndsm=", "ndsm=1,2,3", "ndsm=a,b", "rgb=0", "sar=1,0"])
def test_check_scale_that_is_none(check, text):
    message = check(SCALE=text)
    assert text in message or "scale" in message


def sent_job(fake_worker, scene, parameters):
    """The job that a run sends to its worker."""
    import processing

    fake_worker(f"map {scene.rgb}")
    log = QgsProcessingFeedback(False)
    processing.run("dis2:segment", {"MODEL": scene.model, **parameters}, feedback=log)
    return json.loads(next(line for line in log.textLog().splitlines() if '"type": "job"' in line))


def test_factor_and_offset_of_a_raster(check, scene, fake_worker, tmp_path):
    assert "'Elevation raster: factor' is 0" in check(ELEVATION=scene.ndsm, ELEVATION_FACTOR=0)
    assert check(ELEVATION=scene.ndsm, ELEVATION_FACTOR=0.1, SCALE="ndsm=0.2,0").startswith(
        "The scale of ndsm is given twice. Leave 'Scale of values' empty."
    )
    given = {"OPTICAL": scene.rgb, "ELEVATION": scene.ndsm, "ELEVATION_FACTOR": 0.1, "OPTICAL_OFFSET": -5}
    job = sent_job(fake_worker, scene, {**given, "OUTPUT": str(tmp_path / "map.tif")})
    found = {name: source["scale"] for name, source in job["inputs"].items()}
    assert found == {"rgb": [1.0, -5.0], "ndsm": [0.1, 0.0]}


@pytest.mark.parametrize(
    ("parameter", "text", "words"),
    [
        ("NODATA", "ndsm", "'ndsm' does not say when a pixel has no data. Write NAME=any"),
        ("NODATA", "rgb=some", "'rgb=some' does not say when"),
        ("NODATA", "rgb=inf", "'rgb=inf' does not say when"),
        ("NODATA", "rgb=none,0", "'rgb=none,0' does not say when"),
        ("NODATA", "sar=0", "'sar=0' is about 'sar', which is no input. Inputs are: optical, elevation, rgb, ndsm."),
        ("MASK", "rgb=0", "'rgb=0' does not say what the mask is. Write NAME=auto"),
        ("MASK", "rgb=alpha", "'rgb=alpha' does not say what the mask is"),
    ],
)
def test_check_what_makes_a_pixel_void(check, parameter, text, words):
    assert words in check(**{parameter: text})


def test_what_makes_a_pixel_void_reaches_the_job(fake_worker, scene, tmp_path):
    """What is chosen goes before what is set on the layer; what is not chosen stays as the layer has it."""
    layers = {slot: QgsRasterLayer(path, slot) for slot, path in (("OPTICAL", scene.rgb), ("ELEVATION", scene.ndsm))}
    for layer in layers.values():
        for band in range(1, layer.bandCount() + 1):
            layer.dataProvider().setUserNoDataValue(band, [QgsRasterRange(7, 7)])
    choices = {"NODATA": "optical=all,0", "MASK": "rgb=none;ndsm=2"}
    job = sent_job(fake_worker, scene, {**layers, **choices, "OUTPUT": str(tmp_path / "map.tif")})
    found = {name: (source["nodata"], source["mask"]) for name, source in job["inputs"].items()}
    assert found == {"rgb": ("all,0", "none"), "ndsm": ("7", "2")}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("COMPRESS", "'COMPRESS' is no creation option. Write NAME=VALUE"),
        ("COMPRESS=", "'COMPRESS=' is no creation option"),
        ("compress=zstd|JPEG_QUALITY=75", "The creation option 'JPEG_QUALITY' is not known"),
    ],
)
def test_check_creation_options_that_are_none(check, text, words):
    assert words in check(CREATION_OPTIONS=text)


SCENARIOS = {
    "both": ({"OPTICAL": "rgb", "ELEVATION": "ndsm"}, "rgb, ndsm", 3),
    "photo": ({"OPTICAL": "rgb"}, "rgb", 1),
    "height": ({"ELEVATION": "ndsm"}, "ndsm", 2),
}


@pytest.fixture
def segment(real_worker, scene, tmp_path):
    """Run the algorithm as a script does."""

    def run(feedback=None, **parameters):
        import processing

        parameters = {"MODEL": scene.model, "OUTPUT": str(tmp_path / "map.tif"), **parameters}
        return processing.run("dis2:segment", parameters, feedback=feedback)

    return run


def pixels(path):
    raster = gdal.Open(path)  # a band does not keep its raster open
    return raster.GetRasterBand(1).ReadRaster()


@pytest.mark.slow
@pytest.mark.parametrize("name", SCENARIOS)
def test_three_scenarios(segment, scene, tmp_path, name):
    slots, used, bits = SCENARIOS[name]
    paths = {key: str(tmp_path / f"{key}.tif") for key in ("CONFIDENCE", "FAMILIARITY", "PROBABILITIES", "SCENARIO")}
    rasters = {slot: getattr(scene, attribute) for slot, attribute in slots.items()}
    result = segment(**rasters, **paths)
    assert result["MODALITIES_USED"] == used
    assert result["DEVICE_USED"] == "cpu" or result["DEVICE_USED"].startswith("cuda")
    assert result["VALID_AREA"] == pytest.approx(48.0 * 48.0)
    assert result["SECONDS"] > 0
    assert set(pixels(result["OUTPUT"])) <= {0, 1, 2}
    assert set(pixels(result["SCENARIO"])) == {bits}
    assert max(pixels(result["CONFIDENCE"])) <= 100
    assert set(pixels(result["FAMILIARITY"])) == {100}
    assert gdal.Open(result["PROBABILITIES"]).RasterCount == 3


@pytest.mark.slow
def test_style_names_and_colours_the_classes(segment, scene):
    layer = QgsRasterLayer(segment(OPTICAL=scene.rgb)["OUTPUT"], "map")
    renderer = layer.renderer()
    assert isinstance(renderer, QgsPalettedRasterRenderer)
    assert [(item.value, item.label, item.color.name()) for item in renderer.classes()] == [
        (0.0, "house", "#d62728"),
        (1.0, "road", "#7f7f7f"),
        (2.0, "meadow & garden", "#98df8a"),
    ]


@pytest.mark.slow
def test_qgis_and_the_library_make_the_same_map(segment, scene, tmp_path, torch_python, plugin_folder):
    result = segment(OPTICAL=scene.rgb, ELEVATION=scene.ndsm, OVERLAP=0.25, TTA=True)
    code = "import sys; sys.path.insert(0, sys.argv[1]); import dis2_core; dis2_core.segment("
    code += "{'rgb': sys.argv[2], 'ndsm': sys.argv[3]}, sys.argv[4], output=sys.argv[5], overlap=0.25, tta='d4')"
    target = str(tmp_path / "library.tif")
    arguments = [str(plugin_folder), scene.rgb, scene.ndsm, scene.model, target]
    environment = {"PATH": os.environ["PATH"]}
    subprocess.run([torch_python, "-c", code, *arguments], check=True, env=environment)
    assert pixels(result["OUTPUT"]) == pixels(target)


@pytest.mark.slow
def test_temporary_output_extent_bands_and_reference(segment, scene):
    several = str(scene.folder / "five_bands.tif")
    result = segment(
        OUTPUT="TEMPORARY_OUTPUT",
        OPTICAL=several,
        OPTICAL_BANDS=[4, 1, 2],
        EXTENT="2600000,2600020,1199985,1200000 [EPSG:2056]",
        REFERENCE=scene.ndsm,
    )
    assert result["OUTPUT"].startswith(QgsProcessingUtils.tempFolder())
    raster = gdal.Open(result["OUTPUT"])
    assert (raster.RasterXSize, raster.RasterYSize) == (20, 15)
    assert result["VALID_AREA"] == pytest.approx(300.0)


@pytest.mark.slow
def test_pixels_of_a_size_in_metres(segment, scene):
    result = segment(OUTPUT="TEMPORARY_OUTPUT", OPTICAL=scene.rgb, RESOLUTION=4.0)
    assert gdal.Open(result["OUTPUT"]).GetGeoTransform()[1::4] == (4.0, -4.0)


@pytest.mark.slow
def test_extent_in_a_crs_without_a_code(segment, scene):
    """Coordinates of EPSG:2056 without its 2,600,000 m of false easting."""
    swiss = QgsCoordinateReferenceSystem("EPSG:2056").toProj()
    local = QgsCoordinateReferenceSystem.fromProj(swiss.replace("+x_0=2600000", "+x_0=0"))
    result = segment(OPTICAL=scene.rgb, EXTENT=QgsReferencedRectangle(QgsRectangle(0, 1_199_985, 20, 1_200_000), local))
    assert result["VALID_AREA"] == pytest.approx(300.0, rel=0.02)


def test_a_crs_of_the_persons_own_has_a_code_that_only_qgis_knows(plugin):
    from dis2.layers.crs import crs_text

    class Own(QgsCoordinateReferenceSystem):
        def authid(self):
            return "USER:100000"

    assert crs_text(QgsCoordinateReferenceSystem("EPSG:2056")) == "EPSG:2056"
    assert QgsCoordinateReferenceSystem.fromWkt(crs_text(Own("EPSG:2056"))).authid() == "EPSG:2056"
    assert crs_text(QgsCoordinateReferenceSystem()) == ""


@pytest.mark.parametrize(
    "proj",
    [
        "+proj=ob_tran +o_proj=longlat +o_lon_p=-162 +o_lat_p=39.25 +lon_0=180 +datum=WGS84 +type=crs",
        "+proj=somerc +lat_0=46.95 +lon_0=7.44 +x_0=0 +y_0=0 +ellps=bessel +units=m +type=crs",
    ],
)
def test_a_crs_without_a_code_loses_nothing_on_its_way(plugin, proj):
    """QGIS's default kind of WKT has no words for a rotated pole: the worker would take the raster's CRS instead."""
    from dis2.layers.crs import crs_text

    crs = QgsCoordinateReferenceSystem.fromProj(proj)
    assert QgsCoordinateReferenceSystem.fromWkt(crs_text(crs)) == crs


@pytest.mark.slow
def test_scale_of_values_is_that_of_the_model(segment, scene, tmp_path):
    """Heights in decimetres with their scale give the map that heights in metres give."""
    metres = segment(ELEVATION=scene.ndsm)["OUTPUT"]
    decimetres = str(scene.folder / "decimetres.tif")
    result = segment(ELEVATION=decimetres, SCALE="ndsm=0.1,0", OUTPUT=str(tmp_path / "decimetres.tif"))
    assert pixels(result["OUTPUT"]) == pixels(metres)


@pytest.mark.slow
def test_minimum_confidence_makes_the_map_uncertain(segment, scene, tmp_path):
    """Exactly where the confidence, a rounded percentage, is lower; the legend says so."""
    paths = {"CONFIDENCE": str(tmp_path / "confidence.tif")}
    certain = segment(OPTICAL=scene.rgb, **paths)
    confidence = pixels(certain["CONFIDENCE"])
    limit = sorted(confidence)[len(confidence) // 2]
    kept = pixels(certain["OUTPUT"])
    result = segment(OPTICAL=scene.rgb, MIN_CONFIDENCE=limit, AREAS="TEMPORARY_OUTPUT")
    for value, share, before in zip(pixels(result["OUTPUT"]), confidence, kept, strict=True):
        assert share == limit or value == (254 if share < limit else before)
    layer = QgsRasterLayer(result["OUTPUT"], "map")
    assert [item.label for item in layer.renderer().classes()][-1] == "uncertain"
    certain_pixels = sum(value not in (254, 255) for value in pixels(result["OUTPUT"]))
    assert 0 < certain_pixels < len(kept)
    assert result["VALID_AREA"] == pytest.approx(0.25 * certain_pixels)


@pytest.mark.slow
def test_creation_options_reach_the_files(segment, scene):
    raster = gdal.Open(segment(OPTICAL=scene.rgb, CREATION_OPTIONS="compress=lzw|BLOCKSIZE=256")["OUTPUT"])
    assert raster.GetMetadataItem("COMPRESSION", "IMAGE_STRUCTURE") == "LZW"
    assert raster.GetRasterBand(1).GetBlockSize() == [256, 256]


@pytest.mark.slow
def test_rasters_of_different_crs_resolution_and_extent(segment, scene, tmp_path):
    """Heights in another CRS, coarser, over the western half: the map tells what it had where."""
    heights = str(tmp_path / "utm.tif")
    gdal.Warp(heights, scene.ndsm, dstSRS="EPSG:32632", xRes=1.5, yRes=1.5, srcNodata=-9999, dstNodata=-9999)
    half = gdal.Open(heights)
    gdal.Translate(heights := str(tmp_path / "half.tif"), half, srcWin=[0, 0, half.RasterXSize // 2, half.RasterYSize])
    result = segment(OPTICAL=scene.rgb, ELEVATION=heights, SCENARIO=str(tmp_path / "scenario.tif"))
    assert result["MODALITIES_USED"] == "rgb, ndsm"
    scenario = gdal.Open(result["SCENARIO"]).ReadAsArray()
    assert gdal.Open(result["OUTPUT"]).GetSpatialRef().GetAuthorityCode(None) == "2056"
    middle = scenario[10:-10]  # the grids are turned a little against each other
    assert (middle[:, 10:40] == 3).all() and (middle[:, -40:-10] == 1).all()


@pytest.mark.slow
def test_map_that_is_open_in_qgis_is_replaced(segment, scene, qgis_new_project):
    """On Windows a file that is open cannot be: the worker says so in a sentence (tests of its job folder)."""
    layer = QgsRasterLayer(segment(OPTICAL=scene.rgb)["OUTPUT"], "map")
    QgsProject.instance().addMapLayer(layer)
    result = segment(ELEVATION=scene.ndsm)
    assert result["MODALITIES_USED"] == "ndsm"
    assert pixels(result["OUTPUT"]) == pixels(layer.source())


@pytest.mark.slow
def test_an_error_of_the_worker_reaches_the_person(segment, scene, tmp_path):
    with pytest.raises(QgsProcessingException) as caught:
        segment(OPTICAL=scene.ndsm)
    assert scene.ndsm in str(caught.value)
    assert "Traceback" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_missing_output_folder(segment, scene, tmp_path):
    missing = tmp_path / "none"
    with pytest.raises(QgsProcessingException, match=str(missing)):
        segment(OPTICAL=scene.rgb, OUTPUT=str(missing / "map.tif"))


class Killer(QgsProcessingFeedback):
    """Does something to the worker when it is at work."""

    def __init__(self, action):
        super().__init__(False)
        self._action = action
        self.acted_at = 0.0

    def setProgressText(self, text):
        if text == "Segmenting":
            self.acted_at = time.monotonic()
            self._action(self)


def worker_of(folder):
    """The number of the process that holds the map, as its lock says."""
    return json.loads((folder / ".map.tif.dis2-lock").read_text())["pid"]


@pytest.fixture
def earlier(tmp_path):
    path = tmp_path / "map.tif"
    path.write_bytes(b"earlier")
    yield path
    assert path.read_bytes() == b"earlier"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.slow
def test_killed_in_mid_run(segment, scene, tmp_path, earlier):
    killer = Killer(lambda self: os.kill(worker_of(tmp_path), signal.SIGKILL))
    with pytest.raises(QgsProcessingException, match=r"crashed \(signal 9\)"):
        segment(killer, OPTICAL=scene.large)
    assert killer.acted_at > 0


@pytest.mark.slow
def test_cancelled_in_mid_run_within_a_second(segment, scene, earlier):
    canceller = Killer(lambda self: self.cancel())
    with pytest.raises(QgsProcessingException, match="Cancelled"):
        segment(canceller, OPTICAL=scene.large)
    assert time.monotonic() - canceller.acted_at < 1.0


@pytest.mark.slow
def test_worker_outlives_no_parent(scene, torch_python, plugin_folder, tmp_path, earlier):
    """stdin ends because the parent is gone: the worker tidies up and ends, too."""
    command = [torch_python, "-I", "-u", str(plugin_folder / "worker" / "process.py")]
    source = {"rgb": {"path": scene.large}}
    outputs = {"classes": str(earlier)}
    job = {"v": 1, "type": "job", "model": scene.model, "inputs": source, "outputs": outputs, "batch_size": 1}
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as worker:
        worker.stdin.write(json.dumps(job) + "\n")
        worker.stdin.flush()
        events = (json.loads(line) for line in worker.stdout)
        hello = next(events)
        assert (hello["v"], hello["type"], hello["pid"]) == (1, "hello", worker.pid)
        next(event for event in events if event.get("stage") == "segmenting")
        worker.stdin.close()
        *_, last = events
        assert (last["type"], last["exit_code"]) == ("error", 130)  # of itself: one that is forced says nothing more
        assert worker.wait(20) == 130


def test_worker_gives_signs_of_life(torch_python, plugin_folder):
    command = [torch_python, "-I", "-u", str(plugin_folder / "worker" / "process.py")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as worker:
        kinds = [json.loads(worker.stdout.readline())["type"] for _ in range(2)]
        worker.stdin.close()
    assert kinds == ["hello", "heartbeat"]


@pytest.mark.parametrize("line", ["", "no job\n", '{"v": 2, "type": "job"}\n'])
def test_worker_without_a_job(torch_python, plugin_folder, line):
    command = [torch_python, "-I", "-u", str(plugin_folder / "worker" / "process.py")]
    done = subprocess.run(command, input=line, stdout=subprocess.PIPE, text=True, timeout=120)
    events = [json.loads(text) for text in done.stdout.splitlines()]
    assert [event["type"] for event in events] == ["hello", "error"]
    assert (done.returncode, events[-1]["code"]) == (2, "protocol")


@pytest.fixture
def bare(tmp_path):
    """An environment without a package: where Debian has torch, that of the tests sees it."""
    venv.create(tmp_path / "bare")
    return tmp_path / "bare"


def error_of_a_worker(python, plugin_folder):
    command = [str(python), "-I", "-u", str(plugin_folder / "worker" / "process.py")]
    line = json.dumps({"v": 1, "type": "job", "model": "m", "inputs": {}, "outputs": {"classes": "c.tif"}})
    done = subprocess.run(command, input=line + "\n", capture_output=True, text=True)
    assert done.returncode == 4
    return json.loads(done.stdout.splitlines()[-1])


def test_worker_in_a_python_without_torch(plugin_folder, bare):
    python = bare / "bin" / "python"
    error = error_of_a_worker(python, plugin_folder)
    assert error["text"].startswith(f"{python} cannot load what DIS2 needs")
    assert "DIS2_PYTHON" in error["hint"]


def test_worker_that_finds_no_room_for_a_library(plugin_folder, bare):
    """What the loader says then; nothing needs to be installed."""
    (packages,) = bare.glob("lib/python*/site-packages")
    for name in ("numpy", "rasterio", "safetensors", "torch"):
        (packages / f"{name}.py").write_text('raise ImportError("a.so: failed to map segment from shared object")')
    error = error_of_a_worker(bare / "bin" / "python", plugin_folder)
    assert "machine has too little" in error["text"] and "DIS2_PYTHON" not in error["hint"]
