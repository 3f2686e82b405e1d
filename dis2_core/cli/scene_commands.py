"""The commands that make rasters to work with: ``dis2 ndsm`` and ``dis2 city``."""

from __future__ import annotations

from typing import Annotated

import typer

from ..contract.other_jobs import CityJob, NdsmJob
from .arguments import (
    CreationOption,
    EventsOption,
    ExtentOption,
    FormatOption,
    MaskOption,
    NodataOption,
    creation_options,
    sources,
)
from .running import execute


def ndsm(
    dsm: Annotated[str, typer.Option(metavar="FILE", help="The surface model: roofs and tree tops.")],
    dtm: Annotated[str, typer.Option(metavar="FILE", help="The terrain model: the bare ground.")],
    out: Annotated[str, typer.Option(metavar="FILE", help="The raster of heights above ground to write.")],
    grid: Annotated[str, typer.Option(metavar="dsm|dtm|FILE", help="Whose pixels the result has.")] = "dsm",
    extent: ExtentOption = None,
    extent_crs: Annotated[str, typer.Option(metavar="CRS", help="CRS of --extent; default: the result's.")] = "",
    lowest: Annotated[float, typer.Option(help="Heights below are set to it.")] = 0.0,
    keep_negative: Annotated[bool, typer.Option("--keep-negative", help="Leave what lies below the ground.")] = False,
    highest: Annotated[float | None, typer.Option(help="Heights above are set to it.")] = None,
    bands: Annotated[list[str] | None, typer.Option(metavar="dsm=2", help="Band to take; default: the first.")] = None,
    scale: Annotated[
        list[str] | None, typer.Option(metavar="dsm=A,B", help="Metres = A * stored + B; default: what the file says.")
    ] = None,
    nodata: NodataOption = None,
    mask: MaskOption = None,
    creation: CreationOption = None,
    format: FormatOption = "GTiff",
    events: EventsOption = False,
) -> None:
    """Subtract a terrain model from a surface model: height above ground."""
    inputs = sources([f"dsm={dsm}", f"dtm={dtm}"], bands or [], scale or [], nodata or [], mask or [])
    job = NdsmJob(
        dsm=inputs["dsm"],
        dtm=inputs["dtm"],
        output=out,
        extent=extent,
        extent_crs=extent_crs,
        grid=grid,
        lowest=None if keep_negative else lowest,
        highest=highest,
        creation_options=creation_options(creation or []),
        format=format,
    )
    execute(job, events=events)


def city(
    folder: Annotated[str, typer.Argument(metavar="FOLDER", help="Where the files go.")],
    size: Annotated[int, typer.Option(help="Height and width in pixels of 0.2 m.")] = 1024,
    seed: Annotated[int, typer.Option(help="Which city.")] = 0,
    events: EventsOption = False,
) -> None:
    """Draw a small city to try things on: photo, heights, terrain, classes."""
    execute(CityJob(folder, size, seed), events=events)
