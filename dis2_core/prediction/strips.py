"""The rows that the windows of one row need: normalised, on the device, read as they come."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn.functional import pad

from ..contract.card import Modality, ModelCard
from ..rasters.grid import WindowPlan
from ..rasters.values.ranges import add_tallies, no_tallies, tallies_of
from ..rasters.values.validity import Chunk

#: What ``ChunkStream`` yields: first row, last row (exclusive), the chunk of each modality.
Chunks = Iterator[tuple[int, int, Mapping[str, Chunk]]]


@dataclass(frozen=True)
class StripRows:
    """The rows that one row of windows is cut from; they stay as they are when the strip moves on.

    Attributes:
        values: float32 (C, rows, width) by modality, normalised, on the device.
        availability: uint8 (rows, width) bit masks in card order, on the CPU, without padding.
        left: The column of the grid that they begin with.
        window: (height, width) of the windows.
    """

    values: Mapping[str, Tensor]
    availability: npt.NDArray[np.uint8]
    left: int
    window: tuple[int, int]

    def cut(self, name: str, cols: Sequence[int]) -> Tensor:
        """Return the windows that begin in these columns: (B, C, height, width), channels last."""
        height, width = self.window
        rows = self.values[name][:, :height]
        if (missing := height - rows.shape[1]) > 0:
            rows = pad(rows, (0, 0, 0, missing), mode="replicate")
        windows = torch.stack([rows[:, :, col - self.left : col - self.left + width] for col in cols])
        return windows.contiguous(memory_format=torch.channels_last)

    def cut_availability(self, cols: Sequence[int]) -> Tensor:
        """Return the availability of the windows that begin in these columns: uint8 (B, height, width), on the CPU."""
        height, width = self.window
        windows = np.zeros((len(cols), height, width), dtype=np.uint8)
        for window, col in zip(windows, cols, strict=True):
            part = self.availability[:height, col - self.left : col - self.left + width]
            window[: part.shape[0], : part.shape[1]] = part
        return torch.from_numpy(windows)


class Strip:
    """Rows of all available modalities, from the first row of a window to its last, as wide as the plan's windows.

    Every value goes to the device once. A raster smaller than the window is padded there with its
    outermost values; the padding has no availability, so that it changes no route.

    Args:
        chunks: The rows of the raster, in order.
        card: The model's card.
        names: The modalities that the chunks hold.
        plan: Where the windows lie.
        device: Where the values go.

    Attributes:
        tallies: What the values of each modality are like so far, band by band.
    """

    def __init__(
        self, chunks: Chunks, card: ModelCard, names: Sequence[str], plan: WindowPlan, device: torch.device
    ) -> None:
        self._chunks = chunks
        self._card = card
        self._modalities = tuple(card.modality(name) for name in names)
        self._plan = plan
        self._device = device
        self._top, self._left, self._last, right = plan.read
        self._bottom = self._top
        self._statistics = {item.name: _statistics(item, device) for item in self._modalities}
        width = max(right - self._left, plan.window[1])
        self._rows = StripRows(
            {item.name: torch.empty((len(item.bands), 0, width), device=device) for item in self._modalities},
            np.empty((0, right - self._left), dtype=np.uint8),
            self._left,
            plan.window,
        )
        self.tallies = {item.name: no_tallies(item) for item in self._modalities}

    def move(self, top: int) -> StripRows:
        """Read on until a row of windows that begins at row ``top`` can be cut; forget the rows above."""
        bottom = min(top + self._plan.window[0], self._last)
        values = {name: [rows] for name, rows in self._rows.values.items()}
        masks = [self._rows.availability]
        while self._bottom < bottom:
            _, self._bottom, chunks = next(self._chunks)
            masks.append(self._availability_of(chunks))
            for modality in self._modalities:
                values[modality.name].append(self._upload(modality, chunks[modality.name]))
                seen = tallies_of(chunks[modality.name], modality)
                self.tallies[modality.name] = add_tallies(self.tallies[modality.name], seen)
        passed, self._top = top - self._top, top
        self._rows = StripRows(
            {name: _stacked(rows)[:, passed:] for name, rows in values.items()},
            _joined(masks)[passed:],
            self._left,
            self._plan.window,
        )
        return self._rows

    def _availability_of(self, chunks: Mapping[str, Chunk]) -> npt.NDArray[np.uint8]:
        mask = np.zeros(chunks[self._modalities[0].name].valid.shape, dtype=np.uint8)
        for bit, name in enumerate(self._card.modality_names):
            if name in chunks:
                mask |= chunks[name].valid.view(np.uint8) << bit
        if not self._card.takes_missing:
            mask[mask != (1 << len(self._card.modalities)) - 1] = 0
        return mask

    def _upload(self, modality: Modality, chunk: Chunk) -> Tensor:
        mean, std = self._statistics[modality.name]
        values = torch.from_numpy(np.ascontiguousarray(chunk.values)).to(self._device)
        values = torch.sub(values, mean).div_(std)
        if (missing := self._plan.window[1] - values.shape[2]) > 0:
            values = pad(values, (0, missing), mode="replicate")
        return values


def _statistics(modality: Modality, device: torch.device) -> tuple[Tensor, Tensor]:
    """Mean and standard deviation of the bands (C, 1, 1)."""
    numbers = torch.tensor([(band.mean, band.std) for band in modality.bands], dtype=torch.float32)
    mean, std = numbers.to(device).T[..., None, None]
    return mean, std


def _stacked(parts: Sequence[Tensor]) -> Tensor:
    return parts[0] if len(parts) == 1 else torch.cat(list(parts), dim=1)


def _joined(parts: Sequence[npt.NDArray[np.uint8]]) -> npt.NDArray[np.uint8]:
    return parts[0] if len(parts) == 1 else np.concatenate(parts)
