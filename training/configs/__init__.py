"""Recipes: one YAML file a training run, each value with its reason."""
