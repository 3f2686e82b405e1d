"""One window of ground truth: pixel values by modality, where they are valid, and labels."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from dis2_core.contract.card import Band, Modality
from dis2_core.evaluation.metrics import IGNORE
from dis2_core.prediction.holes import MINIMUM_SHARE


@dataclass(frozen=True)
class Sample:
    """A window, or a batch of windows (every shape then starts with B).

    Attributes:
        values: (C, H, W) float32 by modality name, in the units of its bands until ``normalise``.
        valid: (H, W) bool by modality name; False where the modality has a hole.
        labels: (H, W) int64 classes, sets of classes (``class_sets``), ``IGNORE`` where unknown.
    """

    values: dict[str, Tensor]
    valid: dict[str, Tensor]
    labels: Tensor

    @property
    def size(self) -> tuple[int, int]:
        """(height, width) in pixels."""
        return int(self.labels.shape[-2]), int(self.labels.shape[-1])

    def crop(self, row: int, col: int, height: int, width: int) -> Sample:
        """Cut a window; what lies outside is 0, not valid and not labelled."""
        rows, cols = self.size
        top, left = max(-row, 0), max(-col, 0)
        bottom, right = max(row + height - rows, 0), max(col + width - cols, 0)
        inside = (..., slice(row + top, row + height - bottom), slice(col + left, col + width - right))
        margins = (left, right, top, bottom)

        def cut(tensor: Tensor, fill: float) -> Tensor:
            tensor = tensor[inside]
            return torch.nn.functional.pad(tensor, margins, value=fill) if any(margins) else tensor

        return Sample(
            {name: cut(values, 0.0) for name, values in self.values.items()},
            {name: cut(valid, False) for name, valid in self.valid.items()},
            cut(self.labels, IGNORE),
        )


def stack(samples: Sequence[Sample]) -> Sample:
    """Join windows of one size into a batch."""
    names = samples[0].values
    return Sample(
        {name: torch.stack([sample.values[name] for sample in samples]) for name in names},
        {name: torch.stack([sample.valid[name] for sample in samples]) for name in names},
        torch.stack([sample.labels for sample in samples]),
    )


def batched(windows: Sequence[Sample], size: int, check: Callable[[], None] | None = None) -> Iterator[Sample]:
    """Windows in batches of ``size``, of which the last may be smaller.

    Args:
        windows: Of one size.
        size: Windows a batch.
        check: Called before each batch; may raise to stop.
    """
    for start in range(0, len(windows), size):
        if check is not None:
            check()
        yield stack(windows[start : start + size])


def joined(first: Sample, second: Sample) -> Sample:
    """Two batches as one."""
    return Sample(
        {name: torch.cat([values, second.values[name]]) for name, values in first.values.items()},
        {name: torch.cat([valid, second.valid[name]]) for name, valid in first.valid.items()},
        torch.cat([first.labels, second.labels]),
    )


def shown(batch: Sample) -> dict[str, Tensor]:
    """Which windows (B,) of a batch show enough of a modality to be mapped with it."""
    return {name: valid.float().flatten(1).mean(dim=1) >= MINIMUM_SHARE for name, valid in batch.valid.items()}


def complete(batch: Sample, scenarios: Sequence[Sequence[str]]) -> Tensor:
    """(S, B) bool: the windows that show all modalities of a scenario."""
    there = shown(batch)
    return torch.stack([torch.stack([there[name] for name in scenario]).all(dim=0) for scenario in scenarios])


def by_shown(batch: Sample, names: Sequence[str]) -> Iterator[tuple[tuple[str, ...], Tensor]]:
    """The windows of a batch by what they show: modalities of ``names``, and the places of the windows.

    Those that show nothing are left out.
    """
    there = shown(batch)
    table = torch.stack([there[name] for name in names], dim=1)  # (B, M)
    for row in table.unique(dim=0):
        if row.any():
            scenario = tuple(name for name, flag in zip(names, row.tolist(), strict=True) if flag)
            yield scenario, torch.nonzero((table == row).all(dim=1))[:, 0]


def taught(batch: Sample, scenarios: Sequence[Sequence[str]]) -> Tensor:
    """What each scenario learns of a batch.

    A window that shows hardly anything of a modality is mapped without it, so that it teaches the scenarios without it
    alone.

    Args:
        batch: (B, …).
        scenarios: The modalities that each has.

    Returns:
        (B, H, W) where all learn the same, else (S, B, H, W) labels.
    """
    whole = complete(batch, scenarios)
    return batch.labels if whole.all() else torch.where(whole[:, :, None, None], batch.labels, IGNORE)


def per_band(bands: Sequence[Band], *statistics: str) -> tuple[Tensor, ...]:
    """Some of what is known of each band, e.g. ``mean`` and ``std``: (C, 1, 1) float32 each."""
    return tuple(torch.tensor([float(getattr(band, name)) for band in bands]).view(-1, 1, 1) for name in statistics)


def normalise(batch: Sample, modalities: Sequence[Modality], device: torch.device | None = None) -> dict[str, Tensor]:
    """Turn a batch into what the network takes: ``(value - mean) / std``, the fill value in holes.

    Args:
        batch: Values in the units of the bands.
        modalities: The card's modalities, whose statistics are used.
        device: Where the network is; None: the batch stays where it is.

    Returns:
        (B, C, H, W) float32 by modality name.
    """
    inputs = {}
    for modality in modalities:
        mean, std, fill = per_band(modality.bands, "mean", "std", "fill_value")
        values = torch.where(batch.valid[modality.name].unsqueeze(-3), batch.values[modality.name], fill)
        inputs[modality.name] = ((values - mean) / std).to(device)
    return inputs
