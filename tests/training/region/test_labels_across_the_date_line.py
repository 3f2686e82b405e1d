"""Labels that spell their longitudes on the other side of the date line than the scene are those of the same place."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine

from dis2_core.contract.other_jobs import Reference
from dis2_core.rasters.georeference import read_grid
from dis2_core.run.reporting import Reporter
from dis2_training.region.labels import read_labels

SIDE, SIZE, NORTH = 200, 2.0**-12, -17.0  # degrees, of which a turn has a whole number
WEST = 180 - SIZE * SIDE / 2
CODES = np.where(np.arange(SIDE) < SIDE // 2, 1, 2).astype(np.uint8) + np.zeros((SIDE, 1), np.uint8)


def raster(path: Path, west: float) -> str:
    place = Affine(SIZE, 0, west, 0, -SIZE, NORTH)
    shape = {"count": 1, "height": SIDE, "width": SIDE, "dtype": "uint8"}
    with rasterio.open(path, "w", driver="GTiff", crs="EPSG:4326", transform=place, **shape) as file:
        file.write(CODES, 1)
    return str(path)


def polygons(path: Path) -> str:
    """Both halves, cut at the date line as RFC 7946 wants it."""
    south, half = NORTH - SIZE * SIDE, SIZE * SIDE / 2
    boxes = {"1": (180 - half, 180.0), "2": (-180.0, -180 + half)}
    features = [
        {
            "type": "Feature",
            "properties": {"class": name},
            "geometry": {
                "type": "Polygon",
                "coordinates": [[[west, south], [east, south], [east, NORTH], [west, NORTH], [west, south]]],
            },
        }
        for name, (west, east) in boxes.items()
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return str(path)


@pytest.mark.parametrize("scene", [WEST, WEST - 360])
@pytest.mark.parametrize("kind", ["east", "west", "polygons"])
def test_labels_are_found(tmp_path: Path, scene: float, kind: str) -> None:
    if kind == "polygons":
        reference = Reference(polygons(tmp_path / "labels.geojson"), field="class")
    else:
        reference = Reference(raster(tmp_path / "labels.tif", WEST if kind == "east" else WEST - 360))
    labels = read_labels(reference, read_grid(raster(tmp_path / "scene.tif", scene)), Reporter())
    assert labels.grid.bounds[0] == scene
    np.testing.assert_array_equal(labels.codes, CODES - 1)
