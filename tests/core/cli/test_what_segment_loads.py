"""What ``dis2 segment`` does not load: libraries of reports and training cost seconds before the first pixel."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from tiny_models import save_tiny_model

HEAVY = {"matplotlib", "jinja2", "onnx", "onnxruntime", "pandas", "scipy", "kornia", "lightning", "tensorboard", "dask"}
COMPILER = "torch._dynamo"  # a second, and nobody asks for it: some functions load it on the device ``meta``


def test_a_map_is_made_without_what_reports_and_training_need(scene: Callable[..., dict[str, str]], tmp_path: Path):
    model = save_tiny_model(tmp_path / "tiny.safetensors", familiar=True)
    inputs = [word for name, path in scene().items() for word in ("--input", f"{name}={path}")]
    arguments = ["segment", "--model", str(model), *inputs, "--output", str(tmp_path / "map.tif"), "--device", "cpu"]
    code = """if True:
        import sys
        from dis2_core.cli import main
        try:
            main(sys.argv[1:])
        finally:
            print(*sys.modules)
    """
    run = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, timeout=600)
    assert run.returncode == 0, run.stderr
    loaded = set(run.stdout.splitlines()[-1].split())
    assert "torch" in loaded and not loaded & {*HEAVY, COMPILER}
