"""Which NVIDIA graphics cards there are, by what ``nvidia-smi`` says."""

from __future__ import annotations

import re
import shutil
from typing import NamedTuple, Optional

from .errors import SetupFailed
from .journal import Journal
from .program import run
from .variables import scrubbed_environment

SMI_SECONDS = 30

#: Asked first with the compute capability, which old drivers cannot tell.
QUERIES = ("name,driver_version,compute_cap", "name,driver_version")


class Gpu(NamedTuple):
    """A graphics card as ``nvidia-smi`` tells of it; the capability is None where it does not."""

    name: str
    driver: tuple[int, ...]
    capability: Optional[tuple[int, int]]


def graphics_cards(journal: Journal) -> list[Gpu]:
    """Return the NVIDIA cards that have a working driver."""
    program = shutil.which("nvidia-smi")
    if not program:
        return []
    for query in QUERIES:
        try:
            done = run(program, smi_arguments(query), scrubbed_environment(), journal, seconds=SMI_SECONDS)
        except SetupFailed as error:
            journal.warning(str(error))
            return []
        if done.code == 0:
            return parse_smi(done.out)
    return []


def smi_arguments(query: str) -> list[str]:
    """Return the arguments that make ``nvidia-smi`` print a line per card."""
    return [f"--query-gpu={query}", "--format=csv,noheader"]


def parse_smi(output: str) -> list[Gpu]:
    """Return the cards that ``nvidia-smi`` lists; what it says instead of a card is left out."""
    gpus = []
    for line in output.splitlines():
        name, *values = (value.strip() for value in line.split(","))
        driver = re.fullmatch(r"\d+(\.\d+)+", values[0]) if values else None
        capability = re.fullmatch(r"(\d+)\.(\d+)", values[1]) if len(values) > 1 else None
        if driver:
            numbers = tuple(int(number) for number in driver[0].split("."))
            gpus.append(Gpu(name, numbers, (int(capability[1]), int(capability[2])) if capability else None))
    return gpus
