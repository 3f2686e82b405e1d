"""One set-up: an environment made, tried out, and put into use.

A new environment is made beside the one in use and tried out; only then the stamp names it. Whatever breaks off
before that, power included, leaves the earlier runtime as it was, and the next set-up goes on with what was
downloaded.
"""

from __future__ import annotations

import time
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ...dis2_core.contract.version import __version__
from ...words.translation import tr
from .. import gpu, layout
from ..constants import CPU, SPACE
from ..errors import HashMismatch, NoRuntime, Offline, SetupFailed, explain
from ..journal import Journal, redacted
from ..layout import Stamp
from ..packages.backend import Choice, choose
from ..packages.uv import obtain
from . import trial
from .environment import make_environment
from .installation import Installation
from .options import Options
from .trial import Runtime, SmokeReport


class Creation:
    """One set-up, in a folder that is locked.

    Args:
        root: The folder of the runtime.
        options: What is asked for.
        journal: Told what is done.
    """

    def __init__(self, root: Path, options: Options, journal: Journal) -> None:
        self._root = root
        self._options = options
        self._sources = options.sources()
        self._journal = journal
        self._unverified: list[str] = []

    def make(self) -> Runtime:
        """Make the runtime for what was asked for, else for the CPU; nothing is left of one that fails."""
        layout.sweep(self._root, self._in_use())
        choice = choose(self._options.device, gpu.graphics_cards(self._journal))
        environment = layout.new_environment(self._root)
        with ExitStack() as on_failure:
            on_failure.callback(layout.delete, environment)
            try:
                runtime = self._build(choice, environment)
                self._put_into_use(environment, runtime.report)
            except OSError as error:
                raise explain(f"{error.strerror} (os error {error.errno})", tr("Making the runtime")) from error
            on_failure.pop_all()
        layout.sweep(self._root, environment.name)
        layout.delete(self._root / layout.CACHE)
        return runtime

    def _in_use(self) -> str:
        try:
            stamp = layout.read_stamp(self._root)
        except NoRuntime as error:
            self._journal.warning(str(error))
            return ""
        return stamp.environment if stamp else ""

    def _build(self, choice: Choice, environment: Path) -> Runtime:
        """Make and try out an environment; a card that is of no use is no reason to have none."""
        try:
            runtime = self._attempt(choice, environment)
            trouble = "" if choice.backend == CPU or runtime.report.gpu else runtime.report.no_gpu
        except (NoRuntime, SetupFailed) as error:
            if choice.backend == CPU or isinstance(error, (Offline, HashMismatch)):
                raise
            trouble = error.message
        if not trouble:
            return runtime
        text = tr("The graphics card cannot be used ({}). The runtime is made for the CPU instead.")
        self._journal.warning(text.format(trouble))
        layout.delete(environment)
        return self._attempt(Choice(CPU, tr("The graphics card cannot be used.")), environment)

    def _attempt(self, choice: Choice, environment: Path) -> Runtime:
        tell = self._journal.warning if choice.is_fallback else self._journal.info
        tell(tr("torch for '{}': {}").format(choice.backend, choice.reason))
        space = SPACE[choice.backend != CPU]
        layout.require_space(self._root, space)
        return self._install(choice.backend, environment, space // 2)

    def _install(self, backend: str, environment: Path, torch_bytes: int) -> Runtime:
        journal = self._journal
        journal.stage(2, tr("Getting uv, which installs the packages"))
        uv, is_published = obtain(self._root, self._sources, journal)
        journal.stage(8, tr("Getting Python"))
        version = make_environment(uv, environment, self._options.download_python, journal)
        python = str(layout.python_in(environment))
        installation = Installation(uv, python, self._root, journal)
        installation.install_packages()
        installation.install_torch(backend, version, torch_bytes)
        self._unverified = [*([] if is_published else ["uv"]), *installation.unverified]
        journal.stage(92, tr("Trying it out: importing the packages, computing a tensor"))
        return Runtime(python, trial.smoke_test(python, journal))

    def _put_into_use(self, environment: Path, report: SmokeReport) -> None:
        """Name the new environment in the stamp: the last step that can fail or be cancelled."""
        self._journal.stage(98, tr("The runtime is ready: Python {}, torch {}").format(report.python, report.torch))
        if self._unverified:
            text = tr("Not verified against the hashes of the published files: {}")
            self._journal.warning(text.format(", ".join(self._unverified)))
        options: dict[str, Any] = asdict(self._options)
        options["indexes"] = [redacted(index) for index in self._options.indexes]
        stamp = Stamp(
            environment=environment.name,
            lock=layout.fingerprint(),
            plugin=__version__,
            python=report.python,
            torch=report.torch,
            device=report.device,
            created=time.strftime("%Y-%m-%d %H:%M"),
            unverified=tuple(self._unverified),
            options=options,
        )
        layout.write_stamp(self._root, stamp)
