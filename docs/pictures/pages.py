"""HTML reports as pictures, through Chromium without a screen."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "chrome")


def browser() -> str | None:
    """The path of Chromium or of a browser of its kind; None where there is none."""
    return next(filter(None, map(shutil.which, PROGRAMS)), None)


def picture_of_page(program: str, page: Path, target: Path, size: tuple[int, int]) -> None:
    """Save the upper part of a page.

    Args:
        program: The browser.
        page: The HTML file.
        target: The PNG to write.
        size: Width and height of the window in pixels.

    Raises:
        subprocess.CalledProcessError: The browser failed.
    """
    with tempfile.TemporaryDirectory(prefix="dis2-browser-") as profile:
        command = [
            program,
            "--headless",
            "--no-sandbox",  # or it refuses to run as root, as in a container; the pages are our own
            "--disable-gpu",
            "--hide-scrollbars",
            f"--user-data-dir={profile}",
            f"--window-size={size[0]},{size[1]}",
            f"--screenshot={target}",
            page.resolve().as_uri(),
        ]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
