"""A person's own factory: found without being run, digested with what it imports, built with its arguments."""

import subprocess
import sys

import pytest
import torch

import workbench as wb
from workbench.errors import Damaged, InputError, NotFound
from workbench.models.sources import code_digest, is_library, search_path, sources

NETS = """
import torch
from torch import nn
from parts.layers import head
print("run")

class Net(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.body, self.head = nn.Linear(4, width), head(width)

    def forward(self, x):
        return self.head(torch.relu(self.body(x)))

def make(width=3):
    return Net(width)

def broken():
    raise RuntimeError("no luck")

def nothing():
    return 5

number = 7
"""
LAYERS = """
from torch import nn
def head(width):
    return nn.Linear(width, SIZE)
SIZE = 2
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path / "home"))
    (tmp_path / "code" / "parts").mkdir(parents=True)
    (tmp_path / "code" / "mynets.py").write_text(NETS)
    (tmp_path / "code" / "parts" / "__init__.py").write_text("")
    (tmp_path / "code" / "parts" / "layers.py").write_text(LAYERS)
    monkeypatch.syspath_prepend(str(tmp_path / "code"))
    yield tmp_path / "code"
    for name in ("mynets", "parts", "parts.layers"):
        sys.modules.pop(name, None)


def test_a_factory_is_described_without_being_run(folder, capsys):
    model = wb.models.load("mynets:make", arguments={"width": 5})
    assert "mynets" not in sys.modules and capsys.readouterr().out == ""
    module = model.build()
    assert module.body.out_features == 5 and module.head.out_features == 2 and not module.training
    assert (model.name, model.source) == ("make", "factory:mynets:make")
    assert wb.models.load("mynets:make").build().body.out_features == 3


def test_load_imports_no_torch_and_finds_the_working_folder(folder, tmp_path):
    code = (
        "import sys, workbench as wb; m = wb.models.load('mynets:make'); print('torch' in sys.modules, m.digest); "
        "print(type(m.build()).__name__)"
    )
    script = tmp_path / "elsewhere" / "script.py"
    script.parent.mkdir()
    script.write_text(code)
    digests = set()
    for words, env in (([str(script)], {}), (["-c", code], {})):
        done = subprocess.run([sys.executable, *words], capture_output=True, text=True, cwd=folder, env=_environment(env))
        assert done.returncode == 0, done.stderr
        heavy, digest = done.stdout.split("\n")[0].split()
        digests.add(digest)
        assert heavy == "False" and done.stdout.split()[-1] == "Net"
    assert digests == {wb.models.load("mynets:make").digest}


def _environment(extra):
    import os

    return {k: v for k, v in os.environ.items() if k != "PYTHONPATH"} | extra


def test_the_same_numbers_come_out_each_time(folder):
    model = wb.models.load("mynets:make")
    torch.manual_seed(3)
    one = model.build().state_dict()
    torch.manual_seed(4)
    expected = torch.rand(2)
    torch.manual_seed(4)
    two = model.build().state_dict()
    assert torch.equal(torch.rand(2), expected)
    assert all(torch.equal(one[k], two[k]) for k in one)


def test_another_process_finds_the_code_by_the_payload(folder, tmp_path):
    model = wb.models.load("mynets:make")
    import json

    code = (
        "import json, sys, workbench as wb; "
        "print(type(wb.Model.from_json(json.loads(sys.argv[1]), payload=sys.argv[2].encode()).build()).__name__)"
    )
    words = [json.dumps(model.to_json()), model.payload.decode()]
    done = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True, cwd=tmp_path)
    assert done.stdout.split()[-1:] == ["Net"], done.stderr


def test_the_digest_is_of_the_code_and_of_what_it_imports(folder):
    first = wb.models.load("mynets:make").code
    (folder / "mynets.py").write_text("# a comment\n" + NETS.replace("return 5", "return (5)"))
    assert wb.models.load("mynets:make").code == first
    (folder / "parts" / "layers.py").write_text(LAYERS.replace("SIZE = 2", "SIZE = 4"))
    second = wb.models.load("mynets:make").code
    assert second != first
    (folder / "parts" / "__init__.py").write_text("x = 1")
    third = wb.models.load("mynets:make").code
    (folder / "mynets.py").write_text(NETS.replace("width=3", "width=4"))
    assert len({first, second, third, wb.models.load("mynets:make").code}) == 4


def test_code_that_changed_is_refused_until_it_is_described_again(folder):
    model = wb.models.load("mynets:make")
    assert model.build().head.out_features == 2
    (folder / "parts" / "layers.py").write_text(LAYERS.replace("SIZE = 2", "SIZE = 40"))
    with pytest.raises(InputError) as caught:
        model.build()
    assert caught.value.code == "factory-changed" and "mynets:make" in str(caught.value)
    assert wb.models.load("mynets:make").build().head.out_features == 40, "and not the module that was imported before"


def test_another_folders_module_of_the_same_name_is_not_mistaken(folder, tmp_path, monkeypatch):
    assert wb.models.load("mynets:make").build().head.out_features == 2
    other = tmp_path / "other"
    other.mkdir()
    (other / "mynets.py").write_text("from torch import nn\ndef make():\n    return nn.Linear(4, 9)\n")
    monkeypatch.syspath_prepend(str(other))
    assert wb.models.load("mynets:make").build().out_features == 9
    assert str(other) not in sys.path[1:]


def test_relative_imports_and_cycles_are_followed(tmp_path):
    (tmp_path / "pack" / "inner").mkdir(parents=True)
    (tmp_path / "pack" / "__init__.py").write_text("from . import one\nimport numpy")
    (tmp_path / "pack" / "one.py").write_text("from .inner import two\nfrom .inner.three import *")
    (tmp_path / "pack" / "inner" / "__init__.py").write_text("")
    (tmp_path / "pack" / "inner" / "two.py").write_text("from .. import one\nfrom ..four import x\nimport os.path, pack.none")
    (tmp_path / "pack" / "inner" / "three.py").write_text("def f():\n    import pack.five")
    (tmp_path / "pack" / "four.py").write_text("x = 1")
    (tmp_path / "pack" / "five.py").write_text("")
    names = {"", ".one", ".inner", ".inner.two", ".inner.three", ".four", ".five"}
    assert set(sources("pack", [str(tmp_path)])) == {f"pack{n}" for n in names}
    before = code_digest("pack.one", [str(tmp_path)])
    (tmp_path / "pack" / "four.py").write_text("x = 2")
    assert code_digest("pack.one", [str(tmp_path)]) != before


def test_what_is_installed_counts_by_its_version(tmp_path):
    for name in ("numpy", "torch.nn", "json", "os.path", "workbench.tasks", "pytest"):
        assert is_library(name), name
    assert not is_library("mine", str(tmp_path / "mine.py")) and not is_library("__main__")
    assert sources("numpy", search_path()) == {} and code_digest("numpy", search_path()) != code_digest("torch", search_path())


@pytest.mark.parametrize(
    "reference, code",
    [
        ("mynets", "factory-form"),
        (":make", "factory-form"),
        ("mynets:a b", "factory-form"),
        ("nonets:make", "factory-missing"),
        ("parts.nonets:make", "factory-missing"),
        ("mynets:absent", "factory-name"),
    ],
)
def test_what_is_not_there_is_said_at_once(folder, reference, code):
    with pytest.raises(InputError) as caught:
        wb.models.load(reference)
    assert caught.value.code == code
    if code == "factory-missing":
        assert isinstance(caught.value, NotFound) and str(folder) in str(caught.value)
        assert "site-packages" not in str(caught.value)


@pytest.mark.parametrize(
    "factory, code, word",
    [
        ("broken", "factory-failed", "no luck"),
        ("nothing", "factory-result", "int"),
        ("number", "factory-not-callable", "int"),
    ],
)
def test_what_gives_no_module_is_said_when_it_is_built(folder, factory, code, word):
    with pytest.raises(InputError) as caught:
        wb.models.load(f"mynets:{factory}").build()
    assert caught.value.code == code and word in str(caught.value)


def test_wrong_arguments_and_failing_modules_are_said(folder):
    with pytest.raises(InputError) as caught:
        wb.models.load("mynets:make", arguments={"depth": 2}).build()
    assert caught.value.code == "factory-failed" and "depth" in str(caught.value)
    (folder / "parts" / "layers.py").write_text("head = 1 / 0")
    with pytest.raises(InputError) as caught:
        wb.models.load("mynets:make").build()
    assert caught.value.code == "factory-failed" and "ZeroDivisionError" in str(caught.value)
    (folder / "parts" / "layers.py").write_text("def head(:")
    with pytest.raises(InputError) as caught:
        wb.models.load("mynets:make")
    assert caught.value.code == "factory-syntax" and "layers.py" in str(caught.value)


def test_weights_are_copied_and_loaded(folder, tmp_path):
    module = wb.models.load("mynets:make").build()
    with torch.no_grad():
        module.body.weight.fill_(0.25)
    for suffix in ("safetensors", "pt"):
        path = tmp_path / f"w.{suffix}"
        if suffix == "pt":
            torch.save(module.state_dict(), path)
        else:
            from safetensors.torch import save_file

            save_file(module.state_dict(), str(path))
        model = wb.models.load("mynets:make", weights=path)
        path.unlink()
        assert torch.equal(model.build().body.weight, module.body.weight)


def test_weights_that_do_not_fit_are_named(folder, tmp_path):
    wide = wb.models.load("mynets:make", arguments={"width": 6}).build()
    torch.save(wide.state_dict(), tmp_path / "wide.pth")
    with pytest.raises(InputError) as caught:
        wb.models.load("mynets:make", weights=tmp_path / "wide.pth").build()
    text = str(caught.value)
    assert caught.value.code == "weights-misfit" and "body.weight is 6 x 4 instead of 3 x 4" in text and "make" in text
    torch.save({"other": torch.zeros(1)}, tmp_path / "other.pt")
    with pytest.raises(InputError) as caught:
        wb.models.load("mynets:make", weights=tmp_path / "other.pt").build()
    assert "body.weight is missing" in str(caught.value) and "2 more" in str(caught.value)


def test_lost_weights_are_said(folder, tmp_path):
    import shutil

    torch.save(wb.models.load("mynets:make").build().state_dict(), tmp_path / "w.pt")
    model = wb.models.load("mynets:make", weights=tmp_path / "w.pt")
    shutil.rmtree(tmp_path / "home" / "objects")
    with pytest.raises(InputError) as caught:
        model.build()
    assert caught.value.code == "weights-gone"


def test_a_damaged_safetensors_file_is_refused_when_it_is_described(folder, tmp_path):
    from safetensors.torch import save_file

    save_file({"a": torch.ones(100)}, str(tmp_path / "w.safetensors"))
    raw = (tmp_path / "w.safetensors").read_bytes()
    (tmp_path / "w.safetensors").write_bytes(raw[:-7])
    with pytest.raises(Damaged) as caught:
        wb.models.load("mynets:make", weights=tmp_path / "w.safetensors")
    assert caught.value.code == "weights-unreadable" and "w.safetensors" in str(caught.value)
