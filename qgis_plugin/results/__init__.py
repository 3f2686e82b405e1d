"""What goes back as layers: rasters placed and named, polygons, tables, and how they look?"""
