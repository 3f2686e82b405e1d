"""How does a model become a file, and a file a model?

The models that ship lie here, too: one ``<name>.safetensors`` a model, its card inside.
"""
