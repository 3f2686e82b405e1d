"""What the card of a person's own model says: what it was trained on, how it was tested, how far to trust it."""

from __future__ import annotations

from dataclasses import replace
from os.path import basename

from dis2_core.contract.card import ModelCard
from dis2_core.contract.other_jobs import IMAGENET, TrainJob

from .holdout import Role
from .outcome import TrainingResult
from .telling import unlabelled_in_words


def described(result: TrainingResult, job: TrainJob) -> ModelCard:
    """Return the card of a result with its texts."""
    card = result.card
    names = " and ".join(card.modality_names)
    names = f"{names} or any of them" if len(card.modalities) > 1 else names
    return replace(
        card,
        description=f"Made from a person's own layers: {', '.join(card.class_names)}, from {names}.",
        training_data=_training_data(result, job),
        notes=" ".join([_test_note(result), *_start_note(result, job), _choice_note(result), *_few_note(result)]),
    )


def _training_data(result: TrainingResult, job: TrainJob) -> str:
    hectares = result.learned * result.card.gsd**2 / 1e4
    rasters = ", ".join(f"{slot} {basename(source.path)}" for slot, source in job.inputs.items())
    labels = job.labels.name or basename(job.labels.path)
    labels = f"{labels} ({job.labels.field})" if job.labels.field else labels
    text = (
        f"{result.learned:,} labelled pixels of {result.card.gsd:g} m ({hectares:,.2f} ha) of {labels}, on {rasters}."
    )
    return " ".join([text, *unlabelled_note(result)])


def unlabelled_note(result: TrainingResult) -> list[str]:
    """How much ground without labels took part, in a sentence; none where none did."""
    held_out = bool(result.plan.pixels(Role.TEST).any() or result.plan.pixels(Role.VALIDATION).any())
    return [unlabelled_in_words(result.unlabelled, result.card.gsd, held_out)] if result.unlabelled else []


def _test_note(result: TrainingResult) -> str:
    if result.full is None:
        return "Not tested: no labels were kept apart. Nothing is known about how good it is."
    tested, labelled = int(result.full.reference.sum()), int(result.plan.counts.sum())
    gap = int(result.card.window[0] // 2 * result.card.gsd) or result.card.window[0] // 2 * result.card.gsd
    return (
        f"Tested on {tested:,} labelled pixels ({tested / labelled:.0%}) of the same "
        f"scene, {gap:g} m or more from the ground that was trained on. The scores say how well it knows this scene, "
        "not how well it generalises."
    )


def _start_note(result: TrainingResult, job: TrainJob) -> list[str]:
    if not result.inherited:
        return []
    text = f"Training began with {basename(job.start)}: {result.inherited}"
    if job.start == IMAGENET or not result.scores:
        return [text]
    return [f"{text} If that one learned from this scene, it may know the ground of the test."]


def _choice_note(result: TrainingResult) -> str:
    if result.curve and result.curve[-1].scores:
        pixels = int(next(iter(result.curve[-1].scores.values())).reference.sum())
        return f"The weights after {result.chosen} steps were chosen on {pixels:,} other labelled pixels."
    return f"Too little is labelled to choose weights by a validation: they are those of the last step, {result.steps}."


def _few_note(result: TrainingResult) -> list[str]:
    few = result.full.few if result.full else ()
    return [f"Classes with under 500 test pixels, whose IoU means little: {', '.join(few)}."] if few else []
