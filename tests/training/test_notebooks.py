"""The notebooks of the documentation run from top to bottom, on data that they make, and leave what they tell of."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOKS = sorted((Path(__file__).resolve().parents[2] / "docs" / "notebooks").glob("*.ipynb"))

#: What each leaves in its folder, and what one of its cells shows.
LEFT = {
    "missing_layer": (["both.tif", "photo.tif", "mended.tif"], "('ndsm',)"),
    "train_from_layers": (["mine.safetensors", "mine.html", "map.tif"], "('ndsm',)"),
    "evaluate_and_whatif": (["accuracy.html", "matrix.csv", "what-if/report.html"], "rgb+ndsm: mean IoU"),
    "own_method": (["runs/mean_fusion/seed0", "runs/table.md"], "| mean_fusion |"),
}


def test_all_of_them_are_known():
    assert {path.stem for path in NOTEBOOKS} == set(LEFT)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_kept_without_what_a_run_left(path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert not [cell for cell in code if cell["outputs"] or cell["execution_count"] is not None]
    assert cells[0]["cell_type"] == "markdown" and cells[0]["source"][0].startswith("# ")


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_and_leaves_what_it_tells_of(path, tmp_path, monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    notebook = nbformat.read(path, as_version=4)
    place = {"metadata": {"path": str(tmp_path)}}
    NotebookClient(notebook, timeout=600, startup_timeout=300, kernel_name="python3", resources=place).execute()
    files, words = LEFT[path.stem]
    assert [name for name in files if not (tmp_path / name).exists()] == []
    shown = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    assert any(words in (output.get("text") or output.get("data", {}).get("text/plain", "")) for output in shown)
