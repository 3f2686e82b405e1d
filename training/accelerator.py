"""Where the loop computes: what it asks of Lightning's Fabric, and the same on one device with torch alone.

A researcher trains through Fabric, on several GPUs if need be. Training from layers runs wherever
prediction runs, on a Python that has torch and nothing of Lightning.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Any, Protocol

import torch
from torch import nn

from dis2_core.runtime import choose_device


class Accelerator(Protocol):
    """The methods of ``lightning.fabric.Fabric`` that the loop calls."""

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        ...

    def setup(self, module: nn.Module, *optimizers: torch.optim.Optimizer) -> Any:
        """Bring a module to the device; return it with its optimizers."""
        ...

    def autocast(self) -> AbstractContextManager[Any]:
        """The precision of the arithmetic, for as long as the ``with`` block lasts."""
        ...

    def to_device(self, obj: Any) -> Any:
        """Bring a tensor to the device."""
        ...

    def no_backward_sync(self, module: Any, enabled: bool = True) -> AbstractContextManager[Any]:
        """Leave gradients of several processes apart for as long as the ``with`` block lasts."""
        ...

    def backward(self, tensor: torch.Tensor) -> None:
        """Compute gradients."""
        ...

    def clip_gradients(self, module: Any, optimizer: torch.optim.Optimizer, *, max_norm: float) -> Any:
        """Scale gradients down to a norm."""
        ...


class SingleDevice:
    """One device and torch alone.

    Args:
        device: ``auto``, ``cpu``, ``cuda`` or ``cuda:N``.
        precision: ``32-true`` or ``bf16-mixed``; None: bfloat16 where the device computes with it.

    Raises:
        NoDevice: The device that was asked for does not exist or does not work.
    """

    def __init__(self, device: str = "auto", precision: str | None = None) -> None:
        self.device = choose_device(device)
        self.precision = precision or ("bf16-mixed" if has_bfloat16(self.device) else "32-true")

    def setup(self, module: nn.Module, *optimizers: torch.optim.Optimizer) -> tuple[Any, ...]:
        """Bring a module, whose parameters stay the ones that the optimizers hold, to the device."""
        return module.to(self.device), *optimizers

    def autocast(self) -> AbstractContextManager[Any]:
        """Mixed precision, where that was chosen."""
        return torch.autocast(self.device.type, torch.bfloat16, enabled=self.precision == "bf16-mixed")

    def to_device(self, obj: torch.Tensor) -> torch.Tensor:
        """Bring a tensor to the device."""
        return obj.to(self.device)

    def no_backward_sync(self, module: nn.Module, enabled: bool = True) -> AbstractContextManager[None]:
        """There is nobody to be in step with."""
        return nullcontext()

    def backward(self, tensor: torch.Tensor) -> None:
        """Compute gradients."""
        tensor.backward()

    def clip_gradients(self, module: nn.Module, optimizer: torch.optim.Optimizer, *, max_norm: float) -> torch.Tensor:
        """Scale gradients down to a norm; one that is not finite is an error."""
        return nn.utils.clip_grad_norm_(module.parameters(), max_norm, error_if_nonfinite=True)


def has_bfloat16(device: torch.device) -> bool:
    """Whether a device computes with bfloat16, instead of imitating it."""
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    supported = getattr(torch.cpu, "_is_avx512_bf16_supported", None)  # torch has no public question for it
    return bool(supported and supported())
