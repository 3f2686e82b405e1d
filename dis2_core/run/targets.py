"""What a run may write: targets that are no inputs, and beside them nothing of somebody else."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from ..contract.errors import InputError, OutputNotWritable
from ..contract.styles import is_style_of_ours
from .disk import is_hidden_name, require_file

RASTER_SUFFIXES = (".tif", ".tiff")
INDEX_SUFFIXES = (".vrt", ".gti")  # of rasters that lie in other files
STYLE = ".qml"
TILES = ".gpkg"  # beside a GTI, which names it
ITEMS = "items"  # folder beside a STAC collection
_ITEM = re.compile(r"r[0-9]+_c[0-9]+\.json")  # of a unit

#: Endings of files that GDAL takes for a part of the raster whose whole name they follow.
PARTS_OF_RASTERS = (".aux.xml", ".ovr", ".msk")

#: Endings, and what they stand for, of outputs that are no rasters; none: any.
_ENDINGS: Mapping[str, tuple[tuple[str, ...], str]] = {
    "areas": ((), ""),
    "matrix": ((), ""),
    "scores": ((), ""),
    "report": ((".html", ".htm"), "HTML file"),
    "model": ((".safetensors",), "model file"),
    "polygons": ((".geojson",), "GeoJSON file"),
    "points": ((".geojson",), "GeoJSON file"),
    "parquet": ((".parquet",), "GeoParquet file"),
    "collection": ((".json",), "STAC collection"),
}


def check_targets(
    targets: Mapping[str, Path], inputs: Iterable[str] = (), endings: Sequence[str] = RASTER_SUFFIXES
) -> None:
    """Check that the targets can be written and overwrite nothing that is needed or somebody else's.

    Args:
        targets: Absolute paths by output name.
        inputs: All files that are read.
        endings: That outputs may have whose name does not tell what they are; none: any.

    Raises:
        InputError: Two outputs, or an output and an input, are the same file, or one has the name of a lock.
        OutputNotWritable: A folder is missing or not writable, or something stands in the way.
    """
    written: dict[Path, str] = {}
    protected = _by_real_path(inputs)
    for name, target in targets.items():
        _check_target(target, *_ENDINGS.get(name, (endings, "GeoTIFF")))
        for path in (target, *companions(name, target)):
            real = Path(os.path.realpath(path))
            _check_not_read(path, real, protected)
            if real in written:
                raise InputError(
                    f"The outputs '{written[real]}' and '{name}' would both write {real}.",
                    "Give each output a name of its own.",
                )
            written[real] = name
        _check_companions(name, target)


def _by_real_path(paths: Iterable[str]) -> dict[Path, str]:
    return {Path(os.path.realpath(path)): path for path in paths}


def _check_not_read(target: Path, real: Path, protected: Mapping[Path, str]) -> None:
    if real in protected or any(_is_same_file(real, item) for item in protected):
        raise InputError(
            f"The output {target} would overwrite the input {protected.get(real, str(real))}.",
            "Choose another name for the output.",
        )


def companions(name: str, target: Path) -> Sequence[Path]:
    """What belongs to a target: what GDAL takes for a part of it, its style, the items of a collection.

    Args:
        name: Of the output.
        target: Where it goes.
    """
    if name == "collection":
        return (target.with_name(ITEMS),)
    ending = target.suffix.lower()
    if ending not in RASTER_SUFFIXES + INDEX_SUFFIXES:
        return ()
    parts = [target.with_name(target.name + part) for part in PARTS_OF_RASTERS]
    tiles = [target.with_suffix(TILES)] if ending == ".gti" else []
    return (*parts, *tiles, target.with_suffix(STYLE))


def strangers_style(style: Path, target: Path) -> str:
    """What a person is told of a style that stays beside a target."""
    return f"The style {style} was not written by DIS2 and stays: {target.name} is drawn with it."


def is_strangers_style(path: Path) -> bool:
    """Whether a style is there that we have not written: of another layer of that name, or a person's own."""
    return path.suffix == STYLE and path.is_file() and not is_style_of_ours(path)


def _check_target(target: Path, endings: Sequence[str], kind: str) -> None:
    if endings and target.suffix.lower() not in endings:
        raise InputError(f"The output {target} is to be a {kind}.", f"Give it a name that ends in {endings[0]}.")
    if is_hidden_name(target.name):
        raise InputError(f"The name of the output {target} is one that runs give to locks.", "Choose another name.")
    require_file(target)
    if target.is_dir():
        raise OutputNotWritable(f"The output {target} is a folder.", "Give the name of a file in it.")
    if not target.parent.is_dir():
        raise OutputNotWritable(f"The folder {target.parent} does not exist.", "Create it, or choose another.")
    if not os.access(target.parent, os.W_OK) or not _may_replace(target):
        raise OutputNotWritable(f"You may not write {target}.", "Choose another folder, or ask for the permission.")


def _check_companions(name: str, target: Path) -> None:
    """Check that what lies beside a target can be replaced with it, and is a part of it."""
    for path in companions(name, target):
        is_right = _are_items(path) if path.name == ITEMS else not path.is_dir()
        if not (is_right and _may_replace(path)):
            raise OutputNotWritable(
                f"{path} is in the way of the output {target}.", "Move it away, or give the output another name."
            )
        if os.path.lexists(path) and not os.path.lexists(target) and not _is_note(path):
            raise OutputNotWritable(
                f"{path} would be taken for a part of the output {target}, and belongs to no file that is there.",
                "Move it away, or give the output another name.",
            )


def _are_items(path: Path) -> bool:
    """Whether there are none, or a folder that holds the items of a collection and nothing else."""
    if not os.path.lexists(path):
        return True
    return path.is_dir() and all(_ITEM.fullmatch(item.name) and item.is_file() for item in os.scandir(path))


def _is_note(path: Path) -> bool:
    """Whether it is something that a raster which is gone leaves behind and nobody misses: notes, a style."""
    return path.suffix == STYLE or path.name.endswith(".aux.xml")


def _may_replace(path: Path) -> bool:
    return not os.path.lexists(path) or (os.access(path, os.W_OK) if path.exists() else True)


def _is_same_file(path: Path, other: Path) -> bool:
    """Whether two names are one, as on disks that take capitals and small letters for the same."""
    try:
        return path.samefile(other) and path.stat().st_nlink == 1  # hard links are two: replacing one leaves the other
    except OSError:
        return False  # one of them is not there
