"""One picture of a scene: what went in, the three maps, the reference where there is one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import matplotlib
import numpy as np
import rasterio
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap, PowerNorm
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.patches import Patch
from numpy.typing import NDArray
from rasterio.enums import Resampling
from rasterio.warp import reproject

from dis2_core.contract.card import LandClass
from dis2_core.evaluation.metrics import ConfusionMatrix

from .scenes import Scene

matplotlib.use("Agg")

WIDTH = 13.0  # inches
DPI = 110
NODATA = 255
Extent = tuple[float, float, float, float]  # left, right, bottom, top in metres
_INK = "#22303c"
_FAINT = "#6b7a86"


def draw(scene: Scene, maps: Mapping[str, Path], confidence: Path, classes: Sequence[LandClass], target: Path) -> None:
    """Write the picture of a scene.

    Args:
        scene: What was segmented.
        maps: Class rasters by the scenario's name, three of them.
        confidence: Confidence of the first map; shown where there is no reference.
        classes: The classes 0, 1, … of the maps.
        target: The PNG to write.
    """
    with rasterio.open(scene.rgb) as file:
        photo, bounds = file.read((1, 2, 3)).transpose(1, 2, 0), file.bounds
    extent = (0.0, bounds.right - bounds.left, 0.0, bounds.top - bounds.bottom)
    layout = ConstrainedLayoutEngine(w_pad=0.06, h_pad=0.06, wspace=0.015, hspace=0.02)
    rows = 2 * (WIDTH / 3) * extent[3] / extent[1]
    figure = Figure(figsize=(WIDTH, rows + 2.0), dpi=DPI, facecolor="white", layout=layout)
    axes = figure.subplots(2, 3)
    _panel(axes[0, 0], "Photo")
    axes[0, 0].imshow(photo, extent=extent)
    _heights(axes[0, 1], scene.ndsm, extent)
    if scene.labels:
        _classes(axes[0, 2], _on_grid(scene.labels, scene.rgb), classes, extent, "Reference")
    else:
        _confidence(axes[0, 2], confidence, extent)
    for axis, (scenario, path) in zip(axes[1], maps.items(), strict=True):
        values = _on_grid(path, scene.rgb)
        _classes(axis, values, classes, extent, scenario, _judgement(scene, values, [item.name for item in classes]))
    for edge in set(scene.judged or ()) - {0, photo.shape[1]}:
        for axis in (axes[0, 2], *axes[1]):
            axis.axvline(edge / photo.shape[1] * extent[1], color="white", lw=1.4, ls=(0, (4, 3)))
    _scale_bar(axes[0, 0], extent)
    _captions(figure, scene, classes)
    target.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(target)


def _judgement(scene: Scene, values: NDArray[np.uint8], classes: Sequence[str]) -> str:
    if not scene.labels:
        return ""
    with rasterio.open(scene.labels) as file:
        reference = file.read(1)
    part = slice(*scene.judged) if scene.judged else slice(None)
    matrix = ConfusionMatrix(classes)
    matrix.update(values[:, part], reference[:, part])
    scores = matrix.scores()
    return f"{scores.overall_accuracy:.0%} of pixels right, mIoU {scores.miou:.2f}"


def _panel(axis: Axes, title: str, subtitle: str = "") -> None:
    axis.set_xticks([])
    axis.set_yticks([])
    for spine in axis.spines.values():
        spine.set_visible(False)
    axis.set_title(title, loc="left", fontsize=12, fontweight="bold", color=_INK, pad=6)
    if subtitle:
        axis.set_title(subtitle, loc="right", fontsize=10, color=_FAINT, pad=6)


def _heights(axis: Axes, path: Path, extent: Extent) -> None:
    with rasterio.open(path) as file:
        heights = file.read(1, masked=True)
    top = float(np.percentile(heights.compressed(), 99.5))
    _panel(axis, "Height above ground", f"0 to {top:.0f} m")
    axis.imshow(heights, extent=extent, cmap="cividis", norm=PowerNorm(0.6, vmin=0, vmax=top, clip=True))


def _confidence(axis: Axes, path: Path, extent: Extent) -> None:
    with rasterio.open(path) as file:
        values = file.read(1, masked=True)
    _panel(axis, "Confidence, both inputs", "dark: unsure")
    axis.imshow(values, extent=extent, cmap="magma", vmin=20, vmax=100)


def _classes(
    axis: Axes,
    values: NDArray[np.uint8],
    classes: Sequence[LandClass],
    extent: Extent,
    title: str,
    subtitle: str = "",
) -> None:
    _panel(axis, title, subtitle)
    shown = np.ma.masked_greater_equal(values, len(classes))
    colors = ListedColormap([item.color for item in classes])
    axis.imshow(shown, extent=extent, cmap=colors, vmin=-0.5, vmax=len(classes) - 0.5, interpolation="nearest")


def _on_grid(path: Path, like: Path) -> NDArray[np.uint8]:
    """Classes brought onto the grid of another raster by the nearest pixel."""
    with rasterio.open(path) as source, rasterio.open(like) as grid:
        values = np.full((grid.height, grid.width), NODATA, np.uint8)
        reproject(
            rasterio.band(source, 1),
            values,
            dst_transform=grid.transform,
            dst_crs=grid.crs,
            dst_nodata=NODATA,
            resampling=Resampling.nearest,
        )
    return values


def _scale_bar(axis: Axes, extent: Extent) -> None:
    length = 20.0 if extent[1] < 200 else 50.0
    x, y = 0.04 * extent[1], 0.05 * extent[3]
    axis.plot((x, x + length), (y, y), color="white", lw=3, solid_capstyle="butt")
    axis.text(x, y + 0.02 * extent[3], f"{length:.0f} m", color="white", fontsize=10, fontweight="bold")


def _captions(figure: Figure, scene: Scene, classes: Sequence[LandClass]) -> None:
    figure.suptitle(scene.title, x=0.005, ha="left", fontsize=14, fontweight="bold", color=_INK)
    patches = [Patch(color=item.color, label=item.name) for item in classes]
    legend = figure.legend(
        handles=patches,
        loc="outside lower left",
        ncols=5,
        frameon=False,
        fontsize=10,
        labelcolor=_INK,
        title=scene.remark,
        title_fontsize=10,
        alignment="left",
    )
    legend.get_title().set_color(_FAINT)
