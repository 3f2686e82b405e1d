"""How good is a map: its classes against reference raster or polygons, in figures and on a page?"""
