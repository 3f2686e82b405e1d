"""How does a model learn: the loop, and what surrounds it from the recipe to the outcome?"""
