"""Where the rasters of the demonstration come from: real data where there is some, else a city of ours."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
import torch
from numpy.typing import NDArray
from rasterio.windows import Window
from torch import Tensor

from dis2_core.democity import make_city
from dis2_training.data.sets.aerial import six_classes
from dis2_training.data.sets.flair2_patches import read_patch, training_half

ROOT = Path(__file__).resolve().parent.parent
SHORE = Window(0, 150, 520, 250)  # of the Zurich scene; the rest is water


@dataclass(frozen=True)
class Scene:
    """Two rasters of the same ground, with a reference where there is one.

    Attributes:
        name: Short; names the folder of the results.
        title: What it shows, for a person.
        rgb: Aerial photo.
        ndsm: Heights above ground in metres.
        labels: Reference classes on the photo's grid (255: none), those of the model ``aerial``, or None.
        judged: First and last column + 1 of the part that is compared with the reference; None: all.
        remark: What a reader must know about the comparison.
    """

    name: str
    title: str
    rgb: Path
    ndsm: Path
    labels: Path | None = None
    judged: tuple[int, int] | None = None
    remark: str = ""


def data_folder() -> Path:
    """The folder of real data: ``DIS2_DATA``, or ``shared/data`` beside the repository."""
    return Path(os.environ.get("DIS2_DATA") or ROOT.parent / "shared" / "data")


def annecy(folder: Path) -> Scene | None:
    """A city block of the FLAIR data set, split into the rasters that the model takes."""
    image = data_folder() / "flair2" / "IMG_050549_img.tif"
    if not image.is_file():
        return None
    patch = read_patch(image)
    trained, held_out = training_half(patch.labels.numpy())
    labels = _six(patch.labels)[None]
    layers = {"rgb": patch.values("rgb").numpy(), "ndsm": patch.values("ndsm").numpy(), "labels": labels}
    sides = ("left", "right") if trained.start < held_out.start else ("right", "left")
    return Scene(
        "annecy",
        "Annecy, aerial photo and heights of 0.2 m (IGN, Etalab Open Licence 2.0)",
        **_write(layers, {"crs": patch.grid.crs, "transform": patch.grid.transform}, folder),
        judged=(held_out.start, held_out.stop),
        remark=f"The {sides[0]} of this scene was trained on; the scores are of the {sides[1]}, which was held out.",
    )


def zurich(folder: Path) -> Scene | None:
    """A shore with another sensor, resolution and CRS than the model was trained with."""
    files = {name: data_folder() / "zurich" / f"{name}.tif" for name in ("rgb", "ndsm")}
    if not all(path.is_file() for path in files.values()):
        return None
    layers, profile = {}, {}
    for name, path in files.items():
        with rasterio.open(path) as file:
            layers[name] = file.read(window=SHORE)
            profile = {"crs": file.crs, "transform": file.window_transform(SHORE)}
    return Scene(
        "zurich",
        "Shore of Lake Zurich, aerial photo and LiDAR heights of 0.5 m (Canton of Zurich)",
        **_write(layers, profile, folder),
        remark="Never seen in training: another country, sensor, resolution and CRS. There is no reference.",
    )


def city(folder: Path) -> Scene:
    """A city that does not exist, for machines without real data."""
    remark = "The scene is computer-made; other such cities were a part of what the model was trained on."
    rasters = make_city(folder, size=768, seed=3)
    with rasterio.open(rasters["labels"]) as file:
        labels = torch.from_numpy(file.read())
        reference = _write({"reference": _six(labels)}, {"crs": file.crs, "transform": file.transform}, folder)
    layers = {"rgb": rasters["rgb"], "ndsm": rasters["ndsm"], "labels": reference["reference"]}
    return Scene("city", "A generated city, pixels of 0.2 m", **layers, remark=remark)


SCENES: dict[str, Callable[[Path], Scene | None]] = {"annecy": annecy, "zurich": zurich, "city": city}


def _six(labels: Tensor) -> NDArray[np.uint8]:
    """Labels of FLAIR patches or of cities as the model ``aerial`` knows them."""
    return six_classes(labels.long()).byte().numpy()


def _write(layers: dict[str, NDArray[Any]], profile: dict[str, Any], folder: Path) -> dict[str, Path]:
    """Write (C, H, W) rasters of one place; return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = {name: folder / f"{name}.tif" for name in layers}
    for name, values in layers.items():
        count, height, width = values.shape
        size = {"count": count, "height": height, "width": width, "dtype": values.dtype}
        with rasterio.open(paths[name], "w", driver="GTiff", compress="deflate", **size, **profile) as file:
            file.write(values)
    return paths
