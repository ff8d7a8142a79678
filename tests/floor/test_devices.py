"""Devices as `nvidia-smi` tells them: a script of that name on the path answers as it does."""

import subprocess
import time

import pytest

from workbench import machine
from workbench.machine import CPU, Device, devices, known_devices, knows_cuda, memory_bytes

CARDS = "0, GPU-aaaa-1, NVIDIA H100, 79000\n1, GPU-bbbb-2, NVIDIA A10, 512\n"


@pytest.fixture
def smi(tmp_path, monkeypatch):
    def answers(script):
        (tmp_path / "nvidia-smi").write_text(f"#!/bin/sh\n{script}\n")
        (tmp_path / "nvidia-smi").chmod(0o755)

    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    monkeypatch.setattr(machine, "_told", None)
    monkeypatch.setattr(machine, "_stuck", None)
    answers(f'echo "$*" > {tmp_path}/asked; printf "{CARDS}"')
    return answers


def test_each_gpu_is_named_with_its_free_memory(smi, tmp_path):
    cpu, first, second = devices()
    assert cpu == Device("cpu", "CPU", None) and first == Device("cuda:0", "NVIDIA H100", 79000 * 2**20)
    assert (second.name, second.free_bytes) == ("cuda:1", 512 * 2**20)
    assert "memory.free" in (tmp_path / "asked").read_text()


@pytest.mark.parametrize(
    ("visible", "titles"),
    [("1", ["NVIDIA A10"]), ("1,0", ["NVIDIA A10", "NVIDIA H100"]), ("GPU-bbbb", ["NVIDIA A10"]), ("", []), ("-1", [])],
)
def test_only_what_this_process_may_use(smi, monkeypatch, visible, titles):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    found = devices()
    assert [d.title for d in found[1:]] == titles and [d.name for d in found[1:]] == [f"cuda:{k}" for k in range(len(titles))]


THREE = "0, GPU-aa11, A, 1\\n1, GPU-aa22, B, 1\\n2, GPU-bb33, C, 1\\n"


@pytest.mark.parametrize(
    ("visible", "titles"),
    [
        ("1,7,0", "B"),  # what is no card ends the list
        ("1,-1,0", "B"),
        ("0,,1", "A"),
        ("x,1", ""),
        ("1,0,01", ""),  # a card that comes twice: none at all
        ("GPU-bb,GPU-bb33", ""),
        ("01,0", "BA"),
        ("GPU-bb,GPU-aa2", "CB"),
        ("GPU-aa,GPU-bb", ""),  # two cards begin so
        ("aa11", ""),
        ("0,GPU-bb33", "A"),  # numbers and uuids are not mixed
        ("GPU-bb33,0", "C"),
    ],
)
def test_the_list_is_read_as_cuda_reads_it(smi, monkeypatch, visible, titles):
    smi(f'printf "{THREE}"')
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    assert [(d.name, d.title) for d in devices()[1:]] == [(f"cuda:{k}", title) for k, title in enumerate(titles)]


@pytest.mark.parametrize("visible", ["MIG-1111", "MIG-1111,MIG-2222"])
def test_a_slice_of_a_gpu_is_one_device(smi, monkeypatch, visible):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    assert devices()[1:] == (Device("cuda:0", "MIG slice", None),)
    smi("true")
    assert devices() == (CPU,), "and none where there is no GPU to slice"


def test_a_comma_in_a_name_is_part_of_it(smi):
    smi("echo '0, GPU-a, NVIDIA A10, passive, 100'; echo '1, GPU-b, Other, 200'")
    assert [(d.name, d.title, d.free_bytes) for d in devices()[1:]] == [
        ("cuda:0", "NVIDIA A10, passive", 100 * 2**20),
        ("cuda:1", "Other", 200 * 2**20),
    ]


def test_a_card_that_is_lost_is_not_counted(smi, monkeypatch):
    smi("echo '0, GPU-a, A, 1'; echo '1, [GPU is lost], [GPU is lost], [GPU is lost]'; echo '2, GPU-c, C, 1'")
    assert [(d.name, d.title) for d in devices()[1:]] == [("cuda:0", "A"), ("cuda:1", "C")]
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "1")
    assert [(d.name, d.title) for d in devices()[1:]] == [("cuda:0", "C")]


def test_memory_that_is_not_told_is_not_known(smi):
    smi("echo '0, GPU-a, Old card, [Not Supported]'")
    assert devices()[1] == Device("cuda:0", "Old card", None)


@pytest.mark.parametrize("script", ["exit 9", "echo '[N/A], x'", "echo 'No devices were found'"])
def test_a_tool_that_does_not_answer_leaves_the_cpu(smi, script):
    smi(script)
    assert [d.name for d in devices()] == ["cpu"]


def test_a_machine_without_the_tool_has_the_cpu(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert known_devices() == devices() == (CPU,)


def test_what_is_known_is_told_without_asking(smi, tmp_path):
    assert known_devices() is None and not (tmp_path / "asked").exists()
    found = devices()
    smi("exit 9")
    assert known_devices() == found and len(found) == 3


@pytest.mark.parametrize("script", ["exit 9", "exec sleep 20"])
def test_gpus_do_not_vanish_because_of_one_answer_that_is_missing(smi, monkeypatch, script):
    monkeypatch.setattr(machine, "_PATIENCE", 5.0)
    found = devices()
    monkeypatch.setattr(machine, "_PATIENCE", 0.2)
    smi(script)
    assert devices() == found and len(found) == 3
    monkeypatch.setattr(machine, "_PATIENCE", 5.0)
    smi("true")
    assert devices() == (CPU,), "that there are none is an answer"


def test_a_tool_that_cannot_be_killed_is_not_waited_for_and_not_asked_again(smi, monkeypatch, tmp_path):
    found = devices()
    kill = subprocess.Popen.kill
    monkeypatch.setattr(subprocess.Popen, "kill", lambda _: None)  # it hangs in the driver, and hears of no signal
    monkeypatch.setattr(machine, "_PATIENCE", 0.3)
    smi(f"echo >> {tmp_path}/begun; exec sleep 20")
    began = time.monotonic()
    assert devices() == found == devices() and time.monotonic() - began < 10
    assert (tmp_path / "begun").read_text() == "\n", "another one would hang beside it"
    kill(machine._stuck)
    machine._stuck.wait()
    smi("true")
    assert devices() == (CPU,), "once it is gone"


@pytest.mark.parametrize(
    ("version", "can"),
    [
        ("2.13.0", True),
        ("2.13.0+cu130", True),
        ("2.13.0+cpu", False),
        ("2.13.0+cpu.cxx11.abi", False),
        ("2.13.0+rocm7.0", False),
    ],
)
def test_the_build_of_pytorch_tells_whether_it_knows_cuda(monkeypatch, version, can):
    monkeypatch.setattr(machine, "versions", lambda: {"torch": version})
    assert knows_cuda() is can


def test_memory_is_told_without_asking_for_gpus(smi, tmp_path):
    assert memory_bytes() > 2**28 and not (tmp_path / "asked").exists()
