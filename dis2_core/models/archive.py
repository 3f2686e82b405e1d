"""What ``torch.save`` wrote, by a stranger perhaps: tensors and plain values alone, in no more memory than the file.

``torch.load(weights_only=True)`` runs no code, but takes the memory that a file asks for: compressed records,
declared sizes, constructors of its allow list. Here an archive is looked through before torch sees it.
"""

from __future__ import annotations

import os
import pickle
import pickletools
import zipfile
from typing import Any, BinaryIO

import torch

from ..contract.untrusted import MAX_DEPTH, Refused, open_regular

MAX_RECORDS = 100_000  # the authors' checkpoint has 616
MAX_PICKLE = 16_000_000  # bytes; theirs has 100,000
MAX_STEPS = 1_000_000  # of a pickle; theirs has 20,000

#: All that a pickle of tensors and plain values builds.
_STORAGES = ("Double", "Float", "Half", "BFloat16", "Long", "Int", "Short", "Char", "Byte", "Bool")
_BUILDERS = {
    "collections OrderedDict",
    "torch._utils _rebuild_tensor_v2",
    "torch._utils _rebuild_parameter",
    *(f"torch {name}Storage" for name in _STORAGES),
}


def load_archive(path: str | os.PathLike[str]) -> Any:
    """Read a file of ``torch.save`` onto the CPU.

    Raises:
        OSError: It cannot be opened.
        Refused: It is no such archive, is damaged, needs code to be read, or asks for more memory than it has bytes.
    """
    with open_regular(path) as stream:
        _look_through(stream)
        stream.seek(0)
        try:
            return torch.load(stream, map_location="cpu", weights_only=True)
        except Exception as error:  # a stranger's pickle can fail in any way
            raise Refused(f"{type(error).__name__}: {str(error).partition(chr(10))[0]}") from error


def _look_through(stream: BinaryIO) -> None:
    size = os.fstat(stream.fileno()).st_size
    try:
        with zipfile.ZipFile(stream) as archive:
            records = archive.infolist()
            _require_plain_records(records, size)
            if broken := archive.testzip():  # torch does not look at the checksums
                raise Refused(f"wrong checksum of {broken}")
            _require_plain_values(archive.read(_program(records)))
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        raise Refused(f"it is no archive of torch.save, or damaged: {error}") from error


def _require_plain_records(records: list[zipfile.ZipInfo], size: int) -> None:
    """Refuse an archive whose contents are larger than it is."""
    if len(records) > MAX_RECORDS:
        raise Refused(f"it has {len(records):,} records; up to {MAX_RECORDS:,} are read")
    if any(record.compress_type != zipfile.ZIP_STORED for record in records):
        raise Refused("its records are compressed, which torch.save does not do")
    if (declared := sum(record.file_size for record in records)) > size:
        raise Refused(f"it declares {declared:,} bytes of records, but has {size:,}")


def _program(records: list[zipfile.ZipInfo]) -> zipfile.ZipInfo:
    """The record that says how the tensors are put together."""
    found = [record for record in records if record.filename.endswith("/data.pkl")]
    if len(found) != 1:
        raise Refused("it is no archive of torch.save")
    if found[0].file_size > MAX_PICKLE:
        raise Refused(f"it describes its tensors in {found[0].file_size:,} bytes; up to {MAX_PICKLE:,} are read")
    return found[0]


def _require_plain_values(program: bytes) -> None:
    """Refuse a pickle that builds anything but tensors and plain values; none of it is run."""
    nesting = _Nesting()
    try:
        for step, (opcode, argument, _) in enumerate(pickletools.genops(program)):
            if step > MAX_STEPS:
                raise Refused(f"it takes more than {MAX_STEPS:,} steps to be read")
            if opcode.name == "GLOBAL" and argument not in _BUILDERS:
                raise Refused(f"it needs code to be read, which is refused: {str(argument)[:80]!a}")
            nesting.follow(opcode, argument)
    except (ValueError, IndexError, pickle.UnpicklingError) as error:
        raise error if isinstance(error, Refused) else Refused(f"its description is damaged: {error}") from error


class _Nesting:
    """How deep the values of a pickle are nested: Python crashes where it hashes a tuple 200,000 deep."""

    def __init__(self) -> None:
        self._stack: list[int | None] = []  # depths of values; None: a mark
        self._memo: dict[object, int] = {}

    def follow(self, opcode: pickletools.OpcodeInfo, argument: object) -> None:
        """Take a step. Raises Refused beyond ``MAX_DEPTH``, IndexError where the stack is too short."""
        if "PUT" in opcode.name:
            self._memo[argument] = self._stack[-1] or 0
        elif "GET" in opcode.name:
            self._stack.append(self._memo.get(argument, 0))
        elif opcode.name == "MARK":
            self._stack.append(None)
        else:
            depth = 1 + max(self._taken(opcode), default=-1)
            if depth > MAX_DEPTH:
                raise Refused(f"its values are nested more than {MAX_DEPTH} deep")
            self._stack += [depth] * len(opcode.stack_after)

    def _taken(self, opcode: pickletools.OpcodeInfo) -> list[int]:
        """Depths of the values that a step takes from the stack: down to the latest mark, or a known number."""
        taken = []
        wanted = opcode.stack_before
        if pickletools.markobject in wanted:
            while (depth := self._stack.pop()) is not None:
                taken.append(depth)
            wanted = wanted[: wanted.index(pickletools.markobject)]
        return taken + [self._stack.pop() or 0 for _ in wanted]
