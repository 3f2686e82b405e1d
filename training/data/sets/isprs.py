"""What ISPRS Potsdam and ISPRS Vaihingen have in common: classes, colours, bands."""

from __future__ import annotations

from collections.abc import Sequence

from dis2_core.contract.card import Band, LandClass, Modality

from ..description import Description
from ..sample import IGNORE

CLASSES = (
    LandClass("impervious surface", "#ffffff"),
    LandClass("building", "#0000ff"),
    LandClass("low vegetation", "#00ffff"),
    LandClass("tree", "#00ff00"),
    LandClass("car", "#ffff00"),
    LandClass("clutter", "#ff0000"),
)
BAND_NAMES = {"R": "red", "G": "green", "B": "blue", "I": "near infrared"}
DECIMETRES = 0.1  # the grey value of an nDSM, in metres
TERMS = "ISPRS: research and education, no redistribution"


def colours(clutter: bool) -> dict[tuple[int, int, int], int]:
    """Class by colour; clutter is not labelled unless it is a class."""
    by_colour = {item.rgb: index for index, item in enumerate(CLASSES)}
    return by_colour if clutter else {**by_colour, CLASSES[5].rgb: IGNORE}


def describe(
    place: str, gsd: float, bands: Sequence[str], height: str, eroded: bool, clutter: bool, attribution: str
) -> Description:
    """Describe a variant of one of the sets; its text names the variant, so that tables can."""
    optical = Modality(
        "rgb" if tuple(bands) == ("R", "G", "B") else "optical",
        "optical",
        "optical",
        tuple(Band(BAND_NAMES[band], 0.0, 1.0, 0.0, 255.0, f"{BAND_NAMES[band]}, digital number") for band in bands),
        "True orthophoto, 8 bit",
    )
    variant = f"{'six' if clutter else 'five'} classes, {'eroded' if eroded else 'full'} labels"
    return Description(
        modalities=(optical, HEIGHTS[height]),
        classes=CLASSES if clutter else CLASSES[:5],
        gsd=gsd,
        attribution=attribution,
        license=TERMS,
        description=f"ISPRS {place}, {variant}",
    )


#: The two height models: above ground as bytes that end at 25.5 m, and above the sea.
HEIGHTS = {
    "ndsm": Modality(
        "ndsm",
        "elevation",
        "elevation",
        (Band("height", 0.0, 1.0, 0.0, 25.5, "height above ground, cut off at 25.5 m", "m"),),
        "Normalised surface model, 8-bit decimetres",
    ),
    "dsm": Modality(
        "dsm",
        "elevation",
        "elevation",
        (Band("height", 0.0, 1.0, -50.0, 1000.0, "height above the sea", "m"),),
        "Surface model, absolute heights",
    ),
}
