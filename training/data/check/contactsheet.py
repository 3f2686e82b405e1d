"""A contact sheet: some tiles of each split, each modality beside the labels."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from dis2_core.contract.card import LandClass
from dis2_core.run.jobfolder import whole_file

from ..augmentation import resample
from ..class_sets import exact
from ..dataset import TileDataset
from ..description import Description
from ..sample import IGNORE, Sample
from ..tiles import Tile

TILES = 4  # of each split
PIXELS = 256  # the longest side of a picture
INCHES = 1.7  # a picture
UNLABELLED = (0, 0, 0)
HOLE = (255, 0, 255)


#: A row's label, and titles and (H, W, 3) images of its pictures.
Row = tuple[str, list[tuple[str, np.ndarray]]]


def draw_sheet(datasets: Sequence[TileDataset], path: Path) -> None:
    """Draw some tiles of each split and write them as a PNG."""
    rows = [
        (f"{dataset.split}\n{tile.name}", list(pictures(dataset.description, tile.in_memory().sample)))
        for dataset in datasets
        for tile in spread(dataset.tiles, TILES)
    ]
    draw_rows(rows, datasets[0].description.classes, path)


def draw_rows(rows: Sequence[Row], classes: Sequence[LandClass], path: Path) -> None:
    """Draw rows of pictures under the titles of the first row, with a legend, and write them as a PNG."""
    from matplotlib import rc_context
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # a second, which nobody waits for who only trains
    from matplotlib.figure import Figure
    from matplotlib.patches import Patch

    with rc_context({"text.parse_math": False}):  # a class may be called '$x'
        columns = len(rows[0][1])
        figure = Figure(figsize=(columns * INCHES, len(rows) * INCHES + 0.9), dpi=110, layout="constrained")
        axes = figure.subplots(len(rows), columns, squeeze=False)
        for axis, (title, _) in zip(axes[0], rows[0][1], strict=True):
            axis.set_title(title, fontsize=7)
        for line, (label, images) in zip(axes, rows, strict=True):
            for axis, (_, image) in zip(line, images, strict=True):
                axis.imshow(image, interpolation="nearest")
                axis.set_xticks([])
                axis.set_yticks([])
            line[0].set_ylabel(label[:40], fontsize=6)
        handles = [Patch(facecolor=item.color, edgecolor="#888888", label=item.name) for item in classes]
        handles += [Patch(facecolor="#000000", label="not labelled"), Patch(facecolor="#ff00ff", label="hole")]
        figure.legend(handles=handles, loc="outside lower center", ncols=4, fontsize=6, frameon=False)
        with whole_file(path) as part:
            FigureCanvasAgg(figure).print_png(str(part))


def spread(tiles: Sequence[Tile], count: int) -> list[Tile]:
    """Some of the tiles, evenly spaced, the first and the last among them."""
    numbers = np.linspace(0, len(tiles) - 1, min(count, len(tiles))).round().astype(int)
    return [tiles[number] for number in dict.fromkeys(numbers.tolist())]


def pictures(description: Description, sample: Sample) -> Iterator[tuple[str, np.ndarray]]:
    """Title and image of each modality of a tile, three optical bands at a time, and of its labels."""
    sample = _small(sample)
    for modality in description.modalities:
        values, valid = sample.values[modality.name].numpy(), sample.valid[modality.name].numpy()
        step = 3 if modality.kind == "optical" and len(modality.bands) >= 3 else 1
        for start in range(0, len(values) - len(values) % step, step):
            names = ", ".join(band.name for band in modality.bands[start : start + step])
            yield f"{modality.name}\n{names}"[:40], _image(values[start : start + step], valid)
    yield "labels", coloured(exact(sample.labels).numpy(), description.classes)


def _small(sample: Sample) -> Sample:
    factor = max(1.0, max(sample.size) / PIXELS)
    return resample(sample, (max(1, round(sample.size[0] / factor)), max(1, round(sample.size[1] / factor))))


def _image(values: np.ndarray, valid: np.ndarray) -> np.ndarray:
    """(C, H, W) with one or three bands to (H, W, 3) uint8, stretched from the 2nd to the 98th percentile."""
    image = np.zeros((3, *valid.shape), dtype=np.uint8)
    if valid.any():
        low, high = (np.percentile(values[:, valid], q, axis=1)[:, None, None] for q in (2, 98))
        image[:] = (255 * ((values - low) / np.maximum(high - low, 1e-6)).clip(0, 1)).astype(np.uint8)
    return np.where(valid[..., None], image.transpose(1, 2, 0), np.array(HOLE, dtype=np.uint8))


def coloured(labels: np.ndarray, classes: Sequence[LandClass]) -> np.ndarray:
    """(H, W) labels to (H, W, 3) uint8 in the classes' colours."""
    colours = np.full((256, 3), UNLABELLED, dtype=np.uint8)
    colours[: len(classes)] = [item.rgb for item in classes]
    colours[IGNORE] = UNLABELLED
    return colours[labels]
