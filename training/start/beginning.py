"""What a start is, and what came of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from torch import Tensor

from dis2_core import ModelCard
from dis2_core.network import SegmentationNetwork

COUNTER = "num_batches_tracked"  #: of batch norms: nothing that is learned, and not stored in files


@dataclass(frozen=True)
class Beginning:
    """What a network has learned already.

    Attributes:
        origin: Where from, in words that follow *come from*; empty: it knows nothing.
        taken: Share of its weights that come from there, 0 to 1.
        branches: Whether all branches do, but for what is particular to the classes; the shared form has none.
        new: What does not: ``classes``, or the first part of the names of weights, e.g. ``encoders.sar``.
    """

    origin: str = ""
    taken: float = 0.0
    branches: bool = True
    new: tuple[str, ...] = ()

    def __str__(self) -> str:
        if not self.origin:
            return ""
        sentence = f"{self.taken:.0%} of the weights come from {self.origin}"
        return f"{sentence}; new are: {', '.join(self.new)}." if self.new else f"{sentence}."


class Start(Protocol):
    """Something that training can start from."""

    @property
    def card(self) -> ModelCard | None:
        """Of a whole model; None of encoders, which bring no bands, classes and statistics."""
        ...

    @property
    def encoder(self) -> str:
        """The kind of its encoders (``dis2_core.network.config.ENCODERS``)."""
        ...

    @property
    def width(self) -> int | None:
        """Channels of the first level; None: any fits."""
        ...

    @property
    def attribution(self) -> str:
        """Whom to name."""
        ...

    @property
    def license(self) -> str:
        """Of a model that goes on from it, where that one has none."""
        ...

    def begin(self, network: SegmentationNetwork, card: ModelCard) -> Beginning:
        """Put what fits into a new network of this card, in place.

        Raises:
            InputError: Nothing fits.
        """
        ...


def take(
    network: SegmentationNetwork, weights: Mapping[str, Tensor], origin: str, particular: Collection[str] = ()
) -> Beginning:
    """Copy weights that fit by name and shape; statistics of norms are among them.

    Args:
        network: Changed in place.
        weights: By the names of the network.
        origin: See ``Beginning``.
        particular: Names of weights that are particular to the classes; told as such where they are new.
    """
    ours = network.state_dict()
    taken = {name: value for name, value in weights.items() if name in ours and ours[name].shape == value.shape}
    network.load_state_dict({**ours, **taken})
    missing = [name for name in ours if name not in taken and not name.endswith(COUNTER)]
    return Beginning(
        origin,
        taken=sum(value.numel() for value in taken.values()) / sum(value.numel() for value in ours.values()),
        branches=not any(name.startswith("branches.") and name not in particular for name in missing),
        new=tuple(dict.fromkeys(_part(name, particular) for name in missing)),
    )


def with_terms(start: Start, card: ModelCard) -> ModelCard:
    """The card with those named whom the start names, and with its licence where it has none."""
    named = dict.fromkeys(text for text in (card.attribution, start.attribution) if text)
    return replace(card, attribution="; ".join(named), license=card.license or start.license)


def _part(name: str, particular: Collection[str]) -> str:
    return "classes" if name in particular else ".".join(name.split(".")[:2])
