"""What must run inside QGIS runs on the standard library alone, and nothing loads torch too early."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tiny_models import save_tiny_model

import dis2_core

PACKAGE = Path(dis2_core.__file__).parent
CONTRACT = PACKAGE / "contract"
LIGHT = tuple(path.stem for path in CONTRACT.glob("[!_]*.py"))
HEAVY = ("torch", "numpy", "rasterio", "safetensors", "pyproj", "affine", "typer", "rich")
SYSTEM_PYTHON = Path("/usr/bin/python3")

#: Standard library names that Python 3.9 lacks, by module; enough for what these modules import.
NEWER_THAN_3_9 = {
    "dataclasses": {"KW_ONLY"},
    "itertools": {"pairwise", "batched"},
    "math": {"cbrt", "exp2", "sumprod", "fma"},
    "typing": {"Self", "TypeAlias", "ParamSpec", "Concatenate", "Never", "assert_never", "override", "Required"},
    "hashlib": {"file_digest"},
    "types": {"NoneType", "UnionType", "EllipsisType"},
    "contextlib": {"chdir", "aclosing"},
    "functools": {"Placeholder"},
}
NEWER_KEYWORDS = {"zip": {"strict"}, "dataclass": {"slots", "kw_only"}}
NEWER_METHODS = {"bit_count", "hardlink_to", "walk", "is_junction", "add_note"}


@pytest.mark.parametrize("name", LIGHT)
def test_light_modules_are_python_3_9(name: str) -> None:
    tree = ast.parse((CONTRACT / f"{name}.py").read_text(), feature_version=(3, 9))
    runtime_unions = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            assert all(alias.name.split(".")[0] in sys.stdlib_module_names for alias in node.names)
        if isinstance(node, ast.ImportFrom) and node.module != "__future__":
            module = node.module or ""
            if node.level:
                assert module in LIGHT, f"{name} imports {module}"
            else:
                assert module.split(".")[0] in sys.stdlib_module_names
                assert not {alias.name for alias in node.names} & NEWER_THAN_3_9.get(module, set())
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            keywords = {keyword.arg for keyword in node.keywords}
            assert not keywords & NEWER_KEYWORDS.get(node.func.id, set()), f"{node.func.id} in {name}"
            if node.func.id == "isinstance":
                runtime_unions += [part for part in ast.walk(node.args[1]) if isinstance(part, ast.BinOp)]
        if isinstance(node, ast.Attribute):
            assert node.attr not in NEWER_METHODS
            if isinstance(node.value, ast.Name):
                assert node.attr not in NEWER_THAN_3_9.get(node.value.id, set())
    assert not runtime_unions, f"isinstance with X | Y in {name}"
    assert "from __future__ import annotations" in (CONTRACT / f"{name}.py").read_text() or name == "version"


@pytest.mark.skipif(not SYSTEM_PYTHON.exists(), reason="there is no system Python")
def test_cards_and_jobs_work_under_the_systems_python_alone(tmp_path: Path) -> None:
    model = save_tiny_model(tmp_path / "tiny.safetensors")
    script = tmp_path / "light.py"
    script.write_text(
        f"""
import json, sys
sys.path.insert(0, {str(PACKAGE.parent)!r})
import dis2_core
from dis2_core.contract.card import ModelCard
from dis2_core.contract.catalogue import find_model, read_header, sha256, shipped_models
from dis2_core.contract.errors import Dis2Error
from dis2_core.contract.segment_job import Event, Job, Source
header = read_header(find_model(sys.argv[1]))
assert ModelCard.from_json(header.card.to_json()) == header.card
job = Job(sys.argv[1], {{"rgb": Source("a.tif", (3, 2, 1), (0.1, 0))}}, {{"classes": "c.tif"}})
assert Job.from_json(job.to_json()) == job
assert Event.from_line(Event("info", {{"text": "x"}}).to_line()).type == "info"
for path in shipped_models().values():
    read_header(path)
try:
    find_model("nope")
except Dis2Error as error:
    code = error.exit_code
heavy = [name for name in {HEAVY!r} if name in sys.modules]
print(json.dumps({{"name": header.card.name, "code": code, "heavy": heavy, "sha": len(sha256(sys.argv[1]))}}))
"""
    )
    done = subprocess.run(
        [SYSTEM_PYTHON, "-I", "-B", script, model], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {"name": "tiny", "code": 3, "heavy": [], "sha": 64}


def _modules_after(code: str) -> set[str]:
    """Modules that a fresh interpreter has after running ``code``."""
    program = (
        "import sys\ntry:\n"
        + "".join(f"    {line}\n" for line in code.splitlines())
        + "except SystemExit as end:\n    assert end.code == 0, end.code\n"
        + "print('\\n' + ' '.join(sys.modules))"
    )
    environment = {**os.environ, "PYTHONPATH": str(PACKAGE.parent)}
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, env=environment, check=False
    )
    assert done.returncode == 0, done.stderr
    return set(done.stdout.splitlines()[-1].split())


@pytest.mark.parametrize(
    "code",
    [
        "import dis2_core; dis2_core.ModelCard; dis2_core.shipped_models()",
        "from dis2_core.cli import main; main(['--help'])",
        "from dis2_core.cli import main; main(['--version'])",
        "from dis2_core.cli import main; main(['info', MODEL])",
        "from dis2_core.cli import main; main(['info', MODEL, '--json'])",
    ],
)
def test_torch_stays_out_of_what_does_not_compute(code: str, tmp_path: Path) -> None:
    if "MODEL" in code:
        code = code.replace("MODEL", repr(str(save_tiny_model(tmp_path / "tiny.safetensors"))))
    assert not _modules_after(code) & {"torch", "numpy", "rasterio", "safetensors", "pyproj"}


def test_public_names_are_there_and_unknown_ones_are_not() -> None:
    for name in dis2_core.__all__:
        assert getattr(dis2_core, name) is not None
    assert set(dis2_core.__all__) <= set(dir(dis2_core))
    with pytest.raises(AttributeError, match="nonsense"):
        dis2_core.nonsense  # noqa: B018
