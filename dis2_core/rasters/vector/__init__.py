"""What do polygons that somebody has drawn cover: their corners, their CRS, and the pixels inside?"""
