"""Ranges of a recipe's values: what no training can be made with is refused before anything is read."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from dis2_core.contract.errors import InputError


def require_range(section: str, recipe: Any, **ranges: tuple[float, float]) -> None:
    """Raise InputError unless values of a recipe lie in their ranges, ends included; None where its field may be None.

    Args:
        section: Of the recipe, for the message: ``optimizer.``; empty at the top.
        recipe: A dataclass with the values.
        ranges: By the value's name.
    """
    for item in fields(recipe):
        if getattr(recipe, item.name) is None and "None" not in str(item.type):
            raise InputError(f"{section}{item.name} is empty; it needs a value.")
    for name, (low, high) in ranges.items():
        value = getattr(recipe, name)
        for number in value if isinstance(value, (tuple, list)) else (value,):
            if number is not None and not low <= number <= high:  # nor is NaN
                raise InputError(f"{section}{name} is {value}; it must lie between {low:g} and {high:g}.")
