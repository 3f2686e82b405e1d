"""How do layers of one region become a model of it?"""
