"""What does a network know before it is trained: nothing, photographs, other rasters, or another model's task?"""
