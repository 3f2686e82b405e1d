"""Where the loop computes: what it asks of Lightning's Fabric, and the same on one device with torch alone.

A researcher trains through Fabric, on several GPUs if need be. Training from layers runs wherever
prediction runs, on a Python that has torch and nothing of Lightning.
"""

from __future__ import annotations

import atexit
import os
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Protocol

import torch
from torch import nn

from dis2_core.contract.errors import InputError
from dis2_core.run.device import choose_device, has_bfloat16

from .recipe import RunRecipe

if TYPE_CHECKING:
    from lightning.fabric import Fabric

LONGEST_VALIDATION = timedelta(hours=6)  # for which the other processes wait; torch would give up after 30 minutes


class Accelerator(Protocol):
    """The methods of ``lightning.fabric.Fabric`` that the loop calls."""

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        ...

    @property
    def world_size(self) -> int:
        """Processes that train together."""
        ...

    @property
    def global_rank(self) -> int:
        """Which of them this is, from 0."""
        ...

    def setup(self, module: nn.Module, *optimizers: torch.optim.Optimizer) -> Any:
        """Bring a module to the device; return it with its optimizers."""
        ...

    def autocast(self) -> AbstractContextManager[Any]:
        """The precision of the arithmetic, for as long as the ``with`` block lasts."""
        ...

    def to_device(self, obj: Any) -> Any:
        """Bring a tensor, or tensors by name, to the device."""
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

    def all_reduce(self, data: torch.Tensor) -> torch.Tensor:
        """Mean of a tensor over all processes."""
        ...


def launch(recipe: RunRecipe) -> Fabric:
    """Start the processes that a recipe calls for, or join those that ``torchrun`` has started.

    Raises:
        InputError: ``torchrun`` has started another number of processes, or the recipe's device, strategy or
            precision do not exist or do not go together.
        NoDevice: There is no CUDA device, or no MPS, that works.
    """
    from lightning.fabric import Fabric  # seconds, which nobody waits for who trains on a single device
    from lightning.fabric.strategies import DDPStrategy

    strategy: str | DDPStrategy = recipe.strategy
    if strategy == "auto" and not recipe.in_one_process:  # of the missing branches, not all have a part in a step
        strategy = DDPStrategy(find_unused_parameters=True, timeout=LONGEST_VALIDATION)
    started = int(os.environ["WORLD_SIZE"]) if "TORCHELASTIC_RUN_ID" in os.environ else None
    if started and recipe.in_one_process and started > 1:
        raise InputError(
            f"torchrun has started {started} processes; the recipe is for one.",
            f"Give --devices {os.environ['LOCAL_WORLD_SIZE']}, and --nodes where there are several machines.",
        )
    if recipe.device in ("cuda", "mps"):
        choose_device(recipe.device)  # says why it does not work
    try:
        fabric = Fabric(
            accelerator=choose_device("auto").type if recipe.device == "auto" else recipe.device,  # else a Mac's GPU
            devices=recipe.devices,
            num_nodes=recipe.nodes,
            strategy=strategy,
            precision=precision_of(recipe),
        )
        fabric.launch()
    except (ImportError, RuntimeError, TypeError, ValueError) as error:  # Lightning's ways to say what it cannot do
        raise InputError(
            f"Lightning cannot train as the recipe says: {' '.join(str(error).split())}",
            "Look at device, devices, nodes, strategy and precision of the recipe.",
        ) from error
    return fabric


def part_at_exit() -> None:
    """Leave the other processes before the interpreter ends: threads of gloo that live longer can abort it.

    For runs that succeeded: where one process fails while others wait for it, leaving them can block.
    """
    atexit.register(_part)


def _part() -> None:
    if torch.distributed.is_available() and torch.distributed.is_initialized():
        torch.distributed.destroy_process_group()


def is_first_process() -> bool:
    """Whether this process is the first of those that ``torchrun``, Slurm or ``launch`` started, or the only one."""
    return all(os.environ.get(name, "0") == "0" for name in ("RANK", "LOCAL_RANK", "NODE_RANK", "SLURM_PROCID"))


def agreed(accelerator: Accelerator, cancelled: Callable[[], bool] | None) -> Callable[[], bool] | None:
    """What all processes ask at the same step: whether any of them is to stop."""
    if accelerator.world_size == 1:
        return cancelled

    def ask() -> bool:
        wish = torch.tensor(float(cancelled is not None and cancelled()), device=accelerator.device)
        return bool(accelerator.all_reduce(wish) > 0)

    return ask


def precision_of(recipe: RunRecipe) -> str:
    """Fabric's name of the precision that a recipe is computed with on this machine."""
    if recipe.precision != "auto":
        return recipe.precision
    return best_precision(choose_device(recipe.device if recipe.device in ("cpu", "mps") else "auto"))


def best_precision(device: torch.device) -> str:
    """Mixed precision where a device has bfloat16, and where it has been trained with: not on MPS."""
    return "bf16-mixed" if device.type != "mps" and has_bfloat16(device) else "32-true"


class SingleDevice:
    """One device and torch alone.

    Args:
        device: ``auto``, ``cpu``, ``cuda``, ``cuda:N`` or ``mps``.
        precision: ``32-true`` or ``bf16-mixed``; None: bfloat16 where the device computes with it.

    Raises:
        NoDevice: The device that was asked for does not exist or does not work.
    """

    world_size = 1
    global_rank = 0

    def __init__(self, device: str = "auto", precision: str | None = None) -> None:
        self.device = choose_device(device)
        self.precision = precision or best_precision(self.device)

    def setup(self, module: nn.Module, *optimizers: torch.optim.Optimizer) -> tuple[Any, ...]:
        """Bring a module, whose parameters stay the ones that the optimizers hold, to the device."""
        return module.to(self.device), *optimizers

    def autocast(self) -> AbstractContextManager[Any]:
        """Mixed precision, where that was chosen."""
        return torch.autocast(self.device.type, torch.bfloat16, enabled=self.precision == "bf16-mixed")

    def to_device(self, obj: Any) -> Any:
        """Bring a tensor, or tensors by name, to the device."""
        if isinstance(obj, torch.Tensor):
            return obj.to(self.device)
        return {name: tensor.to(self.device) for name, tensor in obj.items()}

    def no_backward_sync(self, module: nn.Module, enabled: bool = True) -> AbstractContextManager[None]:
        """There is nobody to be in step with."""
        return nullcontext()

    def backward(self, tensor: torch.Tensor) -> None:
        """Compute gradients."""
        tensor.backward()

    def clip_gradients(self, module: nn.Module, optimizer: torch.optim.Optimizer, *, max_norm: float) -> torch.Tensor:
        """Scale gradients down to a norm; one that is not finite is an error."""
        return nn.utils.clip_grad_norm_(module.parameters(), max_norm, error_if_nonfinite=True)

    def all_reduce(self, data: torch.Tensor) -> torch.Tensor:
        """The tensor itself."""
        return data
