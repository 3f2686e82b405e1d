"""Scores by scenario: over windows, as validation does, and over whole tiles, as users predict."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import torch

from dis2_core import DIS2, Model, ModelCard, load_model, save_model
from dis2_core.contract.card import Modality, scenario_name
from dis2_core.contract.errors import InputError, InvalidModelFile
from dis2_core.evaluation.metrics import ConfusionMatrix, Scores
from dis2_core.network import Scenario, SegmentationNetwork, SharedDIS2

from ..data.class_sets import exact
from ..data.dataset import TileDataset
from ..data.sample import Sample, batched, normalise
from ..data.tiles import MemoryTile
from ..data.windows import grid_windows
from ..methods.file import load_method
from .symmetric import Symmetric
from .temperature import LEAST_PIXELS, fitted_temperatures
from .tile_prediction import TilePredictor


@torch.inference_mode()
def score_windows(
    network: SegmentationNetwork,
    card: ModelCard,
    windows: Sequence[Sample],
    batch_size: int = 8,
    check: Callable[[], None] | None = None,
    scenarios: Sequence[Scenario] | None = None,
) -> dict[Scenario, Scores]:
    """Score scenarios on windows, all pixels pooled in one confusion matrix a scenario.

    Args:
        network: In evaluation mode.
        card: Names modalities, statistics and classes.
        windows: Of the network's window size.
        batch_size: Windows a forward pass.
        check: Called before each batch; may raise to stop.
        scenarios: Which; None: all.
    """
    matrices = {scenario: ConfusionMatrix(card.class_names) for scenario in scenarios or card.scenarios()}
    device = next(network.parameters()).device
    for batch in batched(windows, batch_size, check):
        inputs = normalise(batch, card.modalities, device)
        for scenario, logits in network.forward_scenarios(inputs, list(matrices)).items():
            matrices[scenario].update(logits.argmax(dim=1).cpu(), exact(batch.labels))
    return {scenario: matrix.scores() for scenario, matrix in matrices.items()}


@torch.inference_mode()
def score_tiles(
    network: SegmentationNetwork,
    card: ModelCard,
    tiles: Iterable[MemoryTile],
    overlap: float = 0.5,
    check: Callable[[], None] | None = None,
    scenarios: Sequence[Scenario] | None = None,
) -> dict[Scenario, Scores]:
    """Score scenarios on maps of whole tiles, as ``dis2_core.segment`` makes them; see ``score_windows``.

    Args:
        network: In evaluation mode.
        card: Names modalities, statistics and classes.
        tiles: With their labels.
        overlap: Fraction of a window that neighbours share.
        check: Called before each tile; may raise to stop.
        scenarios: Which; None: all.
    """
    matrices = {scenario: ConfusionMatrix(card.class_names) for scenario in scenarios or card.scenarios()}
    predictor = TilePredictor(network, card, overlap)
    for tile in tiles:
        if check is not None:
            check()
        sample = tile.sample
        for scenario, matrix in matrices.items():
            matrix.update(predictor.predict(sample, scenario).classes, tile.exact_labels)
    return {scenario: matrix.scores() for scenario, matrix in matrices.items()}


def evaluate(
    model: Model, dataset: TileDataset, whole_tiles: bool = False, tta: bool = False
) -> dict[Scenario, Scores]:
    """Score a model on a split.

    Args:
        model: Any.
        dataset: The split.
        whole_tiles: Over maps of whole tiles instead of windows side by side.
        tta: With the mean of the probabilities over the eight ways to see a window.

    Raises:
        InputError: The data set has other modalities or classes than the model.
    """
    _check(model.card, dataset)
    network, card = model.network, model.card
    if tta:
        network, card = Symmetric(network, card), replace(card, temperatures={})  # it has heeded them
    if whole_tiles:
        return score_tiles(network, card, dataset.loaded())
    return score_windows(network, card, grid_windows(dataset.in_memory(), card.window[0]))


def calibrate(model: Model, dataset: TileDataset) -> ModelCard:
    """The card of a model with the temperatures that fit a split it was not trained on.

    Raises:
        InputError: The data set has other modalities or classes, or too few labels.
    """
    _check(model.card, dataset)
    if model.card.is_onnx:
        raise InputError(f"{model.card.name} is a graph of ONNX, which has no temperatures.")
    windows = grid_windows(dataset.in_memory(), model.card.window[0])
    found = fitted_temperatures(model.network, model.card, windows)
    if not found:
        raise InputError(
            f"The split '{dataset.split}' has fewer than {LEAST_PIXELS} labelled pixels.", "Name one with more."
        )
    return replace(model.card, temperatures=found)


def _check(card: ModelCard, dataset: TileDataset) -> None:
    description = dataset.description

    def bands(modalities: Sequence[Modality]) -> list[tuple[str, int]]:
        return [(modality.name, len(modality.bands)) for modality in modalities]

    if bands(card.modalities) != bands(description.modalities):
        raise InputError(
            f"{dataset.folder} has the modalities {bands(description.modalities)}; "
            f"'{card.name}' takes {bands(card.modalities)}."
        )
    if card.class_names != description.class_names:
        raise InputError(f"{dataset.folder} has other classes than '{card.name}': {', '.join(card.class_names)}.")


def card_metrics(scores: Mapping[Scenario, Scores]) -> dict[str, dict[str, float]]:
    """Scores as a model card holds them."""
    return {scenario_name(scenario): score.to_card() for scenario, score in scores.items()}


def load_trained(source: str | Path) -> Model:
    """Load a shipped model, a model file, or what a benchmark has written for any method.

    Raises:
        ModelError: It can be none of them.
    """
    try:
        return load_model(source)
    except InvalidModelFile as error:
        try:
            return load_method(source)[1]
        except InvalidModelFile:
            raise error from None


def publish(model: Model, out: str | Path, scores: Mapping[Scenario, Scores], note: str = "", name: str = "") -> None:
    """Write a model file whose card carries these scores.

    Args:
        model: A DIS2 in either form, however it was trained.
        out: The file to write.
        scores: By scenario, e.g. of the test split.
        note: Appended to the card's notes: how the scores were measured.
        name: Of the model; empty: as its card has it.

    Raises:
        InputError: The network is another method's.
    """
    if type(model.network) not in (DIS2, SharedDIS2):
        raise InputError(f"'{model.card.name}' is no DIS2: only that becomes a model file.")
    few = sorted({name for score in scores.values() for name in score.few})
    notes = " ".join(
        text
        for text in (
            model.card.notes,
            note,
            f"Classes with under 500 reference pixels, whose IoU means little: {', '.join(few)}." if few else "",
        )
        if text
    )
    card = replace(model.card, name=name or model.card.name, metrics=card_metrics(scores), notes=notes)
    save_model(out, model.network, card, familiarity=model.familiarity)


def table(scores: Mapping[Scenario, Scores]) -> str:
    """Scores as text: a line a class, a column a scenario."""
    columns = list(scores.values())
    names = columns[0].classes
    width = max(map(len, (*names, "overall accuracy"))) + 2
    rows = [("", [scenario_name(scenario) for scenario in scores], "reference px")]
    for index, name in enumerate(names):
        count = int(columns[0].reference[index])
        mark = " (few)" if name in columns[0].few else ""
        rows.append((name, [f"{score.iou[index]:.3f}" for score in columns], f"{count:,}{mark}"))
    rows.append(("mean IoU", [f"{score.miou:.3f}" for score in columns], ""))
    rows.append(("overall accuracy", [f"{score.overall_accuracy:.3f}" for score in columns], ""))
    return "\n".join(
        f"{name:<{width}}" + "".join(f"{cell:>12}" for cell in cells) + f"{last:>18}" for name, cells, last in rows
    )
