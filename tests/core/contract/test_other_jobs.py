"""Every kind of job: there and back through JSON; what cannot be done or read is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dis2_core.contract.country_jobs import JoinJob, PlanJob, ResumeJob, StatusJob, WorkJob
from dis2_core.contract.errors import ProtocolError
from dis2_core.contract.other_jobs import (
    KINDS,
    CityJob,
    ClassValue,
    EvaluateJob,
    NdsmJob,
    Reference,
    SampleJob,
    TrainJob,
    WhatIfJob,
    read_job,
)
from dis2_core.contract.segment_job import Job, Source, Work

RUN = Job(
    "m",
    {"rgb": Source("a.tif", (3, 2, 1), (0.1, 0.0))},
    {"classes": "c.tif", "confidence": "p.tif"},
    extent=(0.0, 1.0, 2.0, 3.0),
    extent_crs="EPSG:2154",
    min_confidence=0.6,
    creation_options={"COMPRESS": "ZSTD"},
)
TRUTH = Reference("truth.geojson", "class", values=(ClassValue("b", "building", "#ff0000"), ClassValue("r", "road")))
JOBS = [
    RUN,
    WhatIfJob(RUN, "folder"),
    WhatIfJob(RUN, "folder", TRUTH),
    EvaluateJob("c.tif", TRUTH, {"report": "r.html", "matrix": "m.csv"}, values=(ClassValue("0", "building"),)),
    EvaluateJob("c.tif", Reference("truth.tif", band=2), {}, extent=(0.0, 1.0, 2.0, 3.0)),
    SampleJob("c.tif", "p.geojson", values=(ClassValue("0", "building"),), design="random", points=300, seed=2),
    NdsmJob(Source("s.tif"), Source("t.tif", (2,)), "n.tif", lowest=None, highest=60.0),
    CityJob("folder", 512, 3),
    TrainJob({"optical": Source("a.tif"), "elevation": Source("h.tif")}, TRUTH, {"model": "m.safetensors"}, gsd=0.5),
    PlanJob("m", {"rgb": Source("a.tif")}, "run", ("classes", "scenario"), aoi="a.gpkg", side=1024),
    WorkJob("run", "3/64", "tcp://here:8786", "skip", 0, threads=2),
    StatusJob("run"),
    JoinJob("run", "gti", partial=True),
    ResumeJob(RUN, 512),
]


def changed(job: Work, **changes: Any) -> str:
    return json.dumps({**json.loads(job.to_json()), **changes})


@pytest.mark.parametrize("job", JOBS, ids=lambda job: job.KIND)
def test_a_job_of_any_kind_is_one_line_and_comes_back(job: Work) -> None:
    line = job.to_json()
    assert "\n" not in line
    assert read_job(line) == job
    assert type(job).from_json(line) == job


def test_every_kind_is_tried() -> None:
    assert {type(job) for job in JOBS} == set(KINDS.values())


def test_jobs_of_version_0_1_name_no_kind_and_are_segmentations() -> None:
    data = json.loads(RUN.to_json())
    del data["kind"]
    assert read_job(json.dumps(data)) == RUN == Job.from_json(json.dumps(data))


def test_a_job_of_another_kind_is_refused() -> None:
    with pytest.raises(ProtocolError, match="city"):
        Job.from_json(CityJob("folder").to_json())


@pytest.mark.parametrize(
    "text",
    [
        changed(RUN, kind="paint"),
        changed(RUN, kind=["segment"]),
        changed(RUN, creation_options=["COMPRESS=ZSTD"]),
        changed(JOBS[1], run=None),
        changed(JOBS[1], run={"model": "m"}),
        changed(JOBS[2], reference="truth.tif"),
        changed(JOBS[3], reference=None),
        changed(JOBS[3], values=["building"]),
        changed(JOBS[5], dsm="s.tif"),
        changed(JOBS[5], lowest="low"),
        changed(JOBS[6], size="large"),
        changed(JOBS[7], labels={}),
        changed(JOBS[7], held_out="half"),
        changed(JOBS[7], gsd="fine"),
        changed(JOBS[7], inputs={"height": {"path": "h.tif"}}),
        changed(JOBS[7], outputs={"report": "r.html"}),
    ],
)
def test_damaged_jobs_are_refused(text: str) -> None:
    with pytest.raises(ProtocolError):
        read_job(text)


@pytest.mark.parametrize(
    ("kind", "arguments", "words"),
    [
        (Job, {"min_confidence": 60}, "confidence"),
        (Job, {"creation_options": {"INTERLEAVE": "PIXEL"}}, "INTERLEAVE"),
        (Job, {"device": "cuda:x"}, "cuda:x"),
        (Job, {"grid": "-2"}, "-2"),
        (Job, {"grid": "nan"}, "nan"),
        (EvaluateJob, {"outputs": {"picture": "p.png"}}, "picture"),
        (EvaluateJob, {"band": 0}, "band"),
        (NdsmJob, {"lowest": 5.0, "highest": 1.0}, "5"),
        (NdsmJob, {"highest": float("inf")}, "inf"),
        (CityJob, {"size": 0}, "size"),
        (TrainJob, {"held_out": 1.0}, "held-out"),
        (TrainJob, {"steps": 0}, "steps"),
        (TrainJob, {"gsd": -0.2}, "-0.2"),
        (TrainJob, {"seed": -1}, "-1"),
    ],
)
def test_impossible_jobs_are_refused_by_name(kind: type[Work], arguments: dict[str, Any], words: str) -> None:
    good = next(job for job in JOBS if type(job) is kind)
    with pytest.raises(ProtocolError, match=words):
        kind(**{**vars(good), **arguments})
