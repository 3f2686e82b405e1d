"""How does a person at a terminal ask, and what does it show? Thin: every command makes a job and runs it."""

from __future__ import annotations

from .main import main

__all__ = ["main"]
