"""What a data set is: its modalities, its classes and how fine it is, as ``dataset.yaml`` says it."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from torch import Tensor

from dis2_core.contract.card import MAX_CLASSES, MAX_MODALITIES, LandClass, Modality
from dis2_core.contract.errors import InputError, InvalidCard
from dis2_core.contract.typed import WrongType, build
from dis2_core.contract.untrusted import refusals

from ..options.yaml_text import load_yaml
from .class_sets import FIRST, MOST_CLASSES, set_label
from .sample import IGNORE


@dataclass(frozen=True)
class ClassSet:
    """A label that leaves open which of several classes a pixel is.

    Attributes:
        name: What the source calls it.
        classes: Names of the classes that make it up.
    """

    name: str
    classes: tuple[str, ...]


@dataclass(frozen=True)
class Description:
    """What ``dataset.yaml`` says.

    Attributes:
        modalities: With statistics where the file gives them; ``band_statistics`` measures them.
        classes: The classes 0..K-1.
        sets: What labels from K on mean; they teach the sum of their classes, and never score.
        gsd: Ground sample distance in metres, of the model; windows of tiles that lie in the world and have
            another are brought to it.
        attribution: Whom to name for the imagery.
        license: The terms of the imagery.
        description: What the data are, for a person.
    """

    modalities: tuple[Modality, ...]
    classes: tuple[LandClass, ...]
    gsd: float
    attribution: str = ""
    license: str = ""
    description: str = ""
    sets: tuple[ClassSet, ...] = ()

    def __post_init__(self) -> None:
        if not (math.isfinite(self.gsd) and self.gsd > 0):
            raise InvalidCard(f"The ground sample distance is {self.gsd}; it must be a positive number of metres.")
        for what, count, most in (
            ("modalities", len(self.modalities), MAX_MODALITIES),
            ("classes", len(self.classes), MAX_CLASSES),
        ):
            if not 1 <= count <= most:
                raise InvalidCard(f"It has {count} {what}; 1 to {most} can be learned.")
        if len(set(self.modality_names)) < len(self.modalities):
            raise InvalidCard(f"Two modalities share a name: {', '.join(self.modality_names)}.")
        if len(self.classes) + len(self.sets) > IGNORE:
            raise InvalidCard(f"It has {len(self.classes)} classes and {len(self.sets)} sets, for {IGNORE} codes.")
        if self.sets and len(self.classes) > MOST_CLASSES:
            raise InvalidCard(f"It has {len(self.classes)} classes; sets can be made of {MOST_CLASSES} at most.")
        for item in self.sets:
            if len(set(item.classes)) < 2 or not set(item.classes) <= set(self.class_names):
                raise InvalidCard(f"The set '{item.name}' must name two or more of {', '.join(self.class_names)}.")

    @property
    def modality_names(self) -> tuple[str, ...]:
        """Names of the modalities, in order."""
        return tuple(modality.name for modality in self.modalities)

    @property
    def class_names(self) -> tuple[str, ...]:
        """Names of the classes, in order."""
        return tuple(item.name for item in self.classes)

    @property
    def labels(self) -> dict[int, int]:
        """What the codes of label files stand for: classes, sets of classes, ``IGNORE``."""
        count = len(self.classes)
        sets = {count + i: set_label(map(self.class_names.index, item.classes)) for i, item in enumerate(self.sets)}
        return {**{code: code for code in range(count)}, **sets, IGNORE: IGNORE}

    def coded(self, labels: Tensor) -> np.ndarray:
        """Labels as label files have them: uint8."""
        codes = labels.numpy().astype(np.uint8)
        for code, label in self.labels.items():
            if label >= FIRST:
                codes[labels.numpy() == label] = code
        return codes

    def write(self, folder: Path) -> None:
        """Write ``dataset.yaml``."""
        import yaml  # here: what trains inside QGIS has it not, and reads no such file

        data = asdict(self)
        data["modalities"] = [dict(item, bands=list(item["bands"])) for item in data["modalities"]]
        data["classes"] = list(data["classes"])
        data["sets"] = [dict(item, classes=list(item["classes"])) for item in data["sets"]]
        if not self.sets:
            del data["sets"]
        text = yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=110)
        (folder / "dataset.yaml").write_text(text, encoding="utf-8")

    @classmethod
    def read(cls, folder: Path) -> Description:
        """Read ``dataset.yaml``.

        Raises:
            InputError: It is missing or incomplete.
        """
        path = folder / "dataset.yaml"
        if not path.exists():
            raise InputError(
                f"{path} is missing.", "Write it (docs/training.md shows one), or run `dis2-train prepare`."
            )
        with refusals(str(path)):
            data = load_yaml(path)
        try:
            return build(cls, _with_statistics(data))
        except (WrongType, InvalidCard) as error:
            raise InputError(f"{path} is incomplete or damaged: {error}", "docs/training.md shows one.") from error


def _with_statistics(data: Any) -> Any:
    """The description with statistics of all its bands; those that the file does not give are measured later."""
    try:
        for modality in data["modalities"]:
            modality["bands"] = [{"mean": 0.0, "std": 1.0, **band} for band in modality["bands"]]
    except (LookupError, TypeError):  # of another form: whoever checks the types says where
        pass
    return data
