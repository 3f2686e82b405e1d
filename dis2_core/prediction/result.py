"""What comes back from a run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from ..rasters.areas import ClassArea


@dataclass(frozen=True)
class SegmentationResult:
    """What a run has done.

    Attributes:
        outputs: Paths by output name.
        area_table: Pixels, area and share of each class, and of nodata.
        scenarios: Pixels by the modalities that they had, e.g. ``{"rgb+ndsm": 9000}``, on the grid
            that the network ran on.
        model, sha256: The model's name and the checksum of its file.
        modalities: The file of each modality that was used.
        missing: The modalities of the model that were not given.
        device, precision: Where and how the network ran.
        windows: How many windows there were.
        seconds: Wall time.
        warnings: Texts of the warnings.
        unfamiliar: Share of the pixels with data that look unlike the ground that the model was trained on, counted
            in windows beside each other; None where it does not know that ground.
    """

    outputs: Mapping[str, str]
    area_table: tuple[ClassArea, ...]
    scenarios: Mapping[str, int]
    model: str
    sha256: str
    modalities: Mapping[str, str]
    missing: tuple[str, ...]
    device: str
    precision: str
    windows: int
    seconds: float
    warnings: tuple[str, ...]
    unfamiliar: float | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the result as plain data."""
        return asdict(self)
