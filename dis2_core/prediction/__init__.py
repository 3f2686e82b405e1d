"""How do rasters become a map: windows planned, read, segmented, blended and written, in bounded memory?"""
