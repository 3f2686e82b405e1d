"""FLAIR: French aerial imagery of 0.2 m with near infrared and elevation.

FLAIR #1 and #2 as their archives unpack, the masks in a tree of their own or beside the images::

    flair_aerial_train/D006_2020/Z10_UU/img/IMG_002993.tif      red, green, blue, near infrared, height
    flair_labels_train/D006_2020/Z10_UU/msk/MSK_002993.tif
    flair_1_aerial_test/…  flair_1_labels_test/…                 or flair_2_…: the official test domains

FLAIR-HUB, a folder a domain and modality, and its table of splits::

    D006-2020_AERIAL_RGBI/FF-S1-14/D006-2020_AERIAL_RGBI_FF-S1-14_5-5.tif
    D006-2020_DEM_ELEV/FF-S1-14/D006-2020_DEM_ELEV_FF-S1-14_5-5.tif           surface, terrain
    D006-2020_AERIAL_LABEL-COSIA/FF-S1-14/D006-2020_AERIAL_LABEL-COSIA_FF-S1-14_5-5.tif
    GLOBAL_ALL_MTD/GLOBAL_ALL_MTD_SPLIT.gpkg

Loose patches (``IMG_000473_img.tif``) are split inside themselves: see ``dis2_training.data.sets.flair2_patches``.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from dis2_core.contract.card import Band, LandClass, Modality
from dis2_core.contract.errors import InputError, UnreadableRaster
from dis2_core.rasters.vector.geopackage import columns_of, opened_tables, quoted

from ..dataset import TileDataset
from ..description import Description
from ..layers import CodedLabels, DifferenceLayer, RasterLayer
from ..sample import IGNORE
from ..tiles import RasterTile
from . import flair2_patches as flair2
from .files import Files, check_split, drawn

VALIDATION_SHARE = 0.15  # of the training domains: whole domains, as the test's
ATTRIBUTION = "IGN, FLAIR, Etalab Open Licence 2.0"

#: The twelve classes that are scored; rarer ones (13 to 19) are not labelled.
CLASSES = (
    LandClass("building", "#db0e9a"),
    LandClass("pervious surface", "#938e7b"),
    LandClass("impervious surface", "#f80c00"),
    LandClass("bare soil", "#a97101"),
    LandClass("water", "#1553ae"),
    LandClass("coniferous", "#194a26"),
    LandClass("deciduous", "#46e483"),
    LandClass("brushwood", "#f3a60d"),
    LandClass("vineyard", "#660082"),
    LandClass("herbaceous vegetation", "#55ff00"),
    LandClass("agricultural land", "#fff30d"),
    LandClass("plowed land", "#e4df7c"),
)
CODES = {0: IGNORE, **{code: code - 1 if code <= 12 else IGNORE for code in range(1, 20)}}

#: The fifteen classes of FLAIR-HUB's COSIA labels that are scored; 15 to 18 are not labelled.
HUB_CLASSES = (
    LandClass("building", "#db0e9a"),
    LandClass("greenhouse", "#9999ff"),
    LandClass("swimming pool", "#3de6eb"),
    LandClass("impervious surface", "#f80c00"),
    LandClass("pervious surface", "#938e7b"),
    LandClass("bare soil", "#a97101"),
    LandClass("water", "#1553ae"),
    LandClass("snow", "#ffffff"),
    LandClass("herbaceous vegetation", "#55ff00"),
    LandClass("agricultural land", "#fff30d"),
    LandClass("plowed land", "#e4df7c"),
    LandClass("vineyard", "#660082"),
    LandClass("deciduous", "#46e483"),
    LandClass("coniferous", "#194a26"),
    LandClass("brushwood", "#f3a60d"),
)
HUB_CODES = {code: code if code < 15 else IGNORE for code in range(19)}
HUB_SPLITS = {"train": "train", "validation": "valid", "test": "test"}
HUB_COLUMNS = ("split_flairhub", "split_1", "split_toy")  # the first that the table has


def read_flair1(folder: str | Path, split: str) -> TileDataset:
    """Read a split of FLAIR #1; its test domains lie in ``flair_1_aerial_test``."""
    return _read_domains(folder, split, "FLAIR #1", "flair_1")


def read_flair2(folder: str | Path, split: str) -> TileDataset:
    """Read a split of FLAIR #2; its test domains lie in ``flair_2_aerial_test``.

    Loose patches, ``IMG_*_img.tif``, are split into halves as ``dis2-train prepare flair2`` does.
    """
    if any(Path(folder).glob("IMG_*_img.tif")):
        return flair2.read(folder, split)
    return _read_domains(folder, split, "FLAIR #2", "flair_2")


def _read_domains(folder: str | Path, split: str, title: str, edition: str) -> TileDataset:
    check_split(split)
    files = Files(folder, title)
    tree = f"{edition}_aerial_test" if split == "test" else "flair_aerial_train"
    tiles = []
    for image in files.within(tree):
        parts = image.relative_to(files.folder).parts
        domain = next((part for part in parts if part[:1] == "D" and part[1:4].isdigit()), "")
        if not image.name.upper().startswith("IMG_"):
            continue
        if split != "test" and drawn(domain, VALIDATION_SHARE) != (split == "validation"):
            continue
        mask = RasterLayer(files.get(f"MSK_{image.stem[4:]}.tif"), count=1, masked=False)
        layers = {
            "rgb": RasterLayer(image, (1, 2, 3), 5),
            "ndsm": RasterLayer(image, (5,), 5, flair2.METRES_PER_STEP),
        }
        tiles.append(RasterTile(f"{domain}_{image.stem}", layers, CodedLabels(mask, CODES)))
    if not tiles and not files.within(tree):
        raise InputError(
            f"{title}: {folder} holds no IMG_*_img.tif (loose patches of FLAIR #2) and no {tree}.",
            "Name the folder where its archives were unpacked.",
        )
    description = Description(
        modalities=flair2.DESCRIPTION.modalities,
        classes=CLASSES,
        gsd=0.2,
        attribution=ATTRIBUTION,
        license="etalab-2.0",
        description=f"{title}, twelve classes, whole domains held out",
    )
    return TileDataset(folder, split, description, tiles)


def read_hub(folder: str | Path, split: str, column: str = "") -> TileDataset:
    """Read a split of FLAIR-HUB.

    Args:
        folder: Holds the folders of the domains and ``GLOBAL_ALL_MTD``.
        split: ``train``, ``validation`` or ``test``.
        column: Of the table of splits; empty takes the official one.
    """
    check_split(split)
    title = "FLAIR-HUB"
    files = Files(folder, title, (".tif", ".gpkg"))
    members = _members(files.get("GLOBAL_ALL_MTD_SPLIT.gpkg"), column, HUB_SPLITS[split])
    tiles = []
    for mask in (path for path in files.all if "_AERIAL_LABEL-COSIA_" in path.name):
        patch = mask.stem.replace("_AERIAL_LABEL-COSIA_", "_")
        if patch not in members:
            continue
        image, elevation = (
            files.get(mask.name.replace("_AERIAL_LABEL-COSIA_", f"_{kind}_")) for kind in ("AERIAL_RGBI", "DEM_ELEV")
        )
        layers = {
            "rgb": RasterLayer(image, (1, 2, 3), 4),
            "ndsm": DifferenceLayer(RasterLayer(elevation, (1, 2), 2)),
        }
        labels = CodedLabels(RasterLayer(mask, count=1, masked=False), HUB_CODES)
        tiles.append(RasterTile(patch, layers, labels))
    rgb, _ = flair2.DESCRIPTION.modalities
    ndsm = Modality(
        "ndsm",
        "elevation",
        "elevation",
        (Band("height", 0.0, 1.0, -5.0, 120.0, "height above ground (surface minus terrain)", "m"),),
        "Height above ground",
    )
    description = Description(
        modalities=(rgb, ndsm),
        classes=HUB_CLASSES,
        gsd=0.2,
        attribution="IGN, FLAIR-HUB, Etalab Open Licence 2.0",
        license="etalab-2.0",
        description="FLAIR-HUB, fifteen COSIA classes",
    )
    return TileDataset(folder, split, description, tiles)


def _members(table: Path, column: str, value: str) -> set[str]:
    """Patches of a split, from the GeoPackage, which is an SQLite file."""
    try:
        with opened_tables(table) as database:
            tables = [name for (name,) in database.execute("SELECT table_name FROM gpkg_contents")]
            columns = {name: columns_of(database, name) for name in tables}
            name = next((name for name in tables if "patch_id" in columns[name]), "")
            chosen = _column(table, column, columns.get(name, []))
            rows = database.execute(f"SELECT patch_id, {quoted(chosen)} FROM {quoted(name)}")
            return {str(patch) for patch, split in rows if split == value}
    except sqlite3.Error as error:
        raise UnreadableRaster(f"{table} cannot be read as a GeoPackage of splits ({error}).") from error


def _column(table: Path, column: str, columns: list[str]) -> str:
    wanted = (column,) if column else HUB_COLUMNS
    if found := next((name for name in wanted if name in columns), None):
        return found
    raise InputError(f"{table} has no column {' or '.join(wanted)}.", f"It has {', '.join(columns)}.")
