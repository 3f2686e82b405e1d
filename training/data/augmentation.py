"""Augmentation: each function does one thing to a window, and nothing else.

Values are in the units of their bands. Whatever moves pixels moves all modalities and the labels
alike; whatever changes values leaves the labels alone. Randomness comes from the generator that is
passed in, so that a window is a pure function of its seed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from dis2_core.contract.card import Modality
from dis2_core.contract.errors import InputError

from ..options.ranges import require_range
from .colour import adjust_contrast, adjust_hue, adjust_saturation
from .sample import Sample, per_band

VISIBLE = ("red", "green", "blue")
HOLE_STRETCH = 0.7  # see ``rectangle``: sides of 1 to 4 at most


@dataclass(frozen=True)
class Colour:
    """One change of colour; the defaults change nothing.

    Attributes:
        brightness: Added, as a fraction of the bands' range.
        contrast, saturation: Factors around the mean and around grey.
        hue: Turn in radians.
        tint: Factor for each band; empty for none.
    """

    brightness: float = 0.0
    contrast: float = 1.0
    saturation: float = 1.0
    hue: float = 0.0
    tint: tuple[float, ...] = ()

    @classmethod
    def draw(cls, rng: np.random.Generator, strength: float, bands: int) -> Colour:
        """Draw a change; strength 0 draws none, 1 a drastic one."""
        brightness, contrast, saturation, hue = rng.uniform(-strength, strength, 4)
        tint = 1 + 0.3 * rng.uniform(-strength, strength, bands)
        return cls(0.5 * float(brightness), 1 + float(contrast), 1 + float(saturation), 0.3 * float(hue), tuple(tint))


@dataclass
class AugmentationRecipe:
    """How windows are varied; probabilities are per window.

    Attributes:
        d4: Flip and rotate by right angles: nothing on an aerial image has a side that is up.
        scale: Range of the ground that a window covers, as a factor of its side. Objects come in sizes.
        coarsen: Probability that a modality is made coarser by averaging and brought back, as an image
            of a coarser ground sample distance is when prediction resamples it to the model's.
        coarsest: The largest such factor; 2.5 turns 0.2 m into 0.5 m.
        colour: Strength of the change of colour of optical modalities, 0 to 1.
        height_gain: Largest relative change of elevations.
        height_noise: Standard deviation of noise on elevations, in their unit.
        gain: Strength of the change of level and spread of radar and other modalities, 0 to 1; see ``change_gain``.
        holes: Probability of a hole in one modality.
        hole_area: Range of the share of the window that a hole takes.
        shift: Probability that one of several modalities is moved against the others and the labels, as two
            sensors' images are that were not registered to the pixel.
        shift_by: The farthest that it is moved, in pixels, along rows and along columns.
    """

    d4: bool = True
    scale: tuple[float, float] = (0.75, 1.4)
    coarsen: float = 0.3
    coarsest: float = 2.5
    colour: float = 0.3
    height_gain: float = 0.1
    height_noise: float = 0.1
    gain: float = 0.0
    holes: float = 0.25
    hole_area: tuple[float, float] = (0.02, 0.4)
    shift: float = 0.0
    shift_by: int = 4

    def __post_init__(self) -> None:
        shares = dict.fromkeys(("coarsen", "colour", "height_gain", "gain", "holes", "hole_area", "shift"), (0.0, 1.0))
        require_range("augmentation.", self, scale=(0.05, 20), coarsest=(1, 64), height_noise=(0, 1e6), **shares)
        require_range("augmentation.", self, shift_by=(0, 4096))
        for name, limits in (("scale", self.scale), ("hole_area", self.hole_area)):
            if limits[0] > limits[1]:
                raise InputError(f"augmentation.{name} is {limits}; the first must not exceed the second.")


class Augmentation:
    """Everything that is done to one window after it was cut.

    Args:
        recipe: How much of each.
        modalities: What the values are.
    """

    def __init__(self, recipe: AugmentationRecipe, modalities: Sequence[Modality]) -> None:
        self.recipe = recipe
        self.modalities = modalities

    def __call__(self, sample: Sample, rng: np.random.Generator) -> Sample:
        """Return a varied copy."""
        recipe = self.recipe
        if recipe.d4:
            sample = d4(sample, int(rng.integers(8)))
        for modality in self.modalities:
            if rng.random() < recipe.coarsen:
                sample = coarsen(sample, modality.name, float(rng.uniform(1, recipe.coarsest)))
            if modality.kind == "optical" and recipe.colour > 0:
                change = Colour.draw(rng, recipe.colour, len(modality.bands))
                sample = change_colour(sample, modality, change)
            if modality.kind == "elevation":
                sample = change_heights(sample, modality.name, recipe.height_gain, recipe.height_noise, rng)
            if modality.kind not in ("optical", "elevation") and recipe.gain > 0:
                sample = change_gain(sample, modality, recipe.gain, rng)
        if rng.random() < recipe.holes:
            name = self.modalities[int(rng.integers(len(self.modalities)))].name
            sample = cut_hole(sample, name, draw_hole(sample.size, recipe.hole_area, rng))
        if recipe.shift > 0 and len(self.modalities) > 1 and rng.random() < recipe.shift:
            name = self.modalities[int(rng.integers(len(self.modalities)))].name
            rows, cols = (int(pixels) for pixels in rng.integers(-recipe.shift_by, recipe.shift_by + 1, 2))
            sample = shift(sample, name, rows, cols)
        return sample


def d4(sample: Sample, element: int) -> Sample:
    """Apply one of the eight symmetries of the square to everything: a flip (4..7), then right angles."""

    def turn(tensor: Tensor) -> Tensor:
        flipped = tensor.flip(-1) if element >= 4 else tensor
        return torch.rot90(flipped, element % 4, dims=(-2, -1))

    return Sample(
        {name: turn(values) for name, values in sample.values.items()},
        {name: turn(valid) for name, valid in sample.valid.items()},
        turn(sample.labels),
    )


def resample(sample: Sample, size: tuple[int, int]) -> Sample:
    """Bring a window to another size: values averaged or interpolated, labels by nearest neighbour.

    Values keep their units; holes take no part in an average.
    """
    if size == sample.size:
        return sample
    resized = {name: _resize_masked(values, sample.valid[name], size) for name, values in sample.values.items()}
    labels = F.interpolate(sample.labels[None, None].double(), size, mode="nearest-exact")[0, 0].long()
    return Sample(
        {name: values for name, (values, _) in resized.items()},
        {name: valid for name, (_, valid) in resized.items()},
        labels,
    )


def _resize_masked(values: Tensor, valid: Tensor, size: tuple[int, int], least: float = 0.5) -> tuple[Tensor, Tensor]:
    """(C, H, W) and (H, W) to another size; valid where more than ``least`` of the weight is."""
    weight = _resize(valid[None].float(), size)  # (1, h, w)
    resized = _resize(values * valid, size) / weight.clamp(min=1e-6)
    inside = weight[0] > least
    return resized * inside, inside


def _resize(values: Tensor, size: tuple[int, int]) -> Tensor:
    """(C, H, W) -> (C, h, w): the mean over each new pixel's area, or bilinear where pixels get smaller."""
    if size[0] <= values.shape[-2] and size[1] <= values.shape[-1]:
        return F.interpolate(values[None], size, mode="area")[0]
    return F.interpolate(values[None], size, mode="bilinear", align_corners=False)[0]


def coarsen(sample: Sample, name: str, factor: float) -> Sample:
    """Take away detail of one modality: average to pixels ``factor`` times as large, and interpolate back."""
    height, width = sample.size
    coarse = (max(1, round(height / factor)), max(1, round(width / factor)))
    if coarse == sample.size:
        return sample
    valid = sample.valid[name]
    values, inside = _resize_masked(sample.values[name], valid, coarse, least=0)
    values, _ = _resize_masked(values, inside, sample.size, least=0)
    return replace(sample, values={**sample.values, name: values * valid})


def change_colour(sample: Sample, modality: Modality, change: Colour) -> Sample:
    """Change the colour of an optical modality; saturation and hue where its bands are red, green and blue."""
    if change == Colour():
        return sample
    values = sample.values[modality.name]
    low, high = per_band(modality.bands, "valid_min", "valid_max")
    if change.tint:
        values = values * values.new_tensor(change.tint).view(-1, 1, 1)
    image = ((values - low) / (high - low)).clamp(0, 1)
    coloured = tuple(band.name for band in modality.bands) == VISIBLE  # an infrared composite has no hue
    if coloured and change.saturation != 1:
        image = adjust_saturation(image, change.saturation)
    if coloured and change.hue != 0:
        image = adjust_hue(image, change.hue)
    if change.contrast != 1:
        image = adjust_contrast(image, change.contrast)
    image = (image + change.brightness).clamp(0, 1)
    return replace(sample, values={**sample.values, modality.name: image * (high - low) + low})


def change_heights(sample: Sample, name: str, gain: float, noise: float, rng: np.random.Generator) -> Sample:
    """Stretch elevations by up to ``gain`` and add noise: no two surveys agree on a height."""
    values = sample.values[name]
    factor = 1 + float(rng.uniform(-gain, gain))
    grain = torch.from_numpy(rng.standard_normal(values.shape, dtype=np.float32))
    return replace(sample, values={**sample.values, name: values * factor + noise * grain})


def change_gain(sample: Sample, modality: Modality, strength: float, rng: np.random.Generator) -> Sample:
    """Stretch the values of a modality around their mean and shift them: another scene was scaled by other limits.

    All bands alike: what they say is how they differ. The factor is up to 1 + ``strength`` or its reciprocal, the
    shift up to ``strength`` standard deviations; values stay in the range of their band.
    """
    values = sample.values[modality.name]
    mean, std, low, high = per_band(modality.bands, "mean", "std", "valid_min", "valid_max")
    factor = float((1 + strength) ** rng.uniform(-1, 1))
    offset = float(rng.uniform(-strength, strength))
    changed = torch.clamp((values - mean) * factor + mean + offset * std, low, high)
    return replace(sample, values={**sample.values, modality.name: changed})


def draw_hole(size: tuple[int, int], area: tuple[float, float], rng: np.random.Generator) -> Tensor:
    """Draw a hole, a rectangle or a blob: (H, W) bool."""
    share = float(rng.uniform(*area))
    return rectangle(size, share, HOLE_STRETCH, rng) if rng.random() < 0.5 else _blob(size, share, rng)


def rectangle(size: tuple[int, int], share: float, stretch: float, rng: np.random.Generator) -> Tensor:
    """Draw a rectangle: (H, W) bool.

    Args:
        size: (H, W) of the window.
        share: Of the window that it takes.
        stretch: Largest logarithm of the factor by which its height is longer, and its width shorter, than a square's.
        rng: Draws its form and its place.
    """
    factor = float(np.exp(rng.uniform(-stretch, stretch)))
    sides = (share**0.5 * factor, share**0.5 / factor)
    hole = torch.zeros(size, dtype=torch.bool)
    window = []
    for length, side in zip(size, sides, strict=True):
        extent = min(length, max(1, round(length * side)))
        start = int(rng.integers(length - extent + 1))
        window.append(slice(start, start + extent))
    hole[tuple(window)] = True
    return hole


def _blob(size: tuple[int, int], share: float, rng: np.random.Generator) -> Tensor:
    field = torch.from_numpy(rng.standard_normal((1, 1, 4, 4), dtype=np.float32))
    smooth = F.interpolate(field, size, mode="bicubic", align_corners=False)[0, 0]
    return smooth > smooth.quantile(1 - share)


def cut_hole(sample: Sample, name: str, hole: Tensor) -> Sample:
    """Make one modality invalid where ``hole`` (H, W) is; ``normalise`` fills it as prediction does."""
    return replace(sample, valid={**sample.valid, name: sample.valid[name] & ~hole})


def shift(sample: Sample, name: str, rows: int, cols: int) -> Sample:
    """Move one modality against the others and the labels; what comes in from outside is not valid.

    Args:
        sample: One window.
        name: The modality.
        rows: Pixels that it moves down.
        cols: Pixels that it moves right.
    """
    height, width = sample.size
    moved = sample.crop(-rows, -cols, height, width)
    return replace(
        sample,
        values={**sample.values, name: moved.values[name]},
        valid={**sample.valid, name: moved.valid[name]},
    )
