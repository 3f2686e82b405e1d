"""One worker: the model loaded once, and units made one after the other."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from ..contract.catalogue import sha256
from ..contract.country_jobs import WorkJob
from ..contract.errors import ModelError
from ..contract.version import __version__
from ..models.file import Model, load_model
from ..prediction.pipeline import Run, provenance
from ..prediction.planning import Setup, settle
from ..prediction.segment import MEMORY_ADVICE
from ..rasters.areas import ClassArea
from ..rasters.opening import gdal_environment
from ..rasters.vector.area import Area
from ..run.device import cpu_threads, describe_device, translated_device_errors
from ..run.machine.memory import require_memory
from ..run.reporting import Reporter
from .plan import FileState, Plan
from .sources.inputs import source_within
from .sources.states import require_unchanged
from .units import Sidecar, Unit, UnitFiles

_LESS = "Plan with a smaller --side, or give fewer --threads."


class Worker:
    """Makes units of a plan.

    Args:
        job: The work.
        plan: The plan, where it is read already.

    Raises:
        InputError: The plan cannot be read.
        ModelError: The model is not that of the plan.
        NoDevice: The device does not work.
    """

    def __init__(self, job: WorkJob, plan: Plan | None = None) -> None:
        self.folder = Path(job.folder).absolute()
        self.plan = plan or Plan.read(self.folder)
        self.files = UnitFiles(self.folder)
        self._job = job
        with cpu_threads(job.threads):  # of which onnxruntime wants to know now
            self._model = _model(self.plan)
            self._setup = self._settled()
            self._model.settle(self._setup.device)

    def _settled(self) -> Setup:
        """The run over the whole region, as the plan has it, on this worker's device."""
        plan, card, asked = self.plan, self._model.card, self._job
        run = plan.job.job(asked.device, asked.threads, asked.max_memory)
        run = replace(run, model=plan.model, inputs={name: item.source for name, item in plan.inputs.items()})
        inputs = tuple(plan.inputs[name].examined(name, card) for name in card.modality_names if name in plan.inputs)
        area = Area.of(plan.area) if plan.area else None
        return settle(run, card, inputs, plan.alignment, area)

    def make(self, unit: Unit, report: Reporter | None = None, cancelled: Callable[[], bool] | None = None) -> Sidecar:
        """Make a unit, unless that has been done meanwhile.

        Args:
            unit: The unit.
            report: Who is told; None: nobody.
            cancelled: Is asked between batches, where nobody is told.

        Raises:
            AlreadyRunning: Another worker is making it.
            Dis2Error: As ``run_job`` does.
        """
        started = time.monotonic()
        report = report or Reporter(None, cancelled)
        threads = self._job.threads
        with self.files.making(unit) as place, gdal_environment(), cpu_threads(threads):
            if (done := self.files.whole(unit, self.plan.hash)) is not None:
                return done
            with translated_device_errors(MEMORY_ADVICE):
                setup, files = self._within(unit, place)
                setup = setup.modest()
                require_memory(setup.memory(), self._job.max_memory, _LESS)
                return self._make(unit, setup, files, place, report, started)

    def _within(self, unit: Unit, place: Path) -> tuple[Setup, list[FileState]]:
        """The part of the run that makes a unit, and what it reads; of a mosaic it sees the tiles that it needs."""
        setup = self._setup.within(self.plan.box(unit))
        top, left, bottom, right = setup.windows.read
        part = setup.alignment.working.window(top, left, bottom - top, right - left)
        inputs, read = [], []
        for item in setup.inputs:
            planned = self.plan.inputs[item.modality.name]
            source, files = source_within(planned, part, place / f"{item.modality.name}.vrt")
            require_unchanged(files)
            read += files
            inputs.append(replace(item, source=source))
        return replace(setup, inputs=tuple(inputs)), read

    def _make(
        self, unit: Unit, setup: Setup, files: list[FileState], place: Path, report: Reporter, started: float
    ) -> Sidecar:
        run = Run(setup, self._model, report)
        made = {name: place / f"{name}.tif" for name in setup.raster_names}
        counter = run.make_rasters(made, lambda name: place / f"{name}.scratch.tif", self._tags(setup))
        report.check()
        require_unchanged(files)  # nor while they were read
        result = run.result(counter)
        note = Sidecar(
            plan=self.plan.hash,
            name=unit.name,
            outputs={name: self.files.raster(unit, name).name for name in made},
            scenarios=result.scenarios,
            areas=_areas(counter.table()),
            windows=result.windows,
            seconds=round(time.monotonic() - started, 3),
            device=describe_device(setup.device),
            precision=result.precision,
            version=__version__,
            warnings=result.warnings,
            sizes={name: path.stat().st_size for name, path in made.items()},
        )
        self.files.put_into_place(unit, made, note)
        return note

    def _tags(self, setup: Setup) -> dict[str, str]:
        """Provenance with the date of the plan: a unit is the same file whoever makes it, and when."""
        planned = datetime.fromisoformat(self.plan.created)
        inputs = tuple(replace(item, source=self.plan.inputs[item.modality.name].source) for item in setup.inputs)
        return {
            **provenance(replace(setup, inputs=inputs), self.plan.sha256),
            "TIFFTAG_DATETIME": planned.strftime("%Y:%m:%d %H:%M:%S"),
            "DIS2_DATE": self.plan.created,
            "DIS2_PLAN": self.plan.hash,
        }


def _model(plan: Plan) -> Model:
    """The model that the plan names, and no other."""
    if sha256(plan.model) != plan.sha256:
        raise ModelError(
            f"The model {plan.model} is not the one that the plan was made with.", "Bring it back, or plan again."
        )
    return load_model(plan.model)


def _areas(table: Sequence[ClassArea]) -> Mapping[str, tuple[int, float | None]]:
    return {str(line.value): (line.pixels, line.square_metres) for line in table}
