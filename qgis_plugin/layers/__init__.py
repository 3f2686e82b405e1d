"""What comes from layers: which file, which pixels and which classes does the worker get for them?"""
