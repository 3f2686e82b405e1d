"""How others make a map of a raster that is larger than the window, each as its documentation shows.

All take the whole raster at once, normalised, and a network, and return the map. Batches have one window, which is
what a CPU does best with.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Iterator
from types import ModuleType

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

#: Windows (B, C, h, w) -> class probabilities (B, K, h, w).
Predict = Callable[[Tensor], Tensor]
Map = npt.NDArray[np.uint8]


def monai(raster: Tensor, predict: Predict, window: int, classes: int) -> Map:
    """MONAI: ``sliding_window_inference`` with its Gaussian weights."""
    from monai.inferers import sliding_window_inference

    return _winners(sliding_window_inference(raster[None], window, 1, predict, overlap=0.5, mode="gaussian")[0])


def toolbelt(raster: Tensor, predict: Predict, window: int, classes: int) -> Map:
    """pytorch-toolbelt: ``ImageSlicer`` and ``TileMerger`` with its pyramid of weights."""
    tiles = _toolbelt_tiles()
    image = raster.numpy().transpose(1, 2, 0)
    slicer = tiles.ImageSlicer(image.shape, window, window // 2, weight="pyramid")
    merger = tiles.TileMerger(slicer.target_shape, classes, slicer.weight)
    for tile, place in slicer.iter_split(image):
        merger.integrate_batch(predict(torch.from_numpy(tile.transpose(2, 0, 1).copy())[None]), [place])
    merged = merger.merge().numpy().transpose(1, 2, 0)
    return _winners(torch.from_numpy(slicer.crop_to_orignal_size(merged)).permute(2, 0, 1))


def tiler(raster: Tensor, predict: Predict, window: int, classes: int) -> Map:
    """tiler: ``Tiler`` and ``Merger`` with a Hann window."""
    from tiler import Merger, Tiler

    bands, height, width = raster.shape
    cutter = Tiler((bands, height, width), (bands, window, window), overlap=0.5, channel_dimension=0)
    shape = (classes, height, width)
    merger = Merger(Tiler(shape, (classes, window, window), overlap=0.5, channel_dimension=0), window="hann")
    for number, tile in cutter(raster.numpy()):
        merger.add(number, predict(torch.from_numpy(tile)[None])[0].numpy())
    return _winners(torch.from_numpy(merger.merge(unpad=True)))


def kornia(raster: Tensor, predict: Predict, window: int, classes: int) -> Map:
    """kornia: ``extract_tensor_patches`` and ``combine_tensor_patches``, which averages."""
    from kornia.contrib import combine_tensor_patches, extract_tensor_patches

    step, size = (window // 2, window // 2), (raster.shape[1], raster.shape[2])
    patches = extract_tensor_patches(raster[None], (window, window), step, allow_auto_padding=True)[0]
    answers = torch.cat([predict(patch[None]) for patch in patches])
    return _winners(combine_tensor_patches(answers[None], size, (window, window), step, allow_auto_unpadding=True)[0])


def plain(raster: Tensor, predict: Predict, window: int, classes: int) -> Map:
    """A loop over windows beside each other, the last ones moved inside."""
    classes_of = np.empty(raster.shape[1:], dtype=np.uint8)
    for top, left in _places(raster, window, window):
        part = raster[None, :, top : top + window, left : left + window]
        classes_of[top : top + window, left : left + window] = _winners(predict(part)[0])
    return classes_of


def averaging(raster: Tensor, predict: Predict, window: int, classes: int) -> Map:
    """A loop over windows at half overlap, whose probabilities are averaged."""
    sums, counts = torch.zeros(classes, *raster.shape[1:]), torch.zeros(raster.shape[1:])
    for top, left in _places(raster, window, window // 2):
        inside = (slice(top, top + window), slice(left, left + window))
        sums[:, inside[0], inside[1]] += predict(raster[None, :, inside[0], inside[1]])[0]
        counts[inside] += 1
    return _winners(sums / counts)


def _places(raster: Tensor, window: int, step: int) -> Iterator[tuple[int, int]]:
    _, height, width = raster.shape
    for top in (*range(0, height - window, step), height - window):
        for left in (*range(0, width - window, step), width - window):
            yield top, left


def _winners(probabilities: Tensor) -> Map:
    winners: Map = probabilities.argmax(dim=0).to(torch.uint8).numpy()
    return winners


def _toolbelt_tiles() -> ModuleType:
    """The one module of pytorch-toolbelt that is wanted; its package asks for torchvision."""
    package = importlib.util.find_spec("pytorch_toolbelt")
    if package is None or package.origin is None:
        raise ModuleNotFoundError("No module named 'pytorch_toolbelt'", name="pytorch_toolbelt")
    path = package.origin.replace("__init__.py", "inference/tiles.py")
    spec = importlib.util.spec_from_file_location("pytorch_toolbelt_tiles", path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} cannot be loaded")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # its dataclasses look for their module
    spec.loader.exec_module(module)
    return module


#: By the name in the table.
RIVALS: dict[str, Callable[[Tensor, Predict, int, int], Map]] = {
    "MONAI": monai,
    "pytorch-toolbelt": toolbelt,
    "tiler": tiler,
    "kornia": kornia,
    "loop, averaging": averaging,
    "loop, no overlap": plain,
}
PACKAGES = {"MONAI": "monai", "pytorch-toolbelt": "pytorch_toolbelt", "tiler": "tiler", "kornia": "kornia"}
