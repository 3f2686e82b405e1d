"""How is it said to a person, in the language and the words of QGIS, and how does a person write it?"""
