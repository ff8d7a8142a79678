"""Which studies there are."""

from workbench.records import Records


def studies() -> list[str]:
    """The names of all studies in this home, oldest first."""
    return [row.name for row in Records().studies()]
