"""What does a person see of an algorithm beyond QGIS's own dialog? Imported only where there is a window."""
