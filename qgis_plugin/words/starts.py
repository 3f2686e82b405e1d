"""Pretrained encoders in words, for the dialog."""

from __future__ import annotations

from ..dis2_core.contract.encoders import EncodersDescription
from .translation import tr


def imagenet_text(package: str, installed: bool) -> str:
    """Return what encoders are that learned from photographs, and what is missing where they are not there."""
    text = tr(
        "Encoders that know photographs (ImageNet), and nothing of your ground and classes yet. Meant for few labels; "
        "such a model takes half as long again or more."
    )
    if installed:
        return text
    lacking = tr("They are not seen in the Python that runs the models: it needs the package {}.").format(package)
    return f"{text} {lacking}"


def encoders_text(encoders: EncodersDescription) -> str:
    """Return what encoders in a file belong to."""
    modalities = ", ".join(tr("{} ({} bands)").format(name, bands) for name, bands in encoders.modalities.items())
    text = tr("Pretrained encoders for {}, and nothing of your classes yet.").format(modalities)
    return f"{text} {encoders.about}" if encoders.about else text
