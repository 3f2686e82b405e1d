"""YAML of a stranger: a file of bounded size, depth and contents, whatever its anchors repeat."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from dis2_core.contract.untrusted import Refused, read_text

MAX_BYTES = 1_000_000  # recipes have 3,000, the description of a set with 250 classes 20,000
MAX_VALUES = 50_000  # with all that aliases repeat
MAX_DEPTH = 32


def read_yaml_text(path: Path) -> str:
    """The text of a YAML file that is safe to load.

    Raises:
        OSError: It cannot be opened.
        Refused: It is no YAML, or beyond a bound.
    """
    text = read_text(path, MAX_BYTES)
    _require_bounded(text)
    return text


def load_yaml(path: Path) -> Any:
    """The value of a YAML file: mappings, lists, texts and numbers alone. Raises as ``read_yaml_text``."""
    return parse_yaml(read_yaml_text(path))


def parse_yaml(text: str) -> Any:
    """The value of a text that ``read_yaml_text`` has read. Raises Refused where it is no YAML."""
    import yaml  # here: what trains inside QGIS has it not, and reads no such file

    try:
        return yaml.load(text, Loader=yaml.SafeLoader)
    except (yaml.YAMLError, ValueError, TypeError) as error:
        raise _damaged(error) from error


def _require_bounded(text: str) -> None:
    """Follow the text event by event, in which nothing is nested or repeated yet."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    sizes = _Sizes()
    try:
        for event in yaml.parse(text, Loader=loader):
            sizes.follow(event)
    except yaml.YAMLError as error:
        raise _damaged(error) from error


def _damaged(error: Exception) -> Refused:
    return Refused(f"it is no YAML: {' '.join(str(error).split())}")


class _Sizes:
    """Values in every collection that is open, and in every anchor: an alias counts for all that it repeats."""

    def __init__(self) -> None:
        self._open: list[tuple[str | None, int]] = []
        self._anchors: dict[str, int] = {}
        self._values = 0

    def follow(self, event: Any) -> None:
        """Take an event of the parser. Raises Refused beyond a bound."""
        import yaml

        if isinstance(event, yaml.CollectionStartEvent):
            self._open.append((event.anchor, self._values))
            if len(self._open) > MAX_DEPTH:
                raise Refused(f"it is nested more than {MAX_DEPTH} deep")
        elif isinstance(event, yaml.CollectionEndEvent):
            anchor, before = self._open.pop()
            self._count(1)
            self._note(anchor, self._values - before)
        elif isinstance(event, yaml.ScalarEvent):
            self._count(1)
            self._note(event.anchor, 1)
        elif isinstance(event, yaml.AliasEvent):
            if event.anchor not in self._anchors:
                raise Refused(f"*{event.anchor[:40]} repeats what is not there, or itself")
            self._count(self._anchors[event.anchor])

    def _note(self, anchor: str | None, size: int) -> None:
        if anchor is not None:
            self._anchors[anchor] = size

    def _count(self, values: int) -> None:
        self._values += values
        if self._values > MAX_VALUES:
            raise Refused(f"it holds more than {MAX_VALUES:,} values, with what its aliases repeat")
