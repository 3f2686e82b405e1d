"""``make gpu`` at the sizes of a test, on the CPU: every section is run, and its page goes into a document."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SECTIONS = ("tests", "windows", "raster", "memory", "training")


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "benchmarks" / "gpu.py"), "--tiny", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=300)


@pytest.mark.slow
def test_every_section_is_run_and_its_page_goes_into_a_document(tmp_path: Path) -> None:
    document = tmp_path / "page.md"
    document.write_text("above\n<!-- gpu: begin, by a script -->\nold\n<!-- gpu: end -->\nbelow\n")
    done = run("--device", "cpu", "--out", tmp_path, "--into", document)
    assert done.returncode == 0, done.stderr
    sections = json.loads((tmp_path / "gpu.json").read_text())["sections"]
    assert tuple(sections) == SECTIONS
    assert {(row["form"], row["precision"]) for row in sections["windows"]} == {
        (form, precision) for form in ("paper", "shared") for precision in ("fp32", "bf16")
    }
    assert all(0 < row["busy"] < 1 and row["megapixels_per_second"] > 0 for row in sections["raster"])
    assert sections["memory"]["same_class"] == 1 and not sections["memory"]["told"]
    assert [set(row["miou"]) for row in sections["training"]] == [{"rgb+ndsm", "rgb", "ndsm"}] * 2
    page = document.read_text()
    assert page.startswith("above\n") and page.endswith("<!-- gpu: end -->\nbelow\n") and "old" not in page
    assert (tmp_path / "gpu.md").read_text().strip() in page


@pytest.mark.slow
def test_a_section_that_fails_is_told_and_does_not_cost_the_others(tmp_path: Path) -> None:
    """One section needs a scene and gets none; the other needs no scene."""
    program = f"""
import sys
sys.path.insert(0, {str(ROOT / "benchmarks")!r})
import gpu
gpu.make_scene = None
sys.argv = ["gpu.py", "--tiny", "--device", "cpu", "--only", "raster,windows", "--out", {str(tmp_path)!r}]
sys.exit(gpu.main())
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, timeout=300)
    sections = json.loads((tmp_path / "gpu.json").read_text())["sections"]
    assert done.returncode == 1 and "failed, TypeError" in sections["raster"]
    assert len(sections["windows"]) >= 4


@pytest.mark.slow
def test_time_that_is_up_is_said(tmp_path: Path) -> None:
    assert run("--device", "cpu", "--minutes", "-1", "--out", tmp_path).returncode == 0
    assert "training: not measured, the time was up." in (tmp_path / "gpu.md").read_text()
