"""What a person's rasters are taken for: bands counted and named by the file, ranges and statistics measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.enums import ColorInterp

from dis2_core.contract.card import Band, Modality, ModelCard
from dis2_core.contract.errors import InputError
from dis2_core.contract.segment_job import Source
from dis2_core.rasters.opening import opened
from dis2_core.run.reporting import Reporter

from ..data.dataset import band_statistics
from ..data.sample import Sample
from ..data.tiles import MemoryTile

MAX_BANDS = 64
SAMPLES = 1 << 21  # pixels that statistics are measured on, about
ANYTHING = 1e30  # a range before it is measured
EXTREMES = (0.1, 99.9)  # percentiles between which values are taken to be sensible
ALOFT = 10.0  # metres, below which some of the heights of a place lie if they are above its ground
ROOM = 0.5  # beyond them, in parts of their span: other places have other values
TOLERATED = 0.2  # share of values that may leave a model's range before its statistics are given up

NAMES = {"optical": "rgb", "elevation": "ndsm"}


def describe(slot: str, source: Source, start: ModelCard | None = None) -> Modality:
    """Tell what a raster is taken for before a pixel is read; its ranges and statistics are to be ``measured``.

    Args:
        slot: Where a person put it.
        source: The file and, where they were chosen, its bands.
        start: Card of the model that training starts from: its modality is taken where the bands are enough.

    Raises:
        UnreadableRaster: The file is missing, no raster, or damaged.
        InputError: It has no band of data, or very many.
    """
    with opened(source.path) as dataset:
        bands = source.bands or _data_bands(dataset, slot)
        known = start.modality_in_slot(slot) if start else None
        if known and (len(known.bands) == len(bands) or (not source.bands and len(known.bands) < len(bands))):
            return known
        if not 1 <= len(bands) <= MAX_BANDS:
            raise InputError(
                f"{source.path} has {len(bands)} bands of data; a model takes 1 to {MAX_BANDS} from one raster.",
                "Choose the bands that matter.",
            )
        names = ["height"] if slot == "elevation" and len(bands) == 1 else _band_names(dataset, bands)
    unit = "m" if slot == "elevation" else ""
    provisional = tuple(Band(name, 0.0, 1.0, -ANYTHING, ANYTHING, unit=unit) for name in names)
    name = slot if slot == "optical" and len(bands) != 3 else NAMES.get(slot, slot)
    return Modality(name, slot, slot, provisional)


def measured(modality: Modality, tiles: Sequence[MemoryTile], stored_as_bytes: bool, report: Reporter) -> Modality:
    """Give a modality the ranges and statistics of the training tiles.

    One of a model to start from keeps its own, which its weights know, unless the values are others.

    Args:
        modality: From ``describe``.
        tiles: The training tiles.
        stored_as_bytes: Whether values are 0 to 255 by nature.
        report: Told where a model's statistics do not fit, and of heights that are not above the ground.

    Raises:
        InputError: No pixel is valid.
    """
    sample = _thinned(tiles)
    provisional = modality.bands[0].valid_max == ANYTHING
    values = _valid_values(sample, modality.name)
    if not provisional and _strays(values, modality) <= TOLERATED:
        return modality
    if not provisional:
        report.info(f"{modality.name}: the values are not those of the start model; its statistics are measured anew.")
    if modality.kind == "elevation" and (lowest := float(np.percentile(values[0], EXTREMES[0]))) > ALOFT:
        report.warning(
            f"{modality.name}: hardly a height is below {lowest:.0f} m. These seem to be absolute heights (a DSM): the "
            "model learns how high this place lies. Subtract the terrain first, with dis2 ndsm.",
            "heights",
        )
    bands = tuple(
        _ranged(band, seen, modality.kind == "optical" and stored_as_bytes)
        for band, seen in zip(modality.bands, values, strict=True)
    )
    result = band_statistics(sample, replace(modality, bands=bands))
    if constant := [band.name for band, seen in zip(result.bands, values, strict=True) if np.ptp(seen) == 0]:
        report.warning(f"{modality.name}: {', '.join(constant)} has the same value everywhere and teaches nothing.")
    spread = tuple(replace(band, std=band.std if band.std > 1e-6 else 1.0) for band in result.bands)
    return replace(result, bands=spread)


def _data_bands(dataset: rasterio.DatasetReader, slot: str) -> tuple[int, ...]:
    """All bands but alpha, which is a mask; of heights the first."""
    colors = zip(dataset.indexes, dataset.colorinterp, strict=True)
    bands = tuple(band for band, color in colors if color != ColorInterp.alpha)
    return bands[:1] if slot == "elevation" else bands


def _band_names(dataset: rasterio.DatasetReader, bands: Sequence[int]) -> list[str]:
    """What the file calls its bands, else their colour, else their number; no name twice."""
    names: list[str] = []
    colors, descriptions = dataset.colorinterp, dataset.descriptions
    for band in bands:
        meaning = colors[band - 1]
        color = "" if meaning in (ColorInterp.undefined, ColorInterp.gray, ColorInterp.palette) else meaning.name
        name = "".join(filter(str.isprintable, descriptions[band - 1] or color))[:40].strip()
        names.append(name if name and name not in names else f"band {band}")
    return names


def _thinned(tiles: Sequence[MemoryTile]) -> list[MemoryTile]:
    """Every n-th row and column of the tiles, so that about ``SAMPLES`` pixels stay."""
    pixels = sum(tile.size[0] * tile.size[1] for tile in tiles)
    step = max(1, round((pixels / SAMPLES) ** 0.5))
    thinned = []
    for tile in tiles:
        sample = tile.sample
        values = {name: values[:, ::step, ::step] for name, values in sample.values.items()}
        valid = {name: valid[::step, ::step] for name, valid in sample.valid.items()}
        thinned.append(MemoryTile(tile.name, Sample(values, valid, sample.labels[::step, ::step])))
    return thinned


def _valid_values(tiles: Sequence[MemoryTile], name: str) -> NDArray[np.float64]:
    """(C, pixels) of one modality where it is valid."""
    samples = [tile.sample for tile in tiles]
    values = np.concatenate([sample.values[name][:, sample.valid[name]].double().numpy() for sample in samples], axis=1)
    if values.shape[1] == 0:
        raise InputError(f"The raster for '{name}' has no data on the ground that is trained on.")
    return values


def _strays(values: NDArray[np.float64], modality: Modality) -> float:
    """Share of values outside the modality's valid range."""
    outside = [
        ((seen < band.valid_min) | (seen > band.valid_max)).mean()
        for band, seen in zip(modality.bands, values, strict=True)
    ]
    return float(np.mean(outside))


def _ranged(band: Band, values: NDArray[np.float64], bytes_of_colour: bool) -> Band:
    if bytes_of_colour:
        return replace(band, valid_min=0.0, valid_max=255.0)
    low, high = (float(value) for value in np.percentile(values, EXTREMES))
    room = ROOM * (high - low) or 1.0
    lowest = max(low - room, 0.0) if values.min() >= 0 else low - room
    return replace(band, valid_min=lowest if lowest < high else high - room, valid_max=high + room)
