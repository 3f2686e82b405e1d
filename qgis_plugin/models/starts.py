"""What training can start from: nothing, a model, pretrained encoders in a file, or those that know photographs."""

from __future__ import annotations

from typing import Optional

from ..dis2_core.contract.card import ModelCard
from ..dis2_core.contract.encoders import describe_encoders, holds_encoders
from ..dis2_core.contract.other_jobs import IMAGENET, IMAGENET_PACKAGE
from ..runtime.interpreter import has_package
from ..words.starts import encoders_text, imagenet_text
from .named import model_card, model_text, named_models

NOTHING = ""


def named_starts() -> list[str]:
    """Return what can be chosen by name: nothing, encoders that know photographs where they are installed, models."""
    return [NOTHING, *([IMAGENET] if has_package(IMAGENET_PACKAGE) else []), *named_models()]


def start_text(name_or_path: str) -> str:
    """Return what the worker finds a start by."""
    return name_or_path if name_or_path in (NOTHING, IMAGENET) else model_text(name_or_path)


def start_card(name_or_path: str) -> Optional[ModelCard]:
    """Return the card of the model that is started from; None of encoders, and of nothing.

    Raises:
        ModelError: There is no such file, or it is damaged.
    """
    start = start_text(name_or_path)
    return None if start in (NOTHING, IMAGENET) or holds_encoders(start) else model_card(start)


def encoders_in_words(name_or_path: str) -> str:
    """Return what encoders are, for people; empty where no encoders alone are started from.

    Raises:
        ModelError: Their file is damaged.
    """
    if name_or_path == IMAGENET:
        return imagenet_text(IMAGENET_PACKAGE, has_package(IMAGENET_PACKAGE))
    start = start_text(name_or_path)
    return encoders_text(describe_encoders(start)) if start and holds_encoders(start) else ""
