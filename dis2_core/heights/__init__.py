"""How high does a thing stand above the ground: a surface less a terrain, with its holes and doubts?"""
