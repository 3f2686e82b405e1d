"""The one value that determines a DIS2 network."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import Any, Literal

from torch import nn

from ..contract.card import MAX_MODALITIES, ModelCard
from ..contract.errors import InvalidCard
from .base import Scenario

STRIDE = 16  # of the deepest features: four convolutions of stride 2
ENCODERS = ("dis2", "efficientnet_lite0")  # the paper's, and one that there are weights of photographs for


@dataclass(frozen=True)
class DIS2Config:
    """Configuration of a network in either form; the defaults are the authors'.

    Attributes:
        modalities: (name, bands) of two to five modalities; the shared form takes a single one, too. The first is
            the paper's slot A (optical), the second its slot B (nDSM).
        classes: K.
        window: (height, width) in pixels, multiples of 16. Part of the network: norms and softmax run
            over the whole window and the positional terms have its size.
        width: Channels of the first encoder level; the levels have 1, 2, 4 and 8 times as many.
        feed_forward: Hidden width of the transformer; 0: 8 x width (256 at width 32), as wide as its tokens.
        pool_hidden: Hidden width of the attention pools, of all levels alike.
        decoder_width: Channels a class contributes at full resolution; 0: width / 8 (4 at width 32).
        heads, layers, dropout: Of the transformer.
        form: ``paper``, or ``shared``: one trunk for all scenarios, which is what we recommend (``shared.py``). Of the
            above it has modalities, classes and width alone, and takes windows of any size.
        encoder: Of every modality (``encoder.build_encoder``): ``dis2``, the paper's, or ``efficientnet_lite0``.
        missing_branches: ``per_modality``: one branch for each missing modality (the paper's form, two
            modalities alone); ``shared``: one branch for all incomplete scenarios, told by an
            availability embedding (our extension). None: the paper's form where there are two.
        knowledge: Channels of the features of each teacher whose knowledge the encoder of the first modality keeps
            (``shared.DistilledKnowledge``); of the shared form alone.
    """

    modalities: tuple[tuple[str, int], ...] = (("rgb", 3), ("ndsm", 1))
    classes: int = 5
    window: tuple[int, int] = (512, 512)
    width: int = 32
    feed_forward: int = 0
    pool_hidden: int = 128
    decoder_width: int = 0
    heads: int = 8
    layers: int = 2
    dropout: float = 0.1
    missing_branches: Literal["per_modality", "shared"] | None = None
    form: Literal["paper", "shared"] = "paper"
    encoder: Literal["dis2", "efficientnet_lite0"] = "dis2"
    knowledge: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "feed_forward", self.feed_forward or 8 * self.width)
        object.__setattr__(self, "decoder_width", self.decoder_width or max(1, self.width // 8))
        two = len(self.modalities) == 2
        branches = self.missing_branches or ("per_modality" if two else "shared")
        object.__setattr__(self, "missing_branches", "shared" if self.form == "shared" else branches)
        self._check(two)

    def _check(self, two: bool) -> None:
        if self.form not in _ENTRIES:
            raise InvalidCard(f"A network of the form '{self.form}' is unknown.", f"Use one of: {', '.join(_ENTRIES)}.")
        if self.encoder not in ENCODERS:
            raise InvalidCard(f"There is no encoder '{self.encoder}'.", f"Use one of: {', '.join(ENCODERS)}.")
        least = 1 if self.form == "shared" else 2
        if not least <= len(self.modalities) <= MAX_MODALITIES:
            takes = f"DIS2 in its {self.form} form takes {least} to {MAX_MODALITIES} modalities"
            raise InvalidCard(f"{takes}, not {len(self.modalities)}.", "The shared form takes a single one, too.")
        if len(set(self.names)) != len(self.names):
            raise InvalidCard(f"Two modalities share a name: {', '.join(self.names)}.")
        if reserved := [name for name in self.names if hasattr(nn.ModuleDict, name)]:
            raise InvalidCard(f"A modality cannot be called '{reserved[0]}'.", "Give it another name.")
        if self.missing_branches == "per_modality" and not two:
            raise InvalidCard("One branch for each missing modality is the form for two modalities; use 'shared'.")
        if self.missing_branches not in ("per_modality", "shared"):
            raise InvalidCard(f"missing_branches is '{self.missing_branches}'; use per_modality or shared.")
        if any(side <= 0 or side % STRIDE for side in self.window):
            raise InvalidCard(f"The window {self.window} must be positive multiples of {STRIDE}.")
        sizes = (
            self.classes,
            self.width,
            self.pool_hidden,
            self.heads,
            self.layers,
            *dict(self.modalities).values(),
            *self.knowledge,
        )
        if self.knowledge and self.form != "shared":
            raise InvalidCard("The shared form alone keeps the knowledge of teachers.")
        if min(sizes) < 1 or self.classes < 2:
            raise InvalidCard(f"A size of {self} is too small.")
        if not 0 <= self.dropout < 1:
            raise InvalidCard(f"A dropout of {self.dropout} is no probability.")
        if self.channels[-1] % self.heads:
            raise InvalidCard(f"{self.heads} heads do not divide the {self.channels[-1]} channels of the transformer.")

    @property
    def names(self) -> Scenario:
        """Names of the modalities; also the full scenario."""
        return tuple(name for name, _ in self.modalities)

    @property
    def channels(self) -> tuple[int, int, int, int]:
        """Channels of the four encoder levels, at strides 2, 4, 8 and 16."""
        return self.width, 2 * self.width, 4 * self.width, 8 * self.width

    @property
    def overlap(self) -> float:
        """Share of a window that neighbours see, too, where maps are made: enough that no seam is seen.

        The paper's form looks at a window as a whole and needs more; ``docs/benchmarks.md`` has the figures.
        """
        return 0.5 if self.form == "paper" else 0.25

    @property
    def token_grid(self) -> tuple[int, int]:
        """(h, w) of the deepest features; h * w tokens a slot."""
        return self.window[0] // STRIDE, self.window[1] // STRIDE

    def scenarios(self) -> list[Scenario]:
        """All 2^M - 1 sets of available modalities, the full one first."""
        return [subset for size in range(len(self.names), 0, -1) for subset in combinations(self.names, size)]

    def branch(self, scenario: Scenario) -> str:
        """Name of the branch that answers a scenario."""
        if len(scenario) == len(self.names):
            return "full"
        if self.missing_branches == "shared":
            return "incomplete"
        (missing,) = set(self.names) - set(scenario)
        return f"without_{missing}"

    def branch_names(self) -> list[str]:
        """All branches, ``full`` first."""
        return list(dict.fromkeys(self.branch(scenario) for scenario in self.scenarios()))

    def card_entries(self) -> dict[str, Any]:
        """What a card must say beyond its modalities, classes and window (``ModelCard.network``)."""
        entries = {name: getattr(self, name) for name in _ENTRIES[self.form]}
        chosen = {name: getattr(self, name) for name, usual in _USUAL.items() if getattr(self, name) != usual}
        if self.knowledge:
            chosen["knowledge"] = list(self.knowledge)  # as JSON gives it back
        return {**chosen, **entries}

    @classmethod
    def from_card(cls, card: ModelCard) -> DIS2Config:
        """The configuration that a card describes.

        Raises:
            InvalidCard: The card's ``network`` has an unknown entry or a value of the wrong type.
        """
        entries = dict(card.network)
        if "knowledge" in entries:
            entries["knowledge"] = _widths(entries["knowledge"])
        known = _ENTRIES.get(str(entries.get("form", "paper")), ())
        if unknown := sorted(set(entries) - {*_USUAL, *known}):
            raise InvalidCard(f"The card's network has an unknown entry '{unknown[0]}'.", "Update DIS2.")
        for key, value in entries.items():
            if not isinstance(value, _TYPES.get(key, int)) or isinstance(value, bool):
                raise InvalidCard(f"The card's network entry '{key}' is {value!r}.")
            if isinstance(value, int) and key != "dropout" and not 0 < value <= _MAX_SIZE:
                raise InvalidCard(f"The card's network entry '{key}' is {value}; 1 to {_MAX_SIZE} are sensible.")
        return cls(
            modalities=tuple((modality.name, len(modality.bands)) for modality in card.modalities),
            classes=len(card.classes),
            window=card.window,
            **entries,
        )


def _widths(value: Any) -> tuple[int, ...]:
    """A card's list of sizes."""
    if not isinstance(value, (list, tuple)) or len(value) > _MAX_TEACHERS or not all(type(x) is int for x in value):
        raise InvalidCard(f"The card's network entry 'knowledge' is {str(value)[:40]}; it is a list of few sizes.")
    if any(not 0 < width <= _MAX_SIZE for width in value):
        raise InvalidCard(f"A width of the card's network entry 'knowledge' is not between 1 and {_MAX_SIZE}.")
    return tuple(value)


_MAX_TEACHERS = 8
_MAX_SIZE = 4096  # a card from a stranger must not make us allocate without bound
#: What a card does not name where it is as in the paper: once there was nothing else.
_USUAL: dict[str, Any] = {"form": "paper", "encoder": "dis2", "knowledge": ()}
#: What a card says of a network beside that, by its form.
_ENTRIES = {
    "paper": (
        "width",
        "feed_forward",
        "pool_hidden",
        "decoder_width",
        "heads",
        "layers",
        "dropout",
        "missing_branches",
    ),
    "shared": ("width",),
}
_TYPES: dict[str, type | tuple[type, ...]] = {
    "dropout": (int, float),
    "knowledge": tuple,
    **dict.fromkeys(("missing_branches", "form", "encoder"), str),
}
