"""How the command answers a wrong call, an unexpected error and an interruption: one sentence, the right exit code."""

import subprocess
import sys

import click
import pytest

from workbench.cli import call, workbench
from workbench.errors import InputError

COMMANDS = ["compare", "dashboard", "demo", "env", "frontier", "publish", "reproduce", "run", "show", "studies"]


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def raising(monkeypatch):
    """A command `raise` that raises what it is told."""

    def add(error):
        def fail():
            raise error

        monkeypatch.setitem(workbench.commands, "raise", click.Command("raise", callback=fail))

    return add


def one_sentence(text):
    assert "Traceback" not in text and 15 < len(text) < 600 and text.count("\n") == 1
    return text


def test_every_command_says_what_it_does(capsys):
    assert sorted(workbench.commands) == COMMANDS
    for name in COMMANDS:
        assert call([name, "--help"]) == 0
        shown = capsys.readouterr().out
        assert shown.startswith(f"Usage: workbench {name}") and len(shown.splitlines()) > 4


@pytest.mark.parametrize("name", ["compare", "env", "frontier", "publish", "reproduce", "run", "show", "studies"])
def test_what_prints_data_also_prints_json(name, capsys):
    call([name, "--help"])
    assert "--json" in capsys.readouterr().out


@pytest.mark.parametrize(
    "words, names",
    [
        (["run", "nothere.yaml"], "nothere.yaml"),
        (["run", "study", "nothere.yaml"], "nothere.yaml"),
        (["nonsense"], "nonsense"),
        (["publish", "only-a-study"], "only-a-study"),
        (["publish", "study", "name", "--max-drop", "much"], "much"),
        (["show"], "show"),
    ],
)
def test_a_wrong_call_is_2_and_named(words, names, capsys):
    assert call(words) == 2
    said = capsys.readouterr()
    assert names in one_sentence(said.err) and "--help" in said.err and said.out == ""


def test_a_question_ends_with_its_own_mark(capsys):
    assert call(["fronteer"]) == 2
    said = one_sentence(capsys.readouterr().err)
    assert "frontier'? `workbench --help`" in said
    assert call(["show"]) == 2 and "'STUDY'. `workbench show --help`" in capsys.readouterr().err


def test_no_words_at_all_show_the_commands(capsys):
    assert call([]) == 2
    shown = capsys.readouterr().err
    assert all(name in shown for name in COMMANDS)


def test_what_the_library_refuses_is_1_and_its_own_sentence(raising, capsys):
    raising(InputError("file-missing", path="a.onnx"))
    assert call(["raise"]) == 1
    assert one_sentence(capsys.readouterr().err) == "There is no file a.onnx.\n"


def test_the_unexpected_is_one_sentence_and_its_trace_is_kept(raising, capsys, home):
    raising(ZeroDivisionError("by nothing\nand more"))
    assert call(["raise"]) == 1
    said = one_sentence(capsys.readouterr().err)
    assert "ZeroDivisionError" in said and "by nothing" in said and str(home / "last-error.txt") in said
    assert "Traceback" in (home / "last-error.txt").read_text()


def test_the_unexpected_is_told_where_the_home_cannot_be_written(raising, capsys, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path / "file" / "home"))
    raising(ZeroDivisionError("by nothing"))
    assert call(["raise"]) == 1
    assert "--debug" in one_sentence(capsys.readouterr().err)


def test_debug_shows_the_trace(raising, capsys):
    raising(ZeroDivisionError("by nothing"))
    assert call(["--debug", "raise"]) == 1
    assert "Traceback" in capsys.readouterr().err


def test_an_interruption_is_130(raising, capsys):
    raising(KeyboardInterrupt())
    assert call(["raise"]) == 130
    assert "Cancelled" in capsys.readouterr().err


def test_the_exit_code_reaches_the_shell():
    for words, code in ((["--version"], 0), (["nonsense"], 2)):
        run = [sys.executable, "-c", f"import sys; sys.argv = ['workbench', *{words}]; from workbench.cli import main; main()"]
        assert subprocess.run(run, capture_output=True).returncode == code
