"""A run from its first chunk to its last rename."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from ..contract.card import NODATA, UNCERTAIN, scenario_name
from ..contract.catalogue import find_model, read_card
from ..contract.errors import NoValidData
from ..contract.segment_job import Job
from ..models.file import Model, load_model
from ..rasters.areas import AreaCounter, write_area_table
from ..rasters.reading import ChunkStream, ModalityReader
from ..rasters.values.ranges import range_warning
from ..run.background import BackgroundWriter
from ..run.device import cpu_threads, describe_device
from ..run.disk import require_space
from ..run.jobfolder import JobFolder
from ..run.provenance import base_name, origin_tags
from ..run.reporting import Reporter
from .ground import Ground
from .inference import Inference, probability_rows, wanted_rows
from .outputs import (
    CONFIDENCE_MAXIMUM,
    FAMILIARITY_MAXIMUM,
    PROBABILITY_MAXIMUM,
    MapRows,
    MapWriter,
    framed,
    warped_rows,
)
from .planning import Setup, precision_name, prepare
from .result import SegmentationResult
from .strips import Strip
from .symmetries import symmetries

#: Parts of the progress that segmenting takes: where the map is made in place, and where it is warped.
SEGMENTING_SHARE = {True: 0.97, False: 0.85}

MOSTLY = 0.5  # share of a map from which on it is told that the ground is unlike that of training

NOT_FINITE = "what the model says of them is no finite number, because of values beyond all measure or broken weights."


class Run:
    """A job in progress.

    Args:
        setup: The examined job.
        model: The loaded model.
        report: Who is told.
    """

    def __init__(self, setup: Setup, model: Model, report: Reporter) -> None:
        self._setup = setup
        self._model = model
        self._report = report
        self._seen = np.zeros(1 << len(setup.card.modalities), dtype=np.int64)
        self._windows_done = 0
        self._lost = 0  # pixels of which the network's answer was no number
        self._share = SEGMENTING_SHARE[setup.same_grid]
        self._area_at_work = setup.area_at_work
        self._ground = self._ground_to_look_at()

    def _ground_to_look_at(self) -> Ground | None:
        """None where the model does not know the ground of its training."""
        setup, familiarity, area = self._setup, self._model.familiarity, self._area_at_work
        if familiarity is None:
            return None
        if area is None:
            return Ground(familiarity, setup.card, setup.windows)
        working, (_, left, _, right) = setup.alignment.working, setup.windows.read
        return Ground(
            familiarity,
            setup.card,
            setup.windows,
            lambda top, rows: area.inside(working, top, min(top + rows, working.height), left, right),
        )

    @property
    def _unlike(self) -> float | None:
        """See ``SegmentationResult.unfamiliar``."""
        return self._ground.unlike if self._ground else None

    @classmethod
    def of(cls, job: Job, model: Model | None, report: Reporter, leave_out: Sequence[str] = ()) -> Run:
        """Examine a job."""
        setup = prepare(job, model.card if model else read_card(find_model(job.model))).without(leave_out)
        _tell(setup, report)
        loaded = copy.deepcopy(model) if model else load_model(job.model)
        loaded.settle(setup.device)
        return cls(setup, loaded, report)

    def execute(self) -> SegmentationResult:
        """Make the outputs and put them into place."""
        setup = self._setup
        with JobFolder(setup.targets, setup.files, self._report.warning) as folder:
            require_space(setup.space())
            parts = {name: folder.part(name) for name in setup.raster_names}
            counter = self.make_rasters(parts, folder.scratch, provenance(setup, self._model.sha256))
            if self._lost and not counter.valid_pixels:
                raise NoValidData(f"There is no map: {NOT_FINITE}", "Check the values of the inputs, and the model.")
            if not counter.valid_pixels:
                files = ", ".join(item.path for item in setup.inputs)
                raise NoValidData(
                    f"No pixel of the region has data in {files}.", "Check their nodata values and the extent."
                )
            if "areas" in setup.targets:
                write_area_table(folder.part("areas"), counter.table())
            self._report.check()
            for name, path in folder.commit():
                self._report.artifact(name, str(path))
        self._report.progress(1, "finishing")
        return self.result(counter)

    def make_rasters(
        self, parts: Mapping[str, Path], scratch: Callable[[str], Path], tags: Mapping[str, str]
    ) -> AreaCounter:
        """Make the rasters of the run, whatever becomes of them.

        Args:
            parts: Where, by output name.
            scratch: Gives a place for a temporary raster of an output.
            tags: Notes for their metadata.

        Returns:
            What there is of each class.
        """
        setup, output = self._setup, self._setup.output
        counter = AreaCounter(output, setup.card.class_names, uncertain=setup.may_be_uncertain)
        with MapWriter(parts, output, setup.layouts, tags, setup.storage) as writer:

            def write(rows: MapRows) -> None:
                self._leave_out(rows)
                counter.add(rows.row, rows.classes)
                writer.write(rows)

            if setup.same_grid:
                self._segment(write)
            else:
                self._warp(scratch, write)
            for step, _ in enumerate(writer.finish(), start=1):
                self._report.check()
                self._report.progress(0.97 + 0.03 * step / len(parts), "finishing")
        if self._lost:
            self._report.warning(f"{self._lost:,} pixels are no data: {NOT_FINITE}", "not-finite")
        self._tell_of_ground()
        return counter

    def _tell_of_ground(self) -> None:
        """Tell where most of the map lies on ground of which the model knows nothing."""
        share = self._unlike
        if share is not None and share > MOSTLY:
            self._report.warning(
                f"{share:.0%} of the map lies on ground that looks unlike what {self._setup.card.name} was trained on, "
                "however sure of its classes it may be. Are the bands in its order and the values in its units? "
                "If so, check the map before you use it.",
                "unfamiliar",
            )

    def _leave_out(self, rows: MapRows) -> None:
        """Make all that lies outside the area of interest no data."""
        if self._setup.area is not None:
            whole = self._setup.alignment.output
            top, left, _, right = self._setup.part or (0, 0, 0, whole.width)
            first = top + rows.row
            inside = self._setup.area.inside(whole, first, first + len(rows.classes), left, right)
            for values in rows.rasters.values():
                values[:, ~inside] = NODATA

    def _warp(self, scratch: Callable[[str], Path], write: Callable[[MapRows], None]) -> None:
        """Make the map on the network's grid and bring it onto the output grid."""
        setup, working = self._setup, self._setup.alignment.working
        paths = {name: scratch(name) for name in setup.raster_names}
        top, left, bottom, right = setup.windows.wanted
        with MapWriter(paths, working.window(top, left, bottom - top, right - left), setup.layouts, {}) as writer:
            self._segment(writer.write)
            writer.seal()
        if setup.part:
            paths = {name: framed(path, working, (top, left)) for name, path in paths.items()}
        for rows in warped_rows(paths, working, setup.alignment.output, setup.card, setup.part):
            self._report.check()
            write(rows)
            done = (rows.row + rows.classes.shape[0]) / setup.output.height
            self._report.progress(self._share + (0.97 - self._share) * done, "finishing")

    def _segment(self, write: Callable[[MapRows], None]) -> None:
        """Run the network over the working grid and write the rows that come out."""
        setup, working = self._setup, self._setup.alignment.working
        inference = Inference(
            self._model.network,
            setup.card,
            setup.device,
            setup.precision,
            setup.batch_size,
            on_smaller_batch=lambda size: self._report.info(f"Memory is short: batches of {size} windows now."),
            whole_batches=setup.whole_batches,
            workers=setup.workers,
            symmetries=symmetries(setup.card.window) if setup.job.tta == "d4" else (),
            familiarity=self._model.familiarity if "familiarity" in setup.raster_names else None,
        )
        top, left, bottom, right = setup.windows.read
        readers = [ModalityReader(item, item.modality, working, columns=(left, right)) for item in setup.inputs]
        with ChunkStream(readers, working, setup.rows_per_chunk, setup.threads, rows=(top, bottom)) as stream:
            strip = Strip(iter(stream), setup.card, setup.names, setup.windows, setup.device)
            background = BackgroundWriter[_Finished](lambda rows: write(self._fetched(rows)))
            found = probability_rows(
                strip,
                inference,
                setup.windows,
                setup.card,
                setup.device,
                self._count_windows,
                self._wanted_windows(),
                on_row=self._ground.look if self._ground else None,
            )
            threads = 1 if setup.device.type == "cpu" else setup.job.threads
            with cpu_threads(threads), torch.inference_mode(), background, closing(found) as rows:
                for row, answers, availability in wanted_rows(rows, setup.windows):
                    background.put(_Finished.of(row, answers, availability, setup))
        self._tell_of_values(strip, readers)

    def _wanted_windows(self) -> Callable[[int], npt.NDArray[np.bool_]] | None:
        """Which windows of a row the area of interest comes near; None: there is none."""
        setup, area = self._setup, self._area_at_work
        if area is None:
            return None
        return lambda top: area.windows(setup.windows, setup.alignment.working, top, setup.margin)

    def _tell_of_values(self, strip: Strip, readers: Sequence[ModalityReader]) -> None:
        """Tell what the look at the inputs, before the run, did not show: it saw pieces of them."""
        for item, reader in zip(self._setup.inputs, readers, strict=True):
            for warning in reader.warnings():
                self._report.pass_on(warning)
            if {"value-range", "repeated-value"} & {event.data.get("code") for event in item.remarks}:
                continue  # told; what repeats and may be none is among these tallies
            tallies = strip.tallies[item.modality.name]
            if misfit := range_warning(tallies, item.modality, item.source, item.scaling[0]):
                self._report.pass_on(misfit)

    def _count_windows(self, count: int) -> None:
        self._windows_done += count
        self._report.progress(self._share * self._windows_done / len(self._setup.windows), "segmenting")
        self._report.check()

    def _fetched(self, finished: _Finished) -> MapRows:
        """Bring finished rows to the CPU. Runs in the writer's thread, so that the network need not wait."""
        lost = finished.lost.cpu().numpy()
        self._lost += int(np.count_nonzero(lost & (finished.availability > 0)))
        availability = np.where(lost, np.uint8(0), finished.availability)
        nothing = availability == 0
        counted = self._counted(finished.row, len(availability))
        self._seen += np.bincount(availability[counted].ravel(), minlength=len(self._seen))
        rasters = {name: tensor.cpu().numpy() for name, tensor in finished.tensors.items()}
        if "scenario" in self._setup.targets:
            rasters["scenario"] = availability[None].copy()
        for values in rasters.values():
            values[:, nothing] = NODATA
        return MapRows(finished.row, rasters)

    def _counted(self, row: int, rows: int) -> npt.NDArray[np.bool_] | slice:
        """Which pixels of some rows lie in the area of interest, as an index."""
        if self._area_at_work is None:
            return slice(None)
        top, left, _, right = self._setup.windows.wanted
        first = top + row
        return self._area_at_work.inside(self._setup.alignment.working, first, first + rows, left, right)

    def result(self, counter: AreaCounter) -> SegmentationResult:
        """What was done, by what ``make_rasters`` counted."""
        setup = self._setup
        scenarios = {
            scenario_name(names): int(self._seen[setup.card.scenario_mask(names)]) for names in setup.card.scenarios()
        }
        return SegmentationResult(
            outputs=setup.targets,
            area_table=counter.table(),
            scenarios={name: pixels for name, pixels in scenarios.items() if pixels},
            model=setup.card.name,
            sha256=self._model.sha256,
            modalities={item.modality.name: item.path for item in setup.inputs},
            missing=setup.missing,
            device=describe_device(setup.device),
            precision=precision_name(setup.precision),
            windows=len(setup.windows),
            seconds=0.0,
            warnings=tuple(self._report.warnings),
            unfamiliar=self._unlike,
        )


@dataclass(frozen=True)
class _Finished:
    """Rows of the map on the device, and which modalities their pixels had.

    Attributes:
        row: The first.
        tensors: uint8 (bands, rows, width) by output name.
        lost: bool (rows, width); where the probabilities are no numbers, so that the tensors mean nothing.
        availability: uint8 (rows, width), on the CPU.
    """

    row: int
    tensors: dict[str, Tensor]
    lost: Tensor
    availability: npt.NDArray[np.uint8]

    @classmethod
    def of(cls, row: int, answers: Tensor, availability: npt.NDArray[np.uint8], setup: Setup) -> _Finished:
        """Reduce answers (channels, rows, width) to the bytes that are written."""
        names, min_confidence = setup.raster_names, setup.job.min_confidence
        probabilities, rest = answers.tensor_split([len(setup.card.classes)])
        best, winners = probabilities.max(dim=0, keepdim=True)
        classes = winners.to(torch.uint8)
        if min_confidence > 0:
            classes[best < min_confidence] = UNCERTAIN
        tensors = {"classes": classes}
        if "confidence" in names:
            tensors["confidence"] = _quantized(best, CONFIDENCE_MAXIMUM)
        if "probabilities" in names:
            tensors["probabilities"] = _quantized(probabilities, PROBABILITY_MAXIMUM)
        if len(rest):
            tensors["familiarity"] = _quantized(rest, FAMILIARITY_MAXIMUM)
        return cls(row, tensors, ~best[0].isfinite(), availability)


def _quantized(fraction: Tensor, maximum: int) -> Tensor:
    return (fraction * maximum).round_().clamp_(0, maximum).to(torch.uint8)


def provenance(setup: Setup, sha256: str) -> dict[str, str]:
    """Tags that say where a map comes from."""
    used = ", ".join(f"{item.modality.name}={base_name(item.path)}" for item in setup.inputs)
    card = setup.card
    tags = {
        **origin_tags(),
        "DIS2_MODEL": f"{card.name} {card.version}",
        "DIS2_MODEL_SHA256": sha256,
        "DIS2_MODEL_LICENSE": card.license,
        "DIS2_MODEL_ATTRIBUTION": card.attribution,
        "DIS2_MODALITIES": used,
        "DIS2_MISSING": ", ".join(setup.missing),
        "DIS2_DEVICE": describe_device(setup.device),
        "DIS2_PRECISION": precision_name(setup.precision),
        "DIS2_WINDOW": "x".join(map(str, setup.windows.window)),
        "DIS2_OVERLAP": f"{setup.windows.overlap:g}",
        "DIS2_TTA": setup.job.tta if setup.job.tta != "none" else "",
        "DIS2_MIN_CONFIDENCE": f"{setup.job.min_confidence:g}" if setup.may_be_uncertain else "",
    }
    return {key: value for key, value in tags.items() if value}


def _tell(setup: Setup, report: Reporter) -> None:
    """Tell what was found before the work begins."""
    for event in setup.remarks:
        report.pass_on(event)
    if setup.missing:
        report.info(f"Missing, and made up for by the model: {', '.join(setup.missing)}.")
    if setup.job.device == "auto" and setup.device.type == "cpu":
        report.info("No CUDA device that works: the CPU is used.")
    else:
        report.info(f"Device: {describe_device(setup.device)}.")
