"""The models that ship: one ``<name>.safetensors`` a model, its card inside."""
