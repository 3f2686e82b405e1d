"""The demonstration: one scene, three scenarios, through QGIS, and a picture of it."""
