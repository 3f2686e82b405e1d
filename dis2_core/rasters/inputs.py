"""What a raster file holds, and whether a model can take it: everything known before the run reads it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import rasterio
from rasterio.enums import ColorInterp

from ..contract.bands import SHOWN, BandChoice, FileBand, choose_bands, looks_like_photo, wavelength
from ..contract.card import Modality, ModelCard
from ..contract.errors import GridMismatch, NoInput, UnknownModality, WrongBands
from ..contract.segment_job import Event, Source
from .crs import same_crs
from .formats import allowed_drivers
from .georeference import grid_beside, grid_of, horizontal_crs
from .grid import Grid
from .opening import block_size, counted, opened
from .values.ranges import range_warning
from .values.survey import Survey, survey
from .values.unit_hints import unit_hint
from .values.units import card_scaling
from .values.voids import VoidRules


@dataclass(frozen=True)
class RasterInput:
    """One input raster, examined and found usable. Plain values: no file stays open.

    Attributes:
        source: Where it comes from.
        modality: What the model takes it for.
        grid: Its own pixels; ``grid.crs`` is the horizontal CRS, None where the file has none.
        bands: 1-based numbers of the bands to read, in the order of the card's bands.
        scaling: (a, b) per band: value = a * stored + b, in the card's unit.
        remarks: ``info`` and ``warning`` events about the file.
        block: Bytes of one of its blocks, of all bands that are unpacked with it.
        survey: What a look at its pixels told; None where nobody looked.
    """

    source: Source
    modality: Modality
    grid: Grid
    bands: tuple[int, ...]
    scaling: tuple[tuple[float, float], ...]
    remarks: tuple[Event, ...] = ()
    block: int = 0
    survey: Survey | None = None

    @property
    def rules(self) -> VoidRules:
        """How its void pixels are told from the others."""
        plain = VoidRules(self.source, self.bands, self.scaling)
        if self.survey is None:
            return plain
        return replace(plain, fills=self.survey.fills, black_is_void=self.survey.black_is_void)

    @property
    def path(self) -> str:
        """The file, as the user gave it."""
        return self.source.path


def open_inputs(job_inputs: Mapping[str, Source], card: ModelCard) -> list[RasterInput]:
    """Examine the rasters of a job, in card order, and whether their values are those that the model knows.

    Raises:
        NoInput: The job has no input.
        UnknownModality: The card has no modality of a name.
        UnreadableRaster: A file is missing, no raster, or damaged.
        WrongBands: A raster has not the bands that the card calls for.
        GridMismatch: Some inputs have a CRS and some not, or none has and their sizes differ.
    """
    takes = "; ".join(modality.label for modality in card.modalities)
    if not job_inputs:
        raise NoInput("No input raster was given.", f"Model '{card.name}' takes one or more of: {takes}.")
    if unknown := sorted(set(job_inputs) - set(card.modality_names)):
        raise UnknownModality(f"Model '{card.name}' takes no modality '{unknown[0]}'.", f"It takes: {takes}.")
    present = [modality for modality in card.modalities if modality.name in job_inputs]
    return [_judged(item) for item in examine([(job_inputs[modality.name], modality) for modality in present])]


def _judged(item: RasterInput) -> RasterInput:
    """The input with a remark where its values cannot be what the model takes them for."""
    if item.survey is None:
        return item
    warning = range_warning(item.survey.tallies, item.modality, item.source, item.scaling[0])
    if warning is None:
        return item
    others = [event for event in item.remarks if event.data.get("code") != "whole-heights"]  # the warning says more
    return replace(item, remarks=(*others, warning))


def examine(sources: Sequence[tuple[Source, Modality]]) -> list[RasterInput]:
    """Examine rasters of one place, whatever for; see ``open_inputs``."""
    inputs = _reconciled([describe(source, modality) for source, modality in sources])
    return beside(inputs, inputs[0].grid)


def describe(source: Source, modality: Modality) -> RasterInput:
    """Examine one raster; see ``open_inputs``."""
    with opened(source.path) as dataset:
        bands, remarks = _choose_bands(source, modality, dataset)
        _check_types(source.path, modality, dataset, bands)
        check_mask(source, dataset.count)
        scaling, about_units = card_scaling(source, modality, dataset, bands)
        seen = survey(dataset, modality, VoidRules(source, bands, scaling))
        hint = unit_hint(source, modality, dataset, bands, seen.tallies)
        return RasterInput(
            source=source,
            modality=modality,
            grid=grid_of(source.path, dataset),
            bands=bands,
            scaling=scaling,
            remarks=(*remarks, *about_units, *_remarks(source.path, dataset), *seen.remarks, *filter(None, (hint,))),
            block=block_size(dataset),
            survey=seen,
        )


def _choose_bands(
    source: Source, modality: Modality, dataset: rasterio.DatasetReader
) -> tuple[tuple[int, ...], tuple[Event, ...]]:
    """The bands that the source names, else those that the file says they are, else the first ones; and what to say.

    A mask holds no data, and alpha is one.
    """
    needed = len(modality.bands)
    colors = dataset.colorinterp
    masks = {source.mask_band}
    if source.mask == "auto":
        masks = {band for band, color in zip(dataset.indexes, colors, strict=True) if color == ColorInterp.alpha}
    present = [band for band in _file_bands(dataset, colors) if source.bands or band.number not in masks]
    if source.bands:
        _check_named_bands(source, modality, dataset.count)
    elif modality.kind in ("optical", "spectral") and colors[0] == ColorInterp.palette:
        raise WrongBands(
            f"{source.path} holds numbers of palette colours, not measured values.",
            "Expand the palette first: gdal_translate -expand rgb.",
        )
    elif len(present) < needed:
        raise WrongBands(
            f"{source.path} has {counted(len(present), 'band')}; the model expects {needed}: {modality.label}.",
            "Give a raster with these bands; bands in separate files are joined with gdalbuildvrt -separate.",
        )
    choice = choose_bands(modality, present, source.bands)
    return choice.numbers, tuple(_about_bands(source.path, modality, choice, present))


def _file_bands(dataset: rasterio.DatasetReader, colors: Sequence[ColorInterp]) -> Iterator[FileBand]:
    """All bands, which may be 65,535: every property of the dataset is a list of all of them, made when it is asked."""
    for band, name, color in zip(dataset.indexes, dataset.descriptions, colors, strict=True):
        tags = {**dataset.tags(band), **dataset.tags(band, ns="IMAGERY")}
        yield FileBand(band, name or "", color.name, wavelength(tags))


def _about_bands(path: str, modality: Modality, choice: BandChoice, present: Sequence[FileBand]) -> Iterator[Event]:
    """What each band of the model gets, and where that is not what the file says of its bands."""
    if len(present) > 1:
        yield Event("info", {"text": _choice_told(path, modality, choice, len(present))})
    if choice.contradictions:
        yield Event("warning", {"code": "band-order", "text": _contradiction_told(path, modality, choice)})
    if modality.kind == "elevation" and looks_like_photo(present):
        text = f"{path} says that its bands are red, green and blue: a photo, it seems, and no {modality.label}."
        yield Event("warning", {"code": "bands", "text": text})


def _choice_told(path: str, modality: Modality, choice: BandChoice, count: int) -> str:
    pairs = [f"{band.name} from {read.label}" for band, read in zip(modality.bands, choice.bands, strict=True)]
    more = f", and {len(pairs) - SHOWN} more" if len(pairs) > SHOWN else ""
    read = f"{modality.name}: {', '.join(pairs[:SHOWN])}{more}"
    told = {
        "chosen": f"{path} has {count} bands; read as {read}, as chosen.",
        "says": f"{path} has {count} bands; read as {read}, as the file says.",
        "order": f"{path} has {count} bands; read as {read}, by their order.",
    }[choice.how]
    others = choice.how == "order" and count > len(modality.bands)
    return f"{told} Choose others with --bands {modality.name}=…" if others else told


def _contradiction_told(path: str, modality: Modality, choice: BandChoice) -> str:
    said = [
        f"band {choice.numbers[position]} is {meaning}, and it is read as {modality.bands[position].name}"
        for position, meaning in choice.contradictions[:SHOWN]
    ]
    wanted = ",".join(map(str, choice.alternative)) or "…"
    return f"{path} says that {'; '.join(said)}. If the file is right, say --bands {modality.name}={wanted}."


def _check_named_bands(source: Source, modality: Modality, count: int) -> None:
    if len(source.bands) != len(modality.bands):
        raise WrongBands(
            f"{counted(len(source.bands), 'band')} chosen for {source.path}; the model expects "
            f"{len(modality.bands)}: {modality.label}.",
            "Name one band of the file for each band of the model.",
        )
    if max(source.bands) > count:
        raise WrongBands(
            f"{source.path} has {counted(count, 'band')} and so no band {max(source.bands)}.",
            f"Choose among 1 to {count} for {modality.label}.",
        )


def check_mask(source: Source, count: int) -> None:
    """Check that the band that is to be the mask is one of a file's bands. Raises WrongBands."""
    if source.mask_band is not None and source.mask_band > count:
        raise WrongBands(
            f"{source.path} has {counted(count, 'band')} and so no band {source.mask_band} to be its mask.",
            "Name a band of the file, or say none.",
        )


def _check_types(path: str, modality: Modality, dataset: rasterio.DatasetReader, bands: Sequence[int]) -> None:
    if any(dataset.dtypes[band - 1].startswith("complex") for band in bands):
        raise WrongBands(
            f"{path} holds complex numbers; the model expects real ones: {modality.label}.",
            "Compute amplitude or intensity first.",
        )


def _remarks(path: str, dataset: rasterio.DatasetReader) -> tuple[Event, ...]:
    """What a person should know of where a file's pixels come from, and where they lie."""
    remarks = []
    if allowed_drivers(path) is None and (drawn_on := [name for name in dataset.files if not name.startswith(path)]):
        more = f" and {len(drawn_on) - 3} more" if len(drawn_on) > 3 else ""
        text = f"{path} draws on other files: {', '.join(drawn_on[:3])}{more}."
        remarks.append(Event("info", {"text": text}))
    if dataset.crs and horizontal_crs(path, dataset.crs) is None:
        text = f"{path} has coordinates of its own, tied to no place on the ground: it is read as if it had no CRS."
        remarks.append(Event("warning", {"code": "crs", "text": text}))
    return tuple(remarks)


def _reconciled(inputs: list[RasterInput]) -> list[RasterInput]:
    """One spelling for each CRS, or one pixel grid for all."""
    lacking = [item.path for item in inputs if item.grid.crs is None]
    if len(lacking) == len(inputs):
        return _on_one_pixel_grid(inputs)
    if lacking:
        raise GridMismatch(
            f"{', '.join(lacking)} has no CRS, but other inputs have one.",
            "Assign a CRS to it, with gdal_edit.py -a_srs.",
        )
    known: list[str] = []
    for item in inputs:
        if item.grid.crs is not None and not any(same_crs(item.grid.crs, crs) for crs in known):
            known.append(item.grid.crs)
    return [
        replace(item, grid=replace(item.grid, crs=next(crs for crs in known if same_crs(item.grid.crs or "", crs))))
        for item in inputs
    ]


def beside(inputs: Sequence[RasterInput], grid: Grid) -> list[RasterInput]:
    """Longitudes by whole turns, so that all inputs lie near a grid, also across the date line."""
    return [replace(item, grid=grid_beside(item.grid, grid)) for item in inputs]


def _on_one_pixel_grid(inputs: list[RasterInput]) -> list[RasterInput]:
    """Rasters without CRS: of one size, and nothing may say that they lie in different places."""
    first = inputs[0]
    placed = [item for item in inputs if not item.grid.transform.is_identity] or [first]
    grid = placed[0].grid
    for item in inputs:
        if item.grid.shape != first.grid.shape:
            sizes = ", ".join(f"{i.path} ({i.grid.width} × {i.grid.height})" for i in (first, item))
            raise GridMismatch(f"The inputs have no CRS and differ in size: {sizes}.", "Assign a CRS to each of them.")
    for item in placed:
        if not item.grid.same_pixels(grid):
            raise GridMismatch(
                f"{placed[0].path} and {item.path} have no CRS, and their world coordinates differ.",
                "Assign a CRS to each of them.",
            )
    return [replace(item, grid=grid) for item in inputs]
