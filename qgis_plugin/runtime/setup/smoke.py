"""Run by a Python that is to be the worker's: does it import what DIS2 needs, and does its GPU compute?

``python -I smoke.py MODULE…`` prints one line of JSON. Standard library alone, and nothing is caught that is not
reported: a library that crashes takes this process with it, not QGIS.
"""

from __future__ import annotations

import importlib
import json
import os
import platform
import sys
from typing import Any


def versions(modules: list[str]) -> tuple[dict[str, str], dict[str, str]]:
    """Versions by module, and by module what kept it from being imported."""
    found, broken = {}, {}
    for name in modules:
        try:
            found[name] = str(getattr(importlib.import_module(name), "__version__", ""))
        except Exception as error:  # whatever a foreign module raises is the answer
            broken[name] = f"{type(error).__name__}: {error}"
    return found, broken


def gpu(torch: Any) -> tuple[str, str]:
    """Name of the GPU on which a product of tensors came out right, else why there is none."""
    try:
        if not torch.cuda.is_available():
            return "", "torch finds no usable NVIDIA graphics card"
        ones = torch.ones(64, 64, device="cuda")
        if float((ones @ ones).sum()) != 64.0**3:
            return "", "the graphics card computes wrong results"
        return torch.cuda.get_device_name(0), ""
    except Exception as error:
        return "", f"{type(error).__name__}: {str(error).partition(chr(10))[0]}"


def main() -> None:
    """Print the report."""
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what libraries print is no report
    found, broken = versions(sys.argv[1:])
    torch = sys.modules.get("torch") if "torch" in found else None
    name, reason = gpu(torch) if torch else ("", "torch cannot be imported")
    report = {
        "python": platform.python_version(),
        "versions": found,
        "broken": broken,
        "cuda_build": (getattr(torch.version, "cuda", None) or "") if torch else "",
        "gpu": name,
        "no_gpu": reason,
    }
    out.write(json.dumps(report) + "\n")
    out.flush()


if __name__ == "__main__":
    main()
