"""Segment a scene through QGIS with photo and heights, with the photo alone, with the heights alone."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from dis2_core.contract.catalogue import find_model, read_card
from dis2_core.contract.errors import Dis2Error
from dis2_training.data.sets.aerial import CLASSES

from .picture import draw
from .qgis import Qgis, QgisError
from .scenes import ROOT, SCENES, Scene, data_folder

SCENARIOS = {
    "photo_and_height": ("Photo and height", ("OPTICAL", "ELEVATION")),
    "photo_alone": ("Photo alone", ("OPTICAL",)),
    "height_alone": ("Height alone", ("ELEVATION",)),
}
STARTED = time.monotonic()


def say(text: str) -> None:
    """Print one line with the seconds since the start."""
    print(f"demo {time.monotonic() - STARTED:6.1f} s  {text}", flush=True)


def find_scenes(folder: Path, wanted: str) -> list[Scene]:
    """The scene that is asked for; ``auto``: the real ones, or the city where there are none."""
    names = ("annecy", "zurich") if wanted == "auto" else (wanted,)
    scenes = [scene for name in names if (scene := SCENES[name](folder / name / "input"))]
    if not scenes and wanted == "auto":
        say(f"no real scene in {data_folder()} (DIS2_DATA names another folder): generating a city")
        scenes = find_scenes(folder, "city")
    return scenes


def segment(qgis: Qgis, scene: Scene, model: str, folder: Path) -> dict[str, dict[str, str]]:
    """Run the three scenarios and return the results of each by its name."""
    rasters = {"OPTICAL": scene.rgb, "ELEVATION": scene.ndsm}
    results = {}
    for name, (title, slots) in SCENARIOS.items():
        targets = {"OUTPUT": folder / f"{name}.tif", "CONFIDENCE": folder / f"{name}_confidence.tif"}
        given = {slot: rasters[slot] for slot in slots}
        results[name] = qgis.run("dis2:segment", {"MODEL": model, **given, **targets})
        say(f"{scene.name}: map from {title.lower()} -> {targets['OUTPUT']}")
    return results


def demonstrate(scene: Scene, qgis: Qgis, model: str, folder: Path, picture: Path) -> None:
    """Make the maps and the picture of a scene."""
    results = segment(qgis, scene, model, folder)
    maps = {SCENARIOS[name][0]: Path(result["OUTPUT"]) for name, result in results.items()}
    classes = read_card(find_model(model)).classes
    if classes != CLASSES:  # of the reference
        scene = replace(scene, labels=None)
    draw(scene, maps, Path(results["photo_and_height"]["CONFIDENCE"]), classes, picture)
    say(f"{scene.name}: inputs, maps and legend in one picture -> {picture}")


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m demo", description=__doc__)
    parser.add_argument("--scene", choices=("auto", *SCENES), default="auto", help="default: real data if any")
    parser.add_argument("--model", default="aerial", help="a shipped model's name or a file")
    parser.add_argument("--output", type=Path, default=ROOT / "build" / "demo", help="folder for the results")
    parser.add_argument("--picture", type=Path, help="where the picture goes; default: beside the maps")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the demonstration; return the exit code."""
    options = parse(arguments)
    try:
        find_model(options.model)
        scenes = find_scenes(options.output, options.scene)
        if not scenes:
            print(f"demo: no scene '{options.scene}' in {data_folder()}; DIS2_DATA names the folder", file=sys.stderr)
            return 2
        with tempfile.TemporaryDirectory(prefix="dis2-qgis-") as profile:
            qgis = Qgis(ROOT / "build", Path(profile))
            say("QGIS has the plugin, in a profile of its own")
            for scene in scenes:
                folder = options.output / scene.name
                demonstrate(scene, qgis, options.model, folder, options.picture or folder / "picture.png")
    except (QgisError, Dis2Error) as error:
        print(f"demo: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
