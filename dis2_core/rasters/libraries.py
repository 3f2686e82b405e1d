"""GDAL and PROJ: with whose data they start, whether they work, and what they say when they fail.

The environment of other programs (PostGIS, OSGeo4W, QGIS, conda) tells GDAL and PROJ where to look. The data of
another version makes them fail in silence: a raster's CRS vanishes. Wheels bring data of their own.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, MutableMapping
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from ..contract.errors import InputError, ResourceError

#: With 1 here, what the environment says about GDAL and PROJ counts.
KEEP = "DIS2_KEEP_GDAL"

_FOREIGN = ("PROJ_", "GDAL_", "OGR_", "OSR_")
_ABOUT_THE_NETWORK = ("GDAL_HTTP_", "GDAL_PROXY_")  # how a person reaches the addresses that they name
_LONGEST = 240  # characters of what a library says
_NO_WORDS = ("see previous exception", "see context for details")
_OUT_OF_HANDLES = "Too many open files"
_NO_CODEC = re.compile(r"missing codec|not configured|codec .*not available|Cannot handle .*compress", re.IGNORECASE)
_CUT_OFF = re.compile(
    r"got \d+ bytes|end of (the )?file|\bEOF\b|truncated|premature|too short|only \d+ bytes|cannot read directory"
    r"|cannot read TIFF header|failed to read directory|can ?not read TIFF directory|IFD offset|Read error",
    re.IGNORECASE,
)


def use_own_data(environment: MutableMapping[str, str] = os.environ) -> None:
    """Take what leads GDAL and PROJ to the data of other programs out of the environment of this process.

    Has to come before they are first used. Nothing changes where a person insists (``DIS2_KEEP_GDAL=1``), or where
    rasterio is no wheel: then the environment may be the only one that knows where the data are.
    """
    if environment.get(KEEP) == "1" or not _is_wheel():
        return
    for name in [*environment]:
        if name.upper().startswith(_FOREIGN) and not name.upper().startswith(_ABOUT_THE_NETWORK):
            del environment[name]


def _is_wheel() -> bool:
    """Whether rasterio brings PROJ's data."""
    spec = find_spec("rasterio")
    places = spec.submodule_search_locations if spec and spec.submodule_search_locations else []
    return any((Path(place) / "proj_data" / "proj.db").is_file() for place in places)


@lru_cache(maxsize=1)
def require_proj() -> None:
    """Check that GDAL has a PROJ that knows coordinate systems: GDAL drops a raster's CRS without one.

    Raises:
        ResourceError: It has none.
    """
    from rasterio.crs import CRS
    from rasterio.env import Env
    from rasterio.errors import CRSError

    try:
        with Env():
            CRS.from_epsg(4326)
    except CRSError as error:
        raise ResourceError(
            f"PROJ does not work here, so no CRS would be understood: {words(error).rstrip('.')}.",
            f"Unset PROJ_LIB, PROJ_DATA and {KEEP}, or install rasterio again.",
        ) from error


def words(error: BaseException) -> str:
    """What a library said: the innermost of an error's causes, to which rasterio's own errors refer."""
    for cause in reversed([*_chain(error)]):
        text = " ".join(str(cause).split())
        if text and not any(phrase in text.lower() for phrase in _NO_WORDS):
            return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
    return type(error).__name__


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: BaseException | None = error
    while seen is not None:
        yield seen
        seen = seen.__cause__ or (None if seen.__suppress_context__ else seen.__context__)


def failure(said: str, hint: str, kind: type[InputError]) -> InputError | ResourceError:
    """The error for what a library said about a file, with advice that fits its words.

    Args:
        said: A sentence that names the file and ends in the library's words.
        hint: The advice where the words call for no particular one.
        kind: The class of the error, unless the machine is to blame.
    """
    sentence = f"{said.rstrip('.')}."
    if _OUT_OF_HANDLES in said:
        return ResourceError(sentence, "Close other programs, or allow more open files (ulimit -n).")
    if _NO_CODEC.search(said):
        return kind(sentence, "This GDAL lacks the codec: rewrite the file with another GDAL, with COMPRESS=DEFLATE.")
    if _CUT_OFF.search(said):
        return kind(
            f"{said.rstrip('.')}: the file is damaged, bytes are missing.",
            "Fetch it again; an interrupted copy is the usual cause.",
        )
    return kind(sentence, hint)
