"""An ensemble of trained single networks: put together instead of trained, at the cost of its members."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from dis2_core import DIS2Config
from dis2_core.contract.errors import InputError

from ..fitting.run_folder import MODEL
from ..methods.ensemble import Ensemble
from ..methods.file import load_method, save_method
from ..methods.registry import ENSEMBLE
from .plan import Run
from .run_scores import Facts


def assemble(run: Run, out: Path) -> Path:
    """Put the networks of a run's members into one file.

    Args:
        run: Of an ensemble; its members are trained.
        out: Folder of the benchmark.

    Raises:
        InputError: The members were trained on different data.
        InvalidModelFile: The file of a member is damaged.
    """
    models = [load_method(out / member.place / MODEL)[1] for member in run.members]
    cards = [replace(model.card, name=ENSEMBLE, created="", metrics={}) for model in models]
    if any(card != cards[0] for card in cards):
        raise InputError(
            f"The members of {run.place} were trained on different data, or are of different sizes.",
            "Delete their folders and start the benchmark again.",
        )
    with torch.device("meta"):
        network = Ensemble(DIS2Config.from_card(cards[0]))
    for model in models:
        single: Any = model.network
        network.members[single.name] = single
    path = out / run.place / MODEL
    save_method(path, ENSEMBLE, network, cards[0])
    return path


def cost_of(members: Sequence[Facts]) -> dict[str, Any]:
    """What it took to train an ensemble, as ``Facts`` has it: all of its members.

    No ensemble was chosen by its validation score: it is NaN.
    """
    return {
        "steps": sum(facts.steps for facts in members),
        "seconds": sum(facts.seconds for facts in members),
        "cpu_seconds": sum(facts.cpu_seconds for facts in members),
        "validation_miou": math.nan,
        "device": members[0].device,
    }
