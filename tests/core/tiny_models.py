"""Cards and models small enough for a test of every case."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from dis2_core.contract.card import Band, LandClass, Modality, ModelCard

CLASSES = (("building", "#1f78b4"), ("low vegetation", "#b2df8a"), ("tree", "#33a02c"))


def modality(name: str, kind: str, *bands: str, unit: str = "") -> Modality:
    """A modality whose slot is its kind."""
    return Modality(name, kind, kind, tuple(Band(band, 100.0, 50.0, 0.0, 255.0, unit=unit) for band in bands))


def tiny_card(**changes: Any) -> ModelCard:
    """rgb and ndsm at 1 m, window 32, three classes, the narrowest network."""
    values: dict[str, Any] = {
        "name": "tiny",
        "modalities": (
            modality("rgb", "optical", "red", "green", "blue"),
            Modality("ndsm", "elevation", "elevation", (Band("height", 3.0, 5.0, -5.0, 100.0, unit="m"),)),
        ),
        "classes": tuple(LandClass(*item) for item in CLASSES),
        "window": (32, 32),
        "gsd": 1.0,
        "network": {"width": 8, "heads": 2, "layers": 1, "pool_hidden": 8},
    }
    return ModelCard(**{**values, **changes})


def tiny_network(card: ModelCard) -> Any:
    """The card's network with seeded weights, in evaluation mode."""
    import torch

    from dis2_core.network import DIS2Config, build_network

    with torch.random.fork_rng():
        torch.manual_seed(0)
        return build_network(DIS2Config.from_card(card)).eval()


def tiny_familiarity(card: ModelCard, prototypes: int = 5) -> Any:
    """Looks of no ground: drawn, and distances of 0 to 20."""
    import torch

    from dis2_core.network.familiarity import Familiarity

    familiarity = Familiarity({item.name: len(item.bands) for item in card.modalities}, prototypes)
    generator = torch.Generator().manual_seed(0)
    for ground in familiarity.known.values():
        ground.prototypes.normal_(generator=generator)
        ground.distances.copy_(torch.linspace(0, 20, len(ground.distances)))
    return familiarity


def save_tiny_model(path: Path, *, familiar: bool = False, **changes: Any) -> Path:
    """Write a tiny model with a card of these changes."""
    from dis2_core.models.file import save_model

    card = tiny_card(**changes)
    save_model(path, tiny_network(card), card, familiarity=tiny_familiarity(card) if familiar else None)
    return path
