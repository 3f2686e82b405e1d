"""The recipe of training on a scene: a run of minutes on few labels, from nothing or from a model."""

from __future__ import annotations

from dataclasses import replace

from dis2_core.contract.card import ModelCard
from dis2_core.contract.other_jobs import TrainJob

from ..data.augmentation import AugmentationRecipe
from ..data.description import Description
from ..fitting.recipe import DataRecipe, DistillationRecipe, ModelRecipe, OptimizerRecipe, Recipe, ScheduleRecipe
from ..methods.registry import DIS2_METHOD, SHARED_METHOD
from ..semi.recipe import SemiRecipe
from ..start.beginning import Start

WINDOW, WIDTH = 64, 8
LEAST_DECODER_WIDTH = 4  # width / 8 starves the class maps of a narrow network
EPOCHS = 10  # validations, and points of the learning curve
FULL_FIRST = 0.35  # of the steps in the paper's form; the other branches then start as copies
STRONG_NOISE = 3  # times the noise of heights, where the student looks at ground without labels
ALL_SCENARIOS = 3  # modalities up to which every step trains all scenarios; of more, one is drawn


def region_recipe(job: TrainJob, description: Description, start: Start | None, *, branches: bool) -> Recipe:
    """Choose how to train.

    Args:
        job: What a person decided.
        description: Of the scene.
        start: What training starts from.
        branches: Whether all of its branches are taken over, so that none need be trained first.
    """
    first = 0.0 if branches else FULL_FIRST
    card = start.card if start else None
    width = job.width or (start.width if start else None) or WIDTH
    encoder = job.encoder or (start.encoder if start else "dis2")
    return Recipe(
        recipe="region",
        method=_method(description, card),
        data=DataRecipe(folder=""),
        model=ModelRecipe(
            name=job.name,
            window=window_of(job, card),
            width=width,
            decoder_width=max(LEAST_DECODER_WIDTH, width // 2),
            encoder=encoder,  # type: ignore[arg-type]  # a person's word: the network's configuration checks it
            license=job.license,
        ),
        optimizer=OptimizerRecipe(
            lr=1e-3 if card else 3e-3,
            encoder_rate=job.encoder_rate,
            ema=_average_decay(job.steps),
        ),
        schedule=ScheduleRecipe(
            **_epochs(job.steps, job.batch_size),
            batch_size=job.batch_size,
            full_only=first,
            incomplete="all" if len(description.modalities) <= ALL_SCENARIOS else "one",
        ),
        distillation=DistillationRecipe(start=first, ramp=0.1),
        augmentation=AugmentationRecipe(height_noise=_height_noise(description)),
        semi=_semi(description),
        seed=job.seed,
    )


def fitted(recipe: Recipe, steps: int) -> Recipe:
    """The recipe with so many steps, or a few less so that epochs are alike; its schedule and average are theirs."""
    steps -= steps % min(EPOCHS, steps)
    schedule = replace(recipe.schedule, **_epochs(steps, recipe.schedule.batch_size))
    return replace(recipe, schedule=schedule, optimizer=replace(recipe.optimizer, ema=_average_decay(steps)))


def _epochs(steps: int, batch_size: int) -> dict[str, int]:
    epochs = min(EPOCHS, steps)
    return {"epochs": epochs, "windows_per_epoch": round(steps / epochs) * batch_size}


def _average_decay(steps: int) -> float:
    return 1 - 1 / max(4.0, min(200.0, steps / 20))


def window_of(job: TrainJob, start: ModelCard | None) -> int:
    """Side of the training windows in pixels."""
    return job.window or (start.window[0] if start else WINDOW)


def _method(description: Description, start: ModelCard | None) -> str:
    """The start's form where it takes so few modalities; the paper's needs two."""
    paper = start is not None and start.network.get("form", "paper") == "paper"
    return DIS2_METHOD if paper and len(description.modalities) > 1 else SHARED_METHOD


def _semi(description: Description) -> SemiRecipe:
    """How ground without labels is learned from, where there is some: heights vary as far as their unit allows."""
    semi = SemiRecipe()
    noise = min(semi.strong.height_noise, STRONG_NOISE * _height_noise(description))
    return replace(semi, strong=replace(semi.strong, height_noise=noise))


def _height_noise(description: Description) -> float:
    """A decimetre, or less where heights hardly differ or have another unit."""
    spreads = [
        band.std for modality in description.modalities if modality.kind == "elevation" for band in modality.bands
    ]
    return min([0.1, *(0.05 * spread for spread in spreads)])
