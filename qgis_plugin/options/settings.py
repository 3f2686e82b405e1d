"""What the page asks for, as QGIS keeps it."""

from __future__ import annotations

from dataclasses import dataclass

from qgis.core import QgsSettings

from ..models.named import FOLDER_SETTING as MODELS_SETTING
from ..runtime.interpreter import SETTING
from ..runtime.layout import FOLDER_SETTING
from ..runtime.packages.backend import AUTO

INDEX_SETTING = "dis2/package_index"
WHEELS_SETTING = "dis2/wheels_folder"
OFFLINE_SETTING = "dis2/offline"
DOWNLOAD_SETTING = "dis2/download_python"
DEVICE_SETTING = "dis2/runtime_device"


@dataclass(frozen=True)
class PageSettings:
    """The choices of a person.

    Attributes:
        python: A Python that exists already; empty: one of DIS2's own.
        folder: Of the runtime; empty: the usual one.
        device: What torch is made for.
        index: Addresses of package indexes, separated by blanks; empty: PyPI.
        wheels: A folder of wheels, or empty.
        offline: Whether that folder is all there is.
        download: Whether a Python is downloaded.
        models: The folder of one's own models; empty: that of the profile.
    """

    python: str
    folder: str
    device: str
    index: str
    wheels: str
    offline: bool
    download: bool
    models: str


def load() -> PageSettings:
    """Return what was stored, the defaults where nothing was."""
    settings = QgsSettings()
    return PageSettings(
        python=str(settings.value(SETTING, "") or ""),
        folder=str(settings.value(FOLDER_SETTING, "") or ""),
        device=settings.value(DEVICE_SETTING, AUTO),
        index=str(settings.value(INDEX_SETTING, "") or ""),
        wheels=str(settings.value(WHEELS_SETTING, "") or ""),
        offline=settings.value(OFFLINE_SETTING, False, type=bool),
        download=settings.value(DOWNLOAD_SETTING, True, type=bool),
        models=str(settings.value(MODELS_SETTING, "") or ""),
    )


def store(chosen: PageSettings) -> None:
    """Keep what was chosen."""
    values = {
        SETTING: chosen.python,
        FOLDER_SETTING: chosen.folder,
        INDEX_SETTING: chosen.index,
        WHEELS_SETTING: chosen.wheels,
        OFFLINE_SETTING: chosen.offline,
        DOWNLOAD_SETTING: chosen.download,
        DEVICE_SETTING: chosen.device,
        MODELS_SETTING: chosen.models,
    }
    settings = QgsSettings()
    for name, value in values.items():
        settings.setValue(name, value)
