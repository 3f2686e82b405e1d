"""Tables of a GeoPackage from a stranger, an SQLite file: nothing is written to it, and no view calls anything."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from ...contract.untrusted import open_regular


def is_sqlite(path: str | os.PathLike[str]) -> bool:
    """Whether a file begins as SQLite's do. Raises OSError and Refused as ``open_regular`` does."""
    with open_regular(path) as file:
        return file.read(16) == b"SQLite format 3\0"


@contextmanager
def opened_tables(path: str | os.PathLike[str]) -> Iterator[sqlite3.Connection]:
    """Open the file to ask it questions. Raises sqlite3.Error where it is none, as do the questions."""
    with closing(sqlite3.connect(f"{Path(path).absolute().as_uri()}?mode=ro", uri=True)) as database:
        database.execute("PRAGMA trusted_schema = OFF")
        yield database


def columns_of(database: sqlite3.Connection, table: str) -> list[str]:
    """Names of a table's columns; none where there is no such table."""
    return [str(row[1]) for row in database.execute("SELECT * FROM pragma_table_info(?)", (table,))]


def quoted(name: object) -> str:
    """A name of the file's as SQL writes it."""
    return '"{}"'.format(str(name).replace('"', '""'))
