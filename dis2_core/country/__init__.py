"""How does a region too large for one run become a map: cut into units, worked on by whoever has time, and joined?"""
