"""`workbench env`: what a bug report needs."""

from typing import Any

import click

from workbench.cli.answers import as_json, print_json, print_table


@click.command()
@as_json
def env(as_json: bool) -> None:
    """What this machine is, which versions are installed, and where results are kept."""
    found = _environment()
    print_json(found) if as_json else print_table(["what", "is"], _rows(found))


def _rows(found: dict[str, Any]) -> list[list[str]]:
    machine = found["machine"]
    return [
        ["system", machine["system"]],
        ["processor", f"{machine['processor']}, {machine['cores']} cores"],
        ["instructions", ", ".join(machine["instructions"]) or "none that matter here"],
        ["memory", f"{machine['memory_bytes'] / 1e9:.1f} GB"],
        ["GPU", ", ".join(machine["gpus"]) or "none"],
        *([name, version] for name, version in found["versions"].items()),
        ["home", found["home"]],
    ]


def _environment() -> dict[str, Any]:
    from workbench.files import home
    from workbench.machine import here, versions

    return {"machine": here().to_json(), "versions": versions(), "home": str(home())}
