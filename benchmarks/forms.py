"""Whole runs of ``dis2 segment`` with the paper's form and the shared one: the same classes, width and window.

    python benchmarks/forms.py [--size 1024] [--rounds 3] [--threads 2]

Untrained models of nine classes segment a generated city in processes of their own, by turns. Tells the shortest wall
and processor time of the rounds, start-up included and apart, and what 100 megapixels would take.
"""

from __future__ import annotations

import argparse
import tempfile
from dataclasses import replace
from pathlib import Path

import torch
from busy_machine import timed
from scene import make_scene

from dis2_core import DIS2Config, load_model, save_model
from dis2_core.network import build_network

FORMS = ("paper", "shared")
WIDTH, WINDOW, SMALL = 16, 128, 128  # channels, pixels, pixels a side of the city of which nothing but start-up is left


def untrained(form: str, folder: Path) -> str:
    """A model file of the size of ``aerial-demo``, in a form."""
    card = load_model("aerial-demo").card
    config = replace(DIS2Config.from_card(card), form=form, width=WIDTH, window=(WINDOW, WINDOW))
    torch.manual_seed(0)
    path = folder / f"{form}.safetensors"
    card = replace(card, window=config.window, network=config.card_entries(), temperatures={}, familiarity=False)
    save_model(path, build_network(DIS2Config.from_card(card)), card, torch.float32)
    return str(path)


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=1024, help="pixels a side of the city")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        models = {form: untrained(form, folder) for form in FORMS}
        scenes = {}
        for side in (SMALL, args.size):
            (folder / str(side)).mkdir()
            scenes[side] = make_scene(folder / str(side), side, side)
        runs: dict[tuple[str, int], list[tuple[float, float]]] = {}
        for _ in range(args.rounds):
            for side, city in scenes.items():
                for form, model in models.items():
                    options = ["--threads", str(args.threads)]
                    runs.setdefault((form, side), []).append(timed(city, folder / "map.tif", options, model))
    best = {key: tuple(map(min, zip(*times, strict=True))) for key, times in runs.items()}
    print("| form | wall s | CPU s | of which start-up | Mpx a minute | 100 Mpx |\n|---|---|---|---|---|---|")
    for form in FORMS:
        (wall, cpu), (waiting, start) = best[form, args.size], best[form, SMALL]
        pace = 60 * (args.size**2 - SMALL**2) / 1e6 / (wall - waiting)
        print(f"| {form} | {wall:.1f} | {cpu:.1f} | {start:.1f} | {pace:.2f} | {100 / pace:.0f} min |")
    work = [[best[form, args.size][i] - best[form, SMALL][i] for form in FORMS] for i in (0, 1)]
    wall, cpu = (first / second for first, second in work)
    print(f"beside start-up, the paper's form takes {wall:.1f} times the wall time and {cpu:.1f} times the CPU time")


if __name__ == "__main__":
    main()
