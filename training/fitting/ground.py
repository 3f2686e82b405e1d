"""What a model is trained on and chosen by, in memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial

from dis2_core.contract.errors import InputError
from dis2_core.evaluation.metrics import Scores
from dis2_core.network import Scenario
from dis2_core.network.familiarity import Familiarity

from ..data.dataset import band_statistics
from ..data.description import Description
from ..data.familiarity import measured_familiarity, spread_windows
from ..data.sample import IGNORE, Sample
from ..data.tiles import MemoryTile
from ..scoring.evaluation import score_tiles
from ..semi.views import without_labels
from .recipe import Recipe

#: ``score_tiles`` or ``score_windows``, given what they score on: ``(network, card, check=, scenarios=)``.
Validation = Callable[..., dict[Scenario, Scores]]


@dataclass(frozen=True)
class Ground:
    """What is trained on, all in memory.

    Attributes:
        description: Modalities with their statistics, classes, ground sample distance.
        tiles: Where training windows are drawn.
        validate: Scores a network on ground that is not trained on, the same each time; None: nothing is chosen.
        unlabelled: Where windows without labels are drawn; no tile: none are.
        familiarity: What it looks like; None: nobody can say what is unusual there.
        held_out: Windows of what ``validate`` scores, for whoever measures something else there; may be empty.
    """

    description: Description
    tiles: list[MemoryTile]
    validate: Validation | None
    unlabelled: list[MemoryTile] = field(default_factory=list)
    familiarity: Familiarity | None = None
    held_out: list[Sample] = field(default_factory=list)

    @classmethod
    def of_folder(cls, recipe: Recipe) -> Ground:
        """Read the splits of the recipe's data set and measure its statistics.

        Raises:
            InputError: The data set does not fit the recipe.
            UnreadableRaster: A file of it is damaged.
        """
        data = recipe.data.open(recipe.data.train)
        tiles = data.in_memory()
        measured = tuple(band_statistics(tiles, modality) for modality in data.description.modalities)
        apart = recipe.data.open(recipe.data.validation).in_memory()
        if not any((tile.exact_labels != IGNORE).any() for tile in apart):
            raise InputError(
                f"No pixel of the split '{recipe.data.validation}' in {recipe.data.folder} is labelled.",
                "A model is chosen by its scores there: label some of it, or name another split.",
            )
        validate = partial(score_tiles, tiles=apart, overlap=recipe.data.validation_overlap)
        unlabelled = without_labels(recipe.data.open_unlabelled(recipe.semi).loaded()) if recipe.semi.split else []
        looks = [spread_windows(ground, data.description.gsd) for ground in (tiles, apart)]
        familiarity = measured_familiarity(measured, *looks)
        return cls(replace(data.description, modalities=measured), tiles, validate, unlabelled, familiarity)
