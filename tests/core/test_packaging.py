"""Image and conda package: what can be told of them without building them."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from rattler_build import Stage0Recipe, VariantConfig
from test_package import ROOT

from dis2_core.contract.version import __version__

tomllib = pytest.importorskip("tomllib")  # Python 3.11
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
OF_CONDA = {"matplotlib": "matplotlib-base", "torch": "pytorch"}  # where names differ; the base has no windows


def instructions(name):
    """The arguments of an instruction of the Dockerfile, wherever it occurs."""
    joined = DOCKERFILE.replace("\\\n", " ")
    return [shlex.split(line.removeprefix(name)) for line in joined.splitlines() if line.startswith(f"{name} ")]


def test_hadolint_finds_nothing():
    program = Path(sys.executable).parent / "hadolint"
    done = subprocess.run([program, ROOT / "Dockerfile"], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_the_image_is_made_of_what_is_there_and_let_in():
    copied = {name for words in instructions("COPY") if "--from=build" not in words for name in words[:-1]}
    let_in = {line[1:] for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines() if line[:1] == "!"}
    assert copied == let_in
    assert all((ROOT / name).exists() for name in copied)
    folders = PROJECT["tool"]["setuptools"]["package-dir"]
    packages = {name.split(".")[0] for name in PROJECT["tool"]["setuptools"]["packages"]}
    assert {folders.get(name, name) for name in packages} <= copied


def test_the_image_has_a_python_and_builds_of_torch_that_are_known():
    ((python,),) = [words for words in instructions("ARG") if words[0].startswith("PYTHON")]
    assert python.partition("=")[2] == "3.12"
    constants = (ROOT / "qgis_plugin" / "runtime" / "constants.py").read_text(encoding="utf-8")
    assert set(re.findall(r"\bcu\d+\b", DOCKERFILE)) == set(re.findall(r'Backend\("(\w+)"', constants))


@pytest.fixture(scope="module")
def recipe():
    """The conda recipe as rattler-build renders it."""
    (variant,) = Stage0Recipe.from_file(str(ROOT / "packaging" / "conda" / "recipe.yaml")).render(VariantConfig())
    return variant.recipe.to_dict()


def bounds(requirements):
    """Lower bounds by the name that conda-forge has for a package."""
    found = (re.match(r"([\w-]+)(?:\[\w+\])? ?(>=[\w.]+)", text) for text in requirements)
    return {OF_CONDA.get(match[1], match[1]): match[2] for match in found}


def test_the_conda_package_needs_what_the_wheel_needs(recipe):
    project = PROJECT["project"]
    wanted = bounds([*project["dependencies"], *project["optional-dependencies"]["training"]])
    signatures = {"docstring_parser", "typeshed-client"}  # jsonargparse[signatures]
    found = bounds([text for text in recipe["requirements"]["run"] if text.split()[0] not in signatures])
    assert found == {**wanted, "python": project["requires-python"]}
    assert set(PROJECT["build-system"]["requires"]) == {
        text.replace(" ", "") for text in recipe["requirements"]["host"] if text.startswith("setuptools")
    }


def test_the_conda_package_is_of_this_version_and_has_its_commands(recipe):
    assert recipe["package"] == {"name": "dis2", "version": __version__}
    commands = {f"{name} = {target}" for name, target in PROJECT["project"]["scripts"].items()}
    assert set(recipe["build"]["python"]["entry_points"]) == commands
    assert recipe["about"]["license"] == PROJECT["project"]["license"]
