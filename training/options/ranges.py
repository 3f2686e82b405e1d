"""Ranges of a recipe's values: what no training can be made with is refused before anything is read."""

from __future__ import annotations

from dis2_core.contract.errors import InputError


def require_range(section: str, recipe: object, **ranges: tuple[float, float]) -> None:
    """Raise InputError unless values of a recipe lie in their ranges, ends included; None is left to its meaning.

    Args:
        section: Of the recipe, for the message: ``optimizer.``; empty at the top.
        recipe: Has the values as attributes.
        ranges: By the value's name.
    """
    for name, (low, high) in ranges.items():
        value = getattr(recipe, name)
        for number in value if isinstance(value, (tuple, list)) else (value,):
            if number is not None and not low <= number <= high:  # nor is NaN
                raise InputError(f"{section}{name} is {value}; it must lie between {low:g} and {high:g}.")
