from __future__ import annotations

import pytest
import torch

from dis2_core.contract.errors import DeviceLost, NoDevice, ResourceError
from dis2_core.run.device import (
    bounded_threads,
    choose_device,
    choose_precision,
    cpu_threads,
    default_batch_size,
    default_threads,
    describe_device,
    has_bfloat16,
    is_out_of_memory,
    slow_bfloat16,
    translated_device_errors,
    widest_float,
)

CPU, CUDA, MPS = torch.device("cpu"), torch.device("cuda", 0), torch.device("mps")
no_cuda = pytest.mark.skipif(torch.cuda.is_available(), reason="there is a CUDA device")


def test_cpu_is_always_there() -> None:
    assert choose_device("cpu") == CPU
    assert describe_device(CPU) == "cpu"


@no_cuda
def test_auto_falls_back_to_the_cpu() -> None:
    assert choose_device("auto") == CPU


@no_cuda
@pytest.mark.parametrize("name", ["cuda", "cuda:3"])
def test_a_device_that_is_not_there(name: str) -> None:
    with pytest.raises(NoDevice) as error:
        choose_device(name)
    assert name in error.value.message and "cpu" in error.value.hint


@pytest.mark.parametrize("name", ["cuda:x", "cuda:-1"])
def test_no_device_of_this_name(name: str) -> None:
    with pytest.raises(NoDevice, match=name):
        choose_device(name)


def fake_cuda(monkeypatch: pytest.MonkeyPatch, count: int = 1) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: count)


def test_a_driver_that_lists_a_device_which_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("CUDA error: no kernel image is available\nmore")

    fake_cuda(monkeypatch)
    monkeypatch.setattr(torch, "ones", fail)
    assert choose_device("auto") == CPU
    with pytest.raises(NoDevice, match="no kernel image is available"):
        choose_device("cuda")


def test_a_device_beyond_the_last(monkeypatch: pytest.MonkeyPatch) -> None:
    fake_cuda(monkeypatch, count=2)
    with pytest.raises(NoDevice, match="only 2"):
        choose_device("cuda:2")


def fake_mps(monkeypatch: pytest.MonkeyPatch, total: float) -> None:
    """A Mac's GPU that adds up two ones to a half of ``total``; there is none where these tests run."""
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch, "ones", lambda *_, **__: torch.full((2,), total / 2 - 1))


def test_mps_is_taken_where_it_is_asked_for_and_by_no_auto(monkeypatch: pytest.MonkeyPatch) -> None:
    fake_mps(monkeypatch, total=4)
    assert choose_device("mps") == MPS
    assert choose_device("auto") == CPU


def test_mps_that_computes_wrong_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    fake_mps(monkeypatch, total=3)
    with pytest.raises(NoDevice, match="'mps' cannot be used: it computes wrong numbers"):
        choose_device("mps")


@pytest.mark.skipif(torch.backends.mps.is_available(), reason="this is a Mac")
def test_mps_where_there_is_none() -> None:
    with pytest.raises(NoDevice, match="there is no GPU of a Mac") as error:
        choose_device("mps")
    assert "cpu" in error.value.hint


@pytest.mark.skipif(not torch.backends.mps.is_available(), reason="no Mac")
def test_mps_adds() -> None:
    assert choose_device("mps") == MPS
    assert torch.ones(2, device=MPS, dtype=widest_float(MPS)).sum().item() == 2


def test_mps_computes_in_float32_unless_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.backends.mps, "is_macos_or_newer", lambda *version: version <= (14, 0))
    assert has_bfloat16(MPS) and choose_precision("auto", MPS) == widest_float(MPS) == torch.float32
    assert widest_float(CPU) == widest_float(CUDA) == torch.float64
    assert default_batch_size(MPS, (512, 512)) == default_batch_size(CPU, (512, 512))


@pytest.mark.cuda
def test_cuda() -> None:
    assert choose_device("auto") == choose_device("cuda") == CUDA
    assert "cuda:0 (" in describe_device(CUDA)


def test_precision() -> None:
    assert choose_precision("auto", CPU) == torch.float32
    assert choose_precision("bf16", CPU) == torch.bfloat16
    assert choose_precision("fp32", CUDA) == torch.float32


@pytest.mark.parametrize("supported", [True, False])
def test_bfloat16_that_a_processor_imitates(monkeypatch: pytest.MonkeyPatch, supported: bool) -> None:
    """It is five to twenty times as slow as float32: no ``auto`` takes it, and who asks for it hears so."""
    monkeypatch.setattr("torch.cpu._is_avx512_bf16_supported", lambda: supported)
    assert has_bfloat16(CPU) == supported
    assert bool(slow_bfloat16(CPU, "fp32")) != supported
    assert choose_precision("auto", CPU) == torch.float32


@pytest.mark.parametrize("side", [16, 128, 512, 4096])
def test_batch_size_fits_the_device(side: int) -> None:
    assert 1 <= default_batch_size(CPU, (side, side)) <= 4
    assert default_batch_size(CUDA, (side, side)) >= 8


def test_threads_are_those_of_free_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    torch.set_num_threads(3)
    monkeypatch.setattr("dis2_core.run.device.free_cores", lambda: 2)
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    assert default_threads() == 2
    monkeypatch.setattr("dis2_core.run.device.free_cores", lambda: 8)
    assert default_threads() == 3  # what torch was told
    monkeypatch.setattr("dis2_core.run.device.free_cores", lambda: 1)
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    assert default_threads() == 3  # what a person said
    torch.set_num_threads(1)


def test_no_more_threads_than_cores_have_a_use_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dis2_core.run.device.usable_cores", lambda: 2)
    assert [bounded_threads(threads) for threads in (1, 16, 17, 10**30)] == [1, 16, 16, 16]
    torch.set_num_threads(1)
    with cpu_threads(10**30):
        assert torch.get_num_threads() == 16
    monkeypatch.setenv("OMP_NUM_THREADS", "1000000")
    monkeypatch.setattr(torch, "get_num_threads", lambda: 1_000_000)
    assert default_threads() == 16


@pytest.mark.parametrize("threads", [1, 3, None])
def test_threads_are_put_back(threads: int | None) -> None:
    torch.set_num_threads(2)
    with pytest.raises(ZeroDivisionError), cpu_threads(threads):
        assert torch.get_num_threads() == (threads or 2)
        raise ZeroDivisionError
    assert torch.get_num_threads() == 2


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB"), True),
        (RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling cublasCreate"), True),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes"), True),
        (RuntimeError("shape mismatch"), False),
    ],
)
def test_out_of_memory_is_told_from_other_errors(error: RuntimeError, expected: bool) -> None:
    assert is_out_of_memory(error) is expected


@pytest.mark.parametrize(
    ("error", "expected", "words"),
    [
        (torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB"), ResourceError, "memory"),
        (MemoryError(), ResourceError, "memory"),
        (RuntimeError("CUDA error: unspecified launch failure\nCUDA kernel errors…"), DeviceLost, "launch failure\\)"),
        (RuntimeError("cuDNN error: CUDNN_STATUS_EXECUTION_FAILED"), DeviceLost, "CUDNN"),
        (RuntimeError("shape '[3]' is invalid"), RuntimeError, "shape"),
    ],
)
def test_what_a_device_does_wrong_is_told_in_one_sentence(error: Exception, expected: type, words: str) -> None:
    with pytest.raises(expected, match=words) as caught, translated_device_errors("Lower the batch."):
        raise error
    assert type(caught.value) is expected
    assert expected is RuntimeError or "kernels" not in str(caught.value)
