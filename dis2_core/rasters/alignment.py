"""The grids of a run: where the network works, where the map lies, and what is resampled for it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyproj
from affine import Affine
from pyproj.exceptions import ProjError

from ..contract.card import ModelCard
from ..contract.errors import GridMismatch
from ..contract.segment_job import Event, pixel_size, reference_raster
from .crs import Coordinates, crs_name, full_turn, near_meridian, parse_crs, project, same_crs
from .georeference import box_beside, read_grid
from .grid import Bounds, Grid, format_bounds, place
from .inputs import RasterInput
from .opening import MAX_SIDE

SAME_RESOLUTION = 0.01  # relative; the network does not notice 1 %
NOTICEABLE = 1.5  # ratio of resolutions from which a warning is due, and from which pixels are averaged
SPARSE = 4  # ratio of union to intersection from which an extent is proposed
TORN = 100  # times the usual distance of neighbours in a mesh: between them lies the edge of the map
PIXEL_SIZES = (1e-4, 1e6)  # metres on the ground that a pixel can have
ROUND = 1e-6  # of a turn around the Earth, by which rounding may shorten a box that is one
MESH = 21  # points a side on which a projected outline is sampled


@dataclass(frozen=True)
class Alignment:
    """The grids of a run.

    Attributes:
        working: Where the network runs: the model's ground sample distance.
        output: Where the map lies.
        remarks: ``info`` events (what is resampled from and to) and ``warning`` events
            (code ``resampling`` or ``extent``), in the order to tell them.
    """

    working: Grid
    output: Grid
    remarks: tuple[Event, ...]


def align(
    inputs: Sequence[RasterInput],
    card: ModelCard,
    *,
    extent: Bounds | None = None,
    extent_crs: str = "",
    grid: str = "model",
) -> Alignment:
    """Choose the grids of a run and say what that means for each input.

    The arguments are those of ``working_grid`` and ``output_grid``, and so are the errors. What is
    remarkable about a file itself is in ``RasterInput.remarks``.
    """
    working = working_grid(inputs, card.gsd, extent=extent, extent_crs=extent_crs)
    output = output_grid(grid, inputs, working, extent=extent)
    if reference_raster(grid) and extent is None:
        working = _near(working, output, card.window)
    remarks = [remark for item in inputs for remark in _resampling_remarks(item, working)]
    remarks += _placeless_remarks(inputs, card)
    remarks += _coverage_remarks(inputs, working, limited=extent is not None)
    if not output.same_pixels(working):
        remarks.append(_output_remark(working, output))
    return Alignment(working, output, tuple(remarks))


def working_grid(
    inputs: Sequence[RasterInput], gsd: float, *, extent: Bounds | None = None, extent_crs: str = ""
) -> Grid:
    """Return the grid that the network runs on.

    It has the CRS of the first input and pixels of ``gsd`` metres at the centre of the region, which
    is the union of the inputs' extents, or the part of it that ``extent`` covers. The first input's
    own pixels are used where they fit within 1 %.

    Args:
        inputs: From ``open_inputs``, in card order.
        gsd: Ground sample distance in metres.
        extent: (xmin, ymin, xmax, ymax) in ``extent_crs``.
        extent_crs: EPSG code or WKT; empty: the CRS of the first input, in the card's order.

    Raises:
        GridMismatch: The inputs do not overlap, the extent meets none of them, or an extent cannot be
            expressed in the first input's CRS.
    """
    own = inputs[0].grid
    if own.crs is None:
        if extent is not None and extent_crs:
            raise GridMismatch(
                "The inputs have no CRS, so an extent in another CRS cannot be found on them.",
                "Give the extent in pixels, or assign a CRS to the inputs.",
            )
        return own if extent is None else own.crop(extent)
    _check_pixel_size(gsd)
    region = _region(inputs, own.crs, extent, extent_crs)
    across, down = metres_per_unit(own.crs, *_centre(region))
    wanted = (gsd / across, gsd / down)
    fits = all(abs(has / want - 1) <= SAME_RESOLUTION for has, want in zip(own.resolution, wanted, strict=True))
    return _covering(own if own.is_north_up and fits else _north_up(own.crs, region, wanted), region)


def output_grid(option: str, inputs: Sequence[RasterInput], working: Grid, *, extent: Bounds | None = None) -> Grid:
    """Return the grid of the outputs.

    Args:
        option: ``model`` (the working grid), ``finest`` (the pixels of the input with the finest ground
            resolution, over the region), a pixel size in metres, or a raster's path (its pixels: all of
            them, or, where an ``extent`` was given, those in the region).
        inputs: From ``open_inputs``.
        working: From ``working_grid``.
        extent: The extent that the user gave, or None.

    Raises:
        GridMismatch: The reference raster is rotated or does not meet the region; there is no CRS that
            would give metres a meaning.
        UnreadableRaster: The reference raster cannot be read.
    """
    if option == "model":
        return working
    if option == "finest":
        return _finest(inputs, working)
    metres = pixel_size(option)
    if metres is not None:
        return _of_size(metres, working)
    return _reference(option, inputs[0].grid, working, limited=extent is not None)


def metres_per_unit(crs: str, x: float, y: float) -> tuple[float, float]:
    """Metres on the ground that one CRS unit covers at (x, y), eastward and northward.

    Where a projection's scale is within 1 % of true, its linear unit alone counts: a metre of UTM is
    a metre.

    Raises:
        GridMismatch: The CRS says nothing about the ground at (x, y).
    """
    reference = parse_crs(crs)
    geodetic, geod = reference.geodetic_crs, reference.get_geod()
    if geodetic is None or geod is None or not (reference.is_projected or reference.is_geographic):
        raise GridMismatch(f"{crs_name(crs)} is not tied to the ground.", "Give rasters with a map projection.")
    unit = reference.axis_info[0].unit_conversion_factor
    degrees = math.degrees(geodetic.axis_info[0].unit_conversion_factor)
    step = 5 / unit if reference.is_projected else 5e-5 / math.degrees(unit)
    points = ([x - step, x + step, x, x], [y, y, y - step, y + step])
    lon, lat = project(points, crs, geodetic.to_wkt())
    if not np.isfinite([lon, lat]).all():
        raise GridMismatch(f"{crs_name(crs)} is not defined at {x:.10g}, {y:.10g}.", "Check the CRS of the inputs.")
    lengths = geod.inv(lon[::2] * degrees, lat[::2] * degrees, lon[1::2] * degrees, lat[1::2] * degrees)[2]
    across, down = (float(length) / (2 * step) for length in lengths)
    if not (math.isfinite(across) and math.isfinite(down) and across > 0 and down > 0):
        raise GridMismatch(
            f"{x:.10g}, {y:.10g} is no place in {crs_name(crs)}.", "Check the CRS of the inputs, and the extent."
        )
    if reference.is_projected and max(abs(across / unit - 1), abs(down / unit - 1)) <= SAME_RESOLUTION:
        return unit, unit
    return across, down


def ground_resolution(grid: Grid, at: Grid | None = None) -> tuple[float, float]:
    """Metres a pixel of ``grid`` along a row and along a column, at the centre of ``at`` (or its own).

    Raises:
        GridMismatch: The grid has no CRS, or the CRS does not reach there.
    """
    if grid.crs is None:
        raise GridMismatch("A grid without CRS has no ground resolution.")
    x, y = _centre(footprint(at or grid, grid.crs))
    across, down = metres_per_unit(grid.crs, x, y)
    t = grid.transform
    return math.hypot(t.a * across, t.d * down), math.hypot(t.b * across, t.e * down)


def resampling_ratio(source: Grid, target: Grid) -> float:
    """Pixel size of ``target`` over that of ``source``, on the ground where ``target`` lies; above 1: coarser."""
    if source.crs is None:
        return 1.0
    theirs, ours = ground_resolution(source, target), ground_resolution(target)
    return math.sqrt(ours[0] * ours[1] / (theirs[0] * theirs[1]))


def footprint(grid: Grid, crs: str | None) -> Bounds:
    """The box in ``crs`` around a grid, its edges (and inside) sampled, since straight lines become curves.

    Raises:
        GridMismatch: A part of the grid does not exist in ``crs``.
    """
    if grid.crs == crs:
        return grid.bounds
    xs, ys = mesh(grid, crs)
    if not (np.isfinite(xs).all() and np.isfinite(ys).all()):
        raise GridMismatch(
            f"The area {format_bounds(grid.bounds)} in {crs_name(grid.crs)} cannot be expressed in {crs_name(crs)}.",
            "Check that each raster has the right CRS, or reproject one of them first.",
        )
    if full_turn(crs) is None and _is_torn(xs):
        raise GridMismatch(
            f"The area {format_bounds(grid.bounds)} in {crs_name(grid.crs)} is torn apart in {crs_name(crs)}, which "
            "ends at a meridian that crosses it.",
            "Reproject the rasters to a CRS that holds the place in one piece, its UTM zone for example.",
        )
    return float(xs.min()), float(ys.min()), float(xs.max()), float(ys.max())


def mesh(grid: Grid, crs: str | None, meridian: float | None = None) -> tuple[Coordinates, Coordinates]:
    """A regular mesh of points over a grid in the coordinates of ``crs``; infinite where it has none.

    Args:
        grid: The grid.
        crs: The CRS of the points.
        meridian: Where longitudes are wanted, they are the ones nearest to this; None: to the mesh's centre.
    """
    cols, rows = np.meshgrid(np.linspace(0, grid.width, MESH), np.linspace(0, grid.height, MESH))
    xs, ys = place(grid.transform, cols.ravel(), rows.ravel())
    if grid.crs is None or crs is None:
        return xs, ys
    if grid.crs != crs:
        xs, ys = project((xs, ys), grid.crs, crs)
    turn = full_turn(crs)
    if turn is None or (meridian is None and grid.crs == crs):
        return xs, ys
    near = xs[xs.size // 2] if meridian is None else meridian
    return (near_meridian(xs, float(near), turn) if np.isfinite(near) else xs), ys


def _is_torn(xs: Coordinates) -> bool:
    """Whether neighbours in a mesh lie on opposite ends of a map."""
    steps = np.abs(np.diff(xs.reshape(MESH, MESH), axis=1))
    return bool(steps.max() > TORN * np.median(steps) > 0)


def _region(inputs: Sequence[RasterInput], crs: str, extent: Bounds | None, extent_crs: str) -> Bounds:
    """The area of the run in ``crs``."""
    boxes = footprints(inputs, crs)
    for item, box in zip(inputs, boxes, strict=True):
        others = [(other, theirs) for other, theirs in zip(inputs, boxes, strict=True) if other is not item]
        if others and not any(intersection(box, theirs) for _, theirs in others):
            raise GridMismatch(
                f"{item.path} does not overlap {others[0][0].path}: "
                f"{format_bounds(box)} and {format_bounds(others[0][1])} in {crs_name(crs)}.",
                "Check that both show the same place and have the right CRS.",
            )
    union = _union(boxes)
    if extent is None:
        return union
    wanted = extent_in(extent, extent_crs, crs, union)
    if not any(intersection(wanted, box) for box in boxes):
        raise GridMismatch(
            f"The extent {format_bounds(wanted)} lies outside {', '.join(item.path for item in inputs)}: "
            f"{format_bounds(union)} in {crs_name(crs)}.",
            "Give an extent that meets the inputs, and its CRS.",
        )
    return intersection(wanted, union) or union


def footprints(inputs: Sequence[RasterInput], crs: str) -> list[Bounds]:
    """The inputs' boxes in ``crs``; of a raster that ``crs`` cannot hold, the part near the first input."""
    boxes = [footprint(inputs[0].grid, crs)]
    for item in inputs[1:]:
        try:
            box = footprint(item.grid, crs)
        except GridMismatch:
            box = footprint(item.grid.crop(footprint(inputs[0].grid, item.grid.crs)), crs)
        boxes.append(box_beside(box, boxes[0], crs))
    return boxes


def extent_in(extent: Bounds, extent_crs: str, crs: str, near: Bounds) -> Bounds:
    """An extent in ``extent_crs`` (empty: in ``crs`` already) as a box in ``crs``, on this side of the date line.

    Args:
        extent: (xmin, ymin, xmax, ymax).
        extent_crs: EPSG code or WKT.
        crs: That of the box.
        near: What the box is to meet.

    Raises:
        GridMismatch: There is no such CRS, or the extent cannot be expressed in ``crs``.
    """
    if not extent_crs:
        return _around(box_beside(extent, near, crs), near, crs)
    try:
        given = str(pyproj.CRS.from_user_input(extent_crs).to_wkt())
    except ProjError as error:
        raise GridMismatch(f"'{extent_crs}' is not a CRS.", "Give an EPSG code such as EPSG:2154.") from error
    xmin, ymin, xmax, ymax = extent
    outline = Grid(given, Affine(xmax - xmin, 0, xmin, 0, ymin - ymax, ymax), 1, 1)
    return _around(box_beside(extent if same_crs(given, crs) else footprint(outline, crs), near, crs), near, crs)


def _around(box: Bounds, near: Bounds, crs: str) -> Bounds:
    """A box that reaches once around the Earth holds all longitudes, also those that are counted on beyond its end."""
    turn = full_turn(crs)
    xmin, ymin, xmax, ymax = box
    return (near[0], ymin, near[2], ymax) if turn is not None and xmax - xmin >= turn * (1 - ROUND) else box


def _finest(inputs: Sequence[RasterInput], working: Grid) -> Grid:
    if working.crs is None:
        return working
    own = max((item.grid for item in inputs), key=lambda grid: resampling_ratio(grid, working))
    region = footprint(working, own.crs)
    return _covering(own if own.is_north_up else _north_up(own.crs, region, own.resolution), region)


def _of_size(metres: float, working: Grid) -> Grid:
    """Pixels of so many metres over the region of the working grid."""
    if working.crs is None:
        raise GridMismatch(
            "The inputs have no CRS, so a pixel size in metres means nothing.",
            "Use --grid model, or assign a CRS to the inputs.",
        )
    _check_pixel_size(metres)
    across, down = metres_per_unit(working.crs, *_centre(working.bounds))
    return _covering(_north_up(working.crs, working.bounds, (metres / across, metres / down)), working.bounds)


def _check_pixel_size(metres: float) -> None:
    if not PIXEL_SIZES[0] <= metres <= PIXEL_SIZES[1]:
        raise GridMismatch(
            f"Pixels of {metres:g} m are not possible; they can have {PIXEL_SIZES[0]:g} to {PIXEL_SIZES[1]:g} m.",
            "Give another size.",
        )


def _reference(path: str, first: Grid, working: Grid, *, limited: bool) -> Grid:
    grid = read_grid(path)
    if (grid.crs is None) != (working.crs is None):
        lacking = "it has no CRS" if grid.crs is None else "the inputs have no CRS"
        raise GridMismatch(f"The grid of {path} cannot be used: {lacking}.", "Assign the CRS that is missing.")
    if grid.crs is None:
        if grid.shape != first.shape:
            raise GridMismatch(
                f"{path} has no CRS and is {grid.width} × {grid.height} pixels large, not {first.width} × "
                f"{first.height} as the inputs.",
                "Use --grid model.",
            )
        return working
    if not grid.is_north_up:
        raise GridMismatch(
            f"The grid of {path} is rotated (or upside down); a map needs a north-up one.",
            "Use --grid model, or straighten the raster with gdalwarp.",
        )
    region = box_beside(footprint(working, grid.crs), grid.bounds, grid.crs)
    if intersection(grid.bounds, region) is None:
        raise GridMismatch(f"The grid of {path} does not overlap the inputs.", "Give a raster of the same place.")
    return grid.crop(region) if limited else grid


def _near(working: Grid, output: Grid, window: tuple[int, int]) -> Grid:
    """The part of the working grid that a reference raster's pixels need, with a window around it."""
    if working.crs is None:
        return working
    xmin, ymin, xmax, ymax = footprint(output, working.crs)
    across, down = working.resolution[0] * window[1], working.resolution[1] * window[0]
    region = intersection((xmin - across, ymin - down, xmax + across, ymax + down), working.bounds)
    return working.crop(region) if region else working


def _resampling_remarks(item: RasterInput, working: Grid) -> list[Event]:
    """What is resampled from and to; a warning where detail is lost or was never there."""
    name = item.modality.name
    if working.offset_of(item.grid) is not None:
        text = f"{name}: {item.path} is read as it is."
        if working.crs is not None:
            text = f"{name}: {item.path} is read as it is, at {_metres(item.grid, working)}."
        return [Event("info", {"text": text})]
    ratio = resampling_ratio(item.grid, working)
    text = (
        f"{name}: {item.path} is resampled from {_metres(item.grid, working)} "
        f"({crs_name(item.grid.crs)}) to {_metres(working, working)} ({crs_name(working.crs)})"
    )
    if ratio > NOTICEABLE:
        text = f"{text}: {ratio:.3g} times coarser, by averaging. What is smaller than the model's pixels is lost."
    elif ratio < 1 / NOTICEABLE:
        text = f"{text}: {1 / ratio:.3g} times finer. The model expects more detail than there is; trust the map less."
    else:
        return [Event("info", {"text": f"{text}."})]
    return [Event("warning", {"code": "resampling", "text": text})]


def _placeless_remarks(inputs: Sequence[RasterInput], card: ModelCard) -> list[Event]:
    """What it means that nothing has a CRS; a warning where a file does say how large its pixels are."""
    grid = inputs[0].grid
    if grid.crs is not None:
        return []
    text = (
        f"{', '.join(item.path for item in inputs)}: without a CRS, pixels are taken to be the model's, {card.gsd:g} m "
        "large, and areas are not known."
    )
    if grid.transform.is_identity:
        return [Event("info", {"text": text})]
    sized = f"{text} The file gives {max(grid.resolution):g} units for a pixel, which counts once it has a CRS."
    return [Event("warning", {"code": "crs", "text": sized})]


def _output_remark(working: Grid, output: Grid) -> Event:
    text = (
        f"The map is brought from {_metres(working, working)} ({crs_name(working.crs)}), where the network runs, "
        f"to {_metres(output, working)} ({crs_name(output.crs)})."
    )
    return Event("info", {"text": text})


def _metres(grid: Grid, at: Grid) -> str:
    across, down = (f"{side:.3g}" for side in ground_resolution(grid, at))
    return f"{across} m" if across == down else f"{across} × {down} m"


def _coverage_remarks(inputs: Sequence[RasterInput], working: Grid, *, limited: bool) -> list[Event]:
    """Where inputs share little ground, or an extent leaves one out."""
    if working.crs is None or len(inputs) == 1:
        return []
    boxes = footprints(inputs, working.crs)
    if limited:
        absent = [item.path for item, box in zip(inputs, boxes, strict=True) if not intersection(box, working.bounds)]
        return [
            Event(
                "warning", {"code": "extent", "text": f"{path} does not reach into the extent: it counts as missing."}
            )
            for path in absent
        ]
    shared: Bounds | None = boxes[0]
    for box in boxes[1:]:
        shared = shared and intersection(shared, box)
    if shared is None or _area(_union(boxes)) <= SPARSE * _area(shared):
        return []
    text = (
        f"The inputs overlap in less than 1/{SPARSE} of the area that they cover together; elsewhere the map comes "
        f"from some of them alone. For the shared part: --extent {format_bounds(shared)} ({crs_name(working.crs)})."
    )
    return [Event("warning", {"code": "extent", "text": text})]


def _north_up(crs: str | None, region: Bounds, resolution: tuple[float, float]) -> Grid:
    """One pixel in the region's upper left corner, which ``cover`` extends."""
    return Grid(crs, Affine(resolution[0], 0, region[0], 0, -resolution[1], region[3]), 1, 1)


def _covering(lattice: Grid, region: Bounds) -> Grid:
    grid = lattice.cover(region)
    if max(grid.shape) > MAX_SIDE:
        raise GridMismatch(
            f"The region {format_bounds(region)} would be {grid.width} × {grid.height} pixels large; "
            f"at most {MAX_SIDE} a side are possible.",
            "Give an --extent.",
        )
    return grid


def _centre(bounds: Bounds) -> tuple[float, float]:
    return (bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2


def _union(boxes: Sequence[Bounds]) -> Bounds:
    xmins, ymins, xmaxs, ymaxs = zip(*boxes, strict=True)
    return min(xmins), min(ymins), max(xmaxs), max(ymaxs)


def intersection(a: Bounds, b: Bounds) -> Bounds | None:
    """The box that two boxes share; None where they share no ground."""
    xmin, ymin, xmax, ymax = max(a[0], b[0]), max(a[1], b[1]), min(a[2], b[2]), min(a[3], b[3])
    return (xmin, ymin, xmax, ymax) if xmin < xmax and ymin < ymax else None


def _area(bounds: Bounds) -> float:
    return (bounds[2] - bounds[0]) * (bounds[3] - bounds[1])
