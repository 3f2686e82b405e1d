"""Write the versions installed in this environment to ``constraints.txt``.

Run by ``make constraints``. A release that dropped the oldest Python that the project supports is
pinned for newer Pythons alone; the oldest one takes the newest release that it can.
"""

from __future__ import annotations

import re
from importlib.metadata import Distribution, distributions
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OLDEST = (3, 10)
NOT_OURS = {"dis2", "pip", "setuptools", "wheel"}
#: Installed in the environment of the plugin's tests, which is not the one that runs this.
ELSEWHERE = {"pytest-qgis": "5.0.2"}
HEADER = """\
# One set of versions for every pip call of this project: pip install -c constraints.txt …
# Without it an unrelated package can replace torch. Written by `make constraints`.
"""


def pin(distribution: Distribution) -> str:
    """Return the line that pins a distribution, without torch's build tag (``+cpu``)."""
    line = f"{distribution.metadata['Name']}=={distribution.version.split('+')[0]}"
    floor = re.search(r">=\s*3\.(\d+)", distribution.metadata.json.get("requires_python") or "")
    if floor and (3, int(floor[1])) > OLDEST:
        line += f' ; python_version >= "3.{floor[1]}"'
    return line


def main() -> None:
    """Write the file."""
    ours = [item for item in distributions() if item.metadata["Name"].lower() not in NOT_OURS]
    lines = {pin(item) for item in ours} | {f"{name}=={version}" for name, version in ELSEWHERE.items()}
    text = HEADER + "".join(f"{line}\n" for line in sorted(lines, key=str.lower))
    (ROOT / "constraints.txt").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
