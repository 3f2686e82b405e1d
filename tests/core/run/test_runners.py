"""One table says which function does which kind of job, for every floor."""

from __future__ import annotations

import inspect
import sys
from pathlib import Path

import pytest

from dis2_core import cli
from dis2_core.contract.other_jobs import KINDS, CityJob
from dis2_core.run.runners import RUNNERS, load_runner


def test_every_kind_of_job_has_its_function() -> None:
    assert set(RUNNERS) == set(KINDS)


@pytest.mark.parametrize("kind", RUNNERS)
def test_functions_take_a_job_a_listener_and_a_question(kind: str) -> None:
    parameters = inspect.signature(load_runner(kind)).parameters
    assert {"job", "progress", "cancelled"} <= set(parameters)


def test_a_package_that_is_missing_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    job = tmp_path / "job.json"
    job.write_text(CityJob(str(tmp_path / "town"), 64).to_json())
    monkeypatch.setitem(sys.modules, "dis2_core.democity", None)
    with pytest.raises(SystemExit) as exit_:
        cli.main(["run", str(job)])
    error = capsys.readouterr().err
    assert exit_.value.code == 4 and "dis2_core.democity" in error and "pip install" in error
