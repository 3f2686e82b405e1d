"""Are the data what they are said to be: holes, classes, neighbours across splits, and a sheet to look at?"""
