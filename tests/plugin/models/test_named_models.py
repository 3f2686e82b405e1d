"""Models of one's own: where they go, under which names they are found, and that dialogs know them at once."""

import shutil
from pathlib import Path

import pytest
from qgis.core import QgsApplication, QgsSettings


@pytest.fixture
def own(plugin, tmp_path, monkeypatch):
    """The module, where profile and chosen folder are two folders of the test's own."""
    from dis2.models import named

    monkeypatch.setattr(named, "profile_folder", lambda: tmp_path / "profile")
    QgsSettings().setValue(named.FOLDER_SETTING, str(tmp_path / "chosen"))
    yield named
    QgsSettings().remove(named.FOLDER_SETTING)


def put(scene, path):
    path.parent.mkdir(exist_ok=True)
    return shutil.copy(scene.model, path)


def test_models_of_both_folders_are_found_by_the_names_of_their_files(own, scene, tmp_path):
    before = list(own.named_models())
    lake = put(scene, tmp_path / "chosen" / "lake.safetensors")
    old = put(scene, tmp_path / "profile" / "old.safetensors")
    again = put(scene, tmp_path / "profile" / "lake.safetensors")
    (tmp_path / "chosen" / "notes.txt").write_text("no model")
    assert list(own.named_models()) == [*before, "lake", str(again), "old"]
    assert (own.model_text("lake"), own.model_text("old")) == (str(lake), str(old))
    assert own.model_card("lake") == own.model_card(scene.model)


def test_a_model_that_ships_keeps_its_name(own, scene, tmp_path):
    mine = put(scene, tmp_path / "chosen" / "aerial-demo.safetensors")
    assert own.model_text("aerial-demo") == "aerial-demo"  # which the worker knows
    assert own.named_models()[str(mine)] == Path(mine)


def test_a_new_model_gets_a_file_that_is_not_there_yet(own, scene, tmp_path):
    assert own.free_file("My lake: 2nd") == tmp_path / "chosen" / "My-lake-2nd.safetensors"
    assert own.free_file("../../etc").parent == own.free_file("//").parent == tmp_path / "chosen"
    put(scene, tmp_path / "profile" / "lake.safetensors")
    assert own.free_file("Lake").name == "Lake-2.safetensors"  # some disks do not tell them apart


def test_only_ones_own_folder_is_made(own, tmp_path):
    from dis2.dis2_core.contract.errors import OutputNotWritable

    own.make_own_folder(tmp_path / "elsewhere" / "lake.safetensors")
    assert not (tmp_path / "elsewhere").exists()
    own.make_own_folder(own.free_file("lake"))
    assert (tmp_path / "chosen").is_dir()
    QgsSettings().setValue(own.FOLDER_SETTING, str(Path(__file__) / "models"))
    with pytest.raises(OutputNotWritable, match="Settings > Options"):
        own.make_own_folder(own.free_file("lake"))


def test_a_list_that_opens_shows_what_came_meanwhile_and_keeps_the_choice(own, scene, tmp_path):
    from dis2.gui.model_widget import ModelWidget
    from qgis.PyQt.QtWidgets import QComboBox

    widget = ModelWidget()
    widget.set_model("lake")
    assert "There is no model" in widget.summary()
    put(scene, tmp_path / "chosen" / "lake.safetensors")
    combo = widget.findChild(QComboBox)
    combo.showPopup()
    assert combo.findText("lake") >= 0 and widget.model() == "lake"
    widget.set_model("aerial-demo")
    widget.set_model("lake")
    assert widget.card().class_names == own.model_card(scene.model).class_names


def test_training_saves_into_the_folder_and_the_file_follows_the_name(own, scene, tmp_path, monkeypatch):
    from processing.gui import ParametersPanel
    from processing.gui.AlgorithmDialog import AlgorithmDialog
    from qgis.core import QgsProcessingContext

    monkeypatch.setattr(ParametersPanel, "iface", None, raising=False)
    window = AlgorithmDialog(QgsApplication.processingRegistry().algorithmById("dis2:trainmodel").create())
    fields = window.mainWidget().wrappers
    assert fields["MODEL"].parameterValue() == str(tmp_path / "chosen" / "my-model.safetensors")
    fields["NAME"].setParameterValue("lake", QgsProcessingContext())
    assert fields["MODEL"].parameterValue() == str(tmp_path / "chosen" / "lake.safetensors")
    fields["MODEL"].setParameterValue(str(tmp_path / "own.safetensors"), QgsProcessingContext())
    fields["NAME"].setParameterValue("river", QgsProcessingContext())
    assert fields["MODEL"].parameterValue() == str(tmp_path / "own.safetensors")  # a person said so
    window.deleteLater()
