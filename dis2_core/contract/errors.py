"""What can go wrong, one class a situation.

Every message names what is wrong; every hint says what to do next. The command line turns the
classes into exit codes, the worker into ``error`` events. Standard library alone, Python 3.9.
"""

from __future__ import annotations

MAX_LENGTH = 500  # characters of a message or a hint: what a library or a file says may be a book


def shortened(text: str, most: int = MAX_LENGTH) -> str:
    """A text that is never longer: its middle is left out."""
    half = (most - 3) // 2
    return text if len(text) <= most else f"{text[: most - 3 - half]} … {text[-half:]}"


class Dis2Error(Exception):
    """Base of every error that a user can act on.

    Attributes:
        message: What is wrong, naming the file or the value.
        hint: What to do next, or an empty string.
    """

    code = "error"
    exit_code = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = shortened(message)
        self.hint = shortened(hint)

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class InputError(Dis2Error):
    """A raster, an option or a combination of them cannot be used (exit code 2)."""

    code = "input"
    exit_code = 2


class NoInput(InputError):
    """No modality was given at all."""

    code = "no-input"


class UnknownModality(InputError):
    """The model does not take a modality of this name."""

    code = "unknown-modality"


class UnreadableRaster(InputError):
    """The file is missing, not a raster, or damaged."""

    code = "unreadable-raster"


class WrongBands(InputError):
    """The raster has not the bands that the model expects."""

    code = "wrong-bands"


class GridMismatch(InputError):
    """The inputs, the extent or the reference grid do not fit together."""

    code = "grid-mismatch"


class NoValidData(InputError):
    """Every pixel of the region is nodata."""

    code = "no-valid-data"


class OutputNotWritable(InputError):
    """The folder of an output is missing, not writable, or an output is in use."""

    code = "output-not-writable"


class AlreadyRunning(OutputNotWritable):
    """Another run is writing the same output."""

    code = "already-running"


class ProtocolError(InputError):
    """A job or an event is not of the form that this version understands."""

    code = "protocol"


class ModelError(Dis2Error):
    """The model cannot be used (exit code 3)."""

    code = "model"
    exit_code = 3


class ModelNotFound(ModelError):
    """Neither a shipped model nor a file has this name."""

    code = "model-not-found"


class InvalidCard(ModelError):
    """The card of a model is damaged or contradicts itself."""

    code = "invalid-card"


class InvalidModelFile(ModelError):
    """The file is no DIS2 model, is damaged, or its tensors are not those its card calls for."""

    code = "invalid-model-file"


class ResourceError(Dis2Error):
    """The machine has too little of something: memory, disk, a device (exit code 4)."""

    code = "resources"
    exit_code = 4


class NoDevice(ResourceError):
    """The device that was asked for does not exist or does not work."""

    code = "no-device"


class DeviceLost(ResourceError):
    """The graphics card stopped answering in the middle of a run."""

    code = "device-lost"


class NoSpace(ResourceError):
    """The disk is full, or would be."""

    code = "no-space"


class UnitsFailed(Dis2Error):
    """Some units of a region were not made, and the others were (exit code 5)."""

    code = "units-failed"
    exit_code = 5


class Cancelled(Dis2Error):
    """The user stopped the run (exit code 130)."""

    code = "cancelled"
    exit_code = 130
