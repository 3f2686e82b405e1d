"""How do pixels come in and go out: grids, coordinates, alignment, validity and GeoTIFFs?"""
