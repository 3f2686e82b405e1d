"""Options of ``dis2-train``: a parser whose errors are ours, and recipes that are read within bounds."""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jsonargparse import ActionConfigFile, ArgumentParser, Namespace

from dis2_core.contract.errors import InputError
from dis2_core.contract.untrusted import refusals

from ..configs import shipped_recipes
from .yaml_text import parse_yaml, read_yaml_text


class Parser(ArgumentParser):
    """A parser that raises InputError where jsonargparse would print its usage and exit."""

    def error(self, message: str, ex: Exception | None = None) -> typing.NoReturn:
        """Refuse a command line."""
        raise InputError(" ".join(message.split()), "'dis2-train COMMAND --help' lists the options.") from ex


def recipe_file(kind: type) -> type[ActionConfigFile]:
    """The action of ``--config``, for recipes that fill a dataclass: a file, or the name of a shipped recipe.

    A recipe is one file: where a section is to be, no name of another file is followed.
    """

    class RecipeFile(ActionConfigFile):
        def __call__(
            self, parser: ArgumentParser, cfg: Namespace, values: Any, option_string: str | None = None
        ) -> None:
            path = shipped_recipes().get(str(values), Path(str(values)))
            with refusals(f"The recipe {path}"):
                text = read_yaml_text(path)
                entries = parse_yaml(text)
            _require_sections(entries, kind, f"The recipe {path}")
            super().__call__(parser, cfg, text, option_string)

    return RecipeFile


def _require_sections(entries: Any, kind: type, subject: str) -> None:
    if not isinstance(entries, Mapping):
        raise InputError(f"{subject} is no list of names and values.", "docs/training.md shows one.")
    for name, section in typing.get_type_hints(kind).items():
        if dataclasses.is_dataclass(section) and isinstance(section, type) and name in entries:
            if not isinstance(entries[name], Mapping):
                raise InputError(f"{subject}: '{name}' is to be a section with names and values.")
            _require_sections(entries[name], section, subject)
