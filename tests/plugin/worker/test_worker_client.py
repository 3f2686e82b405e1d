"""A worker that misbehaves: QGIS lives on, nothing partial stays, an earlier result is intact."""

import fcntl
import os
import resource
import time
from threading import Timer

import pytest
from qgis.core import QgsProcessingContext, QgsProcessingException, QgsProcessingFeedback
from qgis.PyQt.QtCore import QCoreApplication, QTimer


class Log(QgsProcessingFeedback):
    """Keeps what a person would read."""

    def __init__(self):
        super().__init__(False)
        self.lines = {"info": [], "warning": [], "debug": [], "command": [], "stage": []}
        self.fractions = []
        self.progressChanged.connect(self.fractions.append)

    def pushInfo(self, text):
        self.lines["info"].append(text)

    def pushWarning(self, text):
        self.lines["warning"].append(text)

    def pushDebugInfo(self, text):
        self.lines["debug"].append(text)

    def pushCommandInfo(self, text):
        self.lines["command"].append(text)

    def setProgressText(self, text):
        self.lines["stage"].append(text)


@pytest.fixture
def target(tmp_path):
    """A map from an earlier run."""
    path = tmp_path / "map.tif"
    path.write_bytes(b"earlier")
    return path


@pytest.fixture
def segment(scene, target):
    """Run the algorithm on the photo alone."""

    def run(feedback=None):
        import processing

        parameters = {"MODEL": scene.model, "OPTICAL": scene.rgb, "OUTPUT": str(target)}
        return processing.run("dis2:segment", parameters, feedback=feedback or Log())

    return run


def assert_untouched(target):
    assert target.read_bytes() == b"earlier"
    assert list(target.parent.iterdir()) == [target]


def test_progress_and_messages_reach_the_person(fake_worker, segment, target):
    fake_worker("good")
    log = Log()
    result = segment(log)
    assert target.read_bytes() == b"whole"
    assert log.fractions == [50.0]
    assert log.lines["stage"] == ["Segmenting"]
    assert "The height was resampled." in log.lines["info"]
    assert log.lines["warning"] == ["Is this an absolute DSM?"]
    assert '"type": "job"' in log.lines["command"][0]
    assert (result["OUTPUT"], result["MODALITIES_USED"], result["DEVICE_USED"]) == (str(target), "rgb", "cpu")
    assert (result["VALID_AREA"], result["SECONDS"]) == (10.0, 0.5)
    assert "house: 9 m², 90.0 %" in log.lines["info"]
    assert "nodata: 2 m²" in log.lines["info"]


def test_noise_on_stdout_is_no_event(fake_worker, segment, target):
    fake_worker("noise")
    log = Log()
    segment(log)
    assert target.read_bytes() == b"whole"
    assert log.fractions == [50.0]
    assert "Loading weights: 100%" in log.lines["debug"]
    assert "{not json}" in log.lines["debug"]


@pytest.mark.parametrize(
    ("behaviour", "words"),
    [
        ("crash", ["crashed", "11", "memory", "Segmentation fault is near"]),
        ("quit", ["exit code 7", "Traceback: something odd"]),
        ("nameless", ["exit code 7"]),  # it dies between making its lock and writing its name into it
        ("version", ["version", "Install the DIS2 plugin again"]),
        ("error", ["The disk is full. Free 3 GB."]),
        ("gpu", ["The graphics card stopped answering. Use 'cpu'."]),
        ("gpu-crash", ["crashed", "the device 'cpu'", "the launch timed out"]),
    ],
)
def test_a_failure_says_what_happened_and_leaves_nothing(fake_worker, segment, target, behaviour, words):
    fake_worker(behaviour)
    with pytest.raises(QgsProcessingException) as caught:
        segment()
    assert [word for word in words if word not in str(caught.value)] == []
    assert_untouched(target)


def test_events_of_wrong_types_are_no_events(fake_worker, segment, target):
    fake_worker("odd")
    log = Log()
    segment(log)
    assert target.read_bytes() == b"whole"
    assert log.fractions == [50.0]
    assert sum(line.startswith('{"v": 1') for line in log.lines["debug"]) == 4  # they are noise


@pytest.mark.parametrize("behaviour", ["flood-info", "flood-advice", "flood-progress", "flood-noise", "flood-stderr"])
def test_a_flood_of_words_is_bounded_and_cancelled_at_once(fake_worker, segment, target, behaviour):
    from dis2.worker.client import LINE_LENGTH, MAX_SHOWN

    fake_worker(behaviour)
    log = Log()
    canceller = Timer(2.0, log.cancel)
    begun = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    log.progressChanged.connect(lambda: canceller.is_alive() or canceller.start())
    started = []
    log.canceled.connect(lambda: started.append(time.monotonic()))
    with pytest.raises(QgsProcessingException, match="Cancelled"):
        segment(log)
    assert time.monotonic() - started[0] < 3  # a second where nobody else works
    assert sum(map(len, log.lines["info"] + log.lines["warning"] + log.lines["debug"])) < MAX_SHOWN + LINE_LENGTH
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - begun < 100_000  # kB
    assert_untouched(target)


def test_what_a_living_run_holds_stays(plugin, target):
    from dis2.worker.leftovers import remove_leftovers

    lock, folder = target.with_name(".map.tif.dis2-lock"), target.with_name(".map.tif.dis2-1-0123abcd")
    folder.mkdir()
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        remove_leftovers([str(target)], 1)
        assert lock.exists() and folder.exists()
    remove_leftovers([str(target)], 1)
    assert_untouched(target)


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir, lambda path: path.symlink_to(path.with_name("map.tif"))])
def test_what_is_no_lock_stays(plugin, target, make):
    from dis2.worker.leftovers import remove_leftovers

    lock = target.with_name(".map.tif.dis2-lock")
    make(lock)
    remove_leftovers([str(target)], 1)
    assert sorted(target.parent.iterdir()) == [lock, target]


def test_what_a_journal_speaks_of_stays_for_the_next_run(fake_worker, segment, target):
    """It may lie in the hidden folder of another target of that process: the next run completes it or takes it back."""
    fake_worker("placing")
    with pytest.raises(QgsProcessingException, match="crashed"):
        segment()
    names = {path.name for path in target.parent.iterdir()}
    assert len(names) == 2 and any("0123abcd" in name for name in names)  # the lock is gone


def test_names_of_locks_and_journals_are_the_librarys(plugin_folder):
    from dis2.worker import leftovers

    run = plugin_folder / "dis2_core" / "run"
    assert f'MARK = "{leftovers.MARK}"' in (run / "disk.py").read_text()
    assert f'JOURNAL = "{leftovers.JOURNAL}"' in (run / "transaction.py").read_text()


def test_a_silent_worker_is_stopped(fake_worker, segment, target, monkeypatch):
    from dis2.worker import client

    fake_worker("hang")
    monkeypatch.setattr(client.WorkerRun, "SILENCE_SECONDS", 0.6)
    started = time.monotonic()
    with pytest.raises(QgsProcessingException, match=r"has not answered for 0\.6 seconds"):
        segment()
    assert time.monotonic() - started < 5
    assert_untouched(target)


@pytest.fixture
def start(fake_worker, scene, target):
    """Start the algorithm in QGIS's own task manager; return the task, when it has begun, and what it comes to."""
    from qgis.core import QgsApplication, QgsProcessingAlgRunnerTask

    fake_worker("stubborn")
    kept = []  # a task does not keep its context

    def begin():
        algorithm = QgsApplication.processingRegistry().algorithmById("dis2:segment").create()
        log, context, outcome = Log(), QgsProcessingContext(), []
        kept.append((log, context))
        parameters = {"MODEL": scene.model, "OPTICAL": scene.rgb, "OUTPUT": str(target)}
        task = QgsProcessingAlgRunnerTask(algorithm, parameters, context, log)
        task.executed.connect(lambda successful, results: outcome.append(successful))
        QgsApplication.taskManager().addTask(task)
        ticks = pump(QCoreApplication, lambda: len(log.fractions) > 3, 10)
        return task, ticks, outcome

    return begin


def test_cancel_within_a_second_while_qgis_stays_responsive(start, target):
    """The main thread counts its own heartbeat; the best of three, since other programs take their time, too."""
    seconds = []
    while not seconds or (min(seconds) >= 1.0 and len(seconds) < 3):
        task, ticks, outcome = start()
        begun = time.monotonic()
        task.cancel()
        pump(QCoreApplication, outcome.__len__, 5)
        seconds.append(time.monotonic() - begun)
        assert outcome == [False]
        assert ticks > 10
        assert_untouched(target)
    assert min(seconds) < 1.0


def test_unloading_the_plugin_stops_what_runs(start, target):
    import dis2

    _, _, outcome = start()
    dis2.classFactory(None).unload()  # that of another object: the tests go on using the provider
    pump(QCoreApplication, lambda: outcome, 5)
    assert outcome == [False]
    assert_untouched(target)


def pump(application, done, seconds):
    """Let the main loop turn until something is done; return how often it turned."""
    turns, end = 0, time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end, "it takes too long"
        application.processEvents()
        time.sleep(0.01)
        turns += 1
    return turns


def test_cancelled_script_gets_an_exception(fake_worker, segment, target):
    """On the main thread, as a script and the batch dialog run: a click on Cancel still arrives."""
    fake_worker("stubborn")
    log = Log()
    QTimer.singleShot(500, log.cancel)
    with pytest.raises(QgsProcessingException, match=r"Cancelled\. Nothing was written\."):
        segment(log)
    assert_untouched(target)


def test_qgis_environment_stays_with_qgis(plugin, monkeypatch):
    from dis2.runtime.variables import scrubbed_environment
    from dis2.worker.client import worker_arguments

    disturbing = ["PYTHONPATH", "VIRTUAL_ENV", "CONDA_PREFIX", "PIP_TARGET", "QGIS_PREFIX_PATH", "PROJ_LIB"]
    disturbing += ["GDAL_DATA", "LD_LIBRARY_PATH", "LD_PRELOAD", "DYLD_LIBRARY_PATH"]
    for name in disturbing:
        monkeypatch.setenv(name, "x")
    monkeypatch.setenv("HTTPS_PROXY", "x")
    environment = scrubbed_environment()
    assert [name for name in disturbing if environment.contains(name)] == []
    assert environment.contains("HTTPS_PROXY") and environment.contains("PATH")
    assert worker_arguments()[:2] == ["-I", "-u"]


@pytest.mark.parametrize("python", ["", "no/such/python", __file__])
def test_without_a_python_the_person_learns_what_to_do(plugin, segment, target, monkeypatch, python):
    monkeypatch.setenv("DIS2_PYTHON", python)
    with pytest.raises(QgsProcessingException, match="Settings > Options > DIS2"):
        segment()
    assert_untouched(target)


def test_an_interpreter_that_is_none(plugin, segment, target, monkeypatch):
    monkeypatch.setenv("DIS2_PYTHON", "/bin/false")
    with pytest.raises(QgsProcessingException, match=r"ended without a result.*Is '/bin/false' a Python"):
        segment()
    assert_untouched(target)


def test_the_setting_goes_before_the_variable(plugin, monkeypatch):
    import sys

    from dis2.runtime import interpreter
    from qgis.core import QgsSettings

    monkeypatch.setenv("DIS2_PYTHON", "/bin/false")
    QgsSettings().setValue(interpreter.SETTING, sys.executable)
    try:
        assert interpreter.interpreter() == sys.executable
    finally:
        QgsSettings().remove(interpreter.SETTING)
    assert interpreter.interpreter() == "/bin/false"
