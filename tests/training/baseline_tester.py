"""What every method of the benchmark must do, whatever it is inside."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import rasterio
import torch
from rasterio.transform import from_origin
from torch import Tensor, nn

import dis2_core
from dis2_core import DIS2Config, Model, ModelCard
from dis2_core.contract.card import Band, LandClass, Modality, scenario_name
from dis2_core.network import Scenario
from dis2_training.methods.file import load_method, save_method
from dis2_training.methods.registry import build

WINDOW = 32
TWO = (("optical", 3), ("sar", 2))
THREE = (*TWO, ("height", 1))
KINDS = {"optical": "optical", "sar": "sar", "height": "elevation"}

#: The same sizes for all methods, the narrowest that have every part.
SIZES = {"width": 8, "heads": 2, "layers": 1, "pool_hidden": 8}


def tiny_card(modalities: tuple[tuple[str, int], ...] = TWO) -> ModelCard:
    """A card with statistics that are not 0 and 1."""
    return ModelCard(
        name="tiny",
        modalities=tuple(
            Modality(name, KINDS[name], KINDS[name], tuple(Band(f"b{i}", 100, 50, 0, 255) for i in range(bands)))
            for name, bands in modalities
        ),
        classes=(LandClass("dry", "#aaaaaa"), LandClass("wet", "#0000ff"), LandClass("other", "#00ff00")),
        window=(WINDOW, WINDOW),
        gsd=1.0,
        network=SIZES,
    )


class BaselineTester:
    """A method with seeded weights, and the checks.

    Args:
        method: Its name.
        modalities: Names and bands.
    """

    def __init__(self, method: str, modalities: tuple[tuple[str, int], ...] = TWO) -> None:
        torch.manual_seed(0)
        self.method = method
        self.card = tiny_card(modalities)
        self.config = DIS2Config.from_card(self.card)
        self.objective = build(method, self.config)
        self.scenarios = self.config.scenarios()

    def inputs(self, batch: int = 3, seed: int = 1) -> dict[str, Tensor]:
        """All modalities, normalised."""
        generator = torch.Generator().manual_seed(seed)
        return {
            name: torch.randn(batch, bands, WINDOW, WINDOW, generator=generator)
            for name, bands in self.config.modalities
        }

    def drawn(self) -> list[list[Scenario]]:
        """What the loop may draw: nothing beside the full scenario, each scenario by itself, all of them."""
        full, *incomplete = self.scenarios
        alone = [full] if self.objective.draws_full else []
        return [alone, *([scenario] for scenario in incomplete), [*alone, *incomplete]]

    def labels(self, batch: int = 3) -> Tensor:
        """Classes at random, a corner not labelled."""
        labels = torch.randint(0, 3, (batch, WINDOW, WINDOW), generator=torch.Generator().manual_seed(2))
        labels[:, :4, :4] = 255
        return labels

    def evaluated(self) -> nn.Module:
        """The network in evaluation mode, its batch norms no longer at their initial statistics."""
        self.objective.train()
        with torch.no_grad():
            for scenarios in self.drawn():
                self.objective(self.inputs(), self.labels(), scenarios, 1.0)
        return self.objective.network.eval()

    @torch.no_grad()
    def check_shapes(self) -> None:
        """Finite logits (B, K, H, W) in every scenario, alone or together with the others."""
        network = self.evaluated()
        inputs = self.inputs()
        together = network.forward_scenarios(inputs, self.scenarios)
        for scenario in self.scenarios:
            logits = network(_only(inputs, scenario))
            assert logits.shape == (3, 3, WINDOW, WINDOW)
            assert torch.isfinite(logits).all()
            torch.testing.assert_close(together[scenario], logits, rtol=1e-4, atol=1e-5)

    def check_gradients(self) -> None:
        """Over the scenarios, a finite gradient comes to every weight that is to learn; laid out as in training."""
        objective = self.objective.train().to(memory_format=torch.channels_last)
        for scenarios in self.drawn():
            terms = objective(self.inputs(), self.labels(), scenarios, 1.0)
            assert all(torch.isfinite(term) and term.ndim == 0 for term in terms.values())
            terms["total"].backward()
        for name, parameter in objective.named_parameters():
            if name.startswith(("fused_pools.full.", "teacher.")):
                continue  # a fixed target space, a moving average: never trained
            assert parameter.grad is not None, name
            assert torch.isfinite(parameter.grad).all(), name
            assert parameter.ndim == 1 or parameter.grad.any(), name  # a bias in front of a norm has none

    @torch.no_grad()
    def check_batch_independence(self) -> None:
        """In evaluation the answer to a window does not depend on the others of its batch."""
        network = self.evaluated()
        inputs = self.inputs()
        for scenario in self.scenarios:
            whole = network(_only(inputs, scenario))
            alone = network({name: inputs[name][1:2] for name in scenario})
            torch.testing.assert_close(alone[0], whole[1], rtol=1e-4, atol=1e-5)

    @torch.no_grad()
    def check_blind_to_missing(self) -> None:
        """What a modality held cannot matter where it is missing."""
        network = self.evaluated()
        first, second = self.inputs(), self.inputs(seed=5)
        for scenario in self.scenarios[1:]:
            mixed = {name: (first if name in scenario else second)[name] for name in first}
            answers = [network.forward_scenarios(x, [scenario])[scenario] for x in (first, mixed)]
            torch.testing.assert_close(*answers, rtol=0, atol=0)

    @torch.no_grad()
    def check_layout_and_precision(self) -> None:
        """As prediction runs networks: channels last, in bfloat16; nearly the same probabilities."""
        network = self.evaluated()
        expected = network.forward_scenarios(self.inputs(), self.scenarios)
        last = copy.deepcopy(network).to(memory_format=torch.channels_last)
        inputs = {name: x.contiguous(memory_format=torch.channels_last) for name, x in self.inputs().items()}
        for scenario, logits in last.forward_scenarios(inputs, self.scenarios).items():
            torch.testing.assert_close(logits, expected[scenario], rtol=1e-3, atol=1e-4)
        halved = {name: x.bfloat16() for name, x in inputs.items()}
        for scenario, logits in last.bfloat16().forward_scenarios(halved, self.scenarios).items():
            difference = logits.float().softmax(dim=1) - expected[scenario].softmax(dim=1)
            assert difference.abs().max() < 0.1

    @torch.no_grad()
    def check_file(self, path: Path) -> None:
        """Saved and loaded, the same logits to the last bit."""
        network = self.evaluated()
        save_method(path, self.method, network, self.card)
        method, model = load_method(path)
        assert (method, model.card) == (self.method, self.card)
        assert not model.network.training
        for scenario in self.scenarios:
            inputs = _only(self.inputs(), scenario)
            torch.testing.assert_close(model.network(inputs), network(inputs), rtol=0, atol=0)

    @torch.no_grad()
    def check_export(self, folder: Path) -> None:
        """A raster of one window through ``segment`` is what the network says of the window."""
        model = Model(self.card, self.evaluated())
        pixels = {name: _pixels(bands, seed) for seed, (name, bands) in enumerate(self.config.modalities)}
        paths = {name: _write(folder / f"{name}.tif", values) for name, values in pixels.items()}
        for scenario in self.scenarios:
            output = folder / f"map_{scenario_name(scenario)}.tif"
            dis2_core.segment(
                {name: paths[name] for name in scenario}, model, output=output, device="cpu", precision="fp32"
            )
            inputs = {name: torch.from_numpy((pixels[name] - 100.0) / 50)[None].float() for name in scenario}
            expected = model.network(inputs)[0].argmax(dim=0)
            with rasterio.open(output) as raster:
                agreement = (raster.read(1) == expected.numpy()).mean()
            assert agreement > 0.995, scenario  # ties alone may differ


def _only(inputs: Mapping[str, Tensor], scenario: Scenario) -> dict[str, Tensor]:
    return {name: inputs[name] for name in scenario}


def _pixels(bands: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(1, 255, (bands, WINDOW, WINDOW), dtype=np.uint8)


def _write(path: Path, pixels: np.ndarray) -> Path:
    grid = {"crs": "EPSG:32632", "transform": from_origin(400_000, 5_000_000, 1, 1)}
    size = {"count": len(pixels), "height": WINDOW, "width": WINDOW, "dtype": pixels.dtype}
    with rasterio.open(path, "w", driver="GTiff", **grid, **size) as raster:
        raster.write(pixels)
    return path
