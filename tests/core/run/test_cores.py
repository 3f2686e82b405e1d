"""Cores: what the process is allowed, and what its neighbours leave."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from dis2_core.run.machine import cores


def group(root, name, **files):
    folder = root / name
    folder.mkdir(parents=True, exist_ok=True)
    for file, text in files.items():
        (folder / file.replace("__", ".")).write_text(f"{text}\n")


def test_the_quotas_of_groups_of_the_second_version(tmp_path):
    own = tmp_path / "cgroup"
    own.write_text("0::/a/b\n")
    group(tmp_path, "a", cpu__max="150000 100000")
    group(tmp_path, "a/b", cpu__max="max 100000")
    assert cores._control_groups(tmp_path, own) == [1.5]


def test_the_quotas_of_groups_of_the_first_version(tmp_path):
    own = tmp_path / "cgroup"
    own.write_text("4:memory:/job\n3:cpu,cpuacct:/job\n")
    quota = {"cpu.cfs_quota_us": 300000, "cpu.cfs_period_us": 100000}
    group(tmp_path, "cpu/job", **quota)
    group(tmp_path, "cpu", **{**quota, "cpu.cfs_quota_us": -1})
    assert cores._control_groups(tmp_path, own) == [3.0]


@pytest.mark.parametrize(("quotas", "expected"), [([], 4), ([2.5, 3.0], 2), ([0.5], 1), ([16.0], 4)])
def test_the_tightest_bound_counts(monkeypatch, quotas, expected):
    monkeypatch.setattr(cores, "_own_cores", lambda: range(4))
    monkeypatch.setattr(cores, "_control_groups", lambda: quotas)
    assert cores.usable_cores() == expected


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="has no affinity")
def test_affinity_counts():
    code = (
        "import os; os.sched_setaffinity(0, {min(os.sched_getaffinity(0))});"
        "from dis2_core.run.machine.cores import free_cores, usable_cores; print(usable_cores(), free_cores())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["1", "1"]


class Machine:
    """A Linux machine of four cores: ticks since its start, a hundred a second."""

    def __init__(self, monkeypatch, tmp_path, busy):
        self.now, self.ours, self.busy, self.file = 1000.0, 0.0, busy, tmp_path / "stat"
        monkeypatch.setattr(cores, "_STAT", self.file)
        monkeypatch.setattr(cores, "_own_cores", lambda: range(4))
        monkeypatch.setattr(cores, "_control_groups", lambda: [])
        monkeypatch.setattr(cores, "_our_seconds", lambda: self.ours)
        monkeypatch.setattr(cores.time, "monotonic", lambda: self.now)
        monkeypatch.setattr(cores.time, "sleep", self.pass_by)
        self.pass_by(0)

    def pass_by(self, seconds):
        self.now += seconds
        ticks = round(self.now * 100)
        lines = [
            f"cpu{i} {round(user * ticks)} {round(nice * ticks)} 0 {round((1 - user - nice) * ticks)} 0 0 0 0 0 0"
            for i, (user, nice) in enumerate(self.busy)
        ]
        self.file.write_text("\n".join(["cpu 1 2 3 4 5 6 7 8 9 10", *lines, "intr 5 0 0", "ctxt 3"]))


@pytest.mark.parametrize(
    ("busy", "expected"),
    [
        ([(0, 0)] * 4, 4),
        ([(1, 0), (0.9, 0), (0.2, 0), (0, 0)], 2),
        ([(1, 0)] * 4, 1),
        ([(0, 1)] * 4, 4),
        ([(1, 0)] * 3 + [(0.4, 0)], 1),
    ],
    ids=["nobody", "two neighbours", "full", "niced", "nearly full"],
)
def test_busy_cores_are_not_free(monkeypatch, tmp_path, busy, expected):
    Machine(monkeypatch, tmp_path, busy)
    assert cores.free_cores() == expected


def test_what_this_process_does_itself_is_no_neighbour(monkeypatch, tmp_path):
    machine = Machine(monkeypatch, tmp_path, [(1, 0), (0, 0), (0, 0), (0, 0)])
    monkeypatch.setattr(cores, "_our_seconds", lambda: machine.now)
    assert cores.free_cores() == 4


def test_where_nothing_tells_all_are_free(monkeypatch, tmp_path):
    monkeypatch.setattr(cores, "_STAT", tmp_path / "absent")
    assert cores.free_cores() == cores.usable_cores() >= 1
