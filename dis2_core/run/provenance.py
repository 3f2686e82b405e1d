"""Where a raster comes from, as tags of its file: names of files, no folders."""

from __future__ import annotations

import re
from datetime import datetime, timezone

from ..contract.version import __version__


def origin_tags() -> dict[str, str]:
    """Tags that every raster of ours has: which software made it, and when."""
    now = datetime.now(timezone.utc).replace(microsecond=0)
    return {
        "TIFFTAG_SOFTWARE": f"DIS2 {__version__}",
        "TIFFTAG_DATETIME": now.strftime("%Y:%m:%d %H:%M:%S"),
        "DIS2_VERSION": __version__,
        "DIS2_DATE": now.isoformat(),
    }


def base_name(path: str) -> str:
    """The name of a file without its folders, on any system; of an address without its query."""
    return re.split(r"[\\/]", without_query(path))[-1]


def without_query(path: str) -> str:
    """A path for others to read: of an address without its query, which may hold a key."""
    return path.partition("?")[0] if "://" in path else path
