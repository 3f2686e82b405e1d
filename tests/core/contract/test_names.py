"""Names that no library can take are refused before work begins, and shown so that they can be found."""

from __future__ import annotations

import os

import pytest

from dis2_core.contract.catalogue import find_model
from dis2_core.contract.errors import InputError, ModelNotFound
from dis2_core.contract.names import check_names, readable
from dis2_core.contract.other_jobs import CityJob, EvaluateJob, NdsmJob, Reference, TrainJob, WhatIfJob
from dis2_core.contract.segment_job import Job, Source

LATIN = b"r\xe9sidence.tif".decode("utf-8", "surrogateescape")
INPUTS = {"rgb": Source("a.tif")}
GOOD = Job("m", INPUTS, {"classes": "c.tif"})

JOBS = {
    "input": lambda name: Source(name),
    "output": lambda name: Job("m", INPUTS, {"classes": "c.tif", "areas": name}),
    "model": lambda name: Job(name, INPUTS, {"classes": "c.tif"}),
    "grid": lambda name: Job("m", INPUTS, {"classes": "c.tif"}, grid=name),
    "folder": lambda name: WhatIfJob(GOOD, name),
    "reference": lambda name: Reference(name),
    "map": lambda name: EvaluateJob(name, Reference("r.tif"), {}),
    "heights": lambda name: NdsmJob(Source("a.tif"), Source("b.tif"), name),
    "city": lambda name: CityJob(name),
    "trained": lambda name: TrainJob({"optical": Source("a.tif")}, Reference("r.tif"), {"model": name}),
}


@pytest.mark.parametrize("kind", JOBS)
@pytest.mark.parametrize(("name", "shown"), [(LATIN, r"r\\xe9sidence.tif"), ("a\0b.tif", r"a\\x00b.tif")])
def test_every_job_refuses_names_that_no_library_takes(kind, name, shown):
    with pytest.raises(InputError, match=shown) as caught:
        JOBS[kind](name)
    str(caught.value).encode("utf-8")


@pytest.mark.parametrize("name", ["ü–图.tif", "two  blanks", "-", "a" * 5000, "\ud7ff"])
def test_names_of_any_script_and_length_pass(name):
    check_names(name, None)
    assert readable("ü–图 a.tif") == "ü–图 a.tif"


def test_names_are_shown_on_one_line_whatever_they_hold():
    assert readable("a\nb\x1b[31m") == r"a\nb\x1b[31m"


@pytest.mark.skipif(os.name == "nt", reason="names have no bytes there")
def test_a_model_of_such_a_name_is_refused_or_not_found(tmp_path):
    with pytest.raises(ModelNotFound, match=r"r\\xe9sidence"):
        find_model(LATIN)
    path = os.fsdecode(os.path.join(os.fsencode(tmp_path), b"r\xe9sidence.tif"))
    with open(path, "wb"):
        pass
    with pytest.raises(InputError, match="not UTF-8"):
        find_model(path)
