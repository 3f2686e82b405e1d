"""How do pixels come in and go out: grids, coordinates, alignment, validity and GeoTIFFs?"""

from __future__ import annotations

from .libraries import use_own_data

use_own_data()  # before a module of this room loads rasterio
