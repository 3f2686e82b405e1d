"""From what a person names to a start."""

from __future__ import annotations

from dis2_core import load_model
from dis2_core.contract.encoders import holds_encoders
from dis2_core.contract.other_jobs import IMAGENET

from .beginning import Start
from .encoder_file import load_encoders
from .imagenet import ImageNetStart
from .model import ModelStart


def open_start(source: str) -> Start:
    """Open a start.

    Args:
        source: ``imagenet``, a file of encoders, a model file, or the name of a shipped model.

    Raises:
        InputError: The ImageNet weights are not installed.
        ModelError: There is no such model or file, or it is damaged.
    """
    if source == IMAGENET:
        return ImageNetStart.installed()
    return load_encoders(source) if holds_encoders(source) else ModelStart(load_model(source))
