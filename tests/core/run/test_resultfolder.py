"""What a folder of results replaces, and what it leaves alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from dis2_core.contract.errors import OutputNotWritable
from dis2_core.run.resultfolder import ResultFolder


def make(folder: Path, text: str) -> None:
    with ResultFolder(str(folder), "whatif") as work:
        (work.path / "report.html").write_text(text)
        work.commit()


def test_an_earlier_result_is_replaced_with_what_a_run_inside_could_not_take_away(tmp_path: Path) -> None:
    make(tmp_path / "r", "old")
    (tmp_path / "r" / ".map.tif.dis2-1-a").mkdir()
    make(tmp_path / "r", "new")
    assert {path.name: path.read_text() for path in (tmp_path / "r").glob("*.html")} == {"report.html": "new"}
    assert not list((tmp_path / "r").glob(".*"))


@pytest.mark.parametrize("name", ["notes.txt", "notes.dis2-old.txt", "copy.dis2-1-a"])
def test_a_file_of_somebody_else_is_never_replaced(tmp_path: Path, name: str) -> None:
    make(tmp_path / "r", "old")
    (tmp_path / "r" / name).write_text("theirs")
    with pytest.raises(OutputNotWritable, match=name):
        make(tmp_path / "r", "new")
    assert (tmp_path / "r" / name).read_text() == "theirs"
