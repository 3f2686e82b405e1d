"""What do the numbers of a raster mean: which are void, in which unit are the others, and can they be true?"""
