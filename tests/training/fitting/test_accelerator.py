from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from lightning.fabric import Fabric
from tiny_run import tiny_recipe

from dis2_core.contract.errors import NoDevice
from dis2_training.fitting.accelerator import Accelerator, SingleDevice, best_precision, precision_of


@pytest.mark.parametrize("precision", ["32-true", "bf16-mixed"])
def test_one_device_computes_what_fabric_computes(precision: str) -> None:
    def weights_after(accelerator: Accelerator) -> list[torch.Tensor]:
        torch.manual_seed(0)
        module = torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.LeakyReLU(), torch.nn.Linear(8, 1))
        optimizer = torch.optim.SGD(module.parameters(), lr=0.1)
        module, optimizer = accelerator.setup(module, optimizer)
        batch = accelerator.to_device(torch.linspace(-3, 3, 20).view(5, 4))
        for _ in range(3):
            with accelerator.no_backward_sync(module, enabled=False), accelerator.autocast():
                loss = module(batch).float().square().mean()
            accelerator.backward(loss)
            accelerator.clip_gradients(module, optimizer, max_norm=0.5)
            optimizer.step()
            optimizer.zero_grad()
        return [weight.detach() for weight in module.parameters()]

    ours = weights_after(SingleDevice("cpu", precision))
    theirs = weights_after(Fabric(accelerator="cpu", devices=1, precision=precision))
    assert all(torch.equal(one, other) for one, other in zip(ours, theirs, strict=True))


def test_tensors_by_name_come_to_the_device_as_fabric_brings_them() -> None:
    tensors = {"rgb": torch.ones(2, 3), "ndsm": torch.zeros(1)}
    ours, theirs = (one.to_device(tensors) for one in (SingleDevice("cpu"), Fabric(accelerator="cpu", devices=1)))
    assert list(ours) == list(theirs) == list(tensors)
    assert all(torch.equal(ours[name], tensors[name]) and torch.equal(theirs[name], tensors[name]) for name in tensors)


def test_a_gradient_that_is_no_number_is_an_error() -> None:
    module = torch.nn.Linear(1, 1)
    module.weight.grad = torch.full((1, 1), float("nan"))
    with pytest.raises(RuntimeError, match="non-finite"):
        SingleDevice("cpu").clip_gradients(module, torch.optim.SGD(module.parameters(), lr=1), max_norm=1.0)


def test_a_device_that_is_not_there() -> None:
    if not torch.cuda.is_available():
        with pytest.raises(NoDevice):
            SingleDevice("cuda")
    assert SingleDevice("auto").device.type in ("cpu", "cuda")


@pytest.mark.parametrize(("supported", "precision"), [(True, "bf16-mixed"), (False, "32-true")])
def test_auto_is_bfloat16_only_where_the_processor_has_it(
    monkeypatch: pytest.MonkeyPatch, supported: bool, precision: str
) -> None:
    monkeypatch.setattr("torch.cpu._is_avx512_bf16_supported", lambda: supported)
    assert SingleDevice("cpu").precision == precision
    assert precision_of(replace(tiny_recipe(Path("data")), device="cpu", precision="auto")) == precision
    assert precision_of(replace(tiny_recipe(Path("data")), device="cpu", precision="bf16-mixed")) == "bf16-mixed"


def test_auto_is_no_bfloat16_on_a_mac(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.backends.mps, "is_macos_or_newer", lambda *_: True)
    assert best_precision(torch.device("mps")) == "32-true"
