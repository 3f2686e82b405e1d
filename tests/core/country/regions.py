"""A region of nine units, and the commands as a person gives them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from dis2_core.contract.country_jobs import JoinJob, PlanJob, WorkJob
from dis2_core.contract.segment_job import Source
from dis2_core.country.join import JoinResult, run_join
from dis2_core.country.planning import PlanResult, run_plan
from dis2_core.country.work import WorkResult, run_work

Read = Callable[[Path | str], np.ndarray]
HEIGHT, WIDTH, SIDE = 1050, 1100, 512  # three units by three, the last ones small
QUICK = {"window": (128, 128), "network": {"form": "shared", "width": 8}}  # of a model, see ``tiny_models``
OUTPUTS = ("classes", "confidence", "probabilities", "scenario")


@dataclass(frozen=True)
class Region:
    """Rasters of a place, and a folder for its plan.

    Attributes:
        model: The model file.
        inputs: Rasters by modality.
        run: The folder of the plan.
    """

    model: Path
    inputs: dict[str, str]
    run: Path

    def plan(self, **options: object) -> PlanResult:
        values = {"outputs": OUTPUTS, "side": SIDE, "overlap": 0.25, "batch_size": 1, **options}
        inputs = values.pop("inputs", self.inputs)
        sources = {name: Source(path) for name, path in inputs.items()}  # type: ignore[attr-defined]
        return run_plan(PlanJob(str(self.model), sources, str(self.run), **values))  # type: ignore[arg-type]

    def work(self, **options: object) -> WorkResult:
        values = {"device": "cpu", "threads": 1, **options}
        return run_work(WorkJob(str(self.run), **values))  # type: ignore[arg-type]

    def join(self, **options: object) -> JoinResult:
        return run_join(JoinJob(str(self.run), **options))  # type: ignore[arg-type]

    def unit_files(self) -> dict[str, bytes]:
        """The rasters of the units, byte for byte."""
        return {path.name: path.read_bytes() for path in (self.run / "units").glob("*.tif")}
