"""The one description of a run, and of what is told while it runs.

A *job* is what the command line builds, what QGIS sends to the worker and what a log can run again:
one JSON object. Segmentation is described here, the other kinds of work in ``jobs``. *Events* come
back, one JSON object a line, each with ``v`` and ``type``. Standard library alone and Python 3.9:
QGIS writes jobs and reads events without torch, numpy or rasterio.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, ClassVar, TypeVar

from .card import MAX_OVERLAP
from .errors import Dis2Error, ProtocolError
from .names import check_names
from .typed import WrongType, build, value_of
from .untrusted import Refused, parse_json

VERSION = 1
HEARTBEAT_SECONDS = 2.0
ENOUGH = "enough"  # a line after the job's: the run is to end early with what it has; see ``Work.KEEPS``
MAX_LINE = 4_000_000  # characters, of a result with a matrix of 250 classes; a longer line is noise, not an event

DEVICES = ("auto", "cpu", "cuda", "mps")
PRECISIONS = ("auto", "fp32", "bf16")
FORMATS = ("GTiff", "COG")
AUGMENTATIONS = ("none", "d4")  # at test time
GRIDS = ("model", "finest")  # beside pixel sizes and rasters; see ``Job.grid``
NODATA_RULES = ("any", "all", "none")  # beside numbers; see ``Source.nodata``
MASKS = ("auto", "none")  # beside band numbers; see ``Source.mask``

#: The rasters and the table that a run can write, in the order in which they are renamed into
#: place: the main output comes last, so that its presence means that the run is complete.
OUTPUTS = ("areas", "scenario", "probabilities", "familiarity", "confidence", "classes")

PIXEL_SIZES = (1e-6, 1e7)  # metres, of a microscope and of a globe in two pixels; beyond, arithmetic fails

#: What a person may decide about a GeoTIFF; all else is the writer's business.
CREATION_OPTIONS = ("BIGTIFF", "BLOCKSIZE", "COMPRESS", "NUM_THREADS", "PREDICTOR", "ZLEVEL", "ZSTD_LEVEL")


@dataclass(frozen=True)
class Source:
    """Where a modality comes from.

    Attributes:
        path: A file or anything else that GDAL opens.
        bands: 1-based band numbers in the order of the card's bands; empty: the first ones.
        scale: ``(a, b)``: value = a * stored + b, in the card's unit; None: what the file says.
        nodata: When the no-data value makes a pixel void: ``any`` (one of the bands has it), ``all`` (all
            have it) or ``none`` (never). Stored numbers, separated by commas, stand instead of those that the
            file declares: ``-9999``, ``0,255``, ``all,0``, ``nan``.
        mask: What else makes a pixel void: ``auto`` (the masks and alpha bands that the file declares),
            ``none``, or the number of a band that is 0 where there is no data.
    """

    path: str
    bands: tuple[int, ...] = ()
    scale: tuple[float, float] | None = None
    nodata: str = "any"
    mask: str = "auto"

    def __post_init__(self) -> None:
        check_names(self.path)
        if any(band < 1 for band in self.bands):
            raise ProtocolError(f"Band numbers of {self.path} start at 1.")
        if self.scale is not None and not (all(map(math.isfinite, self.scale)) and self.scale[0] != 0):
            raise ProtocolError(f"The scale of {self.path} needs two finite numbers, the first not 0.")
        try:
            _read_nodata(self.nodata)
        except (ValueError, AttributeError):
            raise ProtocolError(
                f"The no-data rule {_short(self.nodata)} of {self.path} is not known.",
                "Use any, all, none, or numbers separated by commas: -9999, or all,0.",
            ) from None
        if not (isinstance(self.mask, str) and re.fullmatch(r"auto|none|[1-9][0-9]{0,5}", self.mask)):
            raise ProtocolError(
                f"The mask {_short(self.mask)} of {self.path} is not known.", "Use auto, none, or a band's number."
            )

    @property
    def nodata_rule(self) -> str:
        """One of ``NODATA_RULES``."""
        return _read_nodata(self.nodata)[0]

    @property
    def nodata_values(self) -> tuple[float, ...]:
        """The stored numbers that mean no data, instead of those that the file declares; none: the file's."""
        return _read_nodata(self.nodata)[1]

    @property
    def mask_band(self) -> int | None:
        """The 1-based band that is the mask; None where none was chosen."""
        return None if self.mask in MASKS else int(self.mask)


def _read_nodata(text: str) -> tuple[str, tuple[float, ...]]:
    """Rule and values of ``Source.nodata``; ValueError where it is neither."""
    first, comma, rest = text.partition(",")
    rule = first.strip()
    if rule not in NODATA_RULES:
        rule, rest = "any", text
    elif not comma:
        return rule, ()
    if rule == "none":
        raise ValueError("values that never count")
    return rule, tuple(_number(part) for part in rest.split(","))


def _number(text: str) -> float:
    """A number; whole ones exactly, for rasters of 64-bit integers. Infinite values never are data."""
    number = int(text) if re.fullmatch(r"\s*[+-]?[0-9]{1,20}\s*", text) else float(text)
    if math.isinf(number):
        raise ValueError("an infinite no-data value")
    return number


def _short(value: object) -> str:
    """A value in a message: as it was written, cut where it is long."""
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:60]}…"


_Work = TypeVar("_Work", bound="Work")


class Work:
    """What a job of any kind can do; subclasses are frozen dataclasses.

    Attributes:
        KIND: Names the kind in JSON; permanent.
        KEEPS: Whether a run can be asked to end early with what it has; its runner takes ``enough`` then.
    """

    KIND: ClassVar[str] = ""
    KEEPS: ClassVar[bool] = False

    @property
    def targets(self) -> tuple[str, ...]:
        """The files and folders that the job writes."""
        return ()

    def to_json(self) -> str:
        """Return the job as one line of JSON."""
        data: dict[str, Any] = asdict(self)  # type: ignore[call-overload]
        return json.dumps({"v": VERSION, "type": "job", "kind": self.KIND, **data})

    @classmethod
    def from_json(cls: type[_Work], text: str) -> _Work:
        """Read what ``to_json`` wrote.

        Raises:
            ProtocolError: The text is no job of this version and kind.
        """
        data = read_object(text)
        kind = str(data.pop("kind", Job.KIND))  # version 0.1.0 knew segmentation alone
        if kind != cls.KIND:
            raise ProtocolError(f"This is a job of the kind {kind!r}, not '{cls.KIND}'.")
        return cls.from_data(data)

    @classmethod
    def from_data(cls: type[_Work], data: Mapping[str, Any]) -> _Work:
        """Build a job from its fields as JSON has them."""
        try:
            return build(cls, data)
        except WrongType as error:
            raise ProtocolError(f"The job is damaged: {error}") from error


def read_object(text: str) -> dict[str, Any]:
    """Read the JSON object of a job, less ``v`` and ``type``.

    Raises:
        ProtocolError: The text is no job of this version.
    """
    hint = "Give a job as JSON, or what a run with --events printed."
    try:
        data = parse_json(text)
    except Refused as error:
        raise ProtocolError(f"This is no job of DIS2, or it is damaged ({error}).", hint) from error
    if not isinstance(data, dict) or not {"v", "type"} <= set(data):
        raise ProtocolError("This is no job of DIS2: it is no object with 'v' and 'type'.", hint)
    version, kind = data.pop("v"), data.pop("type")
    if (version, kind) != (VERSION, "job"):
        raise ProtocolError(
            f"This is a {kind!r} of protocol version {version!r}; a job of version {VERSION} is needed.",
            "The plugin and the library must be of the same version: install both again.",
        )
    return data


def check_extent(extent: tuple[float, float, float, float] | None) -> None:
    """Raise ProtocolError unless an extent is four finite numbers, minima below maxima."""
    if extent is not None and not (all(map(math.isfinite, extent)) and extent[0] < extent[2] and extent[1] < extent[3]):
        raise ProtocolError(f"The extent {extent} must be xmin ymin xmax ymax with min below max.")


def check_device(device: str) -> None:
    """Raise ProtocolError unless a device is ``auto``, ``cpu``, ``cuda``, ``cuda:N`` or ``mps``."""
    if not re.fullmatch(r"auto|cpu|cuda(:[0-9]{1,3})?|mps", device):
        raise ProtocolError(f"Unknown device '{device}'.", "Use auto, cpu, cuda, cuda:0 or mps.")


def pixel_size(grid: str) -> float | None:
    """The metres that a job's ``grid`` states; None where it is no number."""
    try:
        return float(grid)
    except ValueError:
        return None


def check_pixel_size(what: str, metres: float) -> None:
    """Raise ProtocolError unless a pixel has a size that any sensor could have."""
    if not PIXEL_SIZES[0] <= metres <= PIXEL_SIZES[1]:  # nor is NaN
        raise ProtocolError(
            f"The {what} {metres:g} must be a positive number of metres, {PIXEL_SIZES[0]:g} to {PIXEL_SIZES[1]:g}."
        )


def reference_raster(grid: str) -> str | None:
    """The raster that a job's ``grid`` names; None where it names none."""
    return None if grid in GRIDS or pixel_size(grid) is not None else grid


def check_format(name: str) -> None:
    """Raise ProtocolError unless a format of rasters is known."""
    if name not in FORMATS:
        raise ProtocolError(f"Unknown format '{name[:40]}'; use {' or '.join(FORMATS)}.")


def check_counts(**counts: int | None) -> None:
    """Raise ProtocolError unless every number that is given is a whole one from 1."""
    for name, value in counts.items():
        if value is not None and (not isinstance(value, int) or value < 1):
            raise ProtocolError(f"{name} must be a whole number from 1, not {value}.")


def check_creation_options(options: Mapping[str, str]) -> None:
    """Raise ProtocolError unless options are among those that decide how a GeoTIFF is stored."""
    if unknown := sorted(set(options) - set(CREATION_OPTIONS)):
        raise ProtocolError(
            f"The creation option '{unknown[0]}' is not known.", f"Known are {', '.join(CREATION_OPTIONS)}."
        )


@dataclass(frozen=True)
class Job(Work):
    """A segmentation run.

    Attributes:
        model: A shipped model's name or the path of a model file.
        inputs: Sources by modality name; an absent modality is missing.
        outputs: Paths by output name (``OUTPUTS``); ``classes`` is required.
        extent: (xmin, ymin, xmax, ymax) to which the run is limited, or None.
        extent_crs: CRS of the extent (EPSG code or WKT); empty: that of the first input, in the model's order.
        grid: ``model`` (the model's ground sample distance), ``finest``, a pixel size in metres (``0.5``), or
            a raster's path.
        device: ``auto``, ``cpu``, ``cuda``, ``cuda:N`` or ``mps``.
        overlap: Fraction of a window that neighbours share, 0 to 0.75; None: the model's.
        batch_size: Windows a forward pass; None: chosen for the device.
        precision: ``auto``, ``fp32`` or ``bf16``.
        threads: Windows at once on a CPU, each on a thread of its own; None: as many as cores are free.
        min_confidence: Below this probability of the winning class, 0 to 1, a pixel is *uncertain* (254).
        creation_options: How the GeoTIFFs are stored (``CREATION_OPTIONS``), instead of our choice.
        max_memory: Bytes that the rows in work may take; None: what the machine has left.
        format: Of the rasters: ``GTiff``, or ``COG`` (cloud optimized).
        aoi: Polygons (GeoPackage, GeoJSON), outside which the map is no data; empty: none. Without an extent the run
            is limited to the box around them.
        tta: ``d4``: every window is seen in the eight ways of a square, and the mean of the probabilities counts;
            ``none``: as it is.
    """

    KIND: ClassVar[str] = "segment"

    model: str
    inputs: Mapping[str, Source]
    outputs: Mapping[str, str]
    extent: tuple[float, float, float, float] | None = None
    extent_crs: str = ""
    grid: str = "model"
    device: str = "auto"
    overlap: float | None = None
    batch_size: int | None = None
    precision: str = "auto"
    threads: int | None = None
    min_confidence: float = 0.0
    creation_options: Mapping[str, str] = field(default_factory=dict)
    max_memory: int | None = None
    format: str = "GTiff"
    aoi: str = ""
    tta: str = "none"

    def __post_init__(self) -> None:
        if unknown := sorted(set(self.outputs) - set(OUTPUTS)):
            raise ProtocolError(f"Unknown output '{unknown[0]}'; outputs are {', '.join(OUTPUTS)}.")
        if "classes" not in self.outputs:
            raise ProtocolError("A job needs the output 'classes'.")
        check_names(self.model, *self.targets, reference_raster(self.grid), self.aoi or None)
        check_extent(self.extent)
        check_device(self.device)
        if self.overlap is not None and not 0 <= self.overlap <= MAX_OVERLAP:
            raise ProtocolError(f"The overlap {self.overlap} must lie between 0 and {MAX_OVERLAP}.")
        if self.precision not in PRECISIONS:
            raise ProtocolError(f"Unknown precision '{self.precision}'; use {', '.join(PRECISIONS)}.")
        check_counts(batch_size=self.batch_size, threads=self.threads, max_memory=self.max_memory)
        size = pixel_size(self.grid)
        if size is not None:
            check_pixel_size("pixel size", size)
        if not 0 <= self.min_confidence <= 1:
            raise ProtocolError(f"The minimum confidence {self.min_confidence} must lie between 0 and 1.")
        check_creation_options(self.creation_options)
        if self.tta not in AUGMENTATIONS:
            raise ProtocolError(f"Unknown test-time augmentation '{self.tta[:40]}'; use {' or '.join(AUGMENTATIONS)}.")
        check_format(self.format)

    @property
    def targets(self) -> tuple[str, ...]:
        """The files that the run writes."""
        return tuple(self.outputs.values())


#: What events of known types say: annotations by name; those that may be missing end in ``?``.
EVENT_FIELDS: Mapping[str, Mapping[str, str]] = {
    "hello": {"version?": "str", "pid?": "int"},
    "progress": {"fraction": "float", "stage": "str", "seconds_left?": "float | None", "detail?": "str"},
    "warning": {"code?": "str", "text": "str"},
    "info": {"text": "str"},
    "artifact": {"name": "str", "path": "str"},
    "error": {"code?": "str", "text": "str", "hint?": "str", "exit_code?": "int"},
}


@dataclass(frozen=True)
class Event:
    """Something that is told while a job runs.

    Types and their data: ``hello`` (version, pid), ``progress`` (fraction 0..1, stage,
    seconds_left, and detail where there is one), ``warning`` (code, text), ``info`` (text), ``artifact`` (name, path),
    ``result`` (what the ``to_json`` of the job's result holds), ``error`` (code, text, hint,
    exit_code), ``heartbeat``.
    """

    type: str
    data: Mapping[str, Any] = field(default_factory=dict)

    def to_line(self) -> str:
        """Return the event as one line of JSON, without the line break."""
        return json.dumps({"v": VERSION, "type": self.type, **self.data})

    @classmethod
    def from_line(cls, line: str) -> Event | None:
        """Read a line; None where it is no event (a library that prints, say).

        Raises:
            ProtocolError: It is an event of another protocol version.
        """
        if len(line) > MAX_LINE or not line.lstrip().startswith("{"):
            return None
        try:
            data = parse_json(line)
        except Refused:
            return None
        if "v" not in data or not isinstance(data.get("type"), str):
            return None
        if data.pop("v") != VERSION:
            raise ProtocolError(
                "The worker speaks another version of the protocol.",
                "The plugin and the library must be of the same version: install both again.",
            )
        event = cls(data.pop("type"), data)
        return event if event._is_sound() else None

    def _is_sound(self) -> bool:
        """Whether all that a client relies on is there and of its type."""
        try:
            for name, annotation in EVENT_FIELDS.get(self.type, {}).items():
                if name.rstrip("?") in self.data or not name.endswith("?"):
                    value_of(annotation, self.data.get(name.rstrip("?")), name)
        except WrongType:
            return False
        return self.type != "progress" or 0 <= self.data["fraction"] <= 1


def error_event(error: Dis2Error) -> Event:
    """The event that reports an error."""
    return Event(
        "error",
        {"code": error.code, "text": error.message, "hint": error.hint, "exit_code": error.exit_code},
    )
