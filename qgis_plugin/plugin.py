"""The plugin object: registers the provider and, where there is a window, menu, button and options page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qgis.core import QgsApplication

from .provider import Dis2Provider
from .runtime.interpreter import is_ready
from .worker.client import WorkerRun

if TYPE_CHECKING:
    from qgis.gui import QgisInterface

    from .gui.menu import Menu
    from .options.page import OptionsFactory


class Dis2Plugin:
    """What QGIS starts and stops."""

    def __init__(self, iface: QgisInterface | None) -> None:
        self._iface = iface
        self._provider: Dis2Provider | None = None
        self._options: OptionsFactory | None = None
        self._menu: Menu | None = None

    def initProcessing(self) -> None:
        """Register the provider; all that ``qgis_process`` needs."""
        self._provider = Dis2Provider()
        QgsApplication.processingRegistry().addProvider(self._provider)

    def initGui(self) -> None:
        """Register what a person sees."""
        self.initProcessing()
        if self._iface is not None:
            from .gui.menu import Menu, welcome
            from .options.page import OptionsFactory

            self._options = OptionsFactory()
            self._iface.registerOptionsWidgetFactory(self._options)
            self._menu = Menu(self._iface, self._provider.icon())
            welcome(self._iface, is_ready())

    def unload(self) -> None:
        """Take back all that was registered, and stop what runs: its algorithm would outlive its provider."""
        WorkerRun.cancel_all()
        if self._menu is not None:
            self._menu.remove()
            self._menu = None
        if self._options is not None:
            self._iface.unregisterOptionsWidgetFactory(self._options)
            self._options = None
        if self._provider is not None:
            QgsApplication.processingRegistry().removeProvider(self._provider)
            self._provider = None
