"""Plain data as the dataclass that describes it: every value is checked against its field's annotation.

What JSON and YAML hold has no types that anybody vouches for. Here alone they become those that the
code relies on. Standard library alone and Python 3.9, which cannot evaluate ``int | None``: annotations
are read as what they are under ``from __future__ import annotations``, text.
"""

from __future__ import annotations

import ast
import dataclasses
import sys
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, TypeVar

MAX_TEXT = 100_000  # characters; a CRS as WKT has some thousands

_Built = TypeVar("_Built")

#: What is said of a value that is not of a type, and of which it must be in Python.
_PLAIN: Mapping[str, tuple[str, type]] = {
    "str": ("text", str),
    "bool": ("true or false", bool),
    "int": ("a whole number", int),
    "float": ("a number", float),
    "Any": ("a value", object),
}


class WrongType(ValueError):
    """A value is not what its field holds; the message names both."""


def build(kind: type[_Built], data: object, where: str = "") -> _Built:
    """Build a dataclass from plain data; lists become the tuples, and objects the dataclasses, of its fields.

    Args:
        kind: The dataclass, of a module with ``from __future__ import annotations``.
        data: Its fields by name; those with a default may be missing.
        where: The name of the value, for messages.

    Raises:
        WrongType: A field is unknown, missing, or not of its type.
    """
    if not isinstance(data, Mapping):
        raise _wrong(data, where, "an object")
    fields = {item.name: item for item in dataclasses.fields(kind)}  # type: ignore[arg-type]
    if unknown := [name for name in data if name not in fields]:
        raise WrongType(f"Unknown key {_brief(unknown[0])}{f' in {where}' if where else ''}.")
    for name, item in fields.items():
        if name not in data and item.default is item.default_factory is dataclasses.MISSING:
            raise WrongType(f"{_below(where, name)} is missing.")
    scope = vars(sys.modules[kind.__module__])
    return kind(**{name: _value(value, fields[name].type, scope, _below(where, name)) for name, value in data.items()})


def value_of(annotation: str, value: object, where: str) -> Any:
    """A value as a type of plain data: ``int``, ``float | None``, ``tuple[str, ...]``. Raises WrongType."""
    return _value(value, annotation, {}, where)


def _value(value: object, annotation: Any, scope: Mapping[str, Any], where: str) -> Any:
    return _read(value, _parsed(annotation), scope, where)


@lru_cache(maxsize=256)
def _parsed(annotation: str) -> ast.expr:
    return ast.parse(annotation, mode="eval").body


def _read(value: Any, kind: ast.expr, scope: Mapping[str, Any], where: str) -> Any:
    """The value as ``kind`` says; the shapes of annotations that dataclasses of plain data have."""
    if isinstance(kind, ast.BinOp):  # X | None
        return None if value is None else _read(value, kind.left, scope, where)
    if isinstance(kind, ast.Name):
        return _plain(value, kind.id, where) if kind.id in _PLAIN else build(scope[kind.id], value, where)
    if isinstance(kind, ast.Subscript) and isinstance(kind.value, ast.Name):
        parts = kind.slice.elts if isinstance(kind.slice, ast.Tuple) else [kind.slice]
        if kind.value.id in ("Mapping", "dict"):
            return _mapping(value, parts[1], scope, where)
        items = _items(value, parts, kind.value.id, scope, where)
        return items if kind.value.id == "list" else tuple(items)
    raise TypeError(f"no values are read as {ast.dump(kind)}")


def _plain(value: Any, name: str, where: str) -> Any:
    words, python_type = _PLAIN[name]
    if name == "float" and type(value) is int:
        try:
            return float(value)
        except OverflowError:
            raise _wrong(value, where, words) from None
    if not isinstance(value, python_type) or (isinstance(value, bool) and name in ("int", "float")):
        raise _wrong(value, where, words)
    if isinstance(value, str):
        _require_sound(value, where)
    return value


def _require_sound(text: str, where: str) -> None:
    """Refuse text that can be no name: no system takes a null byte, none holds half a character."""
    if len(text) > MAX_TEXT:
        raise WrongType(f"{where} has {len(text):,} characters; up to {MAX_TEXT:,} are read.")
    if "\0" in text:
        raise WrongType(f"{where} holds a null byte: {_brief(text)}.")
    try:
        text.encode("utf-8", "surrogateescape")  # also takes names of files that are not UTF-8
    except UnicodeEncodeError:
        raise WrongType(f"{where} holds half a character: {_brief(text)}.") from None


def _mapping(value: Any, kind: ast.expr, scope: Mapping[str, Any], where: str) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise _wrong(value, where, "an object")
    return {
        _plain(name, "str", f"A name in {where}"): _read(item, kind, scope, _below(where, name))
        for name, item in value.items()
    }


def _items(value: Any, parts: list[ast.expr], kind: str, scope: Mapping[str, Any], where: str) -> list[Any]:
    """The values of a list, or of a tuple of a fixed or of any length."""
    if not isinstance(value, (list, tuple)):
        raise _wrong(value, where, "a list")
    any_length = kind == "list" or isinstance(parts[-1], ast.Constant)  # tuple[X, ...]
    if not any_length and len(value) != len(parts):
        raise WrongType(f"{where} has {len(value)} values; {len(parts)} are needed.")
    return [
        _read(item, parts[0] if any_length else parts[number], scope, f"{where}[{number}]")
        for number, item in enumerate(value)
    ]


def _below(where: str, name: object) -> str:
    text = str(name) if len(str(name)) <= 80 else f"{str(name)[:77]}..."
    return f"{where}.{text}" if where else text


def _wrong(value: object, where: str, needed: str) -> WrongType:
    return WrongType(f"{where or 'The whole'} is {_brief(value)}; {needed} is needed.")


def _brief(value: object) -> str:
    """A stranger's value in a message: as JSON would write its kind, never long."""
    if isinstance(value, (list, tuple)):
        return "a list"
    if isinstance(value, Mapping):
        return "an object"
    if isinstance(value, int) and abs(value) >= 1 << 64:
        return "a very large number"
    text = ascii(value)
    return text if len(text) <= 80 else f"{text[:77]}..."
