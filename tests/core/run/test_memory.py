"""What memory there is, by the machine, its control groups and its limits; and the refusal that has the numbers."""

from __future__ import annotations

import subprocess
import sys

import pytest

from dis2_core.contract.errors import ResourceError
from dis2_core.run.machine import memory
from dis2_core.run.machine.memory import available_memory, require_memory


def group(root, name, **files):
    folder = root / name
    folder.mkdir(parents=True, exist_ok=True)
    for file, text in files.items():
        (folder / file.replace("__", ".")).write_text(str(text))
    return folder


def test_the_tightest_group_counts_and_cached_files_give_way(tmp_path):
    own = tmp_path / "cgroup"
    own.write_text("0::/a/b\n")
    group(tmp_path, "a", memory__max=1000, memory__current=700, memory__stat="anon 400\ninactive_file 100\n")
    group(tmp_path, "a/b", memory__max="max", memory__current=600, memory__stat="inactive_file 100\n")
    assert memory._control_groups(tmp_path, own) == [400]


def test_groups_of_the_first_version(tmp_path):
    own = tmp_path / "cgroup"
    own.write_text("7:blkio:/x\n4:memory:/job\n0::/\n")
    used = {"memory.usage_in_bytes": 30, "memory.limit_in_bytes": 100, "memory.stat": "total_inactive_file 5\n"}
    group(tmp_path, "memory/job", **used)
    assert memory._control_groups(tmp_path, own) == [75]


def test_a_system_that_tells_nothing_bounds_nothing(tmp_path):
    assert memory._control_groups(tmp_path, tmp_path / "absent") == []


def test_the_refusal_has_the_numbers(monkeypatch):
    monkeypatch.setattr(memory, "available_memory", lambda: 2_000_000_000)
    require_memory(2_000_000_000, None, "advice")
    with pytest.raises(ResourceError, match=r"about 3,000 MB of memory; the machine has 2,000 MB.*advice"):
        require_memory(3_000_000_000, None, "advice")
    require_memory(3_000_000_000, 4_000_000_000, "advice")
    with pytest.raises(ResourceError, match=r"about 3,000 MB of memory; it may take 1,000 MB"):
        require_memory(3_000_000_000, 1_000_000_000, "advice")
    monkeypatch.setattr(memory, "available_memory", lambda: None)
    require_memory(1 << 60, None, "advice")


@pytest.mark.skipif(sys.platform == "win32", reason="has no such limit")
def test_a_limit_of_the_address_space_counts():
    code = (
        "import resource; resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30));"
        "from dis2_core.run.machine.memory import available_memory; print(available_memory())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert 0 < int(done.stdout) < 1 << 30


def test_this_machine_has_some():
    assert (available_memory() or 1) > 0
