"""How does a result become one self-contained HTML page of words, tables and charts?

``Report`` is the document, ``charts`` draws matplotlib figures for it, ``cells`` has what a table shows
beside text and numbers. Jinja2 and matplotlib are imported when a report is made, so that whatever
makes none runs without them; ``require_packages`` tells early whether they are there.
"""

from __future__ import annotations

from .cells import Percent, Quantity, Swatch
from .document import Picture, Report, require_packages

__all__ = ["Percent", "Picture", "Quantity", "Report", "Swatch", "require_packages"]
