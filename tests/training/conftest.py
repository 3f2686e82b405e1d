from __future__ import annotations

from pathlib import Path

import pytest
from tiny_folder import write_folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder data set with two training tiles and one tile each for validation and test."""
    return write_folder(tmp_path / "data")
