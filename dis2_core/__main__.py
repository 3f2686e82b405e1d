"""``python -m dis2_core`` is ``dis2``."""

from __future__ import annotations

from .cli import main

main()
