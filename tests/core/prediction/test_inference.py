"""The pointwise oracle: windows, padding, blending and holes must not be seen in the result."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import numpy as np
import pytest
import torch
from pointwise import Pointwise
from tiny_models import tiny_card, tiny_network

from dis2_core.contract.card import ModelCard
from dis2_core.contract.errors import Cancelled, ResourceError
from dis2_core.network import SegmentationNetwork
from dis2_core.prediction.inference import Inference, probability_rows
from dis2_core.prediction.strips import Strip
from dis2_core.rasters.grid import WindowPlan
from dis2_core.rasters.values.validity import Chunk

CPU = torch.device("cpu")


def random_inputs(card: ModelCard, height: int, width: int, seed: int = 0) -> dict[str, Chunk]:
    generator = np.random.default_rng(seed)
    return {
        item.name: Chunk(
            generator.normal(item.bands[0].mean, item.bands[0].std, (len(item.bands), height, width)).astype(
                np.float32
            ),
            np.ones((height, width), dtype=bool),
        )
        for item in card.modalities
    }


def with_holes(inputs: dict[str, Chunk], card: ModelCard, share: float = 0.6) -> dict[str, Chunk]:
    """Blocks of 8 pixels that lack a modality, here and there both."""
    generator = np.random.default_rng(1)
    result = {}
    for name, chunk in inputs.items():
        height, width = chunk.valid.shape
        blocks = generator.random((-(-height // 8), -(-width // 8))) < share
        valid = np.kron(blocks, np.ones((8, 8), dtype=bool))[:height, :width]
        fill = np.array([band.fill_value for band in card.modality(name).bands], dtype=np.float32)
        result[name] = Chunk(np.where(valid, chunk.values, fill[:, None, None]), valid)
    return result


def chunked(inputs: dict[str, Chunk], rows: int) -> Iterator[tuple[int, int, dict[str, Chunk]]]:
    height = next(iter(inputs.values())).valid.shape[0]
    for top in range(0, height, rows):
        bottom = min(top + rows, height)
        part = {n: Chunk(c.values[:, top:bottom], c.valid[top:bottom]) for n, c in inputs.items()}
        yield top, bottom, part


def stitched(
    card: ModelCard,
    network: SegmentationNetwork,
    inputs: dict[str, Chunk],
    overlap: float,
    rows: int = 24,
    batch: int = 3,
    device: torch.device = CPU,
    workers: int = 1,
) -> np.ndarray:
    height, width = next(iter(inputs.values())).valid.shape
    plan = WindowPlan(height, width, card.window, overlap)
    strip = Strip(chunked(inputs, rows), card, tuple(inputs), plan, device)
    inference = Inference(network, card, device, batch_size=batch, workers=workers)
    done = []
    with torch.inference_mode():
        parts = [
            (row, probabilities.cpu().numpy().copy(), availability)
            for row, probabilities, availability in probability_rows(strip, inference, plan, card, device, done.append)
        ]
    assert [row for row, _, _ in parts] == list(plan.rows)
    assert sum(done) == len(plan)
    assert sum(len(availability) for _, _, availability in parts) == height
    return np.concatenate([probabilities for _, probabilities, _ in parts], axis=1)


def whole_image(card: ModelCard, network: Pointwise, inputs: dict[str, Chunk]) -> np.ndarray:
    tensors = {}
    for name, chunk in inputs.items():
        mean, std = np.array([(b.mean, b.std) for b in card.modality(name).bands], dtype=np.float32).T
        tensors[name] = torch.from_numpy((chunk.values - mean[:, None, None]) / std[:, None, None])[None]
    with torch.inference_mode():
        return torch.softmax(network(tensors), dim=1)[0].numpy()


@pytest.mark.parametrize("overlap", [0, 0.1, 0.25, 0.5, 2 / 3, 0.75])
@pytest.mark.parametrize(
    "size", [(1, 1), (1, 100), (31, 33), (32, 32), (33, 32), (64, 48), (77, 101), (150, 20)], ids=str
)
def test_pointwise_network_gives_its_whole_image_answer(card: ModelCard, size: tuple[int, int], overlap: float) -> None:
    network, inputs = Pointwise(card), random_inputs(card, *size)
    expected = whole_image(card, network, inputs)
    np.testing.assert_allclose(stitched(card, network, inputs, overlap), expected, rtol=0, atol=1e-6)


@pytest.mark.parametrize("rows", [1, 7, 32, 64, 500])
def test_how_chunks_are_cut_changes_nothing(card: ModelCard, rows: int) -> None:
    network, inputs = Pointwise(card), with_holes(random_inputs(card, 130, 70), card)
    reference = stitched(card, network, inputs, 0.5, rows=130)
    np.testing.assert_array_equal(stitched(card, network, inputs, 0.5, rows=rows), reference)


@pytest.mark.parametrize("available", [("rgb",), ("ndsm",), ("rgb", "ndsm")])
def test_missing_modalities_are_absent_for_the_network(card: ModelCard, available: tuple[str, ...]) -> None:
    network, inputs = Pointwise(card), random_inputs(card, 50, 60)
    inputs = {name: inputs[name] for name in available}
    expected = whole_image(card, network, inputs)
    network.calls.clear()
    np.testing.assert_allclose(stitched(card, network, inputs, 0.5), expected, rtol=0, atol=1e-6)
    assert {names for _, names in network.calls} == {available}


def only(inputs: dict[str, Chunk], *names: str) -> dict[str, Chunk]:
    return {name: inputs[name] for name in names}


@pytest.mark.parametrize("overlap", [0, 0.5, 0.75])
@pytest.mark.parametrize("size", [(20, 20), (77, 101)], ids=str)
def test_holes_in_all_modalities_change_nothing_around_them(
    card: ModelCard, size: tuple[int, int], overlap: float
) -> None:
    network, inputs = Pointwise(card), with_holes(random_inputs(card, *size), card)
    covered = inputs["rgb"].valid
    inputs["ndsm"].valid[:] = covered
    expected = whole_image(card, network, inputs)
    result = stitched(card, network, inputs, overlap)
    np.testing.assert_allclose(result[:, covered], expected[:, covered], rtol=0, atol=1e-6)


@pytest.mark.parametrize("overlap", [0, 0.5, 0.75])
@pytest.mark.parametrize("size", [(20, 20), (77, 101)], ids=str)
def test_holes_in_one_modality(card: ModelCard, size: tuple[int, int], overlap: float) -> None:
    network, inputs = Pointwise(card), with_holes(random_inputs(card, *size), card)
    rgb, ndsm = inputs["rgb"].valid, inputs["ndsm"].valid
    result = stitched(card, network, inputs, overlap)
    answers = np.stack(
        [
            whole_image(card, network, only(inputs, "rgb")),
            whole_image(card, network, only(inputs, "ndsm")),
            whole_image(card, network, inputs),
        ]
    )
    np.testing.assert_allclose(result[:, rgb & ~ndsm], answers[0][:, rgb & ~ndsm], rtol=0, atol=1e-6)
    np.testing.assert_allclose(result[:, ndsm & ~rgb], answers[1][:, ndsm & ~rgb], rtol=0, atol=1e-6)
    both = rgb & ndsm
    np.testing.assert_allclose(result.sum(axis=0)[both], 1, rtol=0, atol=1e-6)
    assert (result >= answers.min(axis=0) - 1e-6)[:, both].all()
    assert (result <= answers.max(axis=0) + 1e-6)[:, both].all()


@pytest.mark.parametrize("overlap", [0, 0.5, 0.75])
def test_far_from_a_hole_nothing_is_lost(card: ModelCard, overlap: float) -> None:
    network, inputs = Pointwise(card), random_inputs(card, 64, 128)
    inputs["ndsm"].valid[:, :32] = False
    result = stitched(card, network, inputs, overlap)
    expected = whole_image(card, network, inputs)
    np.testing.assert_allclose(result[:, :, 48:], expected[:, :, 48:], rtol=0, atol=1e-6)


@pytest.mark.parametrize("overlap", [0, 0.5])
def test_every_pixel_gets_a_route_that_it_can_take(card: ModelCard, overlap: float) -> None:
    network, inputs = Pointwise(card, tells_routes=True), random_inputs(card, 64, 128)
    inputs["ndsm"].valid[:, :64] = False
    inputs["rgb"].valid[:32, 64:] = False
    result = stitched(card, network, inputs, overlap)
    both = inputs["rgb"].valid & inputs["ndsm"].valid
    np.testing.assert_allclose(result[1][inputs["rgb"].valid & ~inputs["ndsm"].valid], 1, atol=1e-6)
    np.testing.assert_allclose(result[2][inputs["ndsm"].valid & ~inputs["rgb"].valid], 1, atol=1e-6)
    np.testing.assert_allclose(result.sum(axis=0), 1, atol=1e-6)
    assert result[0][~both].max() < 1e-6
    assert result[0][50:, 90:].min() > 1 - 1e-6  # more than 16 pixels from both holes
    assert 0 < result[0][60, 70] < 1 or overlap == 0


def test_windows_with_nothing_are_skipped(card: ModelCard) -> None:
    network, inputs = Pointwise(card), random_inputs(card, 64, 64)
    for chunk in inputs.values():
        chunk.valid[:, 32:] = False
    stitched(card, network, inputs, 0, batch=1)
    assert len(network.calls) == 2


def test_padding_takes_part_in_no_decision(card: ModelCard) -> None:
    network, inputs = Pointwise(card), random_inputs(card, 8, 8)
    inputs["ndsm"].valid[:, 4:] = False  # half of the raster, a thirty-second of the window
    stitched(card, network, inputs, 0.5)
    assert {names for _, names in network.calls} == {("rgb",), ("rgb", "ndsm")}


def test_five_modalities() -> None:
    base = tiny_card().modalities[1]
    kinds = ("optical", "elevation", "sar", "spectral", "other")
    many = tiny_card(modalities=tuple(type(base)(f"m{i}", kind, kind, base.bands) for i, kind in enumerate(kinds)))
    network, inputs = Pointwise(many), with_holes(random_inputs(many, 70, 80), many, share=0.3)
    valid = np.stack([chunk.valid for chunk in inputs.values()])
    result = stitched(many, network, inputs, 0.5)
    np.testing.assert_allclose(result.sum(axis=0)[valid.any(axis=0)], 1, rtol=0, atol=1e-6)
    for i, name in enumerate(inputs):
        alone = valid[i] & (valid.sum(axis=0) == 1)
        assert alone.any()
        expected = whole_image(many, network, only(inputs, name))
        np.testing.assert_allclose(result[:, alone], expected[:, alone], rtol=0, atol=1e-6)


@pytest.mark.parametrize("workers", [2, 3, 8])
@pytest.mark.parametrize("size", [(77, 101), (150, 20), (20, 20)], ids=str)
def test_windows_at_once_give_the_very_bits_of_one_after_the_other(
    card: ModelCard, size: tuple[int, int], workers: int
) -> None:
    network = tiny_network(card)
    inputs = with_holes(random_inputs(card, *size), card)
    expected = stitched(card, network, inputs, 0.5)
    np.testing.assert_array_equal(stitched(card, network, inputs, 0.5, workers=workers), expected)


def test_windows_at_once_run_in_threads_that_torch_does_not_multiply(card: ModelCard) -> None:
    seen: set[tuple[str, int]] = set()

    class Watched(Pointwise):
        def forward(self, inputs):  # type: ignore[no-untyped-def]
            seen.add((threading.current_thread().name.rpartition("_")[0], torch.get_num_threads()))
            return super().forward(inputs)

    stitched(card, Watched(card), random_inputs(card, 64, 128), 0.5, workers=2)
    assert seen == {("dis2-work", 1)}


@pytest.mark.parametrize("workers", [1, 2])
def test_what_on_windows_raises_ends_the_run(card: ModelCard, workers: int) -> None:
    network, inputs = Pointwise(card), random_inputs(card, 320, 320)
    plan = WindowPlan(320, 320, card.window, 0.5)
    inference = Inference(network, card, CPU, workers=workers)
    strip = Strip(chunked(inputs, 32), card, tuple(inputs), plan, CPU)

    def stop(count: int) -> None:
        raise Cancelled("The run was cancelled.")

    with pytest.raises(Cancelled):
        list(probability_rows(strip, inference, plan, card, CPU, stop))
    assert len(network.calls) <= 2 * workers
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("dis2-work")]


class Greedy(Pointwise):
    """Runs out of memory at more than ``limit`` windows."""

    limit = 2

    def forward(self, inputs):  # type: ignore[no-untyped-def]
        if len(next(iter(inputs.values()))) > self.limit:
            raise torch.OutOfMemoryError("CUDA out of memory.")
        return super().forward(inputs)


def test_smaller_batches_where_memory_runs_out(card: ModelCard) -> None:
    network, inputs = Greedy(card), random_inputs(card, 32, 320)
    plan = WindowPlan(32, 320, card.window, 0.5)
    told: list[int] = []
    inference = Inference(network, card, CPU, batch_size=9, on_smaller_batch=told.append)
    strip = Strip(chunked(inputs, 32), card, tuple(inputs), plan, CPU)
    ((_, probabilities, _),) = [
        (row, part.clone(), mask) for row, part, mask in probability_rows(strip, inference, plan, card, CPU)
    ]
    network.limit = 100
    expected = whole_image(card, network, inputs)
    np.testing.assert_allclose(probabilities.detach().numpy(), expected, rtol=0, atol=1e-6)
    assert told == [2]
    assert inference.batch_size == 2


def test_not_even_one_window_fits(card: ModelCard) -> None:
    network = Greedy(card)
    network.limit = 0
    with pytest.raises(ResourceError, match="one window"):
        stitched(card, network, random_inputs(card, 32, 64), 0.5)
    with pytest.raises(ResourceError, match="2 windows of"):
        stitched(card, network, random_inputs(card, 32, 64), 0.5, workers=2)


class Broken(Pointwise):
    def forward(self, inputs):  # type: ignore[no-untyped-def]
        raise RuntimeError("shapes do not match")


def test_other_errors_are_not_mistaken_for_a_lack_of_memory(card: ModelCard) -> None:
    with pytest.raises(RuntimeError, match="shapes do not match"):
        stitched(card, Broken(card), random_inputs(card, 32, 64), 0.5)


def test_bfloat16_stays_close(card: ModelCard) -> None:
    network, inputs = Pointwise(card), random_inputs(card, 40, 40)
    expected = whole_image(card, network, inputs)
    plan = WindowPlan(40, 40, card.window, 0.5)
    strip = Strip(chunked(inputs, 40), card, tuple(inputs), plan, CPU)
    inference = Inference(network, card, CPU, torch.bfloat16, batch_size=2)
    with torch.inference_mode():
        rows = [part.clone() for _, part, _ in probability_rows(strip, inference, plan, card, CPU)]
    assert rows[0].dtype == torch.float32
    assert next(network.parameters()).dtype == torch.bfloat16
    np.testing.assert_allclose(torch.cat(rows, 1).numpy(), expected, atol=0.05)


@pytest.mark.cuda
def test_cuda_gives_the_answer_of_the_cpu(card: ModelCard) -> None:
    network, inputs = Pointwise(card), with_holes(random_inputs(card, 77, 101), card)
    expected = stitched(card, network, inputs, 0.5)
    covered = np.any([chunk.valid for chunk in inputs.values()], axis=0)
    device = torch.device("cuda", 0)
    result = stitched(card, network.to(device), inputs, 0.5, device=device)
    np.testing.assert_allclose(result[:, covered], expected[:, covered], rtol=0, atol=1e-5)
