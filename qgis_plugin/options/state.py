"""The line that says which Python runs the models, as far as it can be said without starting it."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any, Optional

from qgis.core import QgsApplication
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtWidgets import QHBoxLayout, QLabel

from ..dis2_core.contract.errors import Dis2Error
from ..runtime import layout
from ..runtime.interpreter import VARIABLE, chosen_python, interpreter
from ..words.translation import tr


class StateLine(QHBoxLayout):
    """An icon and a text.

    Attributes:
        label: Holds the text.
    """

    def __init__(self) -> None:
        super().__init__()
        self.label, self._icon = QLabel(), QLabel()
        self.label.setWordWrap(True)
        self.addWidget(self._icon)
        self.addWidget(self.label, 1)

    def update_text(self, tried_out: Optional[Mapping[str, Any]] = None) -> None:
        """Say what there is.

        Args:
            tried_out: Outputs of a run that has just tried a Python out.
        """
        try:
            python = interpreter()
            icon, text = "/mIconSuccess.svg", _description(python, tried_out)
        except Dis2Error as error:
            icon, text = "/mIconWarning.svg", f"<b>{escape(error.message)}</b><br>{escape(tr('Set it up below.'))}"
        self.label.setText(text)
        self._icon.setPixmap(QgsApplication.getThemeIcon(icon).pixmap(QSize(24, 24)))


def _description(python: str, tried_out: Optional[Mapping[str, Any]]) -> str:
    chosen, origin = chosen_python()
    if chosen:
        title = tr("The models run in a Python that was chosen in {}.").format(
            VARIABLE if origin == VARIABLE else tr("these options")
        )
    else:
        stamp = layout.read_stamp(layout.root_folder())
        device = tr("the graphics card") if stamp.device == "cuda" else tr("the CPU")
        title = tr("The runtime is ready: torch {} on {}.").format(stamp.torch, device)
    if tried_out and tried_out.get("DEVICE_USED") and chosen == tried_out.get("PYTHON_PATH"):
        title += " " + tr("It works; its device is {}.").format(tried_out["DEVICE_USED"])
    return f"<b>{escape(title)}</b><br>{escape(python)}"
