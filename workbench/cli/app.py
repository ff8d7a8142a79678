"""The group of commands, and the one place where an error becomes a sentence and an exit code."""

import sys
import traceback
from collections.abc import Sequence

import click

from workbench import __version__
from workbench.cli.compare import compare
from workbench.cli.dashboard import dashboard
from workbench.cli.demo import demo
from workbench.cli.env import env
from workbench.cli.frontier import frontier
from workbench.cli.publish import publish
from workbench.cli.reproduce import reproduce
from workbench.cli.run import run
from workbench.cli.studies import show, studies
from workbench.errors import WorkbenchError
from workbench.words import say


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--debug", is_flag=True, help="On an error, show its trace too.")
@click.version_option(__version__, prog_name="workbench")
def workbench(debug: bool) -> None:
    """Make trained PyTorch models small and fast, and prove it: every figure is measured on an ONNX file."""


for command in (demo, run, studies, show, compare, frontier, publish, reproduce, env, dashboard):
    workbench.add_command(command)


def main() -> None:
    """The entry point of the installed command."""
    sys.exit(call(sys.argv[1:]))


def call(arguments: Sequence[str]) -> int:
    """Carries out `workbench ARGUMENTS`; returns the exit code, after one sentence on standard error where it is not 0."""
    try:
        done = workbench.main(list(arguments), prog_name="workbench", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return 2
    except Exception as error:
        if "--debug" in arguments:
            traceback.print_exc()
        code, sentence = _worded(error, arguments)
        click.echo(sentence, err=True)
        return code
    return done if isinstance(done, int) else 0


def _worded(error: Exception, arguments: Sequence[str]) -> tuple[int, str]:
    if isinstance(error, click.exceptions.Abort):
        return 130, say("cli-cancelled")
    if isinstance(error, click.UsageError):
        called, why = " ".join(["workbench", *arguments])[:200], " ".join(error.format_message().split())[:200].rstrip(".")
        helps = error.ctx.command_path if error.ctx else "workbench"
        return 2, say("cli-usage", call=called, why=why if why.endswith("?") else f"{why}.", help=helps)
    if isinstance(error, click.ClickException | WorkbenchError):
        return 1, str(error)
    return 1, _unexpected(error)


def _unexpected(error: Exception) -> str:
    why = (str(error).strip().splitlines() or ["it says no more"])[0][:200].rstrip(".")
    trace = "".join(traceback.format_exception(error))
    return say("cli-unexpected", kind=type(error).__name__, why=why, log=_kept(trace))


def _kept(trace: str) -> str:
    """Where the trace is: in the home, or, where that cannot be written, for asking."""
    from workbench.files import home, write_atomic

    try:
        log = home() / "last-error.txt"
        write_atomic(log, trace.encode())
    except (WorkbenchError, OSError):
        return "what `workbench --debug` shows"
    return str(log)
