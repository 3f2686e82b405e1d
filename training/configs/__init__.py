"""With which values is a model trained? One YAML file a recipe, each value with its reason."""

from __future__ import annotations

from pathlib import Path


def shipped_recipes() -> dict[str, Path]:
    """Paths of the recipes that come with DIS2, by name."""
    return {path.stem: path for path in sorted(Path(__file__).resolve().parent.glob("*.yaml"))}
