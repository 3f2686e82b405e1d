"""The page of the options: what it says, what it stores, and its buttons, off the screen."""

import time

import pytest
from qgis.core import QgsApplication, QgsSettings
from qgis.PyQt.QtCore import QCoreApplication

KEYS = ("python", "runtime_folder", "package_index", "wheels_folder", "offline", "download_python", "runtime_device")


@pytest.fixture
def root(tmp_path, monkeypatch, plugin):
    monkeypatch.setenv("DIS2_RUNTIME", str(tmp_path / "runtime"))
    monkeypatch.delenv("DIS2_PYTHON", raising=False)
    yield tmp_path / "runtime"
    for key in KEYS:
        QgsSettings().remove(f"dis2/{key}")


@pytest.fixture
def page(root):
    from dis2.options.page import OptionsFactory

    widget = OptionsFactory().createWidget(None)
    yield widget
    widget.deleteLater()


def fresh_page():
    from dis2.options.page import OptionsFactory

    return OptionsFactory().createWidget(None)


def wait(seconds=60):
    """Let QGIS work until the run has ended."""
    from dis2.options.run import SetupRun

    end = time.monotonic() + seconds
    while SetupRun.current is not None:
        assert time.monotonic() < end, "it takes too long"
        QCoreApplication.processEvents()
        time.sleep(0.01)
    QCoreApplication.processEvents()


@pytest.fixture
def fake_python(tmp_path):
    """A program that says that it has all that DIS2 needs, after a while."""

    def make(seconds=0):
        program = tmp_path / "python"
        report = '{"python": "3.12.1", "versions": {"torch": "2.13.0", "rasterio": "1.4.3"}, "broken": {}, '
        report += '"cuda_build": "", "gpu": "", "no_gpu": "no card"}'
        program.write_text(f"#!/bin/sh\nsleep {seconds}\necho '{report}'\n")
        program.chmod(0o700)
        return str(program)

    return make


def test_without_a_runtime_it_says_so_and_offers_to_make_one(page):
    assert "DIS2 has no Python to run its models with yet." in page._state.label.text()
    enabled = {action: button.isEnabled() for action, button in page._managed.actions.items()}
    assert enabled == {"create": True, "check": True, "repair": False, "remove": False}


def test_what_is_chosen_is_kept(page, tmp_path):
    page._sources.index.setText("https://mirror.example/simple")
    page._sources.wheels.setFilePath(str(tmp_path))
    page._sources.offline.setChecked(True)
    page._sources.download.setChecked(False)
    page._models.folder.setFilePath(str(tmp_path / "models"))
    page._managed.device.setCurrentIndex(page._managed.device.findData("cpu"))
    page.apply()
    again = fresh_page()
    assert again._parameters("create") == page._parameters("create")
    assert again._parameters("create")["DEVICE"] == "cpu" and again._parameters("create")["OFFLINE"] is True
    assert not again._sources.isCollapsed()  # what is set is to be seen
    assert again._chosen().models == str(tmp_path / "models")


def test_a_path_chooses_the_existing_python_and_the_other_choice_forgets_it(page, fake_python):
    python = fake_python()
    page._existing.python.setFilePath(python)
    assert page._existing.choice.isChecked()
    page.apply()
    assert QgsSettings().value("dis2/python") == python
    page._managed.choice.setChecked(True)
    page.apply()
    assert not QgsSettings().value("dis2/python", "")


def test_what_is_removed_is_the_folder_that_the_page_shows_and_asks_for(page, root, tmp_path, monkeypatch):
    """The field was emptied, and that is not applied yet."""
    from dis2.options import page as options
    from dis2.runtime import layout

    other = tmp_path / "other"
    for folder in (root, other):
        layout.claim(folder)
    QgsSettings().setValue(layout.FOLDER_SETTING, str(other))
    asked = []
    answer = options.QMessageBox.StandardButton.Yes
    monkeypatch.setattr(options.QMessageBox, "question", lambda parent, title, text: asked.append(text) or answer)
    again = fresh_page()
    assert again._managed.folder.filePath() == str(other)
    again._managed.folder.setFilePath("")
    again._act("remove")
    wait()
    assert asked == [f"Delete the runtime in '{root}'?"]
    assert other.is_dir() and not root.exists()


def test_a_set_up_that_fails_does_not_change_the_folder(page, tmp_path):
    from dis2.runtime import layout

    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis").touch()
    page._managed.folder.setFilePath(str(tmp_path / "full"))
    page._act("create")
    wait()
    assert "holds other files" in page._log.toPlainText()
    assert not QgsSettings().value(layout.FOLDER_SETTING, "")


def test_trying_out_goes_on_in_the_background_and_says_how_it_ended(page, fake_python):
    page._existing.python.setFilePath(fake_python(seconds=0.5))
    begun = time.monotonic()
    page._existing.test.click()
    assert time.monotonic() - begun < 0.4
    assert not page._existing.test.isEnabled() and not page._managed.actions["create"].isEnabled()
    wait()
    assert "Python 3.12.1, torch 2.13.0" in page._log.toPlainText()
    assert page._progress.stage.text() == "Done." and page._existing.test.isEnabled()


def test_a_failure_is_shown_in_its_own_words(page, tmp_path):
    page._existing.python.setFilePath(str(tmp_path / "none"))
    page._existing.test.click()
    wait()
    assert "cannot be started" in page._log.toPlainText() or "Incorrect" in page._log.toPlainText()
    assert page._progress.stage.text() == "Failed: see below."


def test_cancel_takes_less_than_a_second_or_two(page, fake_python):
    page._existing.python.setFilePath(fake_python(seconds=60))
    page._existing.test.click()
    end = time.monotonic() + 30
    while "sleep" not in page._log.toPlainText() and "Trying out" not in page._log.toPlainText():
        assert time.monotonic() < end
        QCoreApplication.processEvents()
    begun = time.monotonic()
    page._progress.cancel.click()
    wait()
    assert time.monotonic() - begun < 3
    assert page._progress.stage.text() == "Cancelled."


def test_a_run_goes_on_without_its_page_and_the_next_page_shows_it(page, fake_python):
    page._existing.python.setFilePath(fake_python(seconds=1))
    page._existing.test.click()
    page.deleteLater()
    QCoreApplication.processEvents()
    again = fresh_page()
    assert not again._existing.test.isEnabled() and not again._progress.cancel.isHidden()
    wait()
    assert "torch 2.13.0" in again._log.toPlainText() and again._existing.test.isEnabled()


def test_the_diagnosis_comes_onto_the_clipboard_also_where_nothing_works(page):
    page._progress.copy.click()
    wait()
    text = QgsApplication.clipboard().text()
    assert text.startswith("## DIS2\n") and "Problem: DIS2 has no Python" in text
    assert page._progress.stage.text() == "The diagnosis is on the clipboard."


def test_an_existing_runtime_is_described(page, root):
    from dis2.runtime import layout

    layout.claim(root)
    python = layout.python_in(root / "env-00aa")
    python.parent.mkdir(parents=True)
    python.write_text("")
    python.chmod(0o700)
    layout.write_stamp(root, layout.Stamp("env-00aa", layout.fingerprint(), "1", "3.12.1", "2.13.0+cpu", "cpu"))
    again = fresh_page()
    assert "The runtime is ready: torch 2.13.0+cpu on the CPU." in again._state.label.text()
    assert again._managed.actions["remove"].isEnabled() and again._managed.actions["create"].text() == "Set up anew"
