"""The build of torch, by what ``nvidia-smi`` says. No graphics card is needed."""

import pytest


@pytest.fixture(scope="module")
def backend(plugin):
    from dis2.runtime.packages import backend

    return backend


def gpus(*lines):
    from dis2.runtime import gpu

    return gpu.parse_smi("\n".join(lines) + "\n")


def test_cards_are_read_with_names_drivers_and_capabilities(backend):
    cards = gpus("NVIDIA GeForce RTX 4060 Laptop GPU, 581.29, 8.9", "Tesla P100-PCIE-16GB, 535.183.01, 6.0")
    assert cards == [
        ("NVIDIA GeForce RTX 4060 Laptop GPU", (581, 29), (8, 9)),
        ("Tesla P100-PCIE-16GB", (535, 183, 1), (6, 0)),
    ]


def test_an_old_driver_tells_no_capability(backend):
    assert gpus("Quadro K2200, 470.256.02") == [("Quadro K2200", (470, 256, 2), None)]
    assert gpus("Quadro K2200, 470.256.02, [N/A]") == [("Quadro K2200", (470, 256, 2), None)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "No devices were found",
        "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver. Make sure that the latest "
        "NVIDIA driver is installed and running.",
        "Failed to initialize NVML: Driver/library version mismatch\nNVML library version: 580.95",
        'Field "compute_cap" is not a valid field to query.',
    ],
)
def test_what_is_no_card_is_none(backend, text):
    assert gpus(text) == []


@pytest.mark.parametrize(
    ("line", "system", "expected"),
    [
        ("NVIDIA H200, 580.65.06, 9.0", "linux", "cu130"),
        ("NVIDIA GeForce RTX 5090, 580.88, 12.0", "win32", "cu130"),
        ("NVIDIA H200, 570.124.06, 9.0", "linux", "cu126"),
        ("Tesla V100-SXM2-32GB, 580.65.06, 7.0", "linux", "cu126"),  # CUDA 13 has no code for it
        ("NVIDIA RTX A2000, 525.60.13, 8.6", "linux", "cu126"),
        ("NVIDIA RTX A2000, 528.33, 8.6", "win32", "cu126"),
        ("NVIDIA RTX A2000, 525.60.11, 8.6", "linux", "cpu"),
        ("NVIDIA RTX A2000, 528.24, 8.6", "win32", "cpu"),
        ("NVIDIA GeForce RTX 5090, 575.64, 12.0", "linux", "cpu"),  # CUDA 12.6 has no code for it
        ("Tesla K80, 470.256.02, 3.7", "linux", "cpu"),
    ],
)
def test_choice_by_driver_and_card(backend, line, system, expected):
    assert backend.choose("auto", gpus(line), system).backend == expected


def test_a_driver_that_is_too_old_falls_back_and_says_which_would_do(backend):
    choice = backend.choose("auto", gpus("NVIDIA GeForce RTX 5090, 575.64, 12.0"), "linux")
    assert choice.is_fallback
    assert choice.reason.startswith("The driver 575.64 of NVIDIA GeForce RTX 5090 is too old: 580 or newer is needed.")
    choice = backend.choose("auto", gpus("NVIDIA RTX A2000, 470.256.02, 8.6"), "linux")
    assert "525.60.13 or newer" in choice.reason


def test_a_card_that_no_driver_helps_is_named(backend):
    choice = backend.choose("auto", gpus("Tesla K80, 470.256.02, 3.7"), "linux")
    assert choice.is_fallback and "Tesla K80 is too old for this torch (compute capability 3.7)" in choice.reason


def test_the_second_card_serves_where_the_first_cannot(backend):
    cards = gpus("Quadro K620, 580.65.06, 5.0", "NVIDIA L4, 580.65.06, 8.9")
    assert backend.choose("auto", cards, "linux").backend == "cu126"  # both cards have code in it


def test_no_card_is_a_fallback_only_where_one_was_asked_for(backend):
    assert backend.choose("auto", [], "linux") == ("cpu", backend.choose("cuda", [], "linux").reason, False)
    assert backend.choose("cuda", [], "linux").is_fallback
    assert backend.choose("cuda", gpus("Any, 580.1, 9.0"), "darwin").is_fallback


def test_cpu_is_cpu_whatever_there_is(backend):
    choice = backend.choose("cpu", gpus("NVIDIA H200, 580.65.06, 9.0"), "linux")
    assert choice.backend == "cpu" and not choice.is_fallback


def test_backends_are_those_that_uv_knows_and_the_preferred_one_needs_the_newest_driver(plugin):
    from dis2.runtime.constants import BACKENDS

    assert [item.name for item in BACKENDS] == ["cu130", "cu126"]
    drivers = [item.linux_driver for item in BACKENDS]
    assert drivers == sorted(drivers, reverse=True)
