"""What a person is told before the first step: what there is to learn from, and what is kept apart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from .holdout import HoldOut, Role
from .labels import Labels

#: What the arithmetic is called.
PRECISIONS = {"32-true": "32-bit numbers", "bf16-mixed": "16-bit numbers (bfloat16) where they do no harm"}


def plan_in_words(labels: Labels, plan: HoldOut, learned: NDArray[np.int64]) -> Iterator[str]:
    """Classes with the pixels that train them, then the ground that is held out.

    Args:
        labels: All that is labelled.
        plan: What each piece of ground is for.
        learned: (K,) labelled pixels that train.
    """
    classes = [f"{item.name} {count:,}" for item, count in zip(labels.classes, learned, strict=True)]
    yield f"Labelled pixels to learn from: {', '.join(classes)}."
    total = int(labels.pixels.sum())
    test, choice = (f"{plan.pixels(role).sum() / total:.0%}" for role in (Role.TEST, Role.VALIDATION))
    yield f"Kept apart of {total:,} labelled pixels: {test} for the test, {choice} for choosing the best step."


def unlabelled_in_words(pixels: int, gsd: float, held_out: bool) -> str:
    """How much ground without labels takes part.

    Args:
        pixels: Without a label, that are looked at.
        gsd: Their side in metres.
        held_out: Whether other ground is kept for a test or for choosing the best step.
    """
    if not pixels:
        kept = "labelled or held out" if held_out else "labelled"
        return f"All ground with data is {kept}: no unlabelled ground takes part."
    text = f"{pixels * gsd**2 / 1e4:,.3g} ha of unlabelled ground take part"
    return f"{text}; held-out ground does not." if held_out else f"{text}."


def time_in_words(steps: int, seconds: float) -> str:
    """How long a training is going to take, by steps that were timed."""
    return f"{steps:,} steps take about {duration_in_words(seconds)} on this machine, if it stays as busy as it is."


def efforts_in_words(seconds: Mapping[str, float]) -> str:
    """The same by effort, of those that train the same network."""
    times = ", ".join(f"{name} {duration_in_words(value)}" for name, value in seconds.items())
    return f"By effort, with such a network: {times}."


def limit_in_words(minutes: float, steps: int) -> str:
    """What a time limit comes to."""
    return f"{steps:,} steps fit into {minutes:g} min here; the same number of steps gives the same model again."


def enough_in_words(step: int, steps: int) -> str:
    """What is kept where a person did not want to wait for the end."""
    return f"Training was ended at step {step:,} of {steps:,}, as asked; the best model so far is kept."


def time_is_up_in_words(step: int, steps: int) -> str:
    """What is kept where the machine became slower than it was."""
    return f"The time is up after step {step:,} of {steps:,}: the best so far is kept."


def duration_in_words(seconds: float) -> str:
    """A duration as people say it: ``40 s``, ``6 min``, ``2 h 5 min``."""
    if seconds < 60:
        return f"{max(1, round(seconds))} s"
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"
