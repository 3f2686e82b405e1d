"""A checkpoint of a stranger is read in no more memory than it has bytes, and runs nothing."""

from __future__ import annotations

import io
import pickle
import zipfile

import pytest
import torch
from torch import nn

from dis2_core.contract.errors import InvalidModelFile
from dis2_core.contract.untrusted import Refused
from dis2_core.models.archive import load_archive
from dis2_core.models.author_import import read_checkpoint


def saved(value):
    data = io.BytesIO()
    torch.save(value, data)
    return data.getvalue()


def packed_anew(data, change=lambda name, record: record, compression=zipfile.ZIP_STORED):
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for item in old.infolist():
            new.writestr(item.filename, change(item.filename, old.read(item)), compression)
    return out.getvalue()


class Call:
    """Pickled as the call of a function."""

    def __init__(self, function, *arguments):
        self.call = function, arguments

    def __reduce__(self):
        return self.call


def deep(levels):
    value = ()
    for _ in range(levels):
        value = (value, 1)
    return value


def test_the_state_of_a_training_comes_back(tmp_path):
    network = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2))
    optimizer = torch.optim.AdamW(network.parameters())
    network(torch.ones(1, 1, 8, 8)).sum().backward()
    optimizer.step()
    value = {"network": network.state_dict(), "optimizer": optimizer.state_dict(), "half": torch.ones(3).half()}
    (tmp_path / "a.pt").write_bytes(saved({**value, "plain": [1, 2.5, None, "x", (True, {})]}))
    found = load_archive(tmp_path / "a.pt")
    assert found["plain"] == [1, 2.5, None, "x", (True, {})]
    torch.testing.assert_close(found["network"], dict(network.state_dict()))
    torch.testing.assert_close(found["optimizer"]["state"], optimizer.state_dict()["state"])


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (packed_anew(saved({"a": torch.zeros(1 << 20)}), compression=zipfile.ZIP_DEFLATED), "compressed"),
        (saved({"a": Call(bytearray, 10**15)}), "code"),
        (saved({"a": Call(torch.Tensor, 10, 10)}), "code"),
        (saved({"a": Call(print, "ran")}), "code"),
        (saved({deep(100): 1}), "nested"),
        (saved(1)[:-30], "archive"),
        (pickle.dumps({"a": 1}), "archive"),
        (b"", "archive"),
        (packed_anew(saved({"a": 1}), lambda name, record: b"\x80\x02}0."), "damaged"),
        (packed_anew(saved({"a": 1}), lambda name, record: b"junk"), "damaged"),
    ],
    ids=["bomb", "bytearray", "constructor", "code", "deep", "cut", "pickle", "empty", "underflow", "junk"],
)
def test_what_asks_for_more_is_refused(tmp_path, data, reason, capsys):
    (tmp_path / "a.pt").write_bytes(data)
    with pytest.raises(Refused, match=reason):
        load_archive(tmp_path / "a.pt")
    assert "ran" not in capsys.readouterr().out


def test_tensors_that_share_their_bytes_do_not_become_more_than_the_file(tmp_path):
    one = torch.zeros(1000)
    torch.save({f"w{number}": one for number in range(1000)}, tmp_path / "a.pt")
    with pytest.raises(InvalidModelFile, match="4,000,000 bytes"):
        read_checkpoint(tmp_path / "a.pt")
