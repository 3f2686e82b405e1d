"""A state file that somebody altered is an error that names the file, or goes on; never a traceback."""

from __future__ import annotations

import math

import pytest
import torch
from torch import nn

from dis2_core.contract.errors import InputError
from dis2_training.fitting.checkpoint import Checkpoint, Course, _require_own_shapes

WHOLE = {
    "version": 1,
    "recipe": {"seed": 0},
    "card": {},
    "course": {"steps": 4, "best": 0.5, "best_steps": 2, "rows": [{"step": "2"}]},
    "objective": {"w": torch.zeros(2)},
    "average": {"w": torch.zeros(2)},
    "optimizer": {"state": {}},
}


def changed(**course):
    return {**WHOLE, "course": {**WHOLE["course"], **course}}


def test_a_whole_state_comes_back(tmp_path):
    torch.save(WHOLE, tmp_path / "state.pt")
    state = Checkpoint.read(tmp_path / "state.pt")
    assert state.course == Course(4, 0.5, 2, rows=[{"step": "2"}])
    assert set(state.tensors) == {"objective", "average", "optimizer"}


@pytest.mark.parametrize(
    "value",
    [
        *({**WHOLE, name: None} for name in ("recipe", "card", "course", "version")),
        *({key: value for key, value in WHOLE.items() if key != name} for name in WHOLE),
        {**WHOLE, "more": 1},
        changed(steps="a"),
        changed(steps=-1),
        changed(steps=1.5),
        changed(best=None),
        changed(best=math.nan),
        changed(best_steps=10**9),
        changed(rows=[1]),
        changed(rows=None),
        changed(finished="x"),
        [1],
    ],
)
def test_an_altered_state_is_refused(tmp_path, value):
    torch.save(value, tmp_path / "state.pt")
    with pytest.raises(InputError, match=r"state\.pt"):
        Checkpoint.read(tmp_path / "state.pt")


def test_moments_of_another_shape_than_their_weight_are_refused():
    network = nn.Linear(2, 3)
    optimizer = torch.optim.AdamW(network.parameters())
    network(torch.ones(1, 2)).sum().backward()
    optimizer.step()
    _require_own_shapes(optimizer)
    optimizer.state[network.weight]["exp_avg"] = torch.zeros(3)
    with pytest.raises(ValueError, match="exp_avg"):
        _require_own_shapes(optimizer)
