"""Seconds a 512 x 512 window on this machine: ours against the published graph, side by side.

    python benchmarks/window_time.py [--device cpu|cuda] [--rounds 5] [--batch 1] [--profile]

The variants take turns within one process, so that a noisy machine is noisy for all; what counts is the
ratio of the medians. Weights are random: speed does not depend on them.
"""

from __future__ import annotations

import argparse
import copy
import statistics
import time
from collections.abc import Callable
from dataclasses import replace

import torch
from published import PublishedGraph
from torch import Tensor, nn

from dis2_core.network import DIS2, DIS2Config, SharedDIS2
from dis2_core.network.config import ENCODERS
from dis2_core.network.folding import fold_norms
from dis2_training.methods.dis2.objective import Objective


def variants(device: torch.device, batch: int, window: int) -> dict[str, Callable[[], Tensor]]:
    """The computations to time; each returns probabilities (B, K, H, W)."""
    torch.manual_seed(0)
    objective = Objective(DIS2(DIS2Config(window=(window, window)))).eval().to(device)
    inputs = {
        name: torch.rand(batch, bands, window, window, device=device) for name, bands in (("rgb", 3), ("ndsm", 1))
    }
    published = PublishedGraph(objective)

    ours = DIS2(objective.network.config).eval().to(device)
    ours.load_state_dict(objective.network.state_dict())
    ours = ours.to(memory_format=torch.channels_last)
    laid_out = {name: x.contiguous(memory_format=torch.channels_last) for name, x in inputs.items()}

    half = copy.deepcopy(ours).bfloat16()
    halved = {name: x.bfloat16() for name, x in laid_out.items()}

    shared, lite = (_shared(replace(ours.config, form="shared", encoder=name), device) for name in ENCODERS)

    missing = {"rgb": laid_out["rgb"]}
    return {
        "published, float32": lambda: published(inputs),
        "ours, float32": lambda: ours(laid_out).softmax(dim=1),
        "ours, bfloat16": lambda: half(halved).float().softmax(dim=1),
        "ours, float32, nDSM missing": lambda: ours(missing).softmax(dim=1),
        "shared form, norms folded": lambda: shared(laid_out).softmax(dim=1),
        "shared form, EfficientNet-Lite0": lambda: lite(laid_out).softmax(dim=1),
    }


def _shared(config: DIS2Config, device: torch.device) -> nn.Module:
    """The shared form as prediction runs it."""
    return fold_norms(SharedDIS2(config).eval()).to(device).to(memory_format=torch.channels_last)


def seconds(run: Callable[[], Tensor], device: torch.device) -> float:
    """Wall time of one call."""
    if device.type == "cuda":
        torch.cuda.synchronize()
    start = time.perf_counter()
    run()
    if device.type == "cuda":
        torch.cuda.synchronize()
    return time.perf_counter() - start


def profile(run: Callable[[], Tensor]) -> str:
    """Where a call spends its time on the CPU, by operator."""
    run()
    with torch.profiler.profile() as profiler:
        run()
    return str(profiler.key_averages().table(sort_by="self_cpu_time_total", row_limit=10))


def main() -> None:
    """Time all variants and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--batch", type=int, default=1)
    parser.add_argument("--window", type=int, default=512)
    parser.add_argument("--profile", action="store_true", help="tell where float32 spends its time instead")
    args = parser.parse_args()
    device = torch.device(args.device)
    with torch.inference_mode():
        runs = variants(device, args.batch, args.window)
        if args.profile:
            print(profile(runs["ours, float32"]))
            return
        reference = runs["published, float32"]().argmax(dim=1)
        agreement = {name: (run().argmax(dim=1) == reference).float().mean().item() for name, run in runs.items()}
        times: dict[str, list[float]] = {name: [] for name in runs}
        for _ in range(args.rounds):
            for name, run in runs.items():
                times[name].append(seconds(run, device) / args.batch)
    base = statistics.median(times["published, float32"])
    print(f"torch {torch.__version__}, {device}, {torch.get_num_threads()} threads, batch {args.batch}")
    print(f"{'variant':32}{'s/window':>10}{'ratio':>8}{'same class':>12}")
    for name, values in times.items():
        median = statistics.median(values)
        same = "–" if name.startswith("shared") else f"{100 * agreement[name]:.2f}%"  # it has other weights
        print(f"{name:32}{median:10.3f}{base / median:8.2f}{same:>12}")


if __name__ == "__main__":
    main()
