"""Options that commands share, and the reading of what a person writes in them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated

import typer

from ..contract.errors import InputError
from ..contract.segment_job import Source

Extent = tuple[float, float, float, float]

ModelOption = Annotated[str, typer.Option("--model", "-m", help="A shipped model's name, or a model file.")]
InputsOption = Annotated[
    list[str] | None,
    typer.Option("--input", "-i", metavar="NAME=FILE", help="A modality and its raster; leave out what is missing."),
]
ExtentOption = Annotated[Extent | None, typer.Option(metavar="XMIN YMIN XMAX YMAX", help="Only this part.")]
ExtentCrsOption = Annotated[str, typer.Option(metavar="CRS", help="CRS of --extent; default: the first input's.")]
GridOption = Annotated[
    str,
    typer.Option(
        metavar="model|finest|METRES|FILE",
        help="Output pixels: the model's, the finest input's, of so many metres, a raster's.",
    ),
]
BandsOption = Annotated[
    list[str] | None, typer.Option(metavar="NAME=4,1,2", help="Bands to take, in the model's order.")
]
ScaleOption = Annotated[
    list[str] | None, typer.Option(metavar="NAME=A,B", help="Value = A * stored + B, in the model's unit.")
]
NodataOption = Annotated[
    list[str] | None,
    typer.Option(
        metavar="NAME=any|all|VALUE|none",
        help="A pixel is void where one band has the no-data value, where all have it, where it is VALUE, or never.",
    ),
]
MaskOption = Annotated[
    list[str] | None,
    typer.Option(metavar="NAME=auto|none|BAND", help="The file's masks and alpha bands, none of them, or a band."),
]
DeviceOption = Annotated[str, typer.Option(metavar="auto|cpu|cuda|mps", help="Where to compute.")]
OverlapOption = Annotated[
    float | None, typer.Option(help="Share of a window that neighbours have in common, 0-0.75; default: the model's.")
]
BatchSizeOption = Annotated[int | None, typer.Option(help="Windows at once; default: fits the device.")]
PrecisionOption = Annotated[str, typer.Option(metavar="auto|fp32|bf16", help="Of the arithmetic.")]
ThreadsOption = Annotated[int | None, typer.Option(help="Windows at once on a CPU; default: one a free core.")]
MinConfidenceOption = Annotated[float, typer.Option(help="Below this probability, 0-1, a pixel is 254, 'uncertain'.")]
CreationOption = Annotated[
    list[str] | None,
    typer.Option(
        "--co", metavar="NAME=VALUE", help="How GeoTIFFs are stored, e.g. COMPRESS=ZSTD; may be given several times."
    ),
]
AoiOption = Annotated[
    str,
    typer.Option(metavar="FILE", help="Polygons (GeoPackage, GeoJSON) outside which nothing is computed: no data."),
]
TtaOption = Annotated[
    str,
    typer.Option(metavar="none|d4", help="d4: the mean over windows turned and mirrored, in eight times the time."),
]
FormatOption = Annotated[str, typer.Option(metavar="GTiff|COG", help="Of the rasters; COG: cloud optimized.")]
MaxMemoryOption = Annotated[
    str | None, typer.Option(metavar="SIZE", help="Refuse what needs more, e.g. 8G; default: what the machine has.")
]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Check and tell what would be done.")]
EventsOption = Annotated[bool, typer.Option("--events", help="Print JSON lines on stdout.")]


def sources(
    inputs: Sequence[str],
    bands: Sequence[str],
    scales: Sequence[str],
    nodata: Sequence[str] = (),
    masks: Sequence[str] = (),
) -> dict[str, Source]:
    """Sources by modality from ``NAME=…`` arguments.

    Raises:
        InputError: An argument is not of its form, or names what is not there.
    """
    files = pairs(inputs, "--input", "NAME=FILE")
    band_lists = pairs(bands, "--bands", "NAME=4,1,2")
    scalings = pairs(scales, "--scale", "NAME=A,B")
    rules = pairs(nodata, "--nodata", "NAME=any|all|VALUE|none")
    mask_choices = pairs(masks, "--mask", "NAME=auto|none|BAND")
    options = {"--bands": band_lists, "--scale": scalings, "--nodata": rules, "--mask": mask_choices}
    for option, given in options.items():
        if stray := sorted(set(given) - set(files)):
            raise InputError(f"{option} names '{stray[0]}', which is no input.", f"There is {', '.join(files)}.")
    return {
        name: Source(
            path,
            bands=_bands(name, band_lists.get(name)),
            scale=_scale(name, scalings.get(name)),
            nodata=rules.get(name, "any"),
            mask=mask_choices.get(name, "auto"),
        )
        for name, path in files.items()
    }


def creation_options(arguments: Sequence[str]) -> dict[str, str]:
    """Creation options by name in capitals. Raises as ``pairs`` does."""
    return {name.upper(): value for name, value in pairs(arguments, "--co", "COMPRESS=ZSTD").items()}


def size_in_bytes(text: str | None) -> int | None:
    """The bytes that ``8G``, ``500M`` or a plain number mean, in powers of 1024.

    Raises:
        InputError: The text is no size.
    """
    if text is None:
        return None
    found = re.fullmatch(r"(\d{1,12}(?:\.\d{1,6})?)\s*([KMGT]?)(?:i?B)?", text.strip(), re.IGNORECASE)
    size = int(float(found[1]) * 1024 ** " KMGT".index(found[2].upper() or " ")) if found else 0
    if size < 1:
        raise InputError(f"'{text}' is no amount of memory.", "Write --max-memory 8G, or 500M.")
    return size


def pairs(arguments: Sequence[str], option: str, form: str) -> dict[str, str]:
    """``NAME=VALUE`` arguments by name; the value may hold ``=``.

    Raises:
        InputError: An argument is not of this form, or a name comes twice.
    """
    found: dict[str, str] = {}
    for argument in arguments:
        name, separator, value = argument.partition("=")
        if not (name and separator and value):
            raise InputError(f"'{argument}' is no {option}.", f"Write {option} {form}.")
        if name in found:
            raise InputError(f"{option} is given twice for '{name}'.", "Give every name once.")
        found[name] = value
    return found


def _bands(name: str, text: str | None) -> tuple[int, ...]:
    try:
        return tuple(int(band) for band in text.split(",")) if text else ()
    except ValueError:
        raise InputError(f"'{text}' are no band numbers of '{name}'.", f"Write --bands {name}=4,1,2.") from None


def _scale(name: str, text: str | None) -> tuple[float, float] | None:
    if text is None:
        return None
    try:
        factor, offset = (float(number) for number in text.split(","))
    except ValueError:
        raise InputError(f"'{text}' is no scale of '{name}'.", f"Write --scale {name}=0.1,0.") from None
    return factor, offset
