"""Sentences of the room `tasks`."""

SENTENCES: dict[str, str] = {}
