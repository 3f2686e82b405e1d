"""Published data sets in miniature: exact folders, names, types, codes and known faults, a few pixels a tile.

Each function writes one set below a folder. ``truth(seed)`` is what its labels say and ``metres(seed)``
what its heights say, so that a test can know what a reader has to find.
"""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import rasterio
from rasterio.enums import ColorInterp
from rasterio.transform import from_origin

SIDE = 16  # pixels of a tile
ISPRS = np.array([[255, 255, 255], [0, 0, 255], [0, 255, 255], [0, 255, 0], [255, 255, 0], [255, 0, 0]], dtype=np.uint8)
POTSDAM = [f"{row}_{col}" for row in range(2, 8) for col in range(7, 16)]
POTSDAM = [
    name
    for name in POTSDAM
    if (name[0] in "23" and "10" <= name[2:] <= "14" and len(name) == 4)
    or (name[0] in "45" and len(name) == 4)
    or name[0] == "6"
    or (name[0] == "7" and name[2:] not in ("14", "15"))
]  # the 38
SHORT, BLENDED, OFF_YELLOW = "6_9", "4_12", "6_7"  # a height model of 16 x 15; labels stored with loss; cars of 252
VAIHINGEN = [*range(1, 9), *range(10, 18), *range(20, 25), *range(26, 36), 37, 38]  # the 33


def seed_of(name: str) -> int:
    return zlib.crc32(name.encode())


def truth(name: str, classes: int, size: tuple[int, int] = (SIDE, SIDE)) -> np.ndarray:
    """Classes in blocks of four pixels."""
    blocks = np.random.default_rng(seed_of(name)).integers(0, classes, (size[0] // 4, size[1] // 4))
    return np.kron(blocks, np.ones((4, 4), dtype=int))


def grey(name: str, bands: int, size: tuple[int, int] = (SIDE, SIDE)) -> np.ndarray:
    return np.random.default_rng(seed_of(name) + 1).integers(1, 255, (bands, *size), dtype=np.uint8)


def metres(name: str, low: float = 0.0, high: float = 20.0) -> np.ndarray:
    return np.random.default_rng(seed_of(name) + 2).uniform(low, high, (1, SIDE, SIDE)).astype(np.float32)


def decimetres(name: str) -> np.ndarray:
    """Heights as bytes, flat over the blocks of JPEG."""
    blocks = np.random.default_rng(seed_of(name) + 3).integers(0, 250, (SIDE // 8, SIDE // 8), dtype=np.uint8)
    return np.kron(blocks, np.ones((8, 8), dtype=np.uint8))[None]


def write(path: Path, pixels: np.ndarray, driver: str = "GTiff", place: tuple | None = None, **options: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    grid = {"crs": place[0], "transform": from_origin(place[1], place[2], place[3], place[3])} if place else {}
    count, height, width = pixels.shape
    shape = {"count": count, "height": height, "width": width, "dtype": pixels.dtype}
    with rasterio.open(path, "w", driver=driver, **shape, **grid, **options) as raster:
        raster.write(pixels)


def coloured(labels: np.ndarray) -> np.ndarray:
    return ISPRS[labels].transpose(2, 0, 1).copy()


def potsdam(root: Path) -> Path:
    for name in POTSDAM:
        row, col = (int(number) for number in name.split("_"))
        place = ("EPSG:32633", 360_000 + 100 * col, 5_810_000 - 100 * row, 0.05)
        write(root / "2_Ortho_RGB" / "2_Ortho_RGB" / f"top_potsdam_{name}_RGB.tif", grey(name, 3), place=place)
        infrared = root / "4_Ortho_RGBIR" / f"top_potsdam_{name}_RGBIR.tif"
        write(infrared, grey(name, 4), photometric="RGB", place=place)
        with rasterio.open(infrared, "r+") as raster:  # some tools take the infrared band for alpha
            raster.colorinterp = [ColorInterp.red, ColorInterp.green, ColorInterp.blue, ColorInterp.alpha]
        height = metres(name)
        height[0, 0, 0] = -32767
        write(root / "1_DSM" / f"dsm_potsdam_{row:02}_{col:02}.tif", height, place=place)
        heights = decimetres(name)[:, :, : SIDE - (name == SHORT)]
        normalised = root / "1_DSM_normalisation" / f"dsm_potsdam_{row:02}_{col:02}_normalized_lastools.jpg"
        write(normalised, heights, "JPEG", QUALITY="100")
        labels = coloured(truth(name, 6))
        if name == OFF_YELLOW:
            labels[0][(labels[0] == 255) & (labels[1] == 255) & (labels[2] == 0)] = 252
        if name == BLENDED:
            labels = np.where(labels > 127, 222, 12).astype(np.uint8)
        write(root / "5_labels_all" / f"top_potsdam_{name}_label.TIF", labels, place=place)
        labels[:, :, 4] = 0
        write(root / "5_Labels_all_noBoundary" / f"top_potsdam_{name}_label_noBoundary.tif", labels, place=place)
    return root


def vaihingen(root: Path) -> Path:
    inner = root / "ISPRS_semantic_labeling_Vaihingen"
    complete = root / "ISPRS_semantic_labeling_Vaihingen_ground_truth_COMPLETE"
    eroded = root / "ISPRS_semantic_labeling_Vaihingen_ground_truth_eroded_COMPLETE"
    for area in VAIHINGEN:
        name = f"area{area}"
        write(inner / "top" / f"top_mosaic_09cm_{name}.tif", grey(name, 3))
        write(inner / "dsm" / f"dsm_09cm_matching_{name}.tif", metres(name, 250, 300))
        normalised = root / "ndsm" / f"dsm_09cm_matching_{name}_normalized.jpg"
        write(normalised, decimetres(name), "JPEG", QUALITY="100")
        labels = coloured(truth(name, 6))
        write(complete / f"top_mosaic_09cm_{name}.tif", labels)
        labels[:, 7] = 0
        write(eroded / f"top_mosaic_09cm_{name}_noBoundary.tif", labels)
    return root


def geonrw(root: Path) -> Path:
    for number, city in enumerate(("aachen", "bochum", "Krefeld", "duesseldorf", "herne", "neuss")):
        for x in (293, 294):
            name = f"{x + 10 * number}_5628"
            place = ("EPSG:25832", 1000 * (x + 10 * number), 5_628_000, 1.0)
            photo = {"QUALITY": "100", "REVERSIBLE": "YES", "place": place}
            write(root / city / f"{name}_rgb.jp2", grey(name, 3), "JP2OpenJPEG", **photo)
            write(root / city / f"{name}_dem.tif", metres(name, 160, 190), place=place)
            write(root / city / f"{name}_seg.tif", truth(name, 11).astype(np.uint8)[None], place=place)
            if x == 293:
                write(root / city / f"{name}_sar.tif", metres(name, 10, 900), place=place)
    return root


def flair_domains(root: Path, edition: str = "flair_2") -> Path:
    domains = [f"D{number:03}_2020" for number in range(4, 24)]
    for number, domain in enumerate((*domains, "D022_2021", "D026_2020")):
        aerial, masks = (f"{edition}_aerial_test", f"{edition}_labels_test")
        if domain in domains:
            aerial, masks = "flair_aerial_train", "flair_labels_train"
        name = f"{number:06}"
        image = np.concatenate([grey(name, 4), np.full((1, SIDE, SIDE), 45, np.uint8)])
        place = ("EPSG:2154", 900_000 + 100 * number, 6_500_000, 0.2)
        write(root / aerial / domain / "Z10_UU" / "img" / f"IMG_{name}.tif", image, place=place)
        codes = (truth(name, 19) + 1).astype(np.uint8)
        write(root / masks / domain / "Z10_UU" / "msk" / f"MSK_{name}.tif", codes[None], place=place)
    return root


def flair1(root: Path) -> Path:
    return flair_domains(root, "flair_1")


def flair_hub(root: Path) -> Path:
    splits = {"D006-2020": "train", "D032-2019": "valid", "D012-2019": "test"}
    patches = []
    for number, (domain, split) in enumerate(splits.items()):
        for position in ("5-5", "5-6"):
            place = ("EPSG:2154", 900_000 + 1000 * number, 6_500_000, 0.2)
            patch = f"{domain}_FF-S1-14_{position}"
            patches.append((patch, split))
            terrain = metres(patch, 100, 200)
            pixels = {
                "AERIAL_RGBI": grey(patch, 4),
                "DEM_ELEV": np.concatenate([terrain + 7.5, terrain]),
                "AERIAL_LABEL-COSIA": truth(patch, 19).astype(np.uint8)[None],
            }
            for kind, values in pixels.items():
                file = f"{domain}_{kind}_FF-S1-14_{position}.tif"
                write(root / "data" / f"{domain}_{kind}" / "FF-S1-14" / file, values, place=place)
    table = root / "data" / "GLOBAL_ALL_MTD" / "GLOBAL_ALL_MTD_SPLIT.gpkg"
    table.parent.mkdir()
    with sqlite3.connect(table) as database:
        database.execute("CREATE TABLE gpkg_contents (table_name TEXT)")
        database.execute("INSERT INTO gpkg_contents VALUES ('GLOBAL_ALL_MTD_SPLIT')")
        database.execute('CREATE TABLE "GLOBAL_ALL_MTD_SPLIT" (fid INTEGER, patch_id TEXT, split_1 TEXT, split_2 TEXT)')
        rows = [(number, patch, split, "train") for number, (patch, split) in enumerate(patches)]
        database.executemany('INSERT INTO "GLOBAL_ALL_MTD_SPLIT" VALUES (?, ?, ?, ?)', rows)
    database.close()
    return root


def gamus(root: Path) -> Path:
    import h5py

    def save(path: Path, pixels: np.ndarray) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        with h5py.File(path, "w") as file:
            file.create_dataset("image", data=pixels)

    for split, names in {"train": ("DC_01_25", "NYC_02_03"), "val": ("PHL_01_01",), "test": ("DC_03_26",)}.items():
        for name in names:
            ending = "IMG" if name.startswith("NYC") else "RGB"
            save(root / "images" / split / f"{name}_{ending}.h5", grey(name, 3).transpose(1, 2, 0))
            height = metres(name)[0]
            height[3, 5] = -5
            save(root / "heights" / split / f"{name}_AGL.h5", height)
            save(root / "classes" / split / f"{name}_CLS.h5", truth(name, 7).astype(np.float32))
    return root


def earthmiss(root: Path) -> Path:
    for city in ("Nanjing", "French-Paris", "America-Pake", "Japan-Hakodate", "Peru-Callao"):
        for name in ("tile_1", "tile_2"):
            key = city + name
            for copy in ("", " (1)") if key == "Nanjingtile_1" else ("",):
                write(root / city / "images" / "RGB" / f"{name}{copy}.tif", grey(key, 3), compress="lzw")
                write(root / city / "images" / "SAR" / f"{name}{copy}_SAR.tif", grey(key, 1), compress="lzw")
                write(root / city / "masks" / f"{name}{copy}_mask.tif", truth(key, 9).astype(np.float32)[None])
    return root


def whu_opt_sar(root: Path) -> Path:
    train = [f"NH49E0{number:02}0{other}" for number in range(1, 5) for other in range(40, 45)]
    for name in (*train, "NH49E001014", "NH50E014003"):
        size = (SIDE, 2 * SIDE)
        write(root / "optical" / f"{name}.tif", grey(name, 4, size))
        write(root / "sar" / f"{name}.tif", grey(name + "s", 1, size))
        write(root / "lbl" / f"{name}.tif", (10 * truth(name, 8, size)).astype(np.uint8)[None])
    return root


def ombria_pixels(name: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Optical, SAR and labels of a chip; beyond the scene's edge all bands of a date are zero."""
    optical, sar = grey(name, 6), grey(name + "s", 2)
    optical[3:, :2] = 0
    optical[0, 5] = 0  # one dark band is no hole
    sar[1, 7, 7] = 0
    return optical, sar, truth(name, 2)


def _ombria_names() -> dict[str, list[str]]:
    return {"train": [f"{number:04}" for number in range(1, 41)], "test": [f"{number:04}" for number in range(41, 46)]}


def ombria(root: Path) -> Path:
    for split, names in _ombria_names().items():
        for name in names:
            optical, sar, labels = ombria_pixels(name)
            write(root / split / "optical" / f"{name}.tif", optical)
            write(root / split / "sar" / f"{name}.tif", sar)
            write(root / split / "labels" / f"{name}.tif", labels.astype(np.uint8)[None])
    return root


def ombria_repository(root: Path) -> Path:
    root = root / "OMBRIA-main"
    for split, names in _ombria_names().items():
        for name in names:
            optical, sar, labels = ombria_pixels(name)
            mask = (255 * labels).astype(np.uint8)[None]
            for date, (bands, band) in {"before": (optical[:3], sar[:1]), "after": (optical[3:], sar[1:])}.items():
                for sensor, pixels in (("S2", bands), ("S1", band)):
                    folder = root / f"Ombria{sensor}" / split / date.upper()
                    write(folder / f"{sensor}_{date}_{name}.png", pixels, "PNG")
            for sensor in ("S1", "S2"):
                write(root / f"Ombria{sensor}" / split / "MASK" / f"{sensor}_mask_{name}.png", mask, "PNG")
    return root


#: What writes each data set, and a file below it without which it cannot be read.
MINIATURES: dict[str, tuple[Callable[[Path], Path], str]] = {
    "potsdam": (potsdam, "1_DSM_normalisation/dsm_potsdam_02_10_normalized_lastools.jpg"),
    "vaihingen": (vaihingen, "ndsm/dsm_09cm_matching_area1_normalized.jpg"),
    "geonrw": (geonrw, "aachen/293_5628_seg.tif"),
    "flair1": (flair1, "flair_labels_train/D004_2020/Z10_UU/msk/MSK_000000.tif"),
    "flair2": (flair_domains, "flair_labels_train/D004_2020/Z10_UU/msk/MSK_000000.tif"),
    "flair_hub": (flair_hub, "data/D006-2020_DEM_ELEV/FF-S1-14/D006-2020_DEM_ELEV_FF-S1-14_5-5.tif"),
    "gamus": (gamus, "heights/train/DC_01_25_AGL.h5"),
    "earthmiss": (earthmiss, "Nanjing/masks/tile_1_mask.tif"),
    "whu_opt_sar": (whu_opt_sar, "sar/NH49E001040.tif"),
    "ombria": (ombria, "train/sar/0001.tif"),
}
