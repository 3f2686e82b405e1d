"""Models by name: those that come with the plugin, and a person's own in folders that last.

One's own models are the model files in a folder of the profile and in the one that a person chose under
*Settings > Options > DIS2*. Their names are those of the files; a name that is taken already gives way to the path.
"""

from __future__ import annotations

import re
from pathlib import Path

from qgis.core import QgsApplication, QgsSettings

from ..dis2_core.contract.card import ModelCard
from ..dis2_core.contract.catalogue import SUFFIX, find_model, read_card, shipped_models
from ..dis2_core.contract.errors import ModelNotFound, OutputNotWritable
from ..words.translation import tr

FOLDER_SETTING = "dis2/models_folder"


def profile_folder() -> Path:
    """Return the folder where a person has chosen none."""
    return Path(QgsApplication.qgisSettingsDirPath()) / "dis2" / "models"


def own_folder() -> Path:
    """Return the folder that new models go to: the setting's, else that of the profile."""
    named = str(QgsSettings().value(FOLDER_SETTING, "") or "")
    return Path(named).expanduser().absolute() if named else profile_folder()


def named_models() -> dict[str, Path]:
    """Return the models that can be chosen by name, those that come with the plugin first."""
    models = dict(shipped_models())
    for folder in dict.fromkeys((own_folder(), profile_folder())):
        for path in _model_files(folder):
            models.setdefault(path.stem if path.stem not in models else str(path), path)
    return models


def model_text(name_or_path: str) -> str:
    """Return what the worker finds a model by: it knows the names of those that come with the plugin alone."""
    if name_or_path in shipped_models():
        return name_or_path
    return str(named_models().get(name_or_path, name_or_path))


def model_card(name_or_path: str) -> ModelCard:
    """Return the card of a model.

    Raises:
        ModelError: There is no such model, or its file is damaged.
    """
    if not name_or_path:
        raise ModelNotFound(
            tr("No model was chosen."),
            tr("Choose a model file, or one of these: {}.").format(", ".join(named_models()) or tr("none")),
        )
    return read_card(find_model(model_text(name_or_path)))


def free_file(name: str) -> Path:
    """Return the file that a new model of a name gets in one's own folder: one that is not there yet."""
    stem = re.sub(r"[^\w.-]+", "-", name).strip("-.") or "model"
    taken = {path.stem.casefold() for path in named_models().values()}
    number, free = 1, stem
    while free.casefold() in taken:
        number += 1
        free = f"{stem}-{number}"
    return own_folder() / f"{free}{SUFFIX}"


def make_own_folder(path: Path) -> None:
    """Make one's own folder where a file is going to lie in it; other folders are their owners' business.

    Raises:
        OutputNotWritable: It cannot be made.
    """
    if path.parent != own_folder():
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputNotWritable(
            tr("The folder of your models, '{}', cannot be made ({}).").format(path.parent, error.strerror),
            tr("Choose another one under Settings > Options > DIS2, or another file for the model."),
        ) from error


def _model_files(folder: Path) -> list[Path]:
    """The model files of a folder by name; of one that is not there or cannot be looked into, none."""
    try:
        return sorted(path for path in folder.iterdir() if path.suffix == SUFFIX)
    except OSError:
        return []
