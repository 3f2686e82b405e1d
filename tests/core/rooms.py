"""The house on paper: which rooms there are, and what each may import. A room's sub-folders belong to it."""

from __future__ import annotations

#: Room: the rooms of its floor that it may import. ``.`` is what lies beside the rooms: the doors of the floor.
DIS2_CORE = {
    "contract": set(),
    "run": {"contract"},
    "network": {"contract"},
    "rasters": {"contract", "run"},
    "models": {"contract", "run", "network"},
    "report": {"contract", "run"},
    "prediction": {"contract", "run", "network", "rasters", "models"},
    "evaluation": {"contract", "run", "rasters", "report"},
    "whatif": {"contract", "run", "rasters", "models", "report", "prediction", "evaluation"},
    "heights": {"contract", "run", "rasters", "prediction"},
    "democity": {"contract", "run", "rasters", "prediction"},
    "country": {"contract", "run", "rasters", "models", "prediction"},
    "cli": {"contract", "run", "models", "prediction"},
    ".": {"contract", "network", "models", "prediction", "cli"},
}

TRAINING = {
    "configs": set(),
    "options": {"configs"},
    "data": {"options"},
    "methods": {"data"},
    "start": set(),
    "scoring": {"data", "methods"},
    "semi": {"options", "data", "start"},
    "fitting": {"options", "data", "methods", "start", "scoring", "semi"},
    "pretraining": {"options", "data", "methods", "start", "semi", "fitting"},
    "distilling": {"options", "data", "methods", "scoring", "semi", "fitting"},
    "region": {"options", "data", "methods", "start", "scoring", "fitting", "semi"},
    "benchmark": {"options", "data", "methods", "scoring", "fitting"},
    ".": {"options", "data", "scoring", "fitting", "pretraining", "distilling", "region", "benchmark"},
}

QGIS_PLUGIN = {
    "words": set(),
    "layers": {"words"},
    "results": {"words"},
    "runtime": {"words"},
    "worker": {"words", "runtime"},
    "models": {"words", "runtime"},
    "gui": {"words", "layers", "models"},
    "algorithms": {"words", "layers", "models", "results", "runtime", "worker", "gui"},
    "options": {"words", "models", "runtime", "algorithms"},
    ".": {"runtime", "worker", "gui", "algorithms", "options"},
}

#: By folder of the floor, the lowest floor first.
FLOORS = {"dis2_core": DIS2_CORE, "training": TRAINING, "qgis_plugin": QGIS_PLUGIN}

#: What a floor may import of the floors below; none: everything.
BELOW: dict[str, dict[str, set[str]]] = {
    "dis2_core": {},
    "training": {"dis2_core": set()},
    "qgis_plugin": {"dis2_core": {"contract"}},
}

#: The names under which the folders are imported.
PACKAGES = {"dis2_core": "dis2_core", "training": "dis2_training", "qgis_plugin": "qgis_plugin"}

#: Runs in the other Python, where library and training are at home.
WORKER = "qgis_plugin.worker.process"

#: Modules of one folder: about a dozen is what one takes in at a glance. The city is one noun a module, too: its parts.
#: So are the algorithms: as many as the toolbox lists, and what they share.
LARGEST_ROOM, LARGER = (
    14,
    {"dis2_core/democity": 18, "dis2_core/run": 15, "qgis_plugin/algorithms": 17, "training/fitting": 15},
)
