"""What does a network learn from several rasters of one ground before it sees a label?"""
