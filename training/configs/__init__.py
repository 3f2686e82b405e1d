"""With which values is a model trained? One YAML file a recipe, each value with its reason."""
