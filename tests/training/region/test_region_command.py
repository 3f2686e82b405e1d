"""What a person types after ``dis2-train region``, as a job."""

from __future__ import annotations

from dis2_training.region.command import region_job, region_parser


def test_a_slot_may_be_called_what_messages_call_it():
    line = "--input optical=p.tif --input elevation=h.tif --bands rgb=3,2,1 --scale ndsm=0.1,0 --labels l.tif --out m"
    job = region_job(region_parser().parse_args(line.split()))
    assert job.inputs["optical"].bands == (3, 2, 1)
    assert job.inputs["elevation"].scale == (0.1, 0.0)
