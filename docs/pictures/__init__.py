"""How the pictures of the documentation are taken; ``docs/screenshots.py`` is where to start."""
