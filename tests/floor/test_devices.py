"""Devices as `nvidia-smi` tells them: a script of that name on the path answers as it does."""

import pytest

from workbench.machine import Device, devices

CARDS = "0, GPU-aaaa-1, NVIDIA H100, 79000\n1, GPU-bbbb-2, NVIDIA A10, 512\n"


@pytest.fixture
def smi(tmp_path, monkeypatch):
    def answers(script):
        (tmp_path / "nvidia-smi").write_text(f"#!/bin/sh\n{script}\n")
        (tmp_path / "nvidia-smi").chmod(0o755)

    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
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


def test_memory_that_is_not_told_is_not_known(smi):
    smi("echo '0, GPU-a, Old card, [Not Supported]'")
    assert devices()[1] == Device("cuda:0", "Old card", None)


@pytest.mark.parametrize("script", ["exit 9", "echo '[N/A], x'", "echo 'No devices were found'"])
def test_a_tool_that_does_not_answer_leaves_the_cpu(smi, script):
    smi(script)
    assert [d.name for d in devices()] == ["cpu"]


def test_a_machine_without_the_tool_has_the_cpu(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert [d.name for d in devices()] == ["cpu"]
