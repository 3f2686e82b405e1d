"""Files of pretrained encoders: what they say of themselves, their weights left alone.

A safetensors file, as a model is, with a description in place of a card. Standard library alone and Python 3.9: QGIS
tells with it what training can start from.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

from .catalogue import read_metadata
from .errors import InvalidModelFile, ModelError
from .typed import WrongType, build
from .untrusted import Refused, parse_json

KEY = "dis2:encoders"


@dataclass(frozen=True)
class EncodersDescription:
    """What the weights of a file belong to.

    Attributes:
        encoder: Their kind (``dis2_core.network.config.ENCODERS``).
        width: Channels of the first level.
        modalities: Bands by name.
        attribution: Whom to name for the data that they learned from.
        license: Of those data.
        about: How they came about, in a sentence.
    """

    encoder: str
    width: int
    modalities: Mapping[str, int]
    attribution: str = ""
    license: str = ""
    about: str = ""


def holds_encoders(path: str | os.PathLike[str]) -> bool:
    """Whether a file is one of encoders, by its metadata; not whether it is a good one."""
    try:
        return KEY in read_metadata(path)
    except ModelError:
        return False  # whoever reads it as a model says what is wrong with it


def describe_encoders(path: str | os.PathLike[str]) -> EncodersDescription:
    """What a file of encoders says of itself.

    Raises:
        ModelNotFound: There is no such file, or it cannot be opened.
        InvalidModelFile: It holds no encoders, or its description is damaged.
    """
    text = read_metadata(path).get(KEY)
    if not isinstance(text, str):
        raise InvalidModelFile(f"{os.fspath(path)} holds no encoders.", "Give a file of pretrained encoders.")
    try:
        return build(EncodersDescription, parse_json(text, exact=True))
    except (Refused, WrongType) as error:
        raise InvalidModelFile(f"{os.fspath(path)} is damaged ({error}).", "Make it again.") from error
