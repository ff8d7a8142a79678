"""What the controls of the panel Model ask for: they change the recipe's cards, which is the panel Recipe's command."""

from collections.abc import Callable
from typing import Any

COMMANDS: dict[str, Callable[..., Any]] = {}
