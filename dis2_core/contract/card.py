"""The model card: what a model takes, what it returns, where it comes from.

A card is plain data. It travels as JSON inside the model file and speaks the words of the STAC
Machine Learning Model extension (``mlm:``, https://github.com/stac-extensions/mlm); what STAC has
no word for is prefixed ``dis2:``. Standard library alone and Python 3.9, so that QGIS reads cards
without torch, numpy or rasterio.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

from .errors import InvalidCard, NoInput

CARD_VERSION = 1
MAX_MODALITIES = 5
MAX_OVERLAP = 0.75  # of windows; more costs without end
MAX_CLASSES = 250
MAX_LOOKS = 4096  # that a model remembers of its training ground
MIN_TEMPERATURE, MAX_TEMPERATURE = 0.05, 20.0
ONNX = "onnx"  # the form of a network that is a graph of ONNX
UNCERTAIN = 254  # in the class raster: the class that won is less probable than the user wants
NODATA = 255  # in every raster of a run

#: What a modality is, which is also the name of the slot that it fills in QGIS.
KINDS = ("optical", "elevation", "sar", "spectral", "other")
SLOTS = KINDS

_NAME = re.compile(r"^[a-z][a-z0-9_]{0,31}$")
_COLOR = re.compile(r"^#[0-9a-fA-F]{6}$")
_NOT_IN_XML = re.compile("[\x00-\x1f\x7f\ud800-\udfff\ufffe\uffff]")  # styles and side files hold the names of classes


@dataclass(frozen=True)
class Band:
    """One channel of a modality.

    Attributes:
        name: Short name, e.g. ``red``.
        description: What it means, for a person.
        unit: Unit of the values, e.g. ``m``; empty for digital numbers.
        mean, std: Statistics of the training data, in ``unit``; the network sees
            ``(value - mean) / std``.
        valid_min, valid_max: The range of sensible values, in ``unit``.
        fill: The value that stands in a hole; None is the mean, which is 0 for the network.
    """

    name: str
    mean: float
    std: float
    valid_min: float
    valid_max: float
    description: str = ""
    unit: str = ""
    fill: float | None = None

    def __post_init__(self) -> None:
        numbers = (self.mean, self.std, self.valid_min, self.valid_max, self.fill or 0.0)
        if not all(math.isfinite(number) for number in numbers):
            raise InvalidCard(f"Band '{self.name}' has a statistic that is not a finite number.")
        if self.std <= 0:
            raise InvalidCard(f"Band '{self.name}' has standard deviation {self.std}; it must be positive.")
        if self.valid_min >= self.valid_max:
            raise InvalidCard(f"Band '{self.name}' has an empty valid range {self.valid_min}..{self.valid_max}.")

    @property
    def fill_value(self) -> float:
        """The value that stands in a hole, in ``unit``."""
        return self.mean if self.fill is None else self.fill


@dataclass(frozen=True)
class Modality:
    """One source of data about the same ground: an aerial photo, a height model, a radar image.

    Attributes:
        name: The key in ``DIS2.forward({name: tensor})`` and in ``--input name=FILE``.
        kind: One of ``KINDS``.
        slot: The QGIS parameter that takes it; each modality of a card has a slot of its own.
        bands: Its channels, in the order in which the network takes them.
        description: What it is, for a person.
    """

    name: str
    kind: str
    slot: str
    bands: tuple[Band, ...]
    description: str = ""

    def __post_init__(self) -> None:
        if not _NAME.match(self.name):
            raise InvalidCard(f"'{self.name}' is no modality name: lower-case letters, digits and _ only.")
        if self.kind not in KINDS or self.slot not in SLOTS:
            raise InvalidCard(
                f"Modality '{self.name}' has kind '{self.kind}' and slot '{self.slot}'; "
                f"both must be among {', '.join(KINDS)}."
            )
        if not self.bands:
            raise InvalidCard(f"Modality '{self.name}' has no bands.")

    @property
    def label(self) -> str:
        """Name and bands in a few words, for messages: ``rgb (red, green, blue)``."""
        return f"{self.name} ({', '.join(band.name for band in self.bands)})"


@dataclass(frozen=True)
class LandClass:
    """One class of the map: its name and its colour as ``#rrggbb``."""

    name: str
    color: str

    def __post_init__(self) -> None:
        if not self.name or not _COLOR.match(self.color):
            raise InvalidCard(f"Class '{self.name}' needs a name and a colour like #1f78b4, not '{self.color}'.")
        if _NOT_IN_XML.search(self.name):
            raise InvalidCard(f"The name of class {self.name!a} holds a control character.")

    @property
    def rgb(self) -> tuple[int, int, int]:
        """The colour as three bytes."""
        red, green, blue = (int(self.color[i : i + 2], 16) for i in (1, 3, 5))
        return red, green, blue


@dataclass(frozen=True)
class ModelCard:
    """Everything about a model that is not a weight.

    Attributes:
        name: Short name, e.g. ``aerial-demo``.
        modalities: One to five, in the order of the bits of a scenario mask.
        classes: The classes 0..K-1.
        window: (height, width) in pixels that the network runs with. The paper's form was trained with it, too.
        overlap: Fraction of a window that neighbours share, 0 to 0.75, where nobody asks for another.
        gsd: Ground sample distance in metres a pixel that the network runs at.
        familiarity: How many looks of its training ground, of each modality, the model remembers; 0: none.
        temperatures: What logits are divided by, by scenario, so that the network is as sure as it is right; 1 where
            a scenario is not named.
        network: The rest of the network's configuration (``DIS2Config``), e.g. its width.
        metrics: Scores by scenario, e.g. ``{"rgb": {"miou": 0.51}}``; see ``scenario_name``.
        notes: What a user must know before trusting the map.
    """

    name: str
    modalities: tuple[Modality, ...]
    classes: tuple[LandClass, ...]
    window: tuple[int, int]
    gsd: float
    overlap: float = 0.5
    familiarity: int = 0
    temperatures: Mapping[str, float] = field(default_factory=dict)
    network: Mapping[str, Any] = field(default_factory=dict)
    version: str = "1"
    description: str = ""
    license: str = ""
    attribution: str = ""
    training_data: str = ""
    metrics: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    notes: str = ""
    created: str = ""

    def __post_init__(self) -> None:
        if not 1 <= len(self.modalities) <= MAX_MODALITIES:
            raise InvalidCard(f"A card has 1 to {MAX_MODALITIES} modalities, not {len(self.modalities)}.")
        for attribute in ("name", "slot"):
            values = [getattr(modality, attribute) for modality in self.modalities]
            if len(set(values)) != len(values):
                raise InvalidCard(f"Two modalities share the {attribute} '{max(values, key=values.count)}'.")
        if not 2 <= len(self.classes) <= MAX_CLASSES:
            raise InvalidCard(f"A card has 2 to {MAX_CLASSES} classes, not {len(self.classes)}.")
        if any(side < 16 or side > 4096 or side % 16 for side in self.window):
            raise InvalidCard(f"Window {self.window} must be multiples of 16 pixels, up to 4096.")
        if not 0 <= self.overlap <= MAX_OVERLAP:
            raise InvalidCard(f"Overlap {self.overlap} must lie between 0 and {MAX_OVERLAP}.")
        if not 0 <= self.familiarity <= MAX_LOOKS:
            raise InvalidCard(f"A model remembers 0 to {MAX_LOOKS} looks of ground, not {self.familiarity}.")
        if unknown := set(self.temperatures) - {scenario_name(scenario) for scenario in self.scenarios()}:
            raise InvalidCard(f"The card has a temperature of '{min(unknown)[:40]}', which is none of its scenarios.")
        if not all(MIN_TEMPERATURE <= value <= MAX_TEMPERATURE for value in self.temperatures.values()):
            raise InvalidCard(f"A temperature of the card is not between {MIN_TEMPERATURE} and {MAX_TEMPERATURE:g}.")
        if not all(math.isfinite(score) for scores in self.metrics.values() for score in scores.values()):
            raise InvalidCard("A score of the card is not a finite number; leave out what was not measured.")
        if not (math.isfinite(self.gsd) and self.gsd > 0):
            raise InvalidCard(f"Ground sample distance {self.gsd} must be a positive number of metres.")

    @property
    def modality_names(self) -> tuple[str, ...]:
        """Names of the modalities, in card order."""
        return tuple(modality.name for modality in self.modalities)

    @property
    def class_names(self) -> tuple[str, ...]:
        """Names of the classes 0..K-1."""
        return tuple(land_class.name for land_class in self.classes)

    @property
    def is_onnx(self) -> bool:
        """Whether the network is a graph of ONNX."""
        return self.network.get("form") == ONNX

    @property
    def takes_missing(self) -> bool:
        """Whether modalities may be missing; a graph of ONNX has to say what it was trained to see in their place."""
        return not self.is_onnx or "missing" in self.network

    def require(self, given: Collection[str]) -> None:
        """Raise NoInput where a modality is not given that the model cannot do without."""
        missing = [name for name in self.modality_names if name not in given]
        if missing and not self.takes_missing:
            raise NoInput(
                f"The model {self.name} needs {' and '.join(missing)}: it was not made for missing modalities.",
                "Give all; or, if it was trained with a pattern for missing ones, say so in its card: docs/export.md.",
            )

    def modality(self, name: str) -> Modality:
        """Return the modality of this name. Raises KeyError where there is none."""
        for modality in self.modalities:
            if modality.name == name:
                return modality
        raise KeyError(name)

    def modality_in_slot(self, slot: str) -> Modality | None:
        """Return the modality that a QGIS slot feeds, or None where the model knows none."""
        return next((modality for modality in self.modalities if modality.slot == slot), None)

    def scenarios(self) -> list[tuple[str, ...]]:
        """All 2^M - 1 sets of available modalities, the full one first."""
        names = self.modality_names
        return [subset for size in range(len(names), 0, -1) for subset in combinations(names, size)]

    def temperature(self, available: Sequence[str]) -> float:
        """What the logits of a scenario are divided by before they become probabilities."""
        return self.temperatures.get(scenario_name(available), 1.0)

    def scenario_mask(self, available: Sequence[str]) -> int:
        """Bit mask of a scenario: bit i is set where modality i of the card is available."""
        return sum(1 << i for i, name in enumerate(self.modality_names) if name in available)

    def to_json(self) -> dict[str, Any]:
        """Return the card as a STAC Item's ``properties`` would hold it."""
        return {
            "dis2:card_version": CARD_VERSION,
            "mlm:name": self.name,
            "mlm:architecture": "ONNX" if self.is_onnx else "DIS2",
            "mlm:tasks": ["semantic-segmentation"],
            "mlm:framework": "ONNX" if self.is_onnx else "PyTorch",
            "mlm:accelerator_constrained": False,
            "mlm:pretrained": True,
            "mlm:input": [self._input_json(modality) for modality in self.modalities],
            "mlm:output": [self._output_json()],
            "version": self.version,
            "description": self.description,
            "license": self.license,
            "datetime": self.created or None,
            "dis2:attribution": self.attribution,
            "dis2:training_data": self.training_data,
            "dis2:metrics": {scenario: dict(scores) for scenario, scores in self.metrics.items()},
            "dis2:notes": self.notes,
            "dis2:window": list(self.window),
            "dis2:overlap": self.overlap,
            "dis2:gsd": self.gsd,
            "dis2:familiarity": self.familiarity,
            "dis2:temperatures": dict(self.temperatures),
            "dis2:network": dict(self.network),
        }

    def _input_json(self, modality: Modality) -> dict[str, Any]:
        bands = []
        for band in modality.bands:
            bands.append(
                {
                    "name": band.name,
                    "description": band.description,
                    "dis2:unit": band.unit,
                    "dis2:valid_range": [band.valid_min, band.valid_max],
                    "dis2:fill": band.fill,
                }
            )
        return {
            "name": modality.name,
            "description": modality.description,
            "bands": bands,
            "input": {
                "shape": [-1, len(modality.bands), *self.window],
                "dim_order": ["batch", "bands", "height", "width"],
                "data_type": "float32",
            },
            "value_scaling": [{"type": "z-score", "mean": band.mean, "stddev": band.std} for band in modality.bands],
            "resize_type": None,
            "dis2:kind": modality.kind,
            "dis2:slot": modality.slot,
        }

    def _output_json(self) -> dict[str, Any]:
        return {
            "name": "logits",
            "tasks": ["semantic-segmentation"],
            "result": {
                "shape": [-1, len(self.classes), *self.window],
                "dim_order": ["batch", "class", "height", "width"],
                "data_type": "float32",
            },
            "classification:classes": [
                {"value": value, "name": item.name, "color_hint": item.color[1:].upper()}
                for value, item in enumerate(self.classes)
            ],
        }

    @classmethod
    def from_json(cls, properties: Mapping[str, Any]) -> ModelCard:
        """Read what ``to_json`` wrote.

        Raises:
            InvalidCard: A key is missing or of the wrong type, or the values contradict each other.
        """
        try:
            if properties["dis2:card_version"] != CARD_VERSION:
                raise InvalidCard(
                    f"The model's card has version {properties['dis2:card_version']!r}; this DIS2 reads "
                    f"version {CARD_VERSION}.",
                    "Update DIS2, or ask the model's author for a file of this version.",
                )
            height, width = properties["dis2:window"]
            return cls(
                name=_text(properties["mlm:name"]),
                modalities=tuple(_modality_from_json(item) for item in properties["mlm:input"]),
                classes=_classes_from_json(properties["mlm:output"][0]),
                window=(int(height), int(width)),
                overlap=float(properties.get("dis2:overlap", 0.5)),
                gsd=float(properties["dis2:gsd"]),
                familiarity=int(properties.get("dis2:familiarity", 0)),
                temperatures={
                    str(scenario): float(value) for scenario, value in properties.get("dis2:temperatures", {}).items()
                },
                network=dict(properties["dis2:network"]),
                version=_text(properties.get("version", "1")),
                description=_text(properties.get("description", "")),
                license=_text(properties.get("license", "")),
                attribution=_text(properties.get("dis2:attribution", "")),
                training_data=_text(properties.get("dis2:training_data", "")),
                metrics={
                    str(scenario): {str(key): float(value) for key, value in scores.items()}
                    for scenario, scores in properties.get("dis2:metrics", {}).items()
                },
                notes=_text(properties.get("dis2:notes", "")),
                created=_text(properties.get("datetime") or ""),
            )
        except (KeyError, IndexError, TypeError, ValueError, AttributeError, OverflowError) as error:
            raise InvalidCard(
                f"The model's card is incomplete or damaged ({type(error).__name__}: {error}).",
                "Ask for the model file again.",
            ) from error


def scenario_name(available: Sequence[str]) -> str:
    """Name of a scenario: the available modalities joined by ``+``, e.g. ``rgb+ndsm``."""
    return "+".join(available)


def _text(value: object) -> str:
    """The value, which must be text: ``str`` would make a name of anything."""
    if not isinstance(value, str):
        raise TypeError(f"text is needed, not {type(value).__name__}")
    return value


def _modality_from_json(item: Mapping[str, Any]) -> Modality:
    bands = []
    for band, scaling in _paired(item):
        low, high = band["dis2:valid_range"]
        fill = band.get("dis2:fill")
        bands.append(
            Band(
                name=_text(band["name"]),
                mean=float(scaling["mean"]),
                std=float(scaling["stddev"]),
                valid_min=float(low),
                valid_max=float(high),
                description=_text(band.get("description", "")),
                unit=_text(band.get("dis2:unit", "")),
                fill=None if fill is None else float(fill),
            )
        )
    return Modality(
        name=_text(item["name"]),
        kind=_text(item["dis2:kind"]),
        slot=_text(item["dis2:slot"]),
        bands=tuple(bands),
        description=_text(item.get("description", "")),
    )


def _paired(item: Mapping[str, Any]) -> list[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    """Bands with their scaling (``zip(strict=True)`` needs Python 3.10)."""
    bands, scalings = item["bands"], item["value_scaling"]
    if len(bands) != len(scalings):
        raise ValueError(f"{len(bands)} bands but {len(scalings)} value scalings")
    return list(zip(bands, scalings))


def _classes_from_json(output: Mapping[str, Any]) -> tuple[LandClass, ...]:
    items = output["classification:classes"]
    if [item["value"] for item in items] != list(range(len(items))):
        raise ValueError("class values must be 0, 1, 2, …")
    return tuple(LandClass(name=_text(item["name"]), color=f"#{item['color_hint'].lower()}") for item in items)
