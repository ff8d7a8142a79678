"""Weights in the store: deterministic, complete, and never a pickle that runs."""

import os
import pickle
import zipfile

import pytest
import torch
from torch import nn

import workbench as wb
from workbench.errors import Damaged, InputError, NotFound
from workbench.models.weights import copy_weights, fill, read_state, to_bytes
from workbench.objects import Objects


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


class Evil:
    def __init__(self, marker):
        self.marker = marker

    def __reduce__(self):
        return os.system, (f"touch {self.marker}",)


def _plain(path, marker):
    path.write_bytes(pickle.dumps(Evil(marker)))


def _nested(path, marker):
    torch.save({"a.weight": torch.zeros(2), "b": {"c": [Evil(marker)]}}, path)


def _as_value(path, marker):
    torch.save({"a.weight": Evil(marker)}, path)


def _old_protocol(path, marker):
    path.write_bytes(pickle.dumps({"a": Evil(marker)}, protocol=0))


def _legacy(path, marker):
    torch.save({"a": Evil(marker)}, path, _use_new_zipfile_serialization=False)


def _module(path, marker):
    torch.save(nn.Linear(2, 2), path)


@pytest.mark.parametrize("write", [_plain, _nested, _as_value, _old_protocol, _legacy, _module])
@pytest.mark.parametrize("suffix", [".pt", ".pth", ".bin", ""])
def test_a_pickle_that_runs_code_is_refused_and_not_run(tmp_path, write, suffix):
    path, marker = tmp_path / f"evil{suffix}", tmp_path / "owned"
    write(path, marker)
    with pytest.raises(InputError) as caught:
        copy_weights(path)
    assert caught.value.code == "pickle-refused" and str(path) in str(caught.value)
    assert not marker.exists() and not (tmp_path / "home" / "objects").exists()
    assert Evil(marker).__reduce__()[0] is os.system


def test_a_broken_archive_and_a_missing_file_are_told_apart(tmp_path):
    torch.save({"a": torch.arange(1000)}, tmp_path / "w.pt")
    raw = (tmp_path / "w.pt").read_bytes()
    (tmp_path / "w.pt").write_bytes(raw[: len(raw) // 2])
    with pytest.raises(Damaged) as caught:
        copy_weights(tmp_path / "w.pt")
    assert caught.value.code == "weights-unreadable"
    with zipfile.ZipFile(tmp_path / "z.pt", "w") as archive:
        archive.writestr("nothing", "")
    with pytest.raises(Damaged):
        copy_weights(tmp_path / "z.pt")
    with pytest.raises(NotFound) as caught:
        copy_weights(tmp_path / "none.pt")
    assert caught.value.code == "weights-missing"


@pytest.mark.parametrize("value", [[torch.zeros(2)], {"a": 3}, {}, {7: torch.zeros(1)}, torch.zeros(3)])
def test_what_is_no_state_dict_is_refused(tmp_path, value):
    torch.save(value, tmp_path / "w.pt")
    with pytest.raises(InputError) as caught:
        copy_weights(tmp_path / "w.pt")
    assert caught.value.code == "not-a-state-dict"


def test_a_state_dict_may_lie_in_a_checkpoint(tmp_path):
    net = nn.Linear(3, 2)
    torch.save({"state_dict": net.state_dict(), "epoch": 3}, tmp_path / "w.pt")
    torch.save(net.state_dict(), tmp_path / "v.pt")
    assert copy_weights(tmp_path / "w.pt") == copy_weights(tmp_path / "v.pt") == wb.models.store_weights(net)


@pytest.mark.parametrize("key", ["state_dict", "model_state_dict", "model"])
def test_a_checkpoint_of_a_parallel_network_fits(tmp_path, key):
    net, other = nn.Sequential(nn.Linear(3, 2)), nn.Sequential(nn.Linear(3, 2))
    torch.save({key: nn.DataParallel(net).state_dict(), "epoch": 3}, tmp_path / "w.pt")
    state = read_state(Objects().get(copy_weights(tmp_path / "w.pt")))
    assert set(state) == {"module.0.weight", "module.0.bias"}
    fill(other, state, "net")
    assert torch.equal(other[0].weight, net[0].weight)
    outer = nn.ModuleDict({"module": nn.Linear(3, 2)})
    fill(outer, outer.state_dict(), "outer")
    with pytest.raises(InputError) as caught:
        fill(other, state | {"1.weight": torch.zeros(1)}, "net")
    assert "module.0.bias is not in the network" in str(caught.value)


@pytest.mark.parametrize("noise", [b"e", b"hello world garbage", b""])
def test_noise_is_told_as_what_it_is(tmp_path, noise):
    (tmp_path / "w.pt").write_bytes(noise)
    with pytest.raises(Damaged) as caught:
        copy_weights(tmp_path / "w.pt")
    assert str(caught.value).endswith("weights file: it is nothing that torch.save wrote, or it is cut short")


def test_equal_weights_have_one_key_whatever_their_layout():
    one = nn.Conv2d(3, 4, 3)
    two = nn.Conv2d(3, 4, 3)
    two.load_state_dict(one.state_dict())
    two.to(memory_format=torch.channels_last)
    assert wb.models.store_weights(one) == wb.models.store_weights(two)
    with torch.no_grad():
        two.bias[0] += 1
    assert wb.models.store_weights(one) != wb.models.store_weights(two)


def test_every_type_and_every_name_comes_back():
    net = nn.ModuleDict({"a": nn.BatchNorm1d(3), "h": nn.Linear(2, 2).half(), "b": nn.Linear(2, 2).bfloat16()})
    net["again"] = net["a"]
    net.register_buffer("flag", torch.tensor([True, False]))
    state = read_state(Objects().get(wb.models.store_weights(net)))
    expected = net.state_dict()
    assert set(state) == set(expected) and "again.weight" in state
    assert all(state[k].dtype == expected[k].dtype and torch.equal(state[k], expected[k]) for k in expected)


def test_bytes_are_whole_safetensors_without_shared_memory():
    net = nn.Linear(2, 2)
    net.second = nn.Linear(2, 2)
    net.second.weight = net.weight
    from safetensors.torch import load

    assert torch.equal(load(to_bytes(net))["second.weight"], net.weight)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_weights_that_are_no_numbers_are_found_and_named(value):
    net = nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2))
    wb.models.check_weights(net)
    net[1].running_var[1] = value
    with pytest.raises(InputError) as caught:
        wb.models.check_weights(net)
    assert caught.value.code == "nan-weights" and "NaN" in str(caught.value) and " 1 " in str(caught.value)


def test_a_tensor_at_the_top_is_named_itself():
    net = nn.Linear(2, 2)
    nn.init.constant_(net.bias, float("nan"))
    with pytest.raises(InputError, match="bias"):
        wb.models.check_weights(net)


def test_a_lazy_module_is_asked_for_its_first_call():
    with pytest.raises(InputError) as caught:
        wb.models.store_weights(nn.Sequential(nn.LazyLinear(3)))
    assert caught.value.code == "weights-lazy"


def test_fill_is_strict_both_ways():
    net = nn.Linear(2, 2)
    with pytest.raises(InputError, match="extra is not in the network"):
        fill(net, net.state_dict() | {"extra": torch.zeros(1)}, "net")
    with pytest.raises(InputError, match="bias is missing"):
        fill(net, {"weight": torch.zeros(2, 2)}, "net")
    with pytest.raises(InputError, match="weight is 3 x 2 instead of 2 x 2"):
        fill(net, {"weight": torch.zeros(3, 2), "bias": torch.zeros(2)}, "net")


def test_nothing_in_the_store_is_a_pickle(home):
    wb.models.store_weights(nn.Linear(2, 2))
    wb.models.describe(nn.Linear(2, 2))
    assert {p.suffix for p in home.rglob("*") if p.is_file()} == {".safetensors", ".json"}
