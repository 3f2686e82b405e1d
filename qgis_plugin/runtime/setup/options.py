"""What a set-up is asked for."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Optional

from ...dis2_core.contract.errors import InputError
from ...words.translation import tr
from ..layout import Stamp
from ..packages.backend import AUTO
from ..packages.uv import Sources


@dataclass(frozen=True)
class Options:
    """What a set-up is asked for.

    Attributes:
        device: ``auto``, ``cpu`` or ``cuda``.
        indexes: Package indexes instead of PyPI.
        wheels: A folder of wheels that is looked into first, or an empty string.
        offline: Whether the folder is all there is.
        download_python: Whether uv downloads a Python; the machine's own is taken otherwise, and where that fails.
    """

    device: str = AUTO
    indexes: tuple[str, ...] = ()
    wheels: str = ""
    offline: bool = False
    download_python: bool = True

    def sources(self) -> Sources:
        """Return where wheels come from.

        Raises:
            InputError: The folder of wheels does not exist, or is needed and not given.
        """
        folder = Path(self.wheels).expanduser().absolute() if self.wheels else None
        if folder and not folder.is_dir():
            raise InputError(
                tr("There is no folder of wheels '{}'.").format(folder), tr("Choose a folder that holds .whl files.")
            )
        if self.offline and not folder:
            raise InputError(
                tr("Without internet the set-up needs a folder of wheels."),
                tr("Choose one; docs/runtime.md says how it is filled on a machine that has internet."),
            )
        return Sources(self.indexes, folder, self.offline)

    @classmethod
    def from_stamp(cls, stamp: Optional[Stamp]) -> Options:
        """Return what an earlier set-up was asked for; the defaults where there was none.

        Raises:
            InputError: It was asked for an index with a password, which is not kept.
        """
        known = stamp.options if stamp else {}
        options = cls(**{name: known[name] for name in asdict(cls()) if name in known})
        secret = [index for index in options.indexes if "***@" in index]
        if secret:
            raise InputError(
                tr("The package index {} was given with a password, which is not kept.").format(secret[0]),
                tr("Set the runtime up anew ('create') with the whole address."),
            )
        return replace(options, indexes=tuple(options.indexes))
