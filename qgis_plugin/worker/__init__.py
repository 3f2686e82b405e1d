"""Who does the work: a process of another Python (``process``), and how does QGIS start, hear and stop it?"""
